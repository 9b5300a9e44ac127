"""What is withheld is due again after its interval, stays with a reason, or becomes public through review."""

from datetime import date
from pathlib import Path

import pytest
import time_machine

from archive.decisions import review
from archive.decisions.worklist import Step, Worklist
from archive.document import Disclosure
from archive.errors import EntryRefused
from archive.registers.books import exchange
from archive.registers.books.book import Book
from archive.registers.books.reevaluations import (
    PENDING,
    SPEC,
    UNDONE,
    carry_out,
    dues,
    evaluate,
    figures,
    until,
    withheld,
)
from archive.registers.requests.request import Actor
from archive.store.catalogue import Catalogue
from tests.archive.registers.books.conftest import Bring, Open

REVIEWER = Actor("乙二", "reviewer")


@pytest.fixture
def book(opened: Open) -> Book:
    return opened(SPEC)


@pytest.fixture
def secret(bring: Bring, catalogue: Catalogue) -> str:
    """Return a document that was withheld on 31 August 2025; beside it there are others."""
    ids = [bring(name, f"关于{name}的通知\n\n请办理。\n") for name in ("保密检查", "预算公开", "值班")]
    with time_machine.travel("2025-08-30T20:00:00Z"):
        review.classify(catalogue, ids[0], Disclosure.WITHHELD, "乙二", "条例第十四条", "属于国家秘密")
        review.classify(catalogue, ids[1], Disclosure.ON_REQUEST, "乙二", "条例第十三条")
        review.classify(catalogue, ids[1], Disclosure.ACTIVE, "乙二", "条例第二十条")
    return ids[0]


def told(document: str, **more: str) -> dict[str, str]:
    return {"document": document, "on": "2026-09-01", "decision": "维持", "reason": "保密期限未满", **more}


def test_a_withheld_document_is_due_a_year_after_it_was_classified_or_evaluated(
    book: Book, catalogue: Catalogue, secret: str
) -> None:
    [found] = dues(withheld(catalogue), book.all(), 12)
    assert (found.document.id, found.document.ground) == (secret, "属于国家秘密")
    assert (found.document.since, found.on, found.last) == (date(2025, 8, 31), date(2026, 8, 31), None)
    assert until([found], 2025) == [] and until([found], 2026) == until([found], 2030) == [found]
    assert dues(withheld(catalogue), [], 6)[0].on == date(2026, 2, 28)
    evaluate(book, told(secret), REVIEWER)
    [found] = dues(withheld(catalogue), book.all(), 12)
    assert (found.on, found.last) == (date(2027, 9, 1), date(2026, 9, 1))
    evaluate(book, told(secret, next_on="2026-12-01", reason="年底解密"), REVIEWER)
    assert dues(withheld(catalogue), book.all(), 12)[0].on == date(2026, 12, 1)
    assert dict(figures(2026, [each.facts for each in book.all()])) == {
        **{"评估": "2 件", "维持": "2 件"},
        "转为主动公开": "0 件",
    }


def test_what_becomes_public_for_all_goes_through_review(book: Book, catalogue: Catalogue, secret: str) -> None:
    form = told(secret, decision="转为主动公开", reason="已经解密")
    entry = evaluate(book, form, REVIEWER, "a" * 32)
    assert evaluate(book, form, REVIEWER, "a" * 32) == entry
    assert withheld(catalogue) == [] and catalogue.public_count() == 0
    [work] = [each for each in Worklist(catalogue).waiting() if each.id == secret]
    assert work.disclosure is Disclosure.ACTIVE and work.step is Step.TRUTHFULNESS
    event = [each for each in catalogue.events(secret) if each.action == "classify"][-1]
    assert event.actor == "乙二" and "第十八条" in str(event.details["basis"])
    with pytest.raises(EntryRefused, match="不用评估"):
        evaluate(book, told(secret), REVIEWER)
    with pytest.raises(EntryRefused, match="不能改"):
        book.change(entry.id, told(secret), REVIEWER)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": ""}, "请填写理由"),
        ({"on": "2026-09-02"}, "还没有到"),
        ({"next_on": "2026-09-01"}, "之后"),
        ({"decision": "转为主动公开", "next_on": "2027-09-01"}, "不填"),
        ({"document": "nobody234567"}, "没有这个编号"),
    ],
)
def test_what_is_wrong_changes_nothing(
    book: Book, catalogue: Catalogue, secret: str, wrong: dict[str, str], said: str
) -> None:
    with pytest.raises(EntryRefused, match=said):
        evaluate(book, {**told(secret), **wrong}, REVIEWER)
    assert book.all() == [] and len(withheld(catalogue)) == 1


class Cut(BaseException):
    """The power fails."""


def _cut(*_: object, **__: object) -> None:
    raise Cut


@pytest.mark.parametrize("at", ["before the attribute is set", "after it"])
def test_an_evaluation_that_is_cut_off_is_carried_out_later_and_told(
    book: Book, catalogue: Catalogue, secret: str, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    form = told(secret, decision="转为主动公开", reason="已经解密")
    with monkeypatch.context() as patched, pytest.raises(Cut):
        if at == "after it":
            patched.setattr(Book, "make", _cut)
        else:
            patched.setattr(review, "classify", _cut)
        evaluate(book, form, REVIEWER, "a" * 32)
    [entry] = book.all()
    assert entry.facts[PENDING] == "1"
    [said] = carry_out(book)
    assert "补办完毕" in said and secret in said
    assert withheld(catalogue) == [] and carry_out(book) == []
    [made] = book.all()
    assert PENDING not in made.facts and [each.event for each in book.events(made.id)] == ["登记", "执行"]
    done = [each for each in catalogue.events(secret) if each.action == "classify"]
    assert [each.details["disclosure"] for each in done].count("主动公开") == 1 and done[-1].actor == "乙二"
    # The form that comes again finds all done.
    assert evaluate(book, form, REVIEWER, "a" * 32) == made


def test_an_evaluation_of_a_version_that_is_no_longer_the_newest_is_not_carried_out(
    book: Book, catalogue: Catalogue, secret: str, monkeypatch: pytest.MonkeyPatch, bring: Bring
) -> None:
    with monkeypatch.context() as patched, pytest.raises(Cut):
        patched.setattr(review, "classify", _cut)
        evaluate(book, told(secret, decision="转为主动公开", reason="已经解密"), REVIEWER)
    assert bring("保密检查", "关于保密检查的通知（第二次）\n\n请照新的办理。\n") == secret
    review.classify(catalogue, secret, Disclosure.WITHHELD, "乙二", "条例第十四条", "属于国家秘密")
    [said] = carry_out(book)
    assert "没有执行" in said and len(withheld(catalogue)) == 1 and carry_out(book) == []
    [entry] = book.all()
    assert entry.facts[UNDONE]
    # It counts as none: the document is still due.
    assert dues(withheld(catalogue), book.all(), 12)[0].last is None
    assert dict(figures(2026, [entry.facts]))["评估"] == "0 件"


def test_a_table_of_former_evaluations_carries_nothing_out(
    book: Book, catalogue: Catalogue, secret: str, tmp_path: Path
) -> None:
    file = tmp_path / "in.csv"
    file.write_text(f"文件,评估日,结论,理由\n{secret},2020-01-01,转为主动公开,已经解密\n", encoding="utf-8")
    assert exchange.take_in(book, file, REVIEWER).rows == 1
    assert carry_out(book) == [] and len(withheld(catalogue)) == 1
