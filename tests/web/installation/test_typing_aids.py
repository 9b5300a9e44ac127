"""Suggestions and corrections: built in the background, rebuilt after an error, and never from withdrawn text."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.decisions import review
from archive.document import Verdict
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from indexer import sync
from indexer.helping.suggestions import Suggestion
from tests.conftest import Installation, publish
from web.installation import typing_aids
from web.installation.services import Services, open_services
from web.installation.typing_aids import Made
from web.search.find import find, suggestions
from web.search.params import SearchForm

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

TEXTS = {
    "低保.txt": "关于印发低保办法的通知\n\n最低生活保障标准每年调整。\n",
    "危房.txt": "柳河镇危房改造公示\n\n本次危房改造资金已经下达，石榴坪互助点负责。\n",
}


@pytest.fixture
def withdrawn(tmp_path: Path, installation: Installation) -> Iterator[Services]:
    """Open an installation with two indexed documents, of which 危房.txt was withdrawn afterwards."""
    services = open_services(installation(tmp_path / "data"))
    items = []
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        items.append(Item(path=tmp_path / name, source=f"file:{name}", stated={"issuer": f"{name[:2]}局"}))
    with Sandbox() as sandbox:
        outcomes = list(Intake(services.catalogue, services.blobs, sandbox, "收文员").receive_all(items))
    for outcome in outcomes:
        publish(services.catalogue, str(outcome.document_id))
    sync.catch_up(services.catalogue, services.engine)
    assert "柳河镇危房改造公示" in suggestions(services, "柳河")
    review.decide(services.catalogue, str(outcomes[1].document_id), Verdict.WITHDRAW, "审查员", "有误")
    yield services
    services.close()


@pytest.mark.parametrize("typed", ["weifanggaizao", "weifang gaizao", "危房改照", "石溜坪互助点"])
def test_no_correction_tells_a_word_of_a_withdrawn_document(withdrawn: Services, typed: str) -> None:
    offered = [each.label for each in find(withdrawn, SearchForm(q=typed)).corrections]
    assert not any("危房" in each or "石榴坪" in each for each in offered)


def test_no_suggestion_does(withdrawn: Services) -> None:
    for typed in ("柳河", "危房", "weifang", "危"):
        assert suggestions(withdrawn, typed) == []
    assert suggestions(withdrawn, "zuidi") == ["最低生活保障"]


def test_a_title_is_suggested_as_it_is_today(withdrawn: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    (id,) = (document.id for document in withdrawn.catalogue.public_all())

    class Former:
        def suggest(self, typed: str, hidden: frozenset[str]) -> list[Suggestion]:
            return [Suggestion("关于张三家庭低保的公示", id), Suggestion("没有这份文件", "withdrawn")]

    monkeypatch.setattr(Made, "current", lambda self: Former())
    assert suggestions(withdrawn, "张三") == []


class _Engine:
    def __init__(self) -> None:
        self.now: object = object()

    def vocabulary(self) -> object:
        return self.now

    def generation(self) -> str:
        return str(id(self.now))


def _until(made: "Made[str]", wanted: str) -> None:
    for _ in range(200):
        if made.current() == wanted:
            return
        time.sleep(0.01)
    raise AssertionError(made.current())


def test_an_older_making_does_not_replace_a_newer_one() -> None:
    engine, slow = _Engine(), threading.Event()
    first, second = engine.now, object()

    def make(vocabulary: object) -> str:
        if vocabulary is first:
            slow.wait(5)
            return "first"
        return "second"

    made: Made[str] = Made(engine, make, background=True)  # type: ignore[arg-type]  # a stand-in
    assert made.current() is None
    engine.now = second
    _until(made, "second")
    slow.set()
    time.sleep(0.05)
    assert made.current() == "second"


def test_trouble_in_making_is_logged_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(typing_aids, "_AGAIN_SECONDS", 0.0)
    tries: list[int] = []

    def make(vocabulary: object) -> str:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("too many open files")
        return "made"

    made: Made[str] = Made(_Engine(), make, background=True)  # type: ignore[arg-type]  # a stand-in
    _until(made, "made")
    assert "offers could not be made" in caplog.text
