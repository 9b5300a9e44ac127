"""What is known of a request, without anything personal: dates, kinds, numbers of the office's own, and codes.

Whatever somebody writes freely is personal, since names stand in it; it is kept by ``persons`` alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from enum import StrEnum

from archive.registers.requests.fees import Basis
from archive.registers.requests.outcomes import ANSWERS, Answer, Content, Row
from archive.registers.requests.states import OPEN, Event, State
from archive.registers.requests.terms import Channel, Consultation, Consulted, Extension, Life, Restart, receipt

# The value of a fact as the database keeps it.
Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]


class Applicant(StrEnum):
    """Who asks: the columns of table three."""

    PERSON = "自然人"
    COMPANY = "商业企业"
    RESEARCH = "科研机构"
    CHARITY = "社会公益组织"
    LAWYERS = "法律服务机构"
    OTHER = "其他"


class Form(StrEnum):
    """In which form the information is wanted (article 29)."""

    PAPER = "纸质"
    ELECTRONIC = "电子"
    READING = "查阅抄录"


class Field(StrEnum):
    """What is personal about a request, or may be, because somebody writes it freely."""

    NAME = "姓名或名称"
    IDENTITY = "身份证明"
    CONTACT = "联系方式"
    TEXT = "申请内容"
    WANTED = "所需信息的名称或文号"
    OBTAIN = "获取方式"
    NOTE = "说明"
    LETTER = "答复内容"
    DOCUMENT = "文书"
    RECEIPT = "送达回证"


# These are whole files, which are read one by one.
FILES = frozenset({Field.DOCUMENT, Field.RECEIPT})


class Delivery(StrEnum):
    """How a letter is handed over."""

    IN_PERSON = "当面"
    MAIL = "邮寄"
    E_MAIL = "电子邮件"
    INTERNET = "互联网"
    FAX = "传真"
    NOTICE = "公告"


class Position(StrEnum):
    """What came of asking for an opinion. Silence of a third party leaves the decision to the office (article 32).

    That of a co-maker counts as consent (article 34).
    """

    AGREES = "同意公开"
    OBJECTS = "不同意公开"
    SILENT = "逾期未提出"


class Result(StrEnum):
    """How a review or a lawsuit ended: the cells of table four."""

    UPHELD = "结果维持"
    CORRECTED = "结果纠正"
    OTHER = "其他结果"


class Court(StrEnum):
    """Before whom a request is disputed."""

    REVIEW = "行政复议"
    SUIT = "行政诉讼"


@dataclass(frozen=True, slots=True)
class Asked:
    """An opinion that was asked for, in the order of asking, and what came of it."""

    of: Consulted
    sent_on: date
    served_on: date | None = None
    ended_on: date | None = None
    position: Position | None = None
    # That of the letter by which it was asked; "" where there was none here.
    number: str = ""

    @property
    def consequence(self) -> str:
        """What silence means for the decision; "" for who has answered or is still awaited."""
        if self.position is not Position.SILENT:
            return ""
        third = self.of is Consulted.THIRD_PARTY
        return "由本机关决定是否公开（条例第三十二条）" if third else "视为同意公开（条例第三十四条）"


@dataclass(frozen=True, slots=True)
class Dispute:
    """A review or a lawsuit. ``redo``: the office has to answer again. ``organ`` decides it under its ``number``.

    ``void``: it was entered by mistake, and counts nowhere.
    """

    court: Court
    filed_on: date
    ended_on: date | None = None
    result: Result | None = None
    redo: bool = False
    organ: str = ""
    number: str = ""
    void: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that is known of a request and is not personal. Days are days of the office."""

    state: State
    channel: Channel
    kind: Applicant
    submitted_on: date
    confirmed_on: date | None = None
    form: Form | None = None
    imported: bool = False
    supplement_asked_on: date | None = None
    supplement_until: date | None = None
    supplement_came_on: date | None = None
    asked: tuple[Asked, ...] = ()
    extension_days: int = 0
    extension_told_on: date | None = None
    extension_by: str = ""
    delay_days: int = 0
    delay_told_on: date | None = None
    delay_by: str = ""
    fee_basis: Basis | None = None
    fee_count: int = 0
    fee_yuan: int = 0
    fee_told_on: date | None = None
    fee_paid_on: date | None = None
    answer: str = ""
    row: Row | None = None
    # The row of the answer that stood at the end of the year of the first one, where a later year's took its place.
    reported: Row | None = None
    reply_number: str = ""
    closed_on: date | None = None
    delivery: Delivery | None = None
    delivered_on: date | None = None
    archive_number: str = ""
    archived_on: date | None = None
    recorded_on: date | None = None
    disputes: tuple[Dispute, ...] = ()
    answered_again_on: date | None = None
    amended_on: date | None = None
    # When an answer became void that was reported already, until there is another.
    revoked_on: date | None = None
    voided_on: date | None = None
    anonymised_on: date | None = None

    @property
    def received_on(self) -> date | None:
        """The day from which the term is counted (article 31); None while receipt must still be confirmed."""
        return receipt(self.channel, self.submitted_on, self.confirmed_on)

    @property
    def is_open(self) -> bool:
        """Whether it is received and not answered."""
        return self.state in OPEN

    @property
    def outcome(self) -> Answer | None:
        """The answer; None while there is none, and for imported ones, of which only the row is known."""
        return ANSWERS.get(self.answer)

    @property
    def counted(self) -> Row | None:
        """The row in which the annual report of the year of the first answer has it; None while there is no answer."""
        return self.reported or self.row

    @property
    def standing(self) -> tuple[Dispute, ...]:
        """The disputes, but for those that were entered by mistake."""
        return tuple(each for each in self.disputes if not each.void)

    @property
    def awaited(self) -> tuple[int, ...]:
        """The places, from 0, of opinions that are still awaited."""
        return tuple(at for at, each in enumerate(self.asked) if each.ended_on is None)

    @property
    def life(self) -> Life:
        """What moves the term."""
        return Life(
            self.received_on,
            Restart(self.supplement_asked_on, self.supplement_came_on) if self.supplement_asked_on else None,
            Restart(self.fee_told_on, self.fee_paid_on) if self.fee_told_on else None,
            tuple(Consultation(each.of, each.sent_on, each.served_on, each.ended_on) for each in self.asked),
            Extension(self.extension_days, self.extension_told_on) if self.extension_told_on else None,
            Extension(self.delay_days, self.delay_told_on) if self.delay_told_on else None,
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What is said with an event that happened ``on`` a day. ``changing.NEEDED`` has the fields of each event.

    ``contents``, ``note`` and ``personal`` are personal. ``at`` is the place of an opinion, from 0; ``number`` is that
    of a letter or of the archive. With a correction ``personal`` is what is right.
    """

    on: date
    until: date | None = None
    at: int | None = None
    position: Position | None = None
    days: int | None = None
    basis: Basis | None = None
    count: int | None = None
    answer: str = ""
    contents: Mapping[Content, str] = field(default_factory=dict)
    number: str = ""
    delivery: Delivery | None = None
    result: Result | None = None
    redo: bool = False
    # What the letter did that is to be void.
    undoes: Event | None = None
    # Of a dispute: before whom it is, and under which number of theirs.
    organ: str = ""
    case: str = ""
    correction: "Correction | None" = None
    note: str = ""
    personal: Mapping[Field, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Correction:
    """What was registered wrongly, and what is right; None leaves it."""

    channel: Channel | None = None
    kind: Applicant | None = None
    submitted_on: date | None = None
    confirmed_on: date | None = None
    form: Form | None = None

    def applied(self, facts: Facts) -> Facts:
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return replace(facts, **{name: value for name, value in told.items() if value is not None})


def stated(facts: Facts, state: State) -> Facts:
    """Return the facts of a request in another state."""
    return replace(facts, state=state)


def written(facts: Facts) -> dict[str, Plain]:
    """Return the facts as the database keeps them; what is empty is left out."""
    told = {each.name: _plain(getattr(facts, each.name)) for each in fields(facts)}
    return {name: value for name, value in told.items() if value not in (None, "", 0, False, [])}


def read(told: Mapping[str, Plain]) -> Facts:
    """Return what ``written`` wrote. Raises KeyError or ValueError for anything else."""
    asked, disputes = told.get("asked"), told.get("disputes")
    return Facts(
        state=State(_text(told, "state")),
        channel=Channel(_text(told, "channel")),
        kind=Applicant(_text(told, "kind")),
        submitted_on=date.fromisoformat(_text(told, "submitted_on")),
        confirmed_on=_day(told, "confirmed_on"),
        form=Form(_text(told, "form")) if "form" in told else None,
        imported=bool(told.get("imported")),
        supplement_asked_on=_day(told, "supplement_asked_on"),
        supplement_until=_day(told, "supplement_until"),
        supplement_came_on=_day(told, "supplement_came_on"),
        asked=tuple(map(_asked, asked)) if isinstance(asked, list) else (),
        extension_days=_number(told, "extension_days"),
        extension_told_on=_day(told, "extension_told_on"),
        extension_by=_text(told, "extension_by"),
        delay_days=_number(told, "delay_days"),
        delay_told_on=_day(told, "delay_told_on"),
        delay_by=_text(told, "delay_by"),
        fee_basis=Basis(_text(told, "fee_basis")) if "fee_basis" in told else None,
        fee_count=_number(told, "fee_count"),
        fee_yuan=_number(told, "fee_yuan"),
        fee_told_on=_day(told, "fee_told_on"),
        fee_paid_on=_day(told, "fee_paid_on"),
        answer=_text(told, "answer"),
        row=Row(_text(told, "row")) if "row" in told else None,
        reported=Row(_text(told, "reported")) if "reported" in told else None,
        reply_number=_text(told, "reply_number"),
        closed_on=_day(told, "closed_on"),
        delivery=Delivery(_text(told, "delivery")) if "delivery" in told else None,
        delivered_on=_day(told, "delivered_on"),
        archive_number=_text(told, "archive_number"),
        archived_on=_day(told, "archived_on"),
        recorded_on=_day(told, "recorded_on"),
        disputes=tuple(map(_dispute, disputes)) if isinstance(disputes, list) else (),
        answered_again_on=_day(told, "answered_again_on"),
        amended_on=_day(told, "amended_on"),
        revoked_on=_day(told, "revoked_on"),
        voided_on=_day(told, "voided_on"),
        anonymised_on=_day(told, "anonymised_on"),
    )


def changes(before: Mapping[str, Plain], after: Mapping[str, Plain]) -> tuple[dict[str, Plain], dict[str, Plain]]:
    """Return what was and what is, of the facts that differ; what has become or was empty is None."""
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


def folded(told: Mapping[str, Plain], after: Mapping[str, Plain]) -> dict[str, Plain]:
    """Return the facts with what an event has made of them."""
    return {name: value for name, value in {**told, **after}.items() if value is not None}


def _plain(value: object) -> Plain:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Asked | Dispute):
        told = {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
        return {name: each for name, each in told.items() if each not in (None, False, "")}
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int) or value is None else str(value)


def _asked(kept: Plain) -> Asked:
    told = _mapping(kept)
    return Asked(
        *(Consulted(_text(told, "of")), date.fromisoformat(_text(told, "sent_on"))),
        *(_day(told, "served_on"), _day(told, "ended_on")),
        position=Position(_text(told, "position")) if "position" in told else None,
        number=_text(told, "number"),
    )


def _dispute(kept: Plain) -> Dispute:
    told = _mapping(kept)
    return Dispute(
        *(Court(_text(told, "court")), date.fromisoformat(_text(told, "filed_on")), _day(told, "ended_on")),
        result=Result(_text(told, "result")) if "result" in told else None,
        redo=bool(told.get("redo")),
        organ=_text(told, "organ"),
        number=_text(told, "number"),
        void=bool(told.get("void")),
    )


def _mapping(told: Plain) -> Mapping[str, Plain]:
    if not isinstance(told, dict):
        raise ValueError(told)
    return told


def _text(told: Mapping[str, Plain], name: str) -> str:
    return str(told.get(name) or "")


def _number(told: Mapping[str, Plain], name: str) -> int:
    return int(_text(told, name) or 0)


def _day(told: Mapping[str, Plain], name: str) -> date | None:
    return date.fromisoformat(_text(told, name)) if told.get(name) else None
