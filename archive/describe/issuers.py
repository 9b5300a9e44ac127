"""Who made a document, read from its title or from the signature at its end; and the day of the signature."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from archive.chinese import dates
from archive.describe import agencies, docnumber, taxonomy

_END = (
    r"(?:人民政府办公厅|人民政府办公室|政府办公厅|政府办公室|人民政府|政府|办公厅|办公室|委员会|国务院|街道办事处|分局|总局|总署|"
    r"工作领导小组|领导小组|指挥部|中央军委|人民银行|人大常委会|公司|中心|协会|联合会|银行|支队|大队|联社|法院|检察院|[厅局委部院署处会室])"
)
_AGENCY = rf"[\u4e00-\u9fff（）()]{{0,24}}?{_END}"
_AGENCIES = re.compile(rf"{_AGENCY}(?:[、，,\s]+{_AGENCY})*")
_WHAT = (
    r"(?:关于|印发|转发|批转|贯彻|对[\u4e00-\u9fff《]|发布|公布|(?:19|20)\d\d年|[一二][〇○零一二三四五六七八九]{3}年|公告|通告|令|"
    r"政府信息公开|(?<=人民政府)信息公开|(?<=[局委厅])信息公开|政务公开|预算|决算|行政处罚)"
)
_OF_TITLE = re.compile(rf"(?P<issuers>{_AGENCY}(?:[、，,\s]+{_AGENCY})*)\s*(?={_WHAT})")
_NO_AGENCY = re.compile(r"关于|转发|印发|批转|贯彻|对|给|致|《|“|\d|一图|在|全|本|我|各|第|[一二]\S{3}年")
# Names that mean another agency elsewhere: 县财政局, 市政府.
_RELATIVE = re.compile(r"[省市县区镇州][^省市县区]")
_INSIDE = re.compile("转发|印发|关于|办法|规定|条例")
# 中共云南省委云南省人民政府, printed without anything between.
_TOUCHING = re.compile(r"(?<=[省市县区州]委)(?=[\u4e00-\u9fff]{2,10}人民政府)")
# What names no agency by itself.
_BARE = frozenset(
    {"政府", "人民政府", "办公室", "办公厅", "委员会", "公司", "中心", "人民政府办公室", "本院", "指挥部"}
)
# A decree is signed by the head of the agency.
_HEAD_OF_AGENCY = re.compile(
    r"(?:代)?(?:总理|主席|省长|市长|县长|区长|州长|部长|局长|主任|署长|行长)\s*[\u4e00-\u9fff·\s]{2,10}"
)
_SIGNATURE_LINE = 60
_TAIL = 15


@dataclass(frozen=True, slots=True)
class Signature:
    """An agency's name and a date at the end of what it signs; either may be missing."""

    issuer: str | None
    written_on: date | None


def joined(printed: str) -> str:
    """The agencies of a printed list, each by its one name, with 、 between them.

    >>> joined("财政部 国家税务总局")
    '财政部、税务总局'
    """
    parts = re.split(r"[、，,;；\s]+", printed.strip())
    return "、".join(
        dict.fromkeys(taxonomy.issuer(part.removeprefix(agencies.NATION) or part) for part in parts if part)
    )


def of_title(title: str) -> str | None:
    """The agencies that a title begins with: 国务院办公厅 of 国务院办公厅关于…的通知."""
    bare = title.removeprefix(agencies.NATION)
    match = None if _NO_AGENCY.match(bare) else _OF_TITLE.match(bare)
    if not match or match["issuers"] in _BARE:
        return None
    names = match["issuers"]
    whole = names.count("（") == names.count("）") and names.count("(") == names.count(")")
    return joined(_TOUCHING.sub("、", names)) if whole and not _INSIDE.search(names) else None


def is_relative(issuers: str) -> bool:
    """Whether a name only says which agency it is to those who know the place: 县财政局."""
    return any(_RELATIVE.match(name) for name in issuers.split("、"))


def of_number(number: str) -> str | None:
    """The issuer that a number tells by its code or its name."""
    found = next(iter(docnumber.find(number)), None)
    if found is None:
        return None
    if found.kind in (docnumber.Kind.DECREE, docnumber.Kind.ANNOUNCEMENT):
        return found.agency or None
    return taxonomy.issuer_of_code(found.agency)


def signature(paragraphs: Sequence[str]) -> Signature | None:
    """The first signature: a short line of agencies before (or on) a line that is a date.

    It stands at the end of what it signs: of the whole, or of the letter before what is issued with it. A date that
    stands alone near the end counts without a name.
    """
    alone: date | None = None
    for at, line in enumerate(paragraphs):
        if len(line) > _SIGNATURE_LINE or "年" not in line and not line[:1].isdigit():
            continue
        day = next(dates.find(line), None)
        if day is None or len(line[day[2] :].strip(" \u3000）)")) > 2:
            continue
        before = line[: day[1]].strip(" \u3000（(\t")
        signers = _signers(before) if before else _signers_above(paragraphs, at)
        if signers and (at >= 2 or before):
            return Signature(signers, day[0])
        by_head = at > 0 and _HEAD_OF_AGENCY.fullmatch(before or paragraphs[at - 1])
        if by_head or not before and at >= len(paragraphs) - _TAIL and at >= 2:
            alone = alone or day[0]
    return Signature(None, alone) if alone else None


def _signers_above(paragraphs: Sequence[str], at: int) -> str | None:
    """The agencies that stand above a date, one or several a line."""
    lines: list[str] = []
    while at > 0 and len(lines) < 12 and (names := _signers(paragraphs[at - 1])):
        lines.insert(0, names)
        at -= 1
    return "、".join(dict.fromkeys("、".join(lines).split("、"))) if lines else None


def _signers(line: str) -> str | None:
    squeezed = re.sub(r"\s+", " ", line).strip()
    if not 2 <= len(squeezed) <= _SIGNATURE_LINE or re.match(r"[一二三四五六七八九十]+、|附件|抄送|主送|各", squeezed):
        return None
    # 国 务 院 is letterspacing, 财政部 税务总局 are two.
    squeezed = re.sub(r"(?<=\b\S) (?=\S\b)", "", squeezed)
    return joined(squeezed) if _AGENCIES.fullmatch(squeezed) else None
