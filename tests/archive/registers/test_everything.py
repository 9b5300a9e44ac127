"""What staff may find: every document in its newest version, and entries of other registers, in one order."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest

from archive.decisions import corrections, review
from archive.document import Verdict
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.registers import looks
from archive.registers.everything import Entry, Everything, State
from archive.store import audit
from archive.store.folder import STAFF_INDEX
from indexer import sync
from indexer.asking.parse import parse
from indexer.engine import Engine, SearchRequest
from tests.conftest import publish
from web.installation.services import Services, staff_engine


@dataclass
class Replies:
    """A register for the tests, whose acts are in the log."""

    kind: str = "reply"
    actions: Collection[str] = ("replied",)
    held: dict[str, Entry] = field(default_factory=dict)

    def touched(self, action: str, details: Mapping[str, object]) -> str | None:
        return str(details["number"]) if action in self.actions else None

    def ids(self) -> Iterable[str]:
        return self.held

    def entries(self, ids: Collection[str]) -> Iterable[Entry]:
        return [self.held[id] for id in ids if id in self.held]


@pytest.fixture
def engine(services: Services) -> Iterator[Engine]:
    with closing(staff_engine(services)) as opened:
        yield opened


@pytest.fixture
def ids(services: Services, tmp_path: Path) -> list[str]:
    """Bring in four documents, all alike but for a word of each: they wait."""
    items = []
    for word in ("防汛", "供水", "养老", "绿化"):
        path = tmp_path / f"{word}.txt"
        path.write_text(f"关于{word}工作的通知\n\n请各单位做好{word}的有关准备。\n", encoding="utf-8")
        items.append(Item(path, word))
    with Sandbox(workers=1) as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, "甲一")
        return [str(each.document_id) for each in intake.receive_all(items)]


def found(engine: Engine, words: str) -> set[str]:
    return {hit.id for hit in engine.search(SearchRequest(query=parse(words))).hits}


def test_documents_are_found_whatever_their_state(services: Services, engine: Engine, ids: list[str]) -> None:
    waiting, public, withdrawn, refused = ids
    publish(services.catalogue, public)
    publish(services.catalogue, withdrawn)
    review.decide(services.catalogue, withdrawn, Verdict.WITHDRAW, "丙三", "有误")
    review.decide(services.catalogue, refused, Verdict.REJECT, "丙三", "不属本机关")
    everything = Everything(services.catalogue)
    sync.follow(everything, engine)
    assert found(engine, "工作的通知") == set(ids)
    assert (
        everything.states()
        == everything.states(ids)
        == {
            waiting: State.WAITING,
            public: State.PUBLIC,
            withdrawn: State.WITHDRAWN,
            refused: State.REFUSED,
        }
    )
    # The citizens' index knows the one that is public.
    sync.catch_up(services.catalogue, services.engine)
    assert found(services.engine, "工作的通知") == {public}


def test_what_is_corrected_while_it_waits_is_found_anew(services: Services, engine: Engine, ids: list[str]) -> None:
    everything = Everything(services.catalogue)
    sync.follow(everything, engine)
    assert sync.behind(everything, engine) == 0
    corrections.correct(services.catalogue, ids[0], "title", "关于城市内涝的通知", "乙二", "原题有误")
    assert sync.behind(everything, engine) > 0
    sync.follow(everything, engine)
    assert found(engine, "城市内涝") == {ids[0]}


def test_a_look_changes_nothing(services: Services, engine: Engine, ids: list[str]) -> None:
    everything = Everything(services.catalogue)
    sync.follow(everything, engine)
    looks.note(services.catalogue, ids[0], 1, "乙二", "防汛.txt")
    assert sync.behind(everything, engine) == 0


def test_a_document_whose_last_public_day_has_passed_is_said_to_be_over(services: Services, ids: list[str]) -> None:
    catalogue = services.catalogue
    today = date(2099, 11, 1)
    catalogue.today = lambda: today
    corrections.correct(catalogue, ids[0], "public_until", str(today), "乙二", "公示十日", sure=True)
    publish(catalogue, ids[0])
    assert Everything(catalogue).states([ids[0]]) == {ids[0]: State.PUBLIC}
    catalogue.today = lambda: today + timedelta(days=1)
    assert Everything(catalogue).states([ids[0]]) == {ids[0]: State.ENDED}


@pytest.mark.parametrize("run", [sync.follow, sync.build])
def test_entries_of_a_register_are_found_beside_documents(
    services: Services, engine: Engine, ids: list[str], run: object
) -> None:
    replies = Replies()
    replies.held["2026-0001"] = Entry("reply", "2026-0001", "答复", "您申请公开的防汛物资采购合同", State.ANSWERED)
    everything = Everything(services.catalogue, [replies])
    with services.catalogue.writing() as connection:
        audit.append(connection, "丁四", "replied", None, {"number": "2026-0001"})
    assert callable(run)
    run(everything, engine)
    assert found(engine, "采购合同") == {"reply/2026-0001"}
    assert everything.states(["reply/2026-0001", ids[0]]) == {
        "reply/2026-0001": State.ANSWERED,
        ids[0]: State.WAITING,
    }
    # One that its register no longer has goes.
    replies.held.clear()
    with services.catalogue.writing() as connection:
        audit.append(connection, "丁四", "replied", None, {"number": "2026-0001"})
    sync.follow(everything, engine)
    assert found(engine, "采购合同") == set() and found(engine, "防汛") == {ids[0]}


def test_a_rebuild_has_the_same(services: Services, engine: Engine, ids: list[str]) -> None:
    everything = Everything(services.catalogue)
    followed = sync.follow(everything, engine)
    built = sync.build(everything, engine)
    assert (built.put, built.cursor) == (4, followed.cursor) == (engine.count(), everything.last_change())
    assert {*ids} == found(engine, "通知")


def test_only_the_owner_enters_the_folder(services: Services, engine: Engine) -> None:
    assert (services.settings.data / STAFF_INDEX).stat().st_mode & 0o777 == 0o700
