"""Reading a document's issuer from its title, number or signature, and its date from the signature."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from archive.chinese import dates
from archive.describe import agencies, docnumber, taxonomy

_END = (
    r"(?:人民政府办公厅|人民政府办公室|政府办公厅|政府办公室|人民政府|政府|办公厅|办公室|委员会|国务院|街道办事处|分局|总局|总署|"
    r"工作领导小组|领导小组|指挥部|中央军委|人民银行|人大常委会|公司|中心|协会|联合会|银行|法院|检察院|[厅局委部院署处会室]|"
    r"[总支大中]队|[中小大党]学|[学党]校|幼儿园|[书物案化]馆|(?:派出|司法|财政|管理|监督|研究|卫生)所|"
    r"(?:监测|管理|服务|总)站|气象台|电视台|(?:联合|合作|信用|供销)社|联社|[妇残文侨]联|工商联|科协|政协|专班|集团)"
)
_AGENCY = rf"[\u4e00-\u9fff（）()]{{0,24}}?{_END}"
_ONE_AGENCY = re.compile(_AGENCY)
_BETWEEN = re.compile(r"[、，,\s]+")
_WHAT = (
    r"(?:关于|印发|转发|批转|贯彻|对[\u4e00-\u9fff《]|发布|公布|(?:19|20)\d\d年|[一二][〇○零一二三四五六七八九]{3}年|公告|通告|令|"
    r"政府信息公开|(?<=人民政府)信息公开|(?<=[局委厅])信息公开|政务公开|预算|决算|行政处罚)"
)
# An agency before another one ends where the first thing that may follow it stands, and is not tried again: 市人民政府
# ends in two names of kinds, so that a row of them could be read in more ways than can be tried.
_OF_TITLE = re.compile(rf"(?P<issuers>(?:(?>{_AGENCY}(?=[、，,\s]|{_WHAT}))[、，,\s]++)*{_AGENCY})\s*(?={_WHAT})")
_NO_AGENCY = re.compile(r"关于|转发|印发|批转|贯彻|对|给|致|《|“|\d|一图|在|全|本|我|各|第|[一二]\S{3}年")
# Names that mean a different agency in each place: 县财政局, 市政府.
_RELATIVE = re.compile(r"[省市县区镇州][^省市县区]")
_INSIDE = re.compile("转发|印发|关于|办法|规定|条例")
# Two issuers printed with nothing between them: 中共云南省委云南省人民政府.
_TOUCHING = re.compile(r"(?<=[省市县区州]委)(?=[\u4e00-\u9fff]{2,10}人民政府)")
# Words that do not name an agency on their own.
_BARE = frozenset(
    {"政府", "人民政府", "办公室", "办公厅", "委员会", "公司", "中心", "人民政府办公室", "本院", "指挥部"}
)
# A decree is signed by the head of the agency.
_HEAD_OF_AGENCY = re.compile(
    r"(?:代\s*)?(?:总\s*理|主\s*席|[省市县区州镇乡部局厅署行]\s*长|主\s*任)\s*[:：]?\s*[\u4e00-\u9fff·\s]{2,10}"
)
# 某某县人民政府办公室 2021年2月7日印发 is the imprint, which says when copies were made and by whom.
_PRINTED = re.compile(r"\s*(?:翻\s*)?印")
# With whom copies were shared: from here on there is only the imprint.
_COPIES = re.compile(r"[抄分]\s*[送报发]\s*[:：]")
# What stands above a day may be the name of an agency of a kind that is not known, and is one if it begins with a place
# and only what closes a letter follows.
_PERHAPS = re.compile(r"(?!附\s*件|关于|第|各)[\u4e00-\u9fff（）()·\s]{3,26}(?<![的了等日月年表])(?<!时间|日期|期限)")
_OF_PLACE = re.compile(
    r"(?:(?:中共|共青团|国家|国网)|[\u4e00-\u9fff]{1,8}?[省市县区旗州镇乡])[\u4e00-\u9fff（）()]{2,20}"
    r"(?<![的了等日月年表书])(?<!名单|方案|通知|办法|意见|细则|清单|目录|标准|规定|报告|计划|规划|情况)"
)
_CLOSING = re.compile(
    r"[（(]?\s*(?:此件|本件|附\s*件|联系人|(?:政府|政务)?(?:信息)?公开(?:属性|方式|类别|选项|形式))"
    rf"|{_COPIES.pattern}"
)
_SEAL = re.compile(r"\s*[（(](?:加?盖?[公印]?章|印章?|代章)[）)]\s*")
# The longest line that may be part of a signature, in characters.
_SIGNATURE_LINE = 60
# The same before its blanks are squeezed.
_LONGEST = 400
# How many lines from the end a date without a name may stand.
_TAIL = 15


@dataclass(frozen=True, slots=True)
class Signature:
    """The agency and the date that close a document; either may be missing."""

    issuer: str | None
    written_on: date | None


def joined(printed: str) -> str:
    """Return the agencies of a printed list by their canonical names, joined by 、.

    >>> joined("财政部 国家税务总局")
    '财政部、税务总局'
    """
    parts = re.split(r"[、，,;；\s]+", printed.strip())
    return "、".join(
        dict.fromkeys(taxonomy.issuer(part.removeprefix(agencies.NATION) or part) for part in parts if part)
    )


def of_title(title: str) -> str | None:
    """Return the agencies at the start of a title, such as 国务院办公厅 in 国务院办公厅关于…的通知."""
    bare = title.removeprefix(agencies.NATION)
    match = None if _NO_AGENCY.match(bare) else _OF_TITLE.match(bare)
    if not match or match["issuers"] in _BARE:
        return None
    names = match["issuers"]
    whole = names.count("（") == names.count("）") and names.count("(") == names.count(")")
    return joined(_TOUCHING.sub("、", names)) if whole and not _INSIDE.search(names) else None


def is_relative(issuers: str) -> bool:
    """Tell whether a name identifies the agency only to those who know the place, as 县财政局 does."""
    return any(_RELATIVE.match(name) for name in issuers.split("、"))


def of_number(number: str) -> str | None:
    """Return the issuer that a number names, or the one whose code it has."""
    found = next(iter(docnumber.find(number)), None)
    if found is None:
        return None
    if found.kind in (docnumber.NumberKind.DECREE, docnumber.NumberKind.ANNOUNCEMENT):
        return found.agency or None
    return taxonomy.issuer_of_code(found.agency)


def signature(paragraphs: Sequence[str]) -> Signature | None:
    """Return the first signature: a short line of agencies above a line with only a date, or on that line.

    It closes the whole document, or the letter before what is issued with it. The head of an agency signs without its
    name; a date on its own near the end counts as such a signature, too. The imprint below is none. Where something
    that may be a signature comes before the first one, neither is believed: that may be of what is issued with it.
    """
    alone: date | None = None
    doubtful: date | None = None
    for at, line in enumerate(paragraphs):
        if _COPIES.match(line):
            break
        if len(line) > _SIGNATURE_LINE or "年" not in line and not line[:1].isdigit():
            continue
        line = _SEAL.sub(" ", line)
        day = next(dates.find(line), None)
        if day is None or len(line[day[2] :].strip(" \u3000）)")) > 2 or _PRINTED.match(line, day[2]):
            continue
        before = line[: day[1]].strip(" \u3000（(\t")
        closing = _closes(paragraphs, at)
        signers = _signers(before, closing) if before else _signers_above(paragraphs, at, closing)
        if signers and (at >= 2 or before):
            return Signature(signers, day[0]) if doubtful in (None, day[0]) else None
        if at > 0 and _HEAD_OF_AGENCY.fullmatch(before or paragraphs[at - 1]):
            return Signature(None, day[0])
        if not before and at >= len(paragraphs) - _TAIL and at >= 2:
            alone = alone or day[0]
        if at >= 2 and (_OF_PLACE.fullmatch(before) if before else _PERHAPS.fullmatch(paragraphs[at - 1])):
            doubtful = doubtful or day[0]
    return Signature(None, alone) if alone and doubtful in (None, alone) else None


def _closes(paragraphs: Sequence[str], at: int) -> bool:
    """Tell whether after the day of a signature there is nothing, or what stands only at the end of a letter."""
    return at + 1 == len(paragraphs) or _CLOSING.match(paragraphs[at + 1]) is not None


def _signers_above(paragraphs: Sequence[str], at: int, closing: bool) -> str | None:
    """Return the agencies above a date, one or several to a line."""
    lines: list[str] = []
    while at > 0 and len(lines) < 12 and (names := _signers(paragraphs[at - 1], closing)):
        lines.insert(0, names)
        at -= 1
    return "、".join(dict.fromkeys("、".join(lines).split("、"))) if lines else None


def _signers(line: str, closing: bool) -> str | None:
    """Return the agencies that a line consists of; where it closes a letter, also those of kinds that are not known."""
    squeezed = re.sub(r"\s+", " ", _SEAL.sub(" ", line)).strip() if len(line) <= _LONGEST else ""
    if not 2 <= len(squeezed) <= _SIGNATURE_LINE or re.match(r"[一二三四五六七八九十]+、|附件|抄送|主送|各", squeezed):
        return None
    # 国 务 院 is one letterspaced name; 财政部 税务总局 is two names.
    squeezed = re.sub(r"(?<=\b\S) (?=\S\b)", "", squeezed)
    parts = _BETWEEN.split(squeezed)
    known = all(_ONE_AGENCY.fullmatch(part) or closing and _OF_PLACE.fullmatch(part) for part in parts)
    return joined(squeezed) if known else None
