"""What differs between two readings of the same files, each difference by its kind.

The kinds are strict where a person may decide about many documents at one look: where only the numbering or the tables
differ, every other word and every figure is the same, in the same order.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from archive.compare.alignment import Budget, matches
from archive.document import Attachment, Document, Metadata, Place


class Kind(StrEnum):
    """What kind of difference it is."""

    NUMBERING = "编号"
    TABLES = "表格"
    FIGURES = "数字"
    TEXT = "其他文字"
    METADATA = "著录信息"
    CONCEALED = "看不见的内容"


# Of these, many documents may be decided about at one look.
LIGHT = frozenset({Kind.NUMBERING, Kind.TABLES})


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference, and what was read there before and after.

    ``part`` is the attachment's name, "" for the document's own file; ``field`` the name of a field of the
    metadata, or ``attachments``.
    """

    kind: Kind
    part: str
    before: str
    after: str
    field: str = ""


_CHINESE = "〇零一二三四五六七八九十百千廿卅壹贰叁肆伍陆柒捌玖拾佰"
# A year is no number of a list, and what a unit follows is a figure: 3.5 万元.
_NUMBER = r"(?!(?:19|20)\d\d(?!\d))\d{1,4}"
_UNIT = r"(?:[万亿千百]|[元吨亩米倍%％‰℃°]|公里|公顷|公斤|平方|立方|千瓦|个百分点|人次|[A-Za-z²³]{1,3}(?![A-Za-z]))"
# What begins a numbered paragraph. A figure is none: what goes on with a digit is no label.
_LABEL = re.compile(
    rf"""(?:(?:
      第[{_CHINESE}\d]{{1,7}}(?:部分|[条章节编款项篇目])(?:之[{_CHINESE}\d]{{1,3}})?
    | [（(](?:[{_CHINESE}]{{1,7}}|{_NUMBER}|[A-Za-z])[)）]
    | [{_CHINESE}]{{1,7}}[、．.](?![{_CHINESE}\d])
    | {_NUMBER}(?:[.．]\d{{1,3}}){{0,4}}[、．.)）](?!\d)
    | {_NUMBER}(?:[.．]\d{{1,3}}){{1,4}}(?=\s)(?!\s*{_UNIT})
    | [\u2460-\u249b\u2160-\u217f\u24d0-\u24e9\u3220-\u3229\u3280-\u3289\u2776-\u277f][、．.]?
    | [A-Za-z][、．.)）](?![A-Za-z\d])
    | [•●■◆▪]
    )\s*){{1,2}}""",
    re.VERBOSE,
)
_SERIAL = re.compile(rf"\d{{1,5}}|[{_CHINESE}]{{1,7}}")
# What heads a column of serial numbers.
_SERIALS = frozenset({"序号", "编号", "序", "项次"})
_DIGITS = re.compile(r"\d[\d,.%‰]*")
_BLANKS = re.compile(r"\s+")
# What a figure is written with: its signs, units of days, and boxes to be ticked.
_FIGURE = re.compile(rf"[\s\d.,，．%‰/()（）^²³¹⁰-⁹₀-₉½¼¾☑☒☐□√×±+−年月日号第:：{_CHINESE}-]+")
# Where a fact was read is no fact about the document.
_NO_FACTS = frozenset({"sources"})

# What lines say however they are set: their characters, and their figures, which no tab or line break cuts otherwise.
_Said = tuple[str, tuple[str, ...]]
_Found = Iterator[tuple[Kind, str, str]]


def differences(before: Document, after: Document) -> list[Difference]:
    """Compare two readings of a document's files. Equal ones have no differences.

    Of attachments that persons added or removed since only that is told.
    """
    found = [
        Difference(Kind.METADATA, "", former, newer, name)
        for name, former, newer in _facts(before.metadata, after.metadata)
    ]
    found += [Difference(kind, "", *each) for kind, *each in _part(before, after)]
    ours, theirs = ([each.file.name for each in document.attachments] for document in (before, after))
    if ours != theirs:
        found.append(Difference(Kind.METADATA, "", "、".join(ours), "、".join(theirs), "attachments"))
    known = {each.file.digest: each for each in before.attachments}
    for newer in after.attachments:
        if former := known.get(newer.file.digest):
            found += [Difference(kind, newer.file.name, *each) for kind, *each in _part(former, newer)]
    return found


def counted(found: Sequence[Difference]) -> dict[str, int]:
    """Count differences by kind, in the order of the kinds."""
    counts = Counter(each.kind for each in found)
    return {kind.value: counts[kind] for kind in Kind if counts[kind]}


def told(counts: Mapping[str, int]) -> str:
    """Say how many differences of each kind there are."""
    return "、".join(f"{kind} {count} 处" for kind, count in counts.items()) or "没有不同"


def _facts(before: Metadata, after: Metadata) -> Iterator[tuple[str, str, str]]:
    for field in fields(Metadata):
        former, newer = (_written(getattr(each, field.name)) for each in (before, after))
        if field.name not in _NO_FACTS and former != newer:
            yield field.name, former, newer


def _written(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _part(before: Document | Attachment, after: Document | Attachment) -> _Found:
    yield from _texts(before.text, after.text)
    if before.places != after.places:
        former, newer = (_set(each.places, before.text == after.text) for each in (before, after))
        if former != newer:
            yield Kind.TABLES, former, newer
    if before.concealed != after.concealed:
        kept = Counter(before.concealed) & Counter(after.concealed)
        former, newer = ("\n".join(Counter(each.concealed) - kept) for each in (before, after))
        yield Kind.CONCEALED, former, newer


def _set(places: Sequence[Place], whole: bool) -> str:
    """Say how a text is set in tables, and if it is the ``whole`` difference also on which pages."""
    said = []
    for each in places:
        merged = "、".join("×".join(map(str, cell[2:])) for cell in each.merged)
        table = f"表头 {each.heads} 行，合并单元格 {len(each.merged)} 个（{merged}）" if each.heads or merged else ""
        if table or whole and each.label:
            said.append(f"{each.label or '表后'}：{table}" + (f"自第 {each.start + 1} 段起" if whole else ""))
    return "；".join(said)


def _texts(before: str, after: str) -> _Found:
    """Yield what differs in two texts, gap by gap between the lines that they have in common."""
    if before == after:
        return
    ours, theirs = before.split("\n"), after.split("\n")
    left, right = _bare(ours), _bare(theirs)
    budget = Budget(len(before) + len(after))
    for (start, end), (begin, finish) in _gaps(ours, theirs, budget):
        if _said(ours[start:end]) == _said(theirs[begin:finish]):
            yield _setting(ours[start:end], theirs[begin:finish])
            continue
        inner = matches([*map(_key, left[start:end])], [*map(_key, right[begin:finish])], budget)
        at = to = 0
        for one, other in (*inner, (end - start, finish - begin)):
            lines = ours[start + at : start + one], theirs[begin + to : begin + other]
            bare = left[start + at : start + one], right[begin + to : begin + other]
            yield from _between(lines, bare)
            if one < end - start:
                former, newer = ours[start + one], theirs[begin + other]
                if _said([former]) != _said([newer]):
                    yield Kind.NUMBERING, former, newer
                elif former != newer:
                    yield _setting([former], [newer])
            at, to = one + 1, other + 1


def _gaps(before: Sequence[str], after: Sequence[str], budget: Budget) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield the ranges of lines between those that both texts have, where either has any."""
    start = begin = 0
    for one, other in (*matches(before, after, budget), (len(before), len(after))):
        if one > start or other > begin:
            yield (start, one), (begin, other)
        start, begin = one + 1, other + 1


def _between(lines: tuple[Sequence[str], Sequence[str]], bare: tuple[Sequence[str], Sequence[str]]) -> _Found:
    """Yield what differs between lines of which none is the same but for its label."""
    for former in _labels(lines[0], bare[0]):
        yield Kind.NUMBERING, former, ""
    for newer in _labels(lines[1], bare[1]):
        yield Kind.NUMBERING, "", newer
    left, right = (_more(lines[at], bare[at]) for at in (0, 1))
    ours, theirs = ([each for each in part if each.strip()] for part in bare)
    if not ours and not theirs:
        return
    if _said(ours) == _said(theirs):
        yield _setting(left, right)
    elif _FIGURE.sub("", "".join(ours)) == _FIGURE.sub("", "".join(theirs)):
        yield Kind.FIGURES, "\n".join(left), "\n".join(right)
    else:
        yield Kind.TEXT, "\n".join(left), "\n".join(right)


def _labels(lines: Sequence[str], bare: Sequence[str]) -> list[str]:
    """Return the lines that are labels only."""
    return [line for line, rest in zip(lines, bare, strict=True) if line.strip() and not rest.strip()]


def _more(lines: Sequence[str], bare: Sequence[str]) -> list[str]:
    """Return the lines that say more than their labels."""
    return [line for line, rest in zip(lines, bare, strict=True) if rest.strip()]


def _setting(before: Sequence[str], after: Sequence[str]) -> tuple[Kind, str, str]:
    """Return the difference of lines that say the same: in which cells it stands, or where paragraphs begin."""
    in_table = any("\t" in line for line in (*before, *after))
    return Kind.TABLES if in_table else Kind.TEXT, "\n".join(before), "\n".join(after)


def _said(lines: Sequence[str]) -> _Said:
    whole = "\n".join(lines)
    return _BLANKS.sub("", whole), tuple(_DIGITS.findall(whole))


def _key(line: str) -> _Said:
    return _said([line])


def _bare(lines: Sequence[str]) -> list[str]:
    """Return lines without the labels that begin them, or a cell of theirs; a line that is a label only is empty."""
    found: list[str] = []
    has_serials = False
    for at, line in enumerate(lines):
        if "\t" not in line:
            found.append(_without_label(line, alone=True))
            continue
        first, *others = line.split("\t")
        if not at or "\t" not in lines[at - 1]:
            has_serials = _BLANKS.sub("", first) in _SERIALS
        is_serial = has_serials and _SERIAL.fullmatch(first.strip())
        cells = ["" if is_serial else _without_label(first, alone=True), *map(_without_label, others)]
        found.append("\t".join(cells))
    return found


def _without_label(cell: str, alone: bool = False) -> str:
    """Return a cell without its label. Nothing but a label is a figure, such as (5), unless it may be ``alone``."""
    label = _LABEL.match(cell)
    if label is None:
        return cell
    rest = cell[label.end() :]
    return rest if alone or rest.strip() else cell
