"""The history of a document: its versions, what changed in each, and why."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archive.decisions import history
from archive.errors import UnknownDocument
from archive.intake.adding import Item
from archive.intake.receive import Intake, Result
from archive.store.catalogue import Catalogue
from tests.conftest import publish

TEXT = "关于做好防汛工作的通知\n一、落实责任。\n二、备足物资。\n三、值班值守。\n"


@pytest.fixture
def id(intake: Intake, write: Callable[[str, str], Path]) -> str:
    return str(intake.receive(Item(write("a.txt", TEXT), "a", {"number": "云政发〔2020〕1号"})).document_id)


def test_each_version_says_what_changed_and_why(
    catalogue: Catalogue, intake: Intake, write: Callable[[str, str], Path], id: str
) -> None:
    publish(catalogue, id)
    corrected = Item(
        write("a.txt", TEXT.replace("二、备足物资。\n", "")),
        "a",
        {"number": "云政发〔2020〕2号"},
        (write("表.txt", "物资表\n沙袋\n"),),
        "文号有误，物资另列附件",
    )
    assert intake.receive(corrected).reason == ""
    first, second = history.of(catalogue, id)
    assert (first.changed, first.note, first.document.version) == ((), "", 1)
    assert first.approved_at is not None
    assert second.note == "文号有误，物资另列附件"
    assert second.approved_at is None
    assert second.changed == (
        "文号由“云政发〔2020〕1号”改为“云政发〔2020〕2号”",
        "正文增加 0 段，删去 1 段",
        "增加附件 表.txt",
    )


def test_a_new_version_without_a_reason_is_remarked(intake: Intake, write: Callable[[str, str], Path], id: str) -> None:
    outcome = intake.receive(Item(write("a.txt", TEXT + "四、报告。\n"), "a"))
    assert outcome.result is Result.CHANGED
    assert "更正原因" in outcome.reason


def test_a_file_that_differs_and_says_the_same_is_told(
    catalogue: Catalogue, intake: Intake, write: Callable[[str, str], Path], id: str
) -> None:
    intake.receive(Item(write("a.txt", TEXT + "\n\n"), "a", {"number": "云政发〔2020〕1号"}))
    assert history.of(catalogue, id)[1].changed == ("文字没有变化，文件不同",)


def test_an_unknown_document_has_no_history(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownDocument):
        history.of(catalogue, "nobody")
