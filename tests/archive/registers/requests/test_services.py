"""That letters were handed over, and the proofs: encrypted, checked, in bundle and backup, gone with the persons."""

import base64
import json
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from archive.errors import RequestRefused
from archive.registers.notices import packaged
from archive.registers.requests.board import unserved
from archive.registers.requests.bundle import LIST
from archive.registers.requests.checking import problems
from archive.registers.requests.facts import Delivery, Field, Position, Said
from archive.registers.requests.letterbook import Outgoing
from archive.registers.requests.letters.case import case
from archive.registers.requests.register import Register
from archive.registers.requests.request import Request
from archive.registers.requests.services import LARGEST, Serving, event_for
from archive.registers.requests.states import Event, State
from archive.registers.requests.tables import letter_services, request_persons
from archive.registers.staff import DUMP, Staff
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue
from tests.archive.registers.requests.conftest import CLERK, DAY, HEAD, NOTICES, Apply, Today
from tests.archive.registers.requests.test_letterbook import answered, send
from tests.conftest import Databases

# Proofs name who received the letter.
PDF = b"%PDF-1.7 \xe5\xbc\xa0\xe4\xb8\x89\xe4\xb8\xb0 signed"
PICTURES = (b"\xff\xd8\xff\xe0 jpeg", b"\x89PNG\r\n\x1a\n png", b"II*\x00 tiff", b"MM\x00* tiff")


def serve(register: Register, id: str, today: Today, letter: int | None, proof: bytes = PDF, **more: int) -> None:
    known = register.letters(id)
    event, at = event_for(
        register.request(id).facts, known, next((each for each in known if each.letter == letter and each.sent), None)
    )
    said = Said(today.day, at=at, delivery=Delivery.MAIL)
    register.act(id, event, said, CLERK, serving=Serving(letter, proof, **more))


def ask(register: Register, id: str, today: Today, kind: str = "third-party-asked") -> int:
    event = Event.ASK_THIRD_PARTY if kind == "third-party-asked" else Event.ASK_ORGAN
    outgoing = Outgoing(kind, today.day, lambda number: number.encode(), {}, NOTICES)
    register.act(id, event, Said(today.day, note="某公司"), CLERK, letter=outgoing)
    return register.letters(id)[-1].letter


def test_each_kind_of_letter_is_handed_over_and_the_facts_follow(
    register: Register, made: Request, today: Today, staff: Staff, catalogue: Catalogue
) -> None:
    receipt = send(register, made.id, today).letter
    serve(register, made.id, today, receipt)
    assert register.events(made.id)[-1].event is Event.SERVE_LETTER
    first, second = ask(register, made.id, today), ask(register, made.id, today, "organ-asked")
    serve(register, made.id, today, second)
    assert [each.served_on for each in register.request(made.id).facts.asked] == [None, today.day]
    for at in (1, 0):
        register.act(made.id, Event.OPINION, Said(today.day, at=at, position=Position.AGREES), CLERK)
    # What comes after the opinion is kept as well.
    serve(register, made.id, today, first, PICTURES[0])
    answer = answered(register, made.id, today).letter
    serve(register, made.id, today, answer)
    known = register.request(made.id).facts
    assert (known.delivered_on, known.delivery) == (today.day, Delivery.MAIL)
    kept = register.services(made.id)
    assert [each.letter for each in kept] == [receipt, second, first, answer]
    assert register.proof(made.id, kept[2].event, CLERK)[1] == PICTURES[0]
    looks = [each.details for each in catalogue.events() if each.action == "request.view"]
    assert {"request": "2026-0001", "proof": kept[2].event} in looks
    assert [*problems(staff, catalogue)] == []


def test_an_opinion_is_served_by_the_letter_that_put_the_first_right(
    register: Register, made: Request, today: Today
) -> None:
    first, second = ask(register, made.id, today), ask(register, made.id, today)
    outgoing = Outgoing("third-party-asked", today.day, lambda number: number.encode(), {}, NOTICES, None, second)
    register.act(made.id, Event.LETTER, Said(today.day, note="地址写错"), CLERK, letter=outgoing)
    serve(register, made.id, today, register.letters(made.id)[-1].letter)
    assert [each.served_on for each in register.request(made.id).facts.asked] == [None, today.day]
    assert first != second


def test_a_proof_that_comes_while_the_answer_is_disputed_counts(
    register: Register, made: Request, today: Today
) -> None:
    answer = answered(register, made.id, today).letter
    register.act(made.id, Event.REVIEW, Said(today.day), CLERK)
    serve(register, made.id, today, answer)
    known = register.request(made.id).facts
    assert (known.state, known.delivered_on) == (State.REVIEWED, today.day)


@pytest.mark.parametrize("proof", PICTURES)
def test_pictures_are_proofs(register: Register, made: Request, today: Today, proof: bytes) -> None:
    letter = send(register, made.id, today).letter
    serve(register, made.id, today, letter, proof)
    assert register.proof(made.id, register.services(made.id)[0].event, CLERK)[1] == proof


@pytest.mark.parametrize(
    ("proof", "said"),
    [
        (b"MZ\x90 a program", "PDF，或者 JPG"),
        (b"<html><script>", "PDF，或者 JPG"),
        (b"%PDF-" + b"0" * LARGEST, "超过 10 MB"),
    ],
)
def test_what_is_no_proof_is_refused_and_nothing_is_recorded(
    register: Register, made: Request, today: Today, proof: bytes, said: str
) -> None:
    letter = send(register, made.id, today).letter
    before = register.request(made.id)
    with pytest.raises(RequestRefused, match=said):
        serve(register, made.id, today, letter, proof)
    assert register.request(made.id) == before and register.services(made.id) == []


def test_a_delivery_fits_its_letter(register: Register, made: Request, today: Today, application: Apply) -> None:
    letter = send(register, made.id, today).letter
    draft = Outgoing("receipt", today.day, lambda number: b"x", {})
    register.act(made.id, Event.DRAFT, Said(today.day), CLERK, letter=draft)
    early, mail = Said(today.day - DAY, delivery=Delivery.MAIL), Said(today.day, delivery=Delivery.MAIL)
    for said, serving, refused in (
        (early, Serving(letter), "早于文书的日期"),
        (mail, Serving(letter + 1), "没有发出"),
        (mail, Serving(99), "没有发出"),
        (mail, Serving(letter, replaces=1), "不是这份文书的"),
        (Said(today.day), Serving(letter), "送达方式"),
        (mail, None, "请在“文书”里登记"),
    ):
        with pytest.raises(RequestRefused, match=refused):
            register.act(made.id, Event.SERVE_LETTER, said, CLERK, serving=serving)
    with pytest.raises(RequestRefused, match="请在“文书”里登记"):
        register.act(made.id, Event.CORRECT, Said(today.day, note="x"), CLERK, serving=Serving(letter))
    assert register.services(made.id) == []


def test_a_wrong_proof_is_put_right_and_stays_out_of_the_bundle(
    register: Register, made: Request, today: Today, staff: Staff, catalogue: Catalogue
) -> None:
    letter = send(register, made.id, today).letter
    serve(register, made.id, today, letter, b"%PDF-wrong person")
    serve(register, made.id, today, letter, PDF, replaces=register.services(made.id)[0].event)
    assert [each.void for each in register.services(made.id)] == [True, False]
    with pytest.raises(RequestRefused, match="已经改正过"):
        serve(register, made.id, today, letter, PDF, replaces=register.services(made.id)[0].event)
    contents = bundled(register, made.id)
    assert PDF in contents.values() and b"%PDF-wrong person" not in contents.values()
    assert [*problems(staff, catalogue)] == []


def bundled(register: Register, id: str) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(case(register, id, "云溪县", CLERK, lambda event: ""))) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_bundle_has_the_proofs_and_names_the_letters_without_one(
    register: Register, made: Request, today: Today
) -> None:
    receipt = send(register, made.id, today).letter
    answer = answered(register, made.id, today).letter
    serve(register, made.id, today, answer)
    serve(register, made.id, today, receipt, b"")
    contents = bundled(register, made.id)
    (proof,) = (name for name in contents if "送达证明" in name)
    assert proof.endswith(".pdf") and contents[proof] == PDF
    told = "\n".join(each.text for each in docx.Document(BytesIO(contents[LIST])).paragraphs)
    assert "没有送达证明的文书：登记回执 云依申请告〔2026〕1号。" in told and "缺少下列材料" not in told


def test_an_answer_written_elsewhere_has_its_proof(register: Register, made: Request, today: Today) -> None:
    said = Said(today.day, answer="withdrawn")
    register.act(made.id, Event.WITHDRAW, said, CLERK)
    serve(register, made.id, today, None, PICTURES[1])
    (kept,) = register.services(made.id)
    assert (kept.letter, kept.kind) == (None, "image/png")
    assert PICTURES[1] in bundled(register, made.id).values()


def test_nothing_of_a_proof_is_readable_and_it_goes_with_the_persons(
    register: Register, made: Request, today: Today, staff: Staff, catalogue: Catalogue, tmp_path: Path
) -> None:
    answer = answered(register, made.id, today).letter
    serve(register, made.id, today, answer)
    staff.dump(tmp_path / DUMP)
    raw = (tmp_path / DUMP).read_bytes()
    assert PDF not in raw and base64.b64encode(PDF) not in raw and "张三丰".encode() not in raw
    today.day = today.day.replace(year=2037)
    register.act(made.id, Event.ANONYMISE, Said(today.day), HEAD)
    with pytest.raises(RequestRefused, match="已经去除"):
        register.proof(made.id, register.services(made.id)[0].event, CLERK)
    assert [*problems(staff, catalogue)] == []
    with pytest.raises(RequestRefused, match="已经去除"):
        serve(register, made.id, today, answer)


def test_a_backup_brings_proofs_back_and_a_new_key_opens_them(
    register: Register,
    made: Request,
    today: Today,
    staff: Staff,
    catalogue: Catalogue,
    tmp_path: Path,
    databases: Databases,
) -> None:
    letter = send(register, made.id, today).letter
    for _ in range(7):
        serve(register, made.id, today, letter, PDF)
    register.replace_key(CLERK)
    staff.dump(tmp_path / DUMP)
    other = Staff(databases.empty(tmp_path / "other.sqlite3"), staff.keys)
    brought = other.load(tmp_path / DUMP)
    assert brought["letter_services"] == 7 and brought["book_entries"] == 0
    again = Register(other, catalogue, Calendar(packaged()), today)
    assert again.proof(made.id, again.services(made.id)[-1].event, CLERK)[1] == PDF
    assert [*problems(other, catalogue)] == []
    # What has rows stays as it is: these, which it has already, or others.
    assert other.load(tmp_path / DUMP) == brought
    lines = (tmp_path / DUMP).read_text(encoding="utf-8").splitlines()
    at = next(at for at, line in enumerate(lines) if json.loads(line)["table"] == "letter_services")
    changed = json.loads(lines[at])
    changed["row"]["size"] += 1
    (tmp_path / DUMP).write_text("\n".join([*lines[:at], json.dumps(changed), *lines[at + 1 :]]), encoding="utf-8")
    assert other.load(tmp_path / DUMP) == {**brought, "letter_services": None}
    other.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda c: c.execute(update(letter_services).values(digest="0" * 64)), "被改动"),
        (lambda c: c.execute(delete(letter_services)), "送达登记与审计日志不符"),
        (lambda c: _copied(c), "送达登记与审计日志不符"),
        (lambda c: c.execute(delete(request_persons).where(request_persons.c.field == Field.RECEIPT.value)), "缺失"),
    ],
)
def test_what_is_changed_in_the_database_is_told(
    register: Register, made: Request, today: Today, staff: Staff, catalogue: Catalogue, spoil: object, said: str
) -> None:
    serve(register, made.id, today, send(register, made.id, today).letter)
    with staff.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE letter_services DISABLE TRIGGER ALL"))
        else:
            for what in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER letter_services_no_{what}"))
        spoil(connection)  # type: ignore[operator]  # a function of a connection
    assert any(said in each for each in problems(staff, catalogue))


def _copied(connection: Connection) -> None:
    row = connection.execute(select(letter_services)).mappings().one()
    connection.execute(insert(letter_services).values(**{**row, "event": 1}))


@pytest.mark.parametrize("what", ["update", "delete"])
def test_no_row_of_a_delivery_changes(register: Register, made: Request, today: Today, staff: Staff, what: str) -> None:
    serve(register, made.id, today, send(register, made.id, today).letter)
    with pytest.raises(Exception, match="only added to"), staff.writing() as connection:
        connection.execute(update(letter_services).values(size=0) if what == "update" else delete(letter_services))


def test_the_board_names_notices_that_nobody_handed_over(register: Register, made: Request, today: Today) -> None:
    letter = send(register, made.id, today)
    today.day += 10 * DAY
    assert [each.letter for each in unserved(register, today.day)] == [f"文书 {letter.number}"]
    serve(register, made.id, today, letter.letter, b"")
    assert unserved(register, today.day) == []
