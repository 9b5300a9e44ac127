"""The structure of a text: which of its paragraphs are headings, articles, inner titles, signatures and dates.

It is worked out from the paragraphs as they are kept, whenever a page needs it. A wrong heading is worse than none, so
a number at the beginning makes a heading only as one of a series (一、 二、 …) most of which have something below them:
a list of materials, a table of contents and an enumeration within an article have not.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache

from archive.chinese import numerals
from archive.tables import Read


class Role(StrEnum):
    """What a paragraph is. A note is what stands below a title: a number, a day, who passed it."""

    HEADING = "heading"
    ARTICLE = "article"
    TITLE = "title"
    NOTE = "note"
    SALUTATION = "salutation"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Element:
    """What a paragraph is in its text.

    ``depth`` counts the levels of headings from 1; an inner title that continues the heading before has 0. ``label`` is
    what a list of contents calls it, or the article's number (第五条). ``end`` is where the words end that are a
    heading or a number: behind them the paragraph goes on.
    """

    role: Role
    depth: int = 0
    label: str = ""
    end: int = 0
    centred: bool = False


_NUMERALS = "一二三四五六七八九十百零〇"
_DIVISIONS = {"编": 1, "分编": 2, "部分": 3, "章": 3, "节": 4}
# The ranks of what is numbered 一、 （一） 1. （1）
_FIRST, _SECOND, _THIRD, _FOURTH = 5, 6, 7, 8
_TOP, _CHAPTER = 0, _DIVISIONS["章"]
_DIVISION = re.compile(
    rf"第([{_NUMERALS}\d]{{1,6}})(分编|编|部分|章|节)(?:\s*[：:、]\s*|\s+|(?![的至和及或规所中，、「『“（(《]))(.{{0,50}})"
)
_UNNUMBERED = re.compile(r"(?:序|前|引)\s*言|总\s*[则纲]|附\s*则")
_ARTICLE = re.compile(
    rf"第([{_NUMERALS}]{{1,7}}|\d{{1,4}})条(之[{_NUMERALS}]{{1,3}})?(\s*)(?![的、和至或及规所，；。])"
)
_NUMBERED = (
    (_FIRST, re.compile(r"([一二三四五六七八九十]{1,3})\s*[、．.]\s*")),
    (_SECOND, re.compile(r"[（(]\s*([一二三四五六七八九十]{1,3})\s*[)）]\s*[、．.]?\s*")),
    (_THIRD, re.compile(r"(\d{1,2})\s*(?:[．、]|\.(?!\d))\s*")),
    (_FOURTH, re.compile(r"[（(]\s*(\d{1,2})\s*[)）]\s*[、．.]?\s*")),
)
_BEGINS_NUMBERED = frozenset("一二三四五六七八九十（(0123456789")
_LONGEST = {_FIRST: 42, _SECOND: 42, _THIRD: 32, _FOURTH: 32}
_STOPS = frozenset("。；;，,、！!？?")
# What a sentence says and a heading does not.
_SENTENCE = re.compile(
    r"应当|不得|可以|必须|予以|是指|有权|需要?(?!求)|你|您|我[局县镇们市省]|本(?:办法|规定|条例|细则|通知|意见)|凡|[年月日]|如下|其中"
    r"|修改为|删[去除]|增加一"
)
_CITES = re.compile(r"第.{1,5}[条款项]")
_CLAUSE = re.compile(r"[^。；;：:！!？?]{2,30}。")
_DAY = re.compile(
    r"(?:(?P<who>\S[^，。；：]{1,50}?)\s*)?(?:\d{4}|[〇○零OＯ一二三四五六七八九]{4})\s*年\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*月"
    r"\s*(?:\d{1,2}|[一二三四五六七八九十]{1,3})\s*日(?:\s*印发)?"
)
_AGENCY = re.compile(
    r"\S.*(?:政府|办公厅|办公室|委员会|人大常委会|[委部局厅院署办会社处]|中心|小组|指挥部|[支大]队|公司|办事处|银行|法院|检察院)"
    r"(?:\s*[（(](?:盖?章|印章?)[）)])?"
)
_PERSON = re.compile(r"(?:国家主席|主\s*席|总\s*理|[省市县区镇局部]\s*长|主\s*任)\s*[：:]?\s*\S{1,2}\s?\S{1,3}")
# What may stand behind the day: nothing, a remark in brackets, an attachment, who gets a copy, a table.
_ENDS = re.compile(r"$|[（(]|附|抄[送报]|主题词|.*\t")
_ENACTED = re.compile(
    r"[（(]?\s*[\d一二〇○零]{4}\s*年.{0,400}(?:通过|批准|公布|发布|修订|修正|施行|起实施)(?:[）)]?。?|的?《[^《》]{2,120}》[）)]?)"
)
_NUMBER = re.compile(r"\S{1,24}[〔\[（(【]\s*\d{4}\s*[〕\])）】]\s*第?\s*\d{1,5}\s*号")
_ATTACHED = re.compile(rf"附\s*[件表录]\s*[\d{_NUMERALS}]{{0,3}}\s*[:：.、]?\s*(.{{0,60}})")
_ADDRESSEE = re.compile(r"[^。；《》\d]{2,300}[:：]")
_TELLS = re.compile(
    r"(?:为|根据|依据|按照|现将).*|.*(?:如下|下列|以下).*|.*(?:意见|原则|要求|内容|决定|规定|情况|时间|地点|人|目的|依据|主持|出席)[:：]"
)
_ADDRESSED = re.compile(r"政府|[局委厅办部处镇乡街道单位公司代表委员同志先生女士院校各县市区人]")
_KIND = re.compile(
    r"(?:办法|规定|细则|方案|通知|意见|条例|规则|预案|规划|计划|制度|章程|指南|规程|纲要|名单|目录|标准|报告|要点|清单|[一二三]?览?表|书|说明"
    r"|决定|公约|守则|措施|须知|样本|范本|流程|预算|决算|情况|公告|通告|办理?结?果|任务|分工)(?:[（(〔【].{1,14}[）)〕】])?$"
)
_IN_TITLES = re.compile(r"[^，。；：！？、\t“”]{2,60}")
_BLANKS = re.compile(r"\s+")
# How many lines a title may have and a signature before its day; in how many lines from the top a day is a note, and in
# how many who passed a statute and amended it since.
_TITLE_LINES, _SIGNERS, _NOTES, _MOST_NOTES = 3, 10, 6, 30
_LONGEST_SIGNER = 40


@dataclass(slots=True)
class _Candidate:
    """A paragraph that its number may make a heading. ``end`` is 0 if it is a sentence."""

    at: int
    rank: int
    number: int
    end: int
    whole: bool
    has_more: bool = False


@dataclass(slots=True)
class _Reading:
    """What is found while a text is read from above."""

    lines: Sequence[str]
    title: str
    attached: bool
    roles: dict[int, Element] = field(default_factory=dict)
    candidates: list[_Candidate] = field(default_factory=list)
    tops: dict[int, _Candidate] = field(default_factory=dict)
    # The numbers last seen at each rank, and the article.
    last: dict[int, int] = field(default_factory=dict)
    article: int = 0
    within_article: bool = False
    # Whether there was text since the beginning or the last title, and whether a title may come now.
    begun: bool = False
    expects_title: bool = False
    closed: bool = False


def structure(read: Read, title: str = "", attached: bool = False) -> Mapping[int, Element]:
    """Return the elements of a text by the numbers of their paragraphs; what has none is a plain paragraph.

    ``title`` is the document's, which an inner title repeats in part. ``attached`` says that it is an attachment.
    """
    return _structure(read.text, title, attached)


# A page, its print and its parts are asked for one after the other.
@lru_cache(8)
def _structure(text: str, title: str, attached: bool) -> Mapping[int, Element]:
    lines = text.splitlines()
    found = _Reading(lines, _BLANKS.sub("", title), attached, expects_title=attached)
    at = 0
    while at < len(lines):
        at = _read(found, at)
    found.roles.update(_headings(found))
    return found.roles


def _read(found: _Reading, at: int) -> int:
    """Read a paragraph, and say which comes next."""
    line = found.lines[at].strip()
    if not line or "\t" in line:
        _plain(found)
        return at + 1
    if line[:1] == "第" and (_division(found, at, line) or _article(found, at, line)):
        return at + 1
    if _UNNUMBERED.fullmatch(line):
        _restart(found, _CHAPTER)
        found.candidates.append(_Candidate(at, _CHAPTER, 0, len(found.lines[at]), True))
        return at + 1
    if line[:1] in _BEGINS_NUMBERED and not found.within_article and _numbered(found, at, line):
        return at + 1
    if len(line) <= 80 and line[-1:] not in _STOPS and (end := _apart(found, at, line)):
        return end
    if not found.begun and at < _MOST_NOTES and _top(found, at, line):
        return at + 1
    _plain(found)
    return at + 1


def _plain(found: _Reading) -> None:
    found.begun = True
    found.expects_title = False


def _restart(found: _Reading, rank: int) -> None:
    """Begin to count anew below a heading."""
    found.last = {each: number for each, number in found.last.items() if each <= rank}
    found.within_article = False
    found.expects_title = found.closed = False


def _division(found: _Reading, at: int, line: str) -> bool:
    match = _DIVISION.fullmatch(line)
    if not match or _STOPS.intersection(match[3].rstrip("、")) - {"、", "，"} or match[3].endswith(("、", "，")):
        return False
    number = numerals.value(match[1])
    if not number:
        return False
    rank = _DIVISIONS[match[2]]
    _restart(found, rank)
    found.candidates.append(_Candidate(at, rank, number, len(found.lines[at]), True))
    return True


def _article(found: _Reading, at: int, line: str) -> bool:
    match = _ARTICLE.match(line)
    number = numerals.value(match[1]) if match else None
    if not match or not number:
        return False
    follows = number == found.article + 1 or bool(match[2]) and number == found.article
    # Without a blank it may be the beginning of a sentence: 第五条修改为.
    if not follows and not (
        match[3] and (number == 1 or found.article < number <= found.article + 5 or not found.article)
    ):
        return False
    if not match[3] and _SENTENCE.match(line, match.end()):
        return False
    found.article = number
    lead = len(found.lines[at]) - len(found.lines[at].lstrip())
    label = f"第{numerals.chinese(number) if number < numerals.LIMIT else number}条{match[2] or ''}"
    found.roles[at] = Element(Role.ARTICLE, label=label, end=lead + match.end(2 if match[2] else 1) + (not match[2]))
    _plain(found)
    found.within_article = True
    return True


def _numbered(found: _Reading, at: int, line: str) -> bool:
    for rank, pattern in _NUMBERED:
        match = pattern.match(line)
        if match is None:
            continue
        number = numerals.value(match[1])
        # The first heading of a scraped report may be lost.
        last = found.last.get(rank, int(rank == _FIRST))
        if number not in (1, last + 1):
            return False
        said = line[match.end() :]
        if not said or said[0] in "年月日":
            return False
        found.last = {each: last for each, last in found.last.items() if each < rank} | {rank: number}
        lead = len(found.lines[at]) - len(found.lines[at].lstrip())
        end, whole = _heading_of(rank, said)
        found.candidates.append(_Candidate(at, rank, number, lead + match.end() + end if end else 0, whole))
        _plain(found)
        return True
    return False


def _heading_of(rank: int, said: str) -> tuple[int, bool]:
    """Return where the heading ends in what follows a number, 0 if it is none, and whether nothing follows it."""
    if len(said) <= _LONGEST[rank] and not _STOPS.intersection(said[-1]) and "。" not in said and "；" not in said:
        sentence = _CITES.search(said) or len(said) > 20 and _SENTENCE.search(said)
        return (0, False) if sentence else (len(said), True)
    clause = _CLAUSE.match(said) if rank in (_FIRST, _SECOND) else None
    if clause is None or _SENTENCE.search(clause[0]) or clause[0].count("，") > 2:
        return 0, False
    return clause.end(), clause.end() == len(said)


def _apart(found: _Reading, at: int, line: str) -> int:
    """Read what stands apart from the text: an attachment's label, an inner title, a day with those who sign."""
    if line[0] == "附" and (match := _ATTACHED.fullmatch(line)):
        return _attachment(found, at, match)
    if line.endswith(("日", "印发")) and (match := _DAY.fullmatch(line)):
        return _closing(found, at, match["who"] or "")
    if end := _title_end(found, at):
        label = "".join(each.strip() for each in found.lines[at:end])
        top = found.tops.get(at - 1)
        if top is not None:
            found.roles[top.at] = replace(found.roles[top.at], label=f"{found.roles[top.at].label} {label}")
        heads = top is None and found.begun
        if heads:
            found.tops[at] = _Candidate(at, _TOP, 0, len(found.lines[at]), True)
        for each in range(at, end):
            found.roles[each] = Element(
                Role.TITLE, int(heads and each == at), label if each == at else "", centred=True
            )
        _begin_part(found)
        return end
    return 0


def _begin_part(found: _Reading) -> None:
    _restart(found, -1)
    found.begun, found.article = False, 0


def _attachment(found: _Reading, at: int, match: re.Match[str]) -> int:
    named = match[1].strip()
    following = next((each.strip() for each in found.lines[at + 1 : at + 2]), "")
    lists = (
        _ATTACHED.fullmatch(following) or named and not found.closed or _NUMBERED[2][1].match(following) and not named
    )
    if not (found.begun or found.closed) or lists or not following or named[-1:] in ("。", "；"):
        _plain(found)
        return at + 1
    label = _BLANKS.sub("", found.lines[at][: found.lines[at].index(named)] if named else found.lines[at]).rstrip(
        "：:、."
    )
    found.roles[at] = Element(Role.HEADING, 1, f"{label} {named}".strip(), len(found.lines[at]))
    found.tops[at] = _Candidate(at, _TOP, 0, len(found.lines[at]), True)
    _begin_part(found)
    found.expects_title = True
    return at + 1


def _closing(found: _Reading, at: int, who: str) -> int:
    if not found.begun:
        if at >= _NOTES or who and not _AGENCY.fullmatch(who):
            return 0
        found.roles[at] = Element(Role.NOTE, centred=True)
        return at + 1
    if who and not (_AGENCY.fullmatch(who) and len(who) <= _LONGEST_SIGNER):
        return 0
    signers: list[int] = []
    for above in range(at - 1, max(at - 1 - _SIGNERS, -1), -1):
        line = found.lines[above].strip()
        signs = len(line) <= _LONGEST_SIGNER and not _STOPS.intersection(line) and "\t" not in line
        if above in found.roles or not signs or not (_AGENCY.fullmatch(line) or _PERSON.fullmatch(line)):
            break
        signers.append(above)
    # A day that nobody signs, with more text behind it, is one that the text tells.
    if not (who or signers or _ENDS.match(next((each.strip() for each in found.lines[at + 1 : at + 2]), ""))):
        return 0
    found.roles.update({each: Element(Role.CLOSING) for each in (at, *signers)})
    _restart(found, -1)
    found.closed = found.expects_title = True
    return at + 1


def _title_end(found: _Reading, at: int) -> int:
    """Return behind which line an inner title ends that begins here, 0 if none does."""
    whole = ""
    if not found.expects_title and _BLANKS.sub("", found.lines[at]) not in found.title:
        return 0
    for end in range(at, min(at + _TITLE_LINES, len(found.lines))):
        line = found.lines[end].strip()
        if (
            not _IN_TITLES.fullmatch(line)
            or line[0] in "（(《"
            or line[:1].isdigit()
            or end > at
            and _numbered_at(line)
        ):
            return 0
        whole += _BLANKS.sub("", line)
        # The end of the document's own title is a line of it that was not joined.
        repeats = len(whole) >= 6 and whole in found.title and (whole == found.title or not found.title.endswith(whole))
        if (repeats and found.begun or found.expects_title and len(whole) >= 4) and _KIND.search(
            whole, max(0, len(whole) - 24)
        ):
            return end + 1
    return 0


def _numbered_at(line: str) -> bool:
    return any(pattern.match(line) for _, pattern in _NUMBERED) or line[:1] == "第" and bool(_DIVISION.fullmatch(line))


def _top(found: _Reading, at: int, line: str) -> bool:
    """Read what stands above the first paragraph: who passed it and when, its number, whom it addresses."""
    enacted = line[0] in "（(" or line[0].isdigit() or line[0] in "一二〇"
    if enacted and _ENACTED.fullmatch(line) or _NUMBER.fullmatch(line) or re.fullmatch(r"目\s*[录次]", line):
        found.roles[at] = Element(Role.NOTE, centred=True)
        return True
    if _ADDRESSEE.fullmatch(line) and _ADDRESSED.search(line) and not _TELLS.fullmatch(line):
        found.roles[at] = Element(Role.SALUTATION)
        _plain(found)
        return True
    return False


def _headings(found: _Reading) -> Iterator[tuple[int, Element]]:
    """Yield the headings with their paragraphs: those of the candidates whose series are no lists."""
    ordered = sorted([*found.candidates, *found.tops.values()], key=lambda each: each.at)
    _look_below(found, ordered)
    kept = {id(each) for series in _series(ordered) for each in _of_series(series)}
    above: list[int] = []
    for each in ordered:
        if each.rank != _TOP and id(each) not in kept:
            continue
        while above and above[-1] >= each.rank:
            above.pop()
        above.append(each.rank)
        if each.rank == _TOP:
            continue
        line = found.lines[each.at]
        label = _BLANKS.sub(" ", line[: each.end].strip()).rstrip("。：: ")
        centred = each.rank < _FIRST
        yield each.at, Element(Role.HEADING, len(above), label, each.end, centred)


def _look_below(found: _Reading, ordered: Sequence[_Candidate]) -> None:
    """Note which candidates have something below them, up to the next one that is not lower."""
    apart = {at for at, each in found.roles.items() if each.role in (Role.CLOSING, Role.NOTE, Role.TITLE)}
    open_: list[_Candidate] = []
    for place, each in enumerate(ordered):
        while open_ and open_[-1].rank >= each.rank:
            open_.pop()
        end = ordered[place + 1].at if place + 1 < len(ordered) else len(found.lines)
        below = any(at not in apart for at in range(each.at + 1, end))
        open_.append(each)
        if below or not each.whole:
            for over in open_:
                over.has_more = True


def _series(ordered: Sequence[_Candidate]) -> Iterator[list[_Candidate]]:
    """Yield the candidates in series of one rank that count up, cut where one of a higher rank stands between."""
    running: dict[int, list[_Candidate]] = {}
    for each in ordered:
        for rank in [rank for rank in running if rank > each.rank]:
            yield running.pop(rank)
        if each.number <= 1 and each.rank in running and each.number:
            yield running.pop(each.rank)
        running.setdefault(each.rank, []).append(each)
    yield from running.values()


def _of_series(series: list[_Candidate]) -> list[_Candidate]:
    """Return the headings of a series: none if it is a list, or one of sentences."""
    if series[0].rank == _TOP:
        return []
    shaped = [each for each in series if each.end]
    full = [each for each in shaped if each.has_more]
    enough = 1 if series[0].rank < _FIRST else 2
    return shaped if len(full) >= enough and 2 * len(full) >= len(series) else []
