"""How letters were handed over, and what proves it (送达回证): a scan, a PDF or a picture, kept as letters are.

Each is an event of its request. What was wrong is put right by a later one, and no row is deleted.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, RowMapping, insert, select

from archive.errors import RequestRefused
from archive.registers.requests import letterbook
from archive.registers.requests.facts import Delivery, Facts
from archive.registers.requests.letterbook import Kept
from archive.registers.requests.states import Event
from archive.registers.requests.tables import letter_services

# Bytes. A page scanned in colour has one or two million.
LARGEST = 10 << 20
# What a proof may be: by its first bytes its media type and the ending of its name.
_KINDS = (
    (re.compile(rb".{0,1019}%PDF-", re.DOTALL), "application/pdf", ".pdf"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", ".jpg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", ".png"),
    (re.compile(rb"II\*\x00|MM\x00\*"), "image/tiff", ".tif"),
)
ENDINGS = {kind: ending for _, kind, ending in _KINDS}


@dataclass(frozen=True, slots=True)
class Serving:
    """That a letter was handed over: ``letter`` is which of the request, None for an answer written elsewhere.

    ``proof`` is the file that proves it, b"" for none. ``replaces`` is the event of an earlier entry that was wrong.
    """

    letter: int | None
    proof: bytes = field(default=b"", repr=False)
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """How a letter was handed over, as it was recorded with an ``event``. ``void``: a later entry puts it right.

    ``kind`` is the media type of what proves it, "" where nothing does; ``digest`` its SHA-256.
    """

    event: int
    letter: int | None
    delivery: Delivery
    on: date
    kind: str
    size: int
    digest: str
    replaces: int | None
    void: bool = False


def kind_of(proof: bytes) -> str:
    """Return the media type of a proof. Raises RequestRefused for what is none, with what to do."""
    if not proof:
        raise RequestRefused("送达回证是空文件，没有登记。请重新扫描或者拍照。")
    if len(proof) > LARGEST:
        raise RequestRefused(f"送达回证超过 {LARGEST >> 20} MB，没有登记。请降低扫描的分辨率，或者分成几份登记。")
    for mark, kind, _ in _KINDS:
        if mark.match(proof[:1024]):
            return kind
    raise RequestRefused("送达回证应是 PDF，或者 JPG、PNG、TIFF 图片，没有登记。请扫描、拍照，或者另存为 PDF。")


def digest(proof: bytes) -> str:
    return hashlib.sha256(proof).hexdigest()


def sealed(proof: bytes) -> str:
    """Return a proof as one text, which is then encrypted."""
    return json.dumps({"proof": base64.b64encode(proof).decode()})


def opened(text: str) -> bytes:
    """Return what ``sealed`` made."""
    return base64.b64decode(json.loads(text)["proof"])


def of(connection: Connection, request_id: str) -> list[Served]:
    """Return how the letters of a request were handed over, in the order in which that was recorded."""
    at = letter_services.c
    query = select(letter_services).where(at.request_id == request_id).order_by(at.event)
    rows = connection.execute(query).mappings().all()
    wrong = {row["replaces"] for row in rows}
    return [_served(row, wrong) for row in rows]


def write(connection: Connection, id: str, event: int, serving: Serving, delivery: Delivery, on: date) -> str:
    """Keep how a letter was handed over; return the digest of its proof. Raises RequestRefused."""
    letters = letterbook.letters(connection, id)
    if serving.letter is not None:
        found = next((each for each in letters if each.letter == serving.letter and each.sent), None)
        if found is None:
            raise RequestRefused("这份文书没有发出，不能登记送达。")
        if on < found.dated:
            raise RequestRefused(f"送达日（{on}）早于文书的日期（{found.dated}），请核对。")
    if serving.replaces is not None:
        former = next((each for each in of(connection, id) if each.event == serving.replaces), None)
        if former is None or former.void or former.letter != serving.letter:
            raise RequestRefused("要改正的送达登记不是这份文书的，或者已经改正过。")
    kind = kind_of(serving.proof) if serving.proof else ""
    sum = digest(serving.proof) if serving.proof else ""
    told = {"request_id": id, "event": event, "letter": serving.letter, "delivery": delivery.value}
    told |= {"on": on.isoformat(), "kind": kind, "size": len(serving.proof), "digest": sum}
    connection.execute(insert(letter_services).values(**told, replaces=serving.replaces))
    return sum


def event_for(facts: Facts, letters: Iterable[Kept], letter: Kept | None) -> tuple[Event, int | None]:
    """Return by which event the delivery of a letter is recorded, and of an opinion that is awaited its place.

    The dates of answers and consultations are facts of the request; of other letters only the entry tells.
    """
    if letter is None:
        return Event.DELIVER, None
    first = letterbook.first(letters, letter)
    if letter.kind.startswith("answer-"):
        return (Event.DELIVER if letter.number == facts.reply_number else Event.SERVE_LETTER), None
    at = letterbook.asked_by(facts, first)
    if at in facts.awaited:
        return Event.SERVE, at
    return Event.SERVE_LETTER, None


def unproven(letters: Iterable[Kept], served: Iterable[Served]) -> list[Kept]:
    """Return the sent letters of which nothing proves that they were handed over."""
    proven = {each.letter for each in served if each.kind and not each.void}
    return [each for each in letters if each.sent and not each.void and each.letter not in proven]


def _served(row: RowMapping, wrong: set[int | None]) -> Served:
    named = {name: row[name] for name in Served.__slots__ if name not in ("void", "on", "delivery")}
    delivery, on = Delivery(row["delivery"]), date.fromisoformat(row["on"])
    return Served(**named, delivery=delivery, on=on, void=row["event"] in wrong)
