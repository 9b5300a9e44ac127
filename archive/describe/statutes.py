"""Reading the block under a statute's title that says who passed it and how it was amended.

::

    中华人民共和国政府信息公开条例
    2007年4月5日 中华人民共和国国务院令第492号公布
    2019年4月3日 中华人民共和国国务院令第711号修订
    2019年5月15日 施行

Statutes of cities say in one paragraph, in brackets, who passed, approved and published them, and from when they hold.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from archive.chinese import dates
from archive.describe import agencies, docnumber, taxonomy
from archive.describe.docnumber import NumberKind

_DONE = re.compile(r"(?:公布|发布|通过|修订|修正|批准|修改|制定|印发|公告)[）)》>〉;；]*$")
_IN_FORCE = re.compile(r"施行[）)》]*$")
_QUOTED = re.compile(r"[《〈<][^《》]*[》〉>]|“[^”]*”")
_CONGRESS = re.compile(r"(?P<place>[\u4e00-\u9fff]{0,16}?)(?:人民代表大会|人大)(?P<standing>常务委员会|常委会)?")
_SESSION = re.compile(r"第?[一二三四五六七八九十\d]+届")
_PUBLISHER = re.compile(
    r"^(?P<who>[\u4e00-\u9fff、和 　]{2,40}?)(?:令(?:\d{4}年)?第?\S{1,8}号)?"
    r"(?:修正|重新|联合|第\S次)?(?:公布|发布|印发)"
)
_BEGINNING = re.compile(r"(?:自\s*)?(?:(?:19|20)\d\d|[一二][〇○零一二三四五六七八九]{3})\s*年")
# What was done ends where the next day begins: …会议通过 2020年9月29日…批准.
_NEXT = re.compile(
    r"(?<=公布|发布|通过|修订|修正|批准|修改|印发|施行)[）)\s，,、；;]*"
    r"(?=(?:[并经又自由]|根据|\s)*(?:(?:19|20)\d\d|[一二][〇○零一二三四五六七八九]{3})\s*年)"
)
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Block:
    """What the lines under a statute's title say; ``numbers`` are its decrees, oldest first.

    ``effective_on`` is None also if several days are named.
    """

    issuer: str | None
    written_on: date | None
    effective_on: date | None
    genre: str | None
    numbers: tuple[str, ...]


def read(title: str, lines: Sequence[str]) -> Block | None:
    """Read the block among a document's first lines; None if no line tells of a statute's passing or amending."""
    history = _history(lines)
    if not history:
        return None
    made = [line for line in history if not _IN_FORCE.search(line) or re.search(r"公布|发布|通过", line)]
    begun = {day for line in history if line not in made for day, _, _ in dates.find(line)}
    issuers = [issuer for line in made if (issuer := _issuer(line))]
    if issuers[:1] == ["政务院"] and any("国务院" in issuer for issuer in issuers):
        issuers = issuers[1:]
    numbers = [
        number.canonical
        for line in made
        for number in docnumber.find(_QUOTED.sub("", line))
        if number.kind in (NumberKind.DECREE, NumberKind.DOCUMENT, NumberKind.ANNOUNCEMENT)
    ]
    return Block(
        issuer=issuers[0] if issuers else None,
        written_on=max((day for line in made for day, _, _ in dates.find(_QUOTED.sub("", line))), default=None),
        effective_on=begun.pop() if len(begun) == 1 else None,
        genre=_genre(title, made, issuers),
        numbers=tuple(dict.fromkeys(numbers)),
    )


def is_title(title: str) -> bool:
    """Tell whether a title ends like a statute's: 条例, 办法（试行） …"""
    bare = re.sub(r"[（(][^（）()]*[）)]$", "", title.strip("《》 "))
    return bare.endswith(taxonomy.load().statute_endings)


def _history(lines: Sequence[str]) -> list[str]:
    """Return what the block says was done, each with its day: lines that belong together are joined, others parted."""
    return [act for line in _joined(lines) for act in _acts(line) if _DONE.search(act) or _IN_FORCE.search(act)]


def _joined(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines that begin with a day, each with those in which it goes on."""
    at = 0
    while at < len(lines):
        whole, end = lines[at], at + 1
        while end < len(lines) and _goes_on(whole):
            whole, end = whole + lines[end], end + 1
        if _is_open(whole):
            # The bracket is never closed, or not soon.
            whole, end = lines[at], at + 1
        if _BEGINNING.match(_bare(whole)) and len(whole) <= _LONGEST:
            yield _bare(whole)
        at = end


def _goes_on(line: str) -> bool:
    bare = _bare(line)
    if not _BEGINNING.match(bare) or len(line) > _LONGEST:
        return False
    return _is_open(line) or not (_DONE.search(bare) or _IN_FORCE.search(bare) or bare.endswith(("。", "；", "日")))


def _is_open(line: str) -> bool:
    """Tell whether a bracket at the beginning of a line is not closed in it."""
    return line.startswith(("（", "(")) and len(re.findall("[（(]", line)) > len(re.findall("[）)]", line))


def _bare(line: str) -> str:
    return line.strip("（）() \u3000")


def _acts(line: str) -> Iterator[str]:
    """Part a line where another act begins, but not within the title of a decision."""
    masked = _QUOTED.sub(lambda title: "·" * len(title[0]), line)
    start = 0
    for gap in _NEXT.finditer(masked):
        yield line[start : gap.start()]
        start = gap.end()
    yield line[start:]


def _issuer(line: str) -> str | None:
    """Return who passed or published it: the congress, its standing committee, the State Council or a ministry."""
    said = _without_date(_QUOTED.sub("", line))
    congress = _CONGRESS.search(_SESSION.sub("", said))
    if congress and not re.search(r"(?:批准|决定)[）)]*$", said):
        standing = "常务委员会" if congress["standing"] else ""
        return f"{congress['place'].removeprefix(agencies.NATION)}人民代表大会{standing}"
    if re.match(r"(?:中华人民共和国)?国务院(?!批准)", said) and not re.search(r"(?:修订|修正)$", said):
        joint = re.match(r"国务院[、和 \u3000]+中央军(?:事)?委(?:员会)?", said.removeprefix(agencies.NATION))
        return "国务院、中央军委" if joint else "国务院"
    publisher = _PUBLISHER.match(said)
    if not publisher:
        return None
    parts = re.split(r"[、\s]+", publisher["who"].strip())
    return "、".join(taxonomy.issuer(part.removeprefix(agencies.NATION)) for part in parts if part) or None


def _without_date(line: str) -> str:
    day = next(dates.find(line[:24]), None)
    return (line[day[2] :] if day else line).strip(" \u3000经由（(")


def _genre(title: str, made: Sequence[str], issuers: Sequence[str]) -> str | None:
    if not is_title(title):
        return None
    congress = next((issuer for issuer in issuers if "人民代表大会" in issuer), None)
    if congress:
        return "法律" if congress.startswith("全国") else "地方性法规"
    if any("人民代表大会" in _QUOTED.sub("", line) and line.endswith("批准") for line in made):
        return "地方性法规"
    # Until 2000, ministries published administrative regulations that the State Council had approved.
    council = any(re.search(r"国务院|政务院", _without_date(_QUOTED.sub("", line))) for line in made)
    return "行政法规" if council or "国务院" in "".join(issuers) else None
