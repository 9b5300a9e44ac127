"""Gathers what the register has of a request for its bundle: application, search records, letters as sent, and the log.

What lies elsewhere comes from whoever has it. What is only on paper is missing, and the bundle's list says so. A search
record is masked as it is whenever it is handed out; one that was never concluded proves nothing and stays out.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from archive.official import Paper, Table, docx_of
from archive.registers.requests import search_paper, services
from archive.registers.requests.bundle import Part, Piece, bundle, needed
from archive.registers.requests.facts import FILES, Field
from archive.registers.requests.findable import own_words
from archive.registers.requests.letters.kinds import KINDS
from archive.registers.requests.outcomes import Content
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Opened, Recorded, Request
from archive.registers.requests.states import Event

_PARTS = {
    "receipt": Part.RECEIPT,
    "supplement": Part.SUPPLEMENT,
    "extension": Part.EXTENSION,
    "later": Part.EXTENSION,
    "third-party-asked": Part.CONSULTATION,
    "third-party-told": Part.CONSULTATION,
    "organ-asked": Part.CONSULTATION,
}
_APPLIED = tuple(field for field in Field if field not in {Field.NOTE, Field.LETTER, *FILES})
_WIDTHS = (34, 122)
_OF_LOG = (26, 28, 18, 84)
Say = Callable[[Recorded], str]


def case(register: Register, id: str, organ: str, by: Actor, say: Say, further: Iterable[Piece] = ()) -> bytes:
    """Return the zip of a request, after that is in the audit log; ``further`` are pieces that others keep.

    Whoever calls this has asked for ``Act.OPEN_PERSONS``. ``say`` tells what an event changed. Raises UnknownRequest,
    KeyUnusable, PersonalDataDamaged.
    """
    request = register.request(id)
    known, opened = request.facts, register.look(id, by)
    own = chain(_pieces(register, request, opened, by, say), _searches(register, request, opened, organ, by))
    pieces = [*own, *further]
    register.note(by, "request.export", {"request": request.number, "rows": len(pieces), "persons": True})
    wanted = needed(
        known.outcome,
        supplemented=known.supplement_asked_on is not None,
        consulted=bool(known.asked),
        extended=known.extension_told_on is not None or known.delay_told_on is not None,
    )
    return bundle(request.number, organ, pieces, wanted, _lacking(register, request))


def _pieces(register: Register, request: Request, opened: Opened, by: Actor, say: Say) -> Iterator[Piece]:
    known, events = request.facts, register.events(request.id)
    first = {field: value for field, value in opened.by_event.get(1, {}).items() if field in _APPLIED}
    if first:
        rows = (
            *(("申请登记号", request.number), ("申请人类型", known.kind), ("收到渠道", known.channel)),
            *(("提交日", str(known.submitted_on)), ("收到日", str(known.received_on or ""))),
            *((field.value, first[field]) for field in _APPLIED if field in first),
        )
        paper = Paper(("政府信息公开申请（登记的内容）",), body=(Table(rows, _WIDTHS, head=0),))
        yield Piece(Part.APPLICATION, "登记的内容", "a.docx", docx_of(paper), known.submitted_on)
    for each in register.letters(request.id):
        if each.sent and known.anonymised_on is None:
            kind = KINDS[each.kind]
            part = Part.ANSWER if kind.answer else _PARTS.get(each.kind, Part.OTHER)
            title = f"{kind.label.replace('：', '，')} {each.number}{'（已作废）' if each.void else ''}"
            yield Piece(part, title, "c.docx", register.letter(request.id, each.event, by).docx, each.dated)
    yield from _proofs(register, request, by)
    for event in events:
        if event.event is Event.SUPPLEMENT and (told := opened.by_event.get(event.number)):
            rows = tuple((field.value, text) for field, text in told.items() if field is not Field.LETTER)
            paper = Paper(("收到的补正（登记的内容）",), body=(Table(rows, _WIDTHS, head=0),))
            yield Piece(Part.SUPPLEMENT, "收到的补正", "b.docx", docx_of(paper), event.on)
    yield Piece(Part.LOG, "办理记录", "d.docx", docx_of(_log(request, events, opened, say)))
    yield Piece(Part.LOG, "办理记录和校验值", "e.json", _digests(request, events))


def _proofs(register: Register, request: Request, by: Actor) -> Iterator[Piece]:
    """Yield what proves that letters were handed over, but for what was put right."""
    letters = {each.letter: each for each in register.letters(request.id) if each.sent}
    for each in register.services(request.id):
        if each.kind and not each.void and request.facts.anonymised_on is None:
            letter = letters.get(each.letter) if each.letter is not None else None
            called = f"{KINDS[letter.kind].label.replace('：', '，')} {letter.number}" if letter else "答复"
            _, content = register.proof(request.id, each.event, by)
            title = f"{called} {each.delivery}"
            yield Piece(Part.SERVICE, title, f"g{services.ENDINGS[each.kind]}", content, each.on)


def _lacking(register: Register, request: Request) -> list[str]:
    """Say which letters nothing proves to have been handed over."""
    found = services.unproven(register.letters(request.id), register.services(request.id))
    names = [f"{KINDS[each.kind].label} {each.number}" for each in found]
    return [f"没有送达证明的文书：{'、'.join(names)}。"] if names else []


def _searches(register: Register, request: Request, opened: Opened, organ: str, by: Actor) -> Iterator[Piece]:
    """Yield each concluded record as a paper and, since that leaves out hits without a mark, as JSON."""
    for each in register.searches.of(request.id):
        if each.frozen_on is None or each.emptied:
            continue
        record = register.searches.look(each.id, by.person).without(own_words(opened.values))
        yield Piece(Part.SEARCH, each.number, "f.docx", search_paper.as_docx(record, organ), each.frozen_on)
        data = search_paper.as_json(record).encode()
        yield Piece(Part.SEARCH, f"{each.number} 全部数据", "g.json", data, each.frozen_on)


def _log(request: Request, events: Iterable[Recorded], opened: Opened, say: Say) -> Paper:
    rows = [("日期", "事项", "经办", "内容")]
    for each in events:
        told = [say(each), *_spoken(opened, each.number)] if each.number > 1 else [say(each)]
        rows.append((each.on.isoformat(), each.event.value, each.person, "\n".join(part for part in told if part)))
    said = f"申请登记号：{request.number}。按登记的先后排列，校验值在同名的 json 文件里。"
    return Paper(("政府信息公开申请办理记录",), body=(said, Table(tuple(rows), _OF_LOG)))


def _spoken(opened: Opened, number: int) -> Iterator[str]:
    for field, text in opened.by_event.get(number, {}).items():
        if field in FILES:
            continue
        if field is Field.LETTER:
            yield from (f"{Content[name].value}：{said}" for name, said in json.loads(text).items())
        else:
            yield f"{field.value}：{text}"


def _digests(request: Request, events: Iterable[Recorded]) -> bytes:
    told = [
        {
            **{"number": each.number, "event": each.event.value, "on": each.on.isoformat(), "at": each.at},
            **{"person": each.person, "before": each.before, "after": each.after, "digest": each.digest},
        }
        for each in events
    ]
    return json.dumps({"request": request.number, "events": told}, ensure_ascii=False, indent=1).encode()
