"""Proposals of deputies and of members of the consultative conference (建议提案), and how each was answered.

Deputies and members propose in office: their names are not personal. The kinds of answer are those that offices mark
replies with: A, resolved or all but resolved; B, under way or planned; C, not for now, kept for reference.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date

from archive.registers.books.columns import Column, Facts, Kind, in_order, text
from archive.registers.books.spec import Figure, Spec
from archive.registers.roles import Act

KINDS = ("人大建议", "政协提案")
ANSWERS = ("A类", "B类", "C类")
OPEN, CLOSED = "公开", "不公开"
_RECEIVED = Column("received_on", "收到日", Kind.DAY, needed=True, listed=True)
_ANSWERED = Column("answered_on", "答复日", Kind.DAY, listed=True)


def _named(facts: Facts) -> str:
    return f"{text(facts, 'year')}年{text(facts, 'kind')}第{text(facts, 'number')}号"


def _is_of(kind: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.get("kind") == kind


def _problems(facts: Facts, today: date) -> Iterator[tuple[str, str]]:
    yield from in_order(facts, today, _RECEIVED, _ANSWERED)
    answered, answer, public = (bool(facts.get(name)) for name in ("answered_on", "answer", "public"))
    if answered != answer:
        yield "answer", "答复日和答复类别应当都有，或者都没有。"
    if public and not answered:
        yield "public", "还没有答复，不能写明答复是否公开。"
    if answered and not public:
        yield "public", "已经答复的，请写明答复是否公开。"
    withheld = facts.get("public") == CLOSED
    if withheld and not facts.get("ground"):
        yield "ground", "答复不公开的，请写明理由。"
    if not withheld and facts.get("ground"):
        yield "ground", "答复没有写明不公开，不填不公开的理由。"


def figures(year: int, every: Collection[Facts]) -> list[Figure]:
    """Return what the annual report says of proposals that were received in a year."""
    received = [each for each in every if SPEC.year(each) == year]
    answered = [each for each in received if each.get("answered_on")]
    public = [each for each in answered if each.get("public") == OPEN]
    kinds = [(kind, f"{sum(each.get('kind') == kind for each in received)} 件") for kind in KINDS]
    answers = [(f"答复{kind}", f"{sum(each.get('answer') == kind for each in answered)} 件") for kind in ANSWERS]
    rate = f"{100 * len(answered) / len(received):.1f}".removesuffix(".0") + "%" if received else "—"
    return [
        ("收到", f"{len(received)} 件"),
        *kinds,
        ("办结", f"{len(answered)} 件"),
        ("办结率", rate),
        *answers,
        ("答复公开", f"{len(public)} 件"),
    ]


SPEC = Spec(
    "proposals",
    "建议提案登记簿",
    (
        Column("year", "年度", Kind.YEAR, needed=True, hint="提出建议、提案的那次会议的年份。"),
        Column("kind", "种类", Kind.ONE, KINDS, needed=True),
        Column("number", "编号", Kind.NUMBER, needed=True, hint="如 12。"),
        Column("title", "标题", needed=True, listed=True),
        Column("proposer", "提出人", needed=True, listed=True, hint="代表、委员或者提出的单位，可以公开。"),
        Column("unit", "承办单位", needed=True, listed=True, most=100),
        _RECEIVED,
        _ANSWERED,
        Column(
            *("answer", "答复类别", Kind.ONE, ANSWERS),
            hint="A：已经解决或者基本解决；B：正在解决或者列入计划；C：暂时不能解决，留作参考。",
            listed=True,
        ),
        Column("public", "答复是否公开", Kind.ONE, (OPEN, CLOSED), listed=True),
        Column("ground", "不公开的理由"),
        Column("document", "答复文件", Kind.DOCUMENT, hint="档案里答复文件的编号或者地址。"),
    ),
    *("received_on", figures),
    *(Act.SEE_BOOKS, Act.KEEP_BOOKS, Act.EXPORT_BOOKS),
    *(_named, _problems),
    {
        "未答复": lambda facts: not facts.get("answered_on"),
        "已答复": lambda facts: bool(facts.get("answered_on")),
        "答复公开": lambda facts: facts.get("public") == OPEN,
        "答复不公开": lambda facts: facts.get("public") == CLOSED,
        **{kind: _is_of(kind) for kind in KINDS},
    },
)
