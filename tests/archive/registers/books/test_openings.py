"""A reply for all: only of an answer that gave something, never with the applicant in it, and always through review."""

from datetime import date
from pathlib import Path

import pytest

from archive.decisions import review
from archive.document import Aspect, Disclosure, Outcome, Verdict
from archive.errors import DecisionRefused, EntryRefused
from archive.extract import Sandbox
from archive.intake.receive import Intake
from archive.registers.books.book import Book, Entry
from archive.registers.books.openings import SPEC, figures, open_reply
from archive.registers.notices import packaged
from archive.registers.requests.facts import Applicant, Field, Said
from archive.registers.requests.outcomes import Content
from archive.registers.requests.register import Register
from archive.registers.requests.request import Application, Request
from archive.registers.requests.states import Event
from archive.registers.requests.terms import Channel
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue
from tests.archive.registers.books.conftest import CLERK, Open
from tests.archive.registers.requests.test_register import answer

NAME, IDENTITY, CONTACT = "欧阳小玥", "370101199001011234", "云溪县南街 3 号，13800001111"
COPY = "石门村征地补偿方案\n\n每亩补偿标准见附表。\n"
TODAY = date(2026, 9, 1)


@pytest.fixture
def book(opened: Open) -> Book:
    return opened(SPEC)


@pytest.fixture
def register(staff: Staff, catalogue: Catalogue) -> Register:
    return Register(staff, catalogue, Calendar(packaged()), lambda: TODAY)


def asked(register: Register) -> Request:
    personal = {Field.NAME: NAME, Field.IDENTITY: IDENTITY, Field.CONTACT: CONTACT, Field.TEXT: "征地补偿方案"}
    return register.register(Application(Channel.IN_PERSON, Applicant.PERSON, TODAY, personal), CLERK)


@pytest.fixture
def answered(register: Register) -> Request:
    return register.act(asked(register).id, Event.ANSWER, answer(TODAY), CLERK)


class Opening:
    """Gives files for an answered request, each in a form of its own."""

    def __init__(self, book: Book, register: Register, intake: Intake, sandbox: Sandbox, folder: Path) -> None:
        self.parts = book, register, intake, sandbox
        self.folder = folder
        self.forms = 0

    def __call__(self, number: str, content: str = COPY, name: str = "方案.txt", id: str = "", **more: str) -> Entry:
        self.forms += 1
        path = self.folder / f"sent-{self.forms}"
        path.write_text(content, encoding="utf-8")
        told = {"request": number, "why": "申请人建议", "on": "2026-09-01", **more}
        return open_reply(*self.parts, told, (path, name), CLERK, id or f"{self.forms:032}")


@pytest.fixture
def give(book: Book, register: Register, intake: Intake, sandbox: Sandbox, tmp_path: Path) -> Opening:
    return Opening(book, register, intake, sandbox, tmp_path)


def test_a_copy_comes_in_related_by_number_only_and_waits_for_review(
    give: Opening, answered: Request, catalogue: Catalogue, book: Book
) -> None:
    entry = give(answered.number, id="a" * 32)
    assert give(answered.number, id="a" * 32) == entry and len(book.all()) == 1
    id = str(entry.facts["document"])
    document = catalogue.newest(id)
    assert "征地补偿方案" in document.metadata.title and catalogue.public_count() == 0
    kept = f"{document} {catalogue.events(id)} {catalogue.sources()}"
    assert answered.number not in kept and answered.id not in kept and NAME not in kept
    assert dict(figures(2026, [each.facts for each in book.all()]))["申请人建议"] == "1 件"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (f"{NAME}：\n\n{COPY}", "方案.txt", "姓名或名称"),
        (f"欧 阳 小 玥：\n\n{COPY}", "方案.txt", "姓名或名称"),
        (COPY, f"答复{NAME}.txt", "姓名或名称"),
        (f"{COPY}\n身份证 ３７０１０１１９９００１０１１２３４\n", "方案.txt", "身份证明"),
        (f"{COPY}\n电话 138-0000-1111\n", "方案.txt", "联系方式"),
        (f"{COPY}\n寄云溪县南街3号\n", "方案.txt", "联系方式"),
    ],
)
def test_a_copy_with_the_applicant_in_it_is_not_taken_in(
    give: Opening, answered: Request, catalogue: Catalogue, book: Book, content: str, name: str, said: str
) -> None:
    with pytest.raises(EntryRefused, match=said) as refused:
        give(answered.number, content, name)
    assert NAME not in str(refused.value)
    assert book.all() == [] and catalogue.ids() == []


def test_a_copy_that_the_pre_check_stops_does_not_become_public(
    give: Opening, answered: Request, catalogue: Catalogue
) -> None:
    id = str(give(answered.number, f"{COPY}\n村民王某13812345678。\n").facts["document"])
    review.classify(catalogue, id, Disclosure.ACTIVE, "乙二", "条例第四十四条")
    for aspect in Aspect:
        review.examine(catalogue, id, aspect, Outcome.PASSED, "乙二", "看过")
    with pytest.raises(DecisionRefused, match="拦截没有处理"):
        review.decide(catalogue, id, Verdict.APPROVE, "丙三", "同意")
    assert catalogue.public_count() == 0


def test_only_an_answer_that_gave_something_is_opened(
    give: Opening, register: Register, book: Book, answered: Request
) -> None:
    waiting = asked(register)
    with pytest.raises(EntryRefused, match="还没有答复"):
        give(waiting.number)
    said = Said(TODAY, answer="secret", contents={Content.REASONS: "属于国家秘密"}, number="沭公开〔2026〕9号")
    register.act(waiting.id, Event.ANSWER, said, CLERK)
    with pytest.raises(EntryRefused, match="没有提供信息"):
        give(waiting.number)
    with pytest.raises(EntryRefused, match="没有这个登记号"):
        give("2026-0099")
    with pytest.raises(EntryRefused, match="缘由"):
        give(answered.number, why="")
    with pytest.raises(EntryRefused):
        give(answered.number, "", "空.exe")
    assert book.all() == []
