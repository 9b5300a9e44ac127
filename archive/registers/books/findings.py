"""The register of daily monitoring (日常监测): what was found wrong with the public site, answered, rechecked, closed.

A finding is opened by the machine each night, or entered out of a contractor's list. The unit in charge answers within
a term, the machine looks again, and a person other than who answered closes it. The machine never closes one itself.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from archive.registers.books.book import CHANGE, Book, Entry
from archive.registers.books.columns import Column, Facts, Kind, Told, day, in_order, text
from archive.registers.books.spec import Figure, Spec
from archive.registers.requests.request import Actor
from archive.registers.roles import Act

# Who is named for what the program does by itself.
MACHINE = Actor("夜间监测")
OWN, CONTRACTOR, PERSON = "本机监测", "第三方监测", "人工发现"
SOURCES = (OWN, CONTRACTOR, PERSON)
# How many the machine opens in a night: more than anybody can answer.
AT_ONCE = 200
_WHERE, _UNIT = 500, 100
AGAIN, NOT_AGAIN, MENDED = "复现", "未复现", "已改"


class Problem(StrEnum):
    STALE = "栏目不更新"
    BLANK = "空白栏目"
    UNDATED = "未注明发布时间"
    ATTACHMENT = "附件缺失"
    SEARCH = "标题检索不到"
    SECRECY = "公开文件有密级标志"
    PERSONAL = "公开文件有个人信息"
    LINK = "链接打不开"
    WORDING = "表述错误"
    OTHER = "其他"


# What the program looks for itself, so that it can say whether a finding is still there.
LOOKED_FOR = frozenset(Problem) - {Problem.LINK, Problem.WORDING, Problem.OTHER}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong: of which kind, ``where`` (a column's path or a document's id), in what words, and whose it is.

    No words of a document stand in ``said``: they may be what must not be read.
    """

    kind: Problem
    where: str
    said: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """How many findings were opened, how many were ``left`` to later nights, and of how many something was noted."""

    new: int
    left: int
    noted: int


def keep(
    book: Book,
    found: Iterable[Finding],
    looked_for: Collection[Problem],
    term: date,
    doubtful: Callable[[Facts], bool] = lambda facts: False,
) -> Kept:
    """Open what is new, and note of what is open whether it is still there.

    Only kinds that were ``looked_for`` are noted: what could not be looked at is neither mended nor there again.
    So it is with an entry that is ``doubtful``. ``term`` is the last day for answering what is new.
    """
    # As long as the columns take.
    short = (replace(each, where=each.where[:_WHERE], unit=each.unit[:_UNIT]) for each in found)
    now = {(each.kind.value, each.where): each for each in short}
    open_ = [each for each in book.all() if not each.facts.get("closed_on")]
    known = {_key(each.facts) for each in open_}
    noted, kinds = 0, {kind.value for kind in looked_for}
    for each in open_:
        if text(each.facts, "kind") in kinds and not doubtful(each.facts):
            noted += _note(book, each, _key(each.facts) in now)
    new = [each for key, each in now.items() if key not in known]
    for finding in new[:AT_ONCE]:
        told = {
            **{"found_on": book.today().isoformat(), "source": OWN, "kind": finding.kind.value},
            **{"where": finding.where, "said": finding.said, "unit": finding.unit, "due_on": term.isoformat()},
        }
        book.enter(told, MACHINE)
    return Kept(len(new[:AT_ONCE]), len(new[AT_ONCE:]), noted)


def _note(book: Book, entry: Entry, there: bool) -> bool:
    """Note what the machine sees of an open finding, if that is something else than before."""
    said = AGAIN if there else MENDED if entry.facts.get("answer") else NOT_AGAIN
    if (
        there
        and not entry.facts.get("answer")
        and text(entry.facts, "source") == OWN
        and not entry.facts.get("recheck")
    ):
        # It was found, and is still there: nobody has said anything else.
        return False
    if text(entry.facts, "recheck") == said:
        return False
    made = {**entry.facts, "recheck": said, "rechecked_on": book.today().isoformat()}
    book.make(entry.id, CHANGE, made, MACHINE, entry.last)
    return True


def due(facts: Facts, today: date) -> Told:
    """Return when a finding must be answered, or how it stands."""
    if facts.get("closed_on"):
        return Told("已销号")
    if facts.get("answered_on"):
        return Told("已答复，待销号")
    until = day(facts, "due_on")
    if until is None:
        return Told("未定期限")
    left = (until - today).days
    return Told(f"{until}，{f'剩余 {left} 天' if left >= 0 else f'逾期 {-left} 天'}", left < 0)


def _key(facts: Facts) -> tuple[str, str]:
    return text(facts, "kind"), text(facts, "where")


_FOUND = Column("found_on", "发现日", Kind.DAY, needed=True, listed=True, fixed=True)
_ANSWERED = Column("answered_on", "答复日", Kind.DAY)
_RECHECKED = Column("rechecked_on", "复核日", Kind.DAY)
_CLOSED = Column("closed_on", "销号日", Kind.DAY, listed=True, hint="由答复人以外的另一人登记。")


def _problems(facts: Facts, today: date) -> Iterator[tuple[str, str]]:
    yield from in_order(facts, today, _FOUND, _ANSWERED, _CLOSED)
    yield from in_order(facts, today, _FOUND, _RECHECKED)
    until, found = day(facts, "due_on"), day(facts, "found_on")
    if until and found and until < found:
        yield "due_on", "整改期限早于发现日，请核对。"
    if bool(facts.get("answer")) != bool(facts.get("answered_on")):
        yield "answer", "整改情况和答复日应当都有，或者都没有。"
    if bool(facts.get("recheck")) != bool(facts.get("rechecked_on")):
        yield "recheck", "复核结果和复核日应当都有，或者都没有。"
    if facts.get("closed_on") and not facts.get("answer"):
        yield "closed_on", "还没有登记整改情况，不能销号。"
    if facts.get("closed_on") and text(facts, "recheck") not in (NOT_AGAIN, MENDED):
        yield "closed_on", "复核没有通过（还没有复核，或者又复现），不能销号。"


def figures(year: int, every: Collection[Facts]) -> list[Figure]:
    found = [each for each in every if SPEC.year(each) == year]
    kinds = ((kind, sum(each.get("kind") == kind for each in found)) for kind in Problem)
    return [
        ("发现", f"{len(found)} 条"),
        ("已答复", f"{sum(bool(each.get('answered_on')) for each in found)} 条"),
        ("已销号", f"{sum(bool(each.get('closed_on')) for each in found)} 条"),
        *((kind.value, f"{count} 条") for kind, count in kinds if count),
    ]


SPEC = Spec(
    "findings",
    "日常监测登记簿",
    (
        _FOUND,
        Column("source", "来源", Kind.ONE, SOURCES, needed=True, fixed=True),
        Column(
            "kind", "问题类型", Kind.ONE, tuple(each.value for each in Problem), needed=True, listed=True, fixed=True
        ),
        Column(
            *("where", "位置"),
            needed=True,
            most=_WHERE,
            listed=True,
            fixed=True,
            hint="栏目的路径、文件的编号，或者网址。",
        ),
        Column("said", "问题描述", most=500, fixed=True),
        Column("unit", "责任单位", most=_UNIT, listed=True),
        Column("due_on", "整改期限", Kind.DAY),
        Column("answer", "整改情况", Kind.AREA, most=2000),
        _ANSWERED,
        Column(
            *("recheck", "复核结果", Kind.ONE, (AGAIN, NOT_AGAIN, MENDED)),
            listed=True,
            hint="本机能复核的，每夜自动登记。",
        ),
        _RECHECKED,
        _CLOSED,
    ),
    *("found_on", figures),
    *(Act.SEE_BOOKS, Act.ANSWER_FINDINGS, Act.EXPORT_BOOKS),
    problems=_problems,
    views={
        "未答复": lambda facts: not facts.get("answered_on") and not facts.get("closed_on"),
        "待销号": lambda facts: bool(facts.get("answered_on")) and not facts.get("closed_on"),
        "已销号": lambda facts: bool(facts.get("closed_on")),
        "复现": lambda facts: facts.get("recheck") == AGAIN and not facts.get("closed_on"),
        "第三方监测": lambda facts: facts.get("source") == CONTRACTOR,
    },
    apart=("closed_on", "answer"),
)
