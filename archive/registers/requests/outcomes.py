"""How a request can end: the rows of the annual report's table three, the answers that lead to them, and their letters.

All is data. ``ANSWERS`` are the answers of articles 14 to 16 and 30 to 39 of the 政府信息公开条例 (2019). They are
finer than the rows: that something doesn't exist and that another organ holds it are one row and two letters. ``TREE``
leads a clerk to one of them. What a letter must contain stands beside its answer; a request can't close without it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Row(StrEnum):
    """A row of table three by its code. The form for 2019 and 2020 has one row R21 for the last three."""

    OPEN = "R03"
    PARTLY = "R04"
    CLASSIFIED = "R05"
    FORBIDDEN = "R06"
    SECURITY = "R07"
    THIRD_PARTY = "R08"
    INTERNAL = "R09"
    PROCESS = "R10"
    CASE_FILE = "R11"
    ENQUIRY = "R12"
    NOT_HELD = "R13"
    NOT_MADE = "R14"
    UNCLEAR = "R15"
    PETITION = "R16"
    REPEATED = "R17"
    PUBLICATION = "R18"
    EXCESSIVE = "R19"
    REISSUE = "R20"
    ABANDONED = "R21.1"
    UNPAID = "R21.2"
    OTHER = "R21.3"


class Content(StrEnum):
    """What a letter must say, as the form asks for it."""

    WAY = "获取的方式、途径（标题、文号、日期、网址、存档号）"
    INFORMATION = "提供的信息，或者获取的方式、途径和时间"
    OPEN_PART = "予以公开的部分"
    REASONS = "理由"
    LAW = "依据的法律、行政法规"
    SEARCH = "检索情况记录的编号"
    ORGAN = "负责公开的机关的名称、联系方式；不能确定的，写明不能确定"
    EARLIER = "此前答复的文号"
    CHANNEL = "提出信访、投诉、举报的渠道"
    WHERE = "公开出版物的获取途径"


class Remedy(StrEnum):
    """Which paragraph on remedies a letter ends with. Both texts are the county's.

    Against 不予公开 a review comes before a lawsuit, and the letter says so (行政复议法, 2023, article 23).
    """

    REVIEW_FIRST = "A"
    EITHER = "B"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its row of the form, the article it rests on, and what its letter must contain.

    ``by_letter`` is false for what ends a request by an event of its own: a lapse, or the applicant's withdrawal.
    """

    id: str
    row: Row
    label: str
    article: str
    needs: tuple[Content, ...] = ()
    remedy: Remedy = Remedy.EITHER
    by_letter: bool = True

    def lacks(self, contents: Mapping[Content, str]) -> list[Content]:
        """Return what the letter must contain and ``contents`` have not, or only as blanks."""
        return [each for each in self.needs if not contents.get(each, "").strip()]


_WITHHELD = Remedy.REVIEW_FIRST
_REASONS = (Content.REASONS,)
_ALL = (
    Answer("public", Row.OPEN, "已主动公开，告知获取途径", "条例第三十六条第一项", (Content.WAY,)),
    Answer("provided", Row.OPEN, "予以公开", "条例第三十六条第二项", (Content.INFORMATION,)),
    Answer("partly", Row.PARTLY, "部分公开", "条例第三十七条", (Content.OPEN_PART, Content.REASONS), _WITHHELD),
    Answer("secret", Row.CLASSIFIED, "不予公开：国家秘密", "条例第十四条", _REASONS, _WITHHELD),
    Answer(
        *("forbidden", Row.FORBIDDEN, "不予公开：其他法律行政法规禁止公开", "条例第十四条"),
        needs=(Content.LAW, Content.REASONS),
        remedy=_WITHHELD,
    ),
    Answer("security", Row.SECURITY, "不予公开：危及“三安全一稳定”", "条例第十四条", _REASONS, _WITHHELD),
    Answer(
        *("third-party", Row.THIRD_PARTY, "不予公开：保护第三方合法权益", "条例第十五条、第三十二条"),
        _REASONS,
        _WITHHELD,
    ),
    Answer("internal", Row.INTERNAL, "不予公开：三类内部事务信息", "条例第十六条第一款", _REASONS, _WITHHELD),
    Answer("process", Row.PROCESS, "不予公开：四类过程性信息", "条例第十六条第二款", _REASONS, _WITHHELD),
    Answer("case-file", Row.CASE_FILE, "不予公开：行政执法案卷", "条例第十六条第二款", _REASONS, _WITHHELD),
    Answer("enquiry", Row.ENQUIRY, "行政查询事项，依照有关规定办理", "条例第三十六条第七项", (Content.LAW,)),
    Answer("absent", Row.NOT_HELD, "经检索，该政府信息不存在", "条例第三十六条第四项", (Content.SEARCH,)),
    Answer(
        *("elsewhere", Row.NOT_HELD, "不属于本机关负责公开", "条例第三十六条第五项"), (Content.REASONS, Content.ORGAN)
    ),
    Answer("not-made", Row.NOT_MADE, "没有现成信息，需要另行制作", "条例第三十八条", _REASONS),
    Answer("unclear", Row.UNCLEAR, "补正后申请内容仍不明确", "条例第三十条", _REASONS),
    Answer("petition", Row.PETITION, "信访、举报、投诉类申请，不予处理", "条例第三十九条第一款", (Content.CHANNEL,)),
    Answer("repeated", Row.REPEATED, "重复申请，不予重复处理", "条例第三十六条第六项", (Content.EARLIER,)),
    Answer("publication", Row.PUBLICATION, "要求提供公开出版物，告知途径", "条例第三十九条第二款", (Content.WHERE,)),
    Answer("excessive", Row.EXCESSIVE, "无正当理由大量反复申请，不予处理", "条例第三十五条", _REASONS),
    Answer("reissue", Row.REISSUE, "要求确认或重新出具已获取信息，不予处理", "年度报告格式表三（五）", _REASONS),
    Answer("other", Row.OTHER, "其他处理", "年度报告格式表三（六）", _REASONS),
    Answer("abandoned", Row.ABANDONED, "逾期不补正，不再处理", "条例第三十条", by_letter=False),
    Answer("unpaid", Row.UNPAID, "逾期未缴费，不再处理", "国办函〔2020〕109号", by_letter=False),
    Answer("withdrawn", Row.OTHER, "申请人撤回申请", "年度报告格式表三（六）", by_letter=False),
)
ANSWERS: Mapping[str, Answer] = {each.id: each for each in _ALL}


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the clerk; each choice leads to another question or to an answer's id."""

    asked: str
    choices: Mapping[str, "Question | str"]

    def paths(self) -> Iterator[tuple[str, ...]]:
        """Yield each way through the tree: what is chosen at each question, and the answer's id last."""
        for choice, then in self.choices.items():
            if isinstance(then, str):
                yield choice, then
            else:
                yield from ((choice, *path) for path in then.paths())


_GROUND = Question(
    "不公开的是哪一类？",
    {
        "国家秘密": "secret",
        "其他法律、行政法规禁止公开": "forbidden",
        "公开后可能危及国家安全、公共安全、经济安全、社会稳定": "security",
        "涉及商业秘密、个人隐私等，公开会损害第三方合法权益": "third-party",
        "人事管理、后勤管理、内部工作流程": "internal",
        "讨论记录、过程稿、磋商信函、请示报告": "process",
        "行政执法案卷": "case-file",
    },
)
_HELD = Question(
    "查到的信息能不能公开？",
    {
        "已经主动公开": "public",
        "可以公开": "provided",
        "一部分可以公开，能够区分": "partly",
        "不能公开": _GROUND,
        "没有现成的，需要加工、分析": "not-made",
    },
)
_OURS = Question(
    "由哪个机关负责公开？查到没有？",
    {
        "本机关，查到了": _HELD,
        "本机关，经检索没有": "absent",
        "其他机关": "elsewhere",
        "工商、不动产登记资料等，查询另有规定": "enquiry",
    },
)
TREE = Question(
    "申请的是不是政府信息？",
    {
        "是，内容明确": _OURS,
        "补正以后仍不明确": "unclear",
        "相同信息已经答复过": "repeated",
        "信访、投诉、举报": "petition",
        "要求提供公报、报刊、书籍等公开出版物": "publication",
        "大量、反复申请，说明的理由不合理": "excessive",
        "要求确认或重新出具已经获取的信息": "reissue",
        "以上都不是": "other",
    },
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of table three: its code, its groups from the outermost, its own words, and the rows that it counts."""

    code: str
    groups: tuple[str, ...]
    label: str
    rows: tuple[Row, ...] = ()


_RESULT = "三、本年度办理结果"
_WITHHOLDING, _UNABLE, _UNHANDLED, _REST = "（三）不予公开", "（四）无法提供", "（五）不予处理", "（六）其他处理"
_NEW = Line("R01", (), "一、本年新收政府信息公开申请数量")
_CARRIED = Line("R02", (), "二、上年结转政府信息公开申请数量")
_TOTAL = Line("R22", (_RESULT,), "（七）总计")
_LEFT = Line("R23", (), "四、结转下年度继续办理")
_COMMON = tuple(
    Line(row.value, (_RESULT, *group), label, (row,))
    for row, group, label in (
        (Row.OPEN, (), "（一）予以公开"),
        (Row.PARTLY, (), "（二）部分公开（区分处理的，只计这一情形，不计其他情形）"),
        (Row.CLASSIFIED, (_WITHHOLDING,), "1.属于国家秘密"),
        (Row.FORBIDDEN, (_WITHHOLDING,), "2.其他法律行政法规禁止公开"),
        (Row.SECURITY, (_WITHHOLDING,), "3.危及“三安全一稳定”"),
        (Row.THIRD_PARTY, (_WITHHOLDING,), "4.保护第三方合法权益"),
        (Row.INTERNAL, (_WITHHOLDING,), "5.属于三类内部事务信息"),
        (Row.PROCESS, (_WITHHOLDING,), "6.属于四类过程性信息"),
        (Row.CASE_FILE, (_WITHHOLDING,), "7.属于行政执法案卷"),
        (Row.ENQUIRY, (_WITHHOLDING,), "8.属于行政查询事项"),
        (Row.NOT_HELD, (_UNABLE,), "1.本机关不掌握相关政府信息"),
        (Row.NOT_MADE, (_UNABLE,), "2.没有现成信息需要另行制作"),
        (Row.UNCLEAR, (_UNABLE,), "3.补正后申请内容仍不明确"),
        (Row.PETITION, (_UNHANDLED,), "1.信访举报投诉类申请"),
        (Row.REPEATED, (_UNHANDLED,), "2.重复申请"),
        (Row.PUBLICATION, (_UNHANDLED,), "3.要求提供公开出版物"),
        (Row.EXCESSIVE, (_UNHANDLED,), "4.无正当理由大量反复申请"),
        (Row.REISSUE, (_UNHANDLED,), "5.要求行政机关确认或重新出具已获取信息"),
    )
)
_LAST = (Row.ABANDONED, Row.UNPAID, Row.OTHER)
_LAST_LABELS = (
    "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
    "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
    "3.其他",
)
# The lines of each form, by the first year that it reports on (国办公开办函〔2019〕60号, 〔2021〕30号).
FORMS: Mapping[int, tuple[Line, ...]] = {
    2019: (_NEW, _CARRIED, *_COMMON, Line("R21", (_RESULT,), _REST, _LAST), _TOTAL, _LEFT),
    2021: (
        *(_NEW, _CARRIED, *_COMMON),
        *(Line(row, (_RESULT, _REST), label, (row,)) for row, label in zip(_LAST, _LAST_LABELS, strict=True)),
        *(_TOTAL, _LEFT),
    ),
}


def form(year: int) -> tuple[Line, ...] | None:
    """Return the lines of table three for a year's report; None for years before 2019, which had another form."""
    return next((FORMS[since] for since in sorted(FORMS, reverse=True) if year >= since), None)


def read_row(code: str) -> Row | None:
    """Return the row that somebody typed: ``R05``, ``r5``, ``R21.1``; R21 alone is its last, 其他. None: there is none.

    >>> read_row(" r5 "), read_row("R21"), read_row("R02")
    (<Row.CLASSIFIED: 'R05'>, <Row.OTHER: 'R21.3'>, None)
    """
    stripped = code.strip().upper().removeprefix("行")
    number, _, part = stripped.removeprefix("R").partition(".")
    if not (stripped.startswith("R") and number.isascii() and number.isdigit()):
        return None
    if int(number) == 21 and not part:
        return Row.OTHER
    wanted = f"R{int(number):02}" + (f".{part}" if part else "")
    return Row(wanted) if wanted in list(Row) else None
