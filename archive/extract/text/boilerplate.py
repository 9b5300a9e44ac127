"""Removing what a page prints around a document and a scraper copies: counters, buttons, bars, attachment links."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

_DATE = r"(?:19|20)\d{2}\s*(?:[-/.]\s*\d{1,2}\s*[-/.]\s*\d{1,2}|年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)"
_TIME = r"(?:\s*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?(?:\.\d+)?)?"
_GAP = re.compile(r"[\s|｜\[\]【】()（）丨·•,，;；/]*")
_DATE_LABEL = r"(?:(?:信息)?(?:发布|发文|公开|发表|上传|录入|添加|更新|编辑|撰写)?(?:时间|日期)|日\s*期|时\s*间)"

# The parts of a line under the title. "Strong" parts never occur in a document itself.
_DATED = re.compile(rf"{_DATE_LABEL}\s*[:：]\s*(?P<labelled>{_DATE}){_TIME}")
_BARE_DATE = re.compile(rf"(?P<bare>{_DATE}){_TIME}")
_COUNTER = re.compile(
    r"(?:点击(?:数|率|量|次数)?|浏览(?:次数|量|数)?|阅读(?:次数|量|数)?|访问(?:次数|量|数)?|人气|查看(?:次数)?|已阅)"
    r"\s*[:：]\s*\[?[\d,-]*\]?\s*(?:次|人)?|(?:浏览|点击|阅读|访问)\s*[\d,]+\s*次"
)
_FONT = re.compile(
    r"(?:(?:浏览|选择)?字\s*[体号]|文字大小|字体大小)(?:大小)?\s*[:：]?\s*"
    r"[\[【(（]?\s*(?:特?大|小|中|默认|\+|-|[Aa][+-]?|[\s|｜/])+[\]】)）]?"
)
_BUTTON = re.compile(
    r"(?:我要)?(?:打印|列印)(?:本[页文]|此页|正文|文章|页面)?|语音播报|关闭(?:窗口|本页|页面|此页)?|收藏(?:本页|本文)?|(?:加入)?收藏夹|下载(?:本文|word|pdf)|"
    r"我要纠错|纠错|(?:返回|回到)(?:顶部|首页|上一?页|列表)|保存(?:本页)?|推荐(?:给好友)?|"
    r"分享(?:到|至)?\s*[:：]?(?:\s*(?:微信|微博|新浪微博|腾讯微博|QQ空间|QQ好友|QQ|人人网|豆瓣|朋友圈|更多|复制链接))*"
)
_CREDIT = re.compile(
    r"(?P<label>(?:信息|文章|稿件|新闻)?来源|稿\s*源|作\s*者|(?:责任)?编辑|责编|审核(?:人)?|供稿(?:单位)?|发布(?:人|者)|录入(?:人|者)?|编审|撰稿|记者)"
    r"\s*[:：]\s*(?P<value>[^\s|｜【】\[\]:：]{0,40}?)(?=$|[\s|｜【】\[\]])"
)
# A second word of what was credited: 来源：县公安局 交警大队.
_ANOTHER = re.compile(r"\s+(?P<word>[^\s|｜【】\[\]:：]{2,20})(?=$|[\s|｜【】\[\]])")
_STRONG = (_COUNTER, _FONT, _DATED)

_WHOLE = re.compile(
    r"[|｜丨\s_=\-*~·.]+"
    r"|(?:您?(?:的|现在的?|当前的?|目前的?|所在的?)*位置|当前(?:所在)?位置|当前栏目)\s*[:：是].{0,150}"
    r"|(?:上|下)一(?:篇|条|则|页)\s*[:：].{0,120}|(?:上|下)一(?:篇|条|则|页)|(?:首|尾|末)页"
    r"|.{0,6}扫一扫.{0,8}(?:手机|微信).{0,20}|.{0,4}手机.{0,4}扫一扫.{0,12}|.{0,8}二维码.{0,6}(?:打开|浏览|查看)(?:当前)?页面?"
    r"|[\[【(（]?(?:打印|关闭|收藏|返回|顶部|大|中|小|纠错|[\s|｜/\]\[【】()（）])+[\]】)）]?(?:本页|窗口|页面|正文)?[\]】)）]?"
    r"|(?:责任编辑|责编|信息录入|网站编辑)\s*[:：].{0,20}"
    r"|.{0,80}(?:ICP备|公网安备|ICP证|网站标识码)\s*[:：]?\s*[\w\-号]+.{0,80}"
    r"|(?:版权所有|Copyright\b|©).{0,120}"
    r"|(?:相关(?:阅读|新闻|文章|稿件|推荐)|热点推荐|猜你喜欢|关闭窗口|返回顶部|分享到?|无障碍浏览?|网站地图|设为首页|加入收藏|联系我们)\s*[:：]?",
    re.IGNORECASE,
)

_SUFFIX = r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|rtf|txt|zip|rar|7z|jpe?g|png|tif{1,2}|ceb|gd)"
_BRACKETED = re.compile(
    r"附\s*件\s*\d*\s*[:：]?\s*【(?P<name>[^】]+)】\s*(?:已?下载\s*(?:次数)?\s*[:：]?\s*\d*\s*次?)?", re.IGNORECASE
)
_NAMED = re.compile(
    rf"(?:附\s*件\s*[\d一二三四五六七八九十]*\s*[:：.、]?\s*|附[:：]\s*)(?P<name>\S.{{0,120}}?{_SUFFIX})", re.IGNORECASE
)
FILE_NAME = re.compile(rf"[^\\/:*?\"<>|\t]{{1,120}}{_SUFFIX}", re.IGNORECASE)
# How many lines from the top may belong to a page's header.
_HEADER_LINES = 8
# How many attachments are named in warnings.
_TOLD = 20


@dataclass(slots=True)
class Sifted:
    """A document's own lines, their numbers among the lines given, and what the other lines state."""

    lines: list[str] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    page_date: str = ""
    stated: dict[str, str] = field(default_factory=dict)
    attachments: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """What a line such as ``发布时间：2020-01-23 来源：县政府办 点击数：12`` states; ``page_date`` is ISO or ""."""

    page_date: str
    stated: dict[str, str]


def sift(lines: Iterable[str]) -> Sifted:
    """Separate a document's lines from the page's own; all must be clean (see ``characters.clean``)."""
    sifted = Sifted()
    attachments: dict[str, None] = {}
    for number, line in enumerate(lines):
        if not line or _is_furniture(line):
            continue
        bracketed = _BRACKETED.fullmatch(line)
        if bracketed:
            attachments[bracketed["name"].strip()] = None
            continue
        header = read_header(line, top=len(sifted.lines) < _HEADER_LINES)
        if header is not None:
            sifted.page_date = sifted.page_date or header.page_date
            for label, value in header.stated.items():
                sifted.stated.setdefault(label, value)
            continue
        named = _NAMED.fullmatch(line)
        if named:
            attachments[named["name"].strip()] = None
        sifted.lines.append(line)
        sifted.kept.append(number)
    sifted.attachments = list(filter(None, attachments))
    return sifted


def attachment_warnings(names: Sequence[str]) -> list[str]:
    """Write the warnings about files that a text names but does not contain."""
    told = [f"正文提到附件“{name}”，其内容不在本文件中，请一并收取。" for name in names[:_TOLD]]
    return told if len(names) <= _TOLD else [*told, f"正文共提到 {len(names)} 个附件，只列出 {_TOLD} 个，请一并收取。"]


def _is_furniture(line: str) -> bool:
    # A table row is never boilerplate, although its cells may say 大, 中, 小.
    return "\t" not in line and len(line) <= 200 and _WHOLE.fullmatch(line) is not None


def read_header(line: str, top: bool) -> HeaderLine | None:
    """Return what a page's header line states, or None for any other line; ``top`` for lines near the top."""
    if "\t" in line or len(line) > 200:
        return None
    position, end, strong, dated, bare = 0, 0, 0, "", ""
    stated: dict[str, str] = {}
    # What was credited last, and whether to one of several words.
    credited, worded = "", False
    # The gap may be empty, so the pattern always matches, which its type does not express.
    while (position := _GAP.match(line, position).end()) < len(line):  # type: ignore[union-attr]
        for pattern in (*_STRONG, _BARE_DATE, _CREDIT, _BUTTON):
            found = pattern.match(line, position)
            if found and found.end() > position:
                break
        else:
            another = _ANOTHER.match(line, end) if credited else None
            if another is None:
                return None
            stated[credited] += f" {another['word']}"
            worded, credited, position = True, "", another.end()
            continue
        strong += pattern in _STRONG or (pattern is _BUTTON)
        groups = found.groupdict()
        dated = dated or groups.get("labelled") or ""
        bare = bare or groups.get("bare") or ""
        credited = re.sub(r"\s", "", groups["label"]) if groups.get("value") else ""
        if credited:
            stated[credited] = groups["value"]
        position = end = found.end()
    # 2019年12月31日 on its own is a signature; 2020-01-23 under a title is the page's date.
    alone = bool(bare) and "年" not in bare
    if not strong and (worded or not (top and (stated or alone))):
        return None
    return HeaderLine(iso_date(dated or bare), stated)


def iso_date(text: str) -> str:
    """Return a date such as 2020年1月23日, 2020-01-23 10:11 or 2020/1/23 in ISO form; "" if there is no such day."""
    numbers = re.match(r"\D*(\d{4})\D+(\d{1,2})\D+(\d{1,2})(?!\d)", text)
    if not numbers:
        return ""
    try:
        return date(int(numbers[1]), int(numbers[2]), int(numbers[3])).isoformat()
    except ValueError:
        return ""
