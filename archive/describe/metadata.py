"""Collecting a document's metadata, each field with where it was read.

The manifest wins over the page's card, and the card over the text. What is not stated stays unknown.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from archive.chinese import dates
from archive.chinese.private import recoded
from archive.chinese.simplified import simplified_of
from archive.describe import agencies, docnumber, fields, issuers, statutes, taxonomy, term
from archive.describe.docnumber import Number, NumberKind
from archive.document import Disclosure, Metadata, Validity
from archive.errors import FileRefused
from archive.extract.extraction import Extraction
from archive.extract.text.titles import with_subject
from archive.plain import one_line

MAX_TITLE = 200
MAX_CITED = 200
# Numbers of the document's own besides the first.
MAX_OTHERS = 50
# What a manifest may state in one field, in characters; a longer value on a card is cut there.
MAX_STATED = 1000
# How many of the first paragraphs may contain the number.
_HEAD = 12
_LONGEST_HEAD_LINE = 400

MANIFEST, CARD, TITLE, HEAD, SIGNATURE, NUMBER, TEXT, PAGE, FILE = (
    "清单",
    "信息卡",
    "标题",
    "题下",
    "落款",
    "文号",
    "正文",
    "页头",
    "文件名",
)
# Added where a machine may have recognised the text in a picture of a page.
RECOGNISED = "（机器识别，请核对）"
_CARD: Mapping[str, tuple[str, ...]] = {
    "title": ("标题", "信息名称", "文件名称", "文件标题", "名称"),
    "number": ("发文字号", "文号", "发文号", "文件编号", "文件字号", "发布文号"),
    "index_code": ("索引号", "信息索引号"),
    "issuer": (
        *("发文机关", "发布机构", "发布单位", "发布机关", "公开机构", "发文单位", "发文部门"),
        *("制发机关", "制发单位", "制作单位", "公开单位", "公开责任部门"),
    ),
    "genre": ("体裁", "体裁分类", "文种"),
    "topic": ("主题分类", "所属主题", "组配分类"),
    "column": ("所属栏目",),
    "written_on": (
        *("成文日期", "成文时间", "生成日期", "生成时间", "发文日期", "发文时间"),
        *("印发日期", "制发日期", "形成日期"),
    ),
    "published_on": ("发布日期", "发布时间", "公开日期", "公开时间"),
    "effective_on": ("施行日期", "实施日期", "生效日期", "施行时间", "实施时间", "生效时间"),
    "expires_on": ("失效日期", "失效时间", "有效期至", "有效期截止日期", "废止日期"),
    "validity": ("有效性", "效力状态", "时效性", "时效", "信息有效性", "文件状态", "文件有效性", "是否有效"),
    "disclosure": ("公开属性", "公开方式", "公开类别", "信息公开选项", "公开选项", "公开形式"),
    "source_url": ("原文网址",),
}
_REGISTERED = ("登记号", "规范性文件登记号", "统一编号", "规范性文件编号")
_FIELD = r"(?:政府|政务)?(?:信息)?公开(?:属性|方式|类别|选项|形式)\s*[:：]"
_MARKS = (
    (Disclosure.WITHHELD, re.compile(rf"[（(]?\s*(?:此件|本件|{_FIELD})?\s*(?:不予?|免予?|暂不|暂缓|非)公开\s*[）)]?")),
    (Disclosure.ON_REQUEST, re.compile(rf"[（(]?\s*(?:(?:此件|本件|{_FIELD})\s*)?依申请公开\s*[）)]?")),
    (
        Disclosure.ACTIVE,
        re.compile(
            rf"[（(]\s*(?:此件|本件|{_FIELD})?\s*(?:公开发布|主动公开)\s*[）)]|(?:此件|本件)(?:公开发布|主动公开)|{_FIELD}\s*主动公开"
        ),
    ),
)
_COPY = re.compile(r"\s*[（(]\d{1,2}[）)]$")
_FILE_DATE = re.compile(r"\s*[（(](?P<date>\d{4}-\d{2}-\d{2})[）)]$")
_REPEALED = re.compile(r"[（(](?:已|已经)?废止[）)]$")
_BODY = re.compile(r"第[一二三四五六七八九十]+[章条编]|[一二三四五六七八九十]{1,3}、")


@dataclass(slots=True)
class _Found:
    """Values by field with their sources; the first value added stays."""

    values: dict[str, object] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: object, source: str) -> None:
        # Not the members of an enumeration, which are text too.
        value = recoded(one_line(value)) if type(value) is str else value
        if value and name not in self.values:
            self.values[name] = value
            self.sources[name] = source

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        return str(value) if value else None


def describe(extraction: Extraction, stated: Mapping[str, str], file_name: str) -> Metadata:
    """Return a document's metadata; ``Metadata.sources`` says where each known field was read.

    ``stated`` holds the fields of a manifest. Raises FileRefused if it states an impossible date, a validity or
    disclosure that is not listed, or more than ``MAX_STATED`` characters.
    """
    found = _Found()
    _add_stated(found, stated)
    _add_card(found, extraction.stated)
    stem = PurePath(file_name).stem
    for title, source in ((extraction.title, TITLE), (_title_line(extraction.paragraphs), TEXT), (_bare(stem), FILE)):
        found.add("title", fields.spaced(title or "")[:MAX_TITLE], source)
    title = found.text("title") or fields.spaced(file_name)
    head = _head(extraction.paragraphs)
    block = statutes.read(title, head)
    own = _add_numbers(found, extraction.stated, head, block, stem)
    _add_issuer_and_day(found, title, extraction.paragraphs, block)
    found.add("published_on", dates.parse_date(extraction.page_date), PAGE)
    if match := _FILE_DATE.search(stem):
        found.add("written_on", dates.parse_date(match["date"]), FILE)
    _add_term(found, extraction.paragraphs, block)
    _add_genre(found, title, block)
    _add_disclosure(found, extraction.paragraphs)
    # Sites write a repeal into the title: 上海市停车场（库）管理办法（已废止）
    found.add("validity", Validity.REPEALED if _REPEALED.search(title) else None, TITLE)
    found.sources = {name: _recognised(source, extraction.recognised) for name, source in found.sources.items()}
    return _metadata(found, title, own, _cited(title, extraction.paragraphs))


def _metadata(found: _Found, title: str, own: Sequence[str], cited: Sequence[str]) -> Metadata:
    number = found.text("number")
    others = tuple(each for each in dict.fromkeys(own) if each != number)[:MAX_OTHERS]
    validity, disclosure = found.values.get("validity"), found.values.get("disclosure")
    return Metadata(
        title=title,
        number=number,
        index_code=found.text("index_code"),
        issuer=found.text("issuer"),
        genre=found.text("genre"),
        topic=found.text("topic"),
        column=found.text("column"),
        written_on=_day(found.values.get("written_on")),
        published_on=_day(found.values.get("published_on")),
        effective_on=_day(found.values.get("effective_on")),
        expires_on=_day(found.values.get("expires_on")),
        public_until=_day(found.values.get("public_until")),
        validity=validity if isinstance(validity, Validity) else None,
        disclosure=disclosure if isinstance(disclosure, Disclosure) else None,
        source_url=found.text("source_url"),
        other_numbers=others,
        cited_numbers=tuple(each for each in cited if each != number and each not in others)[:MAX_CITED],
        sources=found.sources,
    )


def _recognised(source: str, pages: Sequence[int]) -> str:
    """Return a source, with a remark if the text that it was read in may be one that a machine recognised."""
    beginning = source not in (MANIFEST, FILE, SIGNATURE, TEXT) and 1 in pages
    return f"{source}{RECOGNISED}" if beginning or pages and source in (SIGNATURE, TEXT) else source


def _add_stated(found: _Found, stated: Mapping[str, str]) -> None:
    for name, value in stated.items():
        if len(value) > MAX_STATED:
            raise FileRefused(f"清单中的 {name} 有 {len(value)} 字，超过 {MAX_STATED} 字，请改短后再收。")
        try:
            found.add(name, fields.read(name, value), MANIFEST)
        except ValueError as error:
            raise FileRefused(f"清单中的{error}") from error


def _add_card(found: _Found, card: Mapping[str, str]) -> None:
    for name, labels in _CARD.items():
        value = next((card[label] for label in labels if card.get(label, "").strip()), "")[:MAX_STATED]
        if name in fields.DAYS:
            found.add(name, fields.day(name, value), CARD)
        elif name == "validity":
            found.add(name, taxonomy.validity(value), CARD)
        elif name == "disclosure":
            found.add(name, _printed_disclosure(value), CARD)
        elif name == "source_url":
            found.add(name, value.strip() if fields.is_address(value.strip()) else None, CARD)
        else:
            found.add(name, fields.clean(name, value), CARD)


# What else the field says on portals, the more restrictive first: 依申请, 不公开, 免予公开, 暂缓公开, 内部, 涉密.
_PRINTED_DISCLOSURES = (
    (Disclosure.WITHHELD, re.compile(r"[不非免否暂缓禁密]|未公开|内部")),
    (Disclosure.ON_REQUEST, re.compile(r"申请")),
    (Disclosure.ACTIVE, re.compile(r"主动")),
)


def _printed_disclosure(value: str) -> Disclosure | None:
    """Return the attribute that a portal prints in its own words; a negation of any kind is 不予公开."""
    plain = "".join(simplified_of().get(each, each) for each in value)
    return next((each for each, pattern in _PRINTED_DISCLOSURES if pattern.search(plain)), None)


def _title_line(paragraphs: Sequence[str]) -> str | None:
    """Return the first line that is not a number or a date, if it is short and not a sentence."""
    for at, line in enumerate(paragraphs[:3]):
        beginning = line[:_LONGEST_HEAD_LINE]
        numbers = docnumber.find(beginning)
        if numbers and _alone(numbers[0], line) or dates.parse_date(beginning):
            continue
        fit = 2 <= len(line) <= 80 and "\t" not in line and not line.endswith(("。", "；", "，", "：", ":"))
        return with_subject(paragraphs[at:]) if fit else None
    return None


def _bare(stem: str) -> str:
    return _FILE_DATE.sub("", _COPY.sub("", stem)).strip() or stem


def _head(paragraphs: Sequence[str]) -> list[str]:
    """Return the lines around the title, before the body begins. Lines that end like sentences are body."""
    head = []
    for paragraph in paragraphs[:_HEAD]:
        if len(paragraph) > _LONGEST_HEAD_LINE or paragraph.endswith(("。", "；")) or _BODY.match(paragraph):
            break
        if paragraph.endswith(("：", ":")) and len(paragraph) > 3:
            break
        head.append(paragraph)
    return head


def _add_numbers(
    found: _Found, card: Mapping[str, str], head: Sequence[str], block: statutes.Block | None, stem: str
) -> list[str]:
    """Add the document's number, and return all numbers that are its own, including that one."""
    own = list(docnumber.canonicals(docnumber.find(found.text("number") or "")))
    for label in ("发文字号", "文号", *_REGISTERED):
        own += docnumber.canonicals(docnumber.find(card.get(label, "")[:MAX_STATED]))
    text = "\n".join(head)
    for number in docnumber.find(text):
        line = text[text.rfind("\n", 0, number.start) + 1 :].split("\n")[0]
        if number.kind is NumberKind.REGISTRATION or _alone(number, line):
            own.append(number.canonical)
            found.add("number", number.canonical if number.kind is not NumberKind.REGISTRATION else None, HEAD)
    for number, source in _named_by(found.text("title") or "", stem):
        own.append(number.canonical)
        found.add("number", number.canonical, source)
    if block and block.numbers:
        # The block tells a statute's history; the newest decree is its number.
        found.add("number", block.numbers[-1], HEAD)
        own += block.numbers
    return own


def _named_by(title: str, stem: str) -> Iterator[tuple[Number, str]]:
    """Yield numbers at the start of a title or file name, or in brackets at its end, with their source."""
    for text, source in ((title, TITLE), (stem, FILE)):
        for number in docnumber.find(text):
            bracketed = number.end == len(text) - 1 and text[-1] in "）)" and text[number.start - 1] in "（("
            if number.kind is not NumberKind.REGISTRATION and (number.start == 0 or bracketed):
                yield number, source


def _alone(number: Number, line: str) -> bool:
    """Tell whether a line holds little besides this number, or this one and a second beside it."""
    rest = re.sub(r"[（()）\s\[\]]|(?:文号|字号|登记号|编号)[:：]?", "", line)
    return len(rest) <= (number.end - number.start) + 14 and not re.search(r"《|根据|公布|修订|发布|修正", line)


def _cited(title: str, paragraphs: Sequence[str]) -> list[str]:
    numbers = docnumber.find("\n".join((title, *paragraphs)))
    return list(docnumber.canonicals(number for number in numbers if number.canonical))


def _add_issuer_and_day(found: _Found, title: str, paragraphs: Sequence[str], block: statutes.Block | None) -> None:
    """Add who issued the document and when it was written."""
    if block:
        found.add("issuer", block.issuer, HEAD)
        found.add("written_on", dates.possible(block.written_on) if block.written_on else None, HEAD)
    named = issuers.of_title(title)
    if named and not issuers.is_relative(named):
        found.add("issuer", named, TITLE)
    signature = issuers.signature(paragraphs)
    if signature:
        if signature.issuer and not issuers.is_relative(signature.issuer):
            found.add("issuer", signature.issuer, SIGNATURE)
        found.add("written_on", dates.possible(signature.written_on) if signature.written_on else None, SIGNATURE)
    found.add("issuer", issuers.of_number(found.text("number") or ""), NUMBER)
    # 县财政局 identifies the issuer only to those who know the county, but that is better than nothing.
    found.add("issuer", named, TITLE)
    found.add("issuer", signature.issuer if signature else None, SIGNATURE)


def _add_term(found: _Found, paragraphs: Sequence[str], block: statutes.Block | None) -> None:
    issued_on = _day(found.values.get("written_on")) or _day(found.values.get("published_on"))
    said = term.read("\n".join(paragraphs), issued_on)
    if said is not None:
        found.add("effective_on", said.effective_on, TEXT)
        found.add("expires_on", said.expires_on, TEXT)
    found.add("effective_on", block.effective_on if block else None, HEAD)


def _add_genre(found: _Found, title: str, block: statutes.Block | None) -> None:
    if block:
        found.add("genre", block.genre, HEAD)
    if statutes.is_title(title) and not title.endswith(("决定", "决议")):
        decree = (found.text("number") or "").startswith(("国务院令", "国令"))
        found.add("genre", "行政法规" if decree else None, NUMBER)
        found.add("genre", "行政法规" if title.removeprefix(agencies.NATION).startswith("国务院关于") else None, TITLE)
    found.add("genre", taxonomy.genre_of_title(title), TITLE)


def _add_disclosure(found: _Found, paragraphs: Sequence[str]) -> None:
    """Add what a mark on a line of its own says, such as （此件公开发布）; the most restrictive one counts."""
    marked = {
        mark for line in paragraphs if len(line) <= 20 for mark, pattern in _MARKS if pattern.fullmatch(line.strip())
    }
    for mark, _ in _MARKS:
        found.add("disclosure", mark if mark in marked else None, TEXT)


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None
