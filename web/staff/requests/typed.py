"""Reads what was typed into the forms on requests: each value, or a sentence that stands at its field.

What is typed here is kept nowhere but in the register: not in drafts, not in a session, not in a log.
"""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from archive.chinese import dates
from archive.plain import lines
from archive.registers.requests import changing, lawful
from archive.registers.requests.facts import Applicant, Correction, Delivery, Field, Form, Position, Result, Said
from archive.registers.requests.fees import Basis
from archive.registers.requests.letters.drafting import ASKED, REASON, Words
from archive.registers.requests.letters.kinds import Kind
from archive.registers.requests.outcomes import ANSWERS, Content
from archive.registers.requests.request import Application
from archive.registers.requests.states import Event
from archive.registers.requests.terms import Channel
from web.http.parameters import number

Choice = TypeVar("Choice", bound=StrEnum)
# How long what is typed into a field may be, in letters; what is written freely is longer.
LONGEST = {Field.NAME: 200, Field.IDENTITY: 200, Field.CONTACT: 500, Field.OBTAIN: 500, Field.WANTED: 2000}
FREELY = 20_000
# What an applicant says, in the order of the form.
APPLICANTS = (Field.NAME, Field.IDENTITY, Field.CONTACT, Field.TEXT, Field.WANTED, Field.OBTAIN)
_REQUIRED = (Field.NAME, Field.TEXT)
_LARGEST = 1_000_000


class Typed:
    """A form as it was sent. ``wrong`` has a sentence for each field that can't be used."""

    def __init__(self, form: Mapping[str, str]) -> None:
        self.form = {name: value for name, value in form.items() if name != "csrf"}
        self.wrong: dict[str, str] = {}

    def text(self, name: str, most: int = FREELY) -> str:
        """Return what was typed into a field, without what nobody sees: a field with only that is empty."""
        value = lines(self.form.get(name, "").replace("\r\n", "\n")).strip()
        if len(value) > most:
            self.wrong[name] = f"这里有 {len(value)} 字，最多 {most} 字，请删减。"
        return value

    def day(self, name: str, needed: str = "") -> date | None:
        """Return a date. ``needed`` is how a person calls one that must be there."""
        value = self.text(name, 40)
        found = next((day for day, start, end in dates.find(value) if (start, end) == (0, len(value))), None)
        if value and found is None:
            self.wrong[name] = f"“{value[:20]}”不是日期，请写成 2026-01-31 的样子。"
        elif needed and found is None:
            self.wrong[name] = f"请填写{needed}。"
        return found

    def number(self, name: str, needed: str) -> int | None:
        value = self.text(name)
        found = number(value)
        if found and found <= _LARGEST:
            return found
        self.wrong[name] = (
            f"{needed}应是大于 0 的整数，用阿拉伯数字写，不超过 {_LARGEST}。" if value else f"请填写{needed}。"
        )
        return None

    def one(self, kind: type[Choice], name: str, needed: str = "") -> Choice | None:
        """Return what was chosen of a list."""
        value = self.form.get(name, "")
        if value in list(kind):
            return kind(value)
        if value or needed:
            self.wrong[name] = f"请选择{needed or '列出的一项'}。"
        return None


def application(typed: Typed) -> Application | None:
    """Return what came in; None if a field of it is wrong."""
    channel = typed.one(Channel, "channel", "收到渠道")
    kind = typed.one(Applicant, "kind", "申请人类型")
    submitted, confirmed = typed.day("submitted", "提交日"), typed.day("confirmed")
    if confirmed and channel and not channel.confirmed:
        typed.wrong["confirmed"] = f"{channel}的申请以提交日为收到日，这里不填（条例第三十一条）。"
    form = typed.one(Form, "form")
    personal = _personal(typed)
    for field in _REQUIRED:
        if not personal[field]:
            typed.wrong[field.name.lower()] = f"请填写{field.value}（条例第二十九条）。"
    if typed.wrong or channel is None or kind is None or submitted is None:
        return None
    return Application(channel, kind, submitted, personal, confirmed, form)


def said(typed: Typed, event: Event) -> Said | None:
    """Return what is said with an event; None if a field of it is wrong."""
    needs = changing.NEEDED.get(event, {})
    on = typed.day("on", "办理日期")
    more: dict[str, object] = {}
    for name, label in needs.items():
        more[name] = _value(typed, name, label)
    note = typed.text("note")
    if "note" in needs and not note:
        typed.wrong["note"] = f"请填写{needs['note']}。"
    redo = event in (Event.REVIEW_END, Event.SUIT_END) and typed.form.get("redo") == "1"
    if event in (Event.ANSWER, Event.ANSWER_AGAIN):
        more["contents"] = _contents(typed)
    if event in (Event.CORRECT, Event.SUPPLEMENT):
        more["personal"] = _personal(typed)
    if event is Event.CORRECT:
        more["correction"] = Correction(
            typed.one(Channel, "channel"),
            typed.one(Applicant, "kind"),
            typed.day("submitted"),
            typed.day("confirmed"),
            typed.one(Form, "form"),
        )
    if typed.wrong or on is None:
        return None
    if event in (Event.REVIEW, Event.REVIEW_END, Event.SUE, Event.SUIT_END):
        more |= {"organ": typed.text("organ", 60), "case": typed.text("case", 40)}
        if why := lawful.misnamed(str(more["organ"]), str(more["case"])):
            typed.wrong["case" if not lawful.misnamed(str(more["organ"]), "") else "organ"] = why
            return None
    return Said(on, **{**more, "note": note}, redo=redo)  # type: ignore[arg-type]  # the fields of Said, by their names


def _value(typed: Typed, name: str, label: str) -> object:
    match name:
        case "until":
            return typed.day(name, label)
        case "days" | "count":
            return typed.number(name, label)
        case "at":
            place = number(typed.form.get(name, ""))
            if place is None:
                typed.wrong[name] = f"请选择{label}。"
            return place
        case "position":
            return typed.one(Position, name, label)
        case "basis":
            return typed.one(Basis, name, label)
        case "delivery":
            return typed.one(Delivery, name, label)
        case "result":
            return typed.one(Result, name, label)
        case _:
            value = typed.text(name)
            if not value:
                typed.wrong[name] = f"请填写{label}。"
            return value


def _contents(typed: Typed) -> dict[Content, str]:
    """Return what a letter says. What its answer needs stands at its fields."""
    answer = ANSWERS.get(typed.form.get("answer", ""))
    contents = {each: typed.text(content(each)) for each in (answer.needs if answer else ())}
    for each in answer.lacks(contents) if answer else ():
        typed.wrong[content(each)] = f"请写明{each.value}。"
    return contents


def content(of: Content) -> str:
    """Return the name of the field for something that a letter must contain."""
    return f"content-{of.name.lower()}"


def words(typed: Typed, kind: Kind, asked: Collection[str]) -> Words | None:
    """Return what was typed for a letter; None if a field can't be used. What is only lacking, its checks say."""
    told: dict[str, object] = {}
    for name in asked:
        match name:
            case "until":
                told[name] = typed.day(name)
            case "days" | "count":
                told[name] = typed.number(name, asked_as(kind, name)) if typed.form.get(name) else None
            case "basis":
                told[name] = typed.one(Basis, name)
            case _:
                told[name] = typed.text(name)
    needs = kind.answer.needs if kind.answer else ()
    contents = {each: typed.text(content(each)) for each in needs}
    dated = typed.day("on", "成文日期")
    body, made = (typed.text(name).replace("\r\n", "\n") for name in ("body", "made"))
    if typed.wrong or dated is None:
        return None
    # What was not changed by hand is written anew from the facts.
    by_hand = tuple(line for line in body.split("\n") if line.strip()) if body != made else ()
    return Words(dated, **told, contents=contents, body=by_hand)  # type: ignore[arg-type]  # its fields, by their names


def asked_as(kind: Kind, name: str) -> str:
    """Return how a person calls something that is asked for a letter."""
    return ASKED.get(kind.id, {}).get(name, REASON)


def _personal(typed: Typed) -> dict[Field, str]:
    return {field: typed.text(field.name.lower(), LONGEST.get(field, FREELY)) for field in APPLICANTS}
