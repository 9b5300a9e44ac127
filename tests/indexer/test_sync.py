"""Catching up and rebuilding: replaying does no harm, and a crash leaves the index as it was."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.decisions import review
from archive.document import Verdict
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from indexer import sync
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from indexer.engines.generations import Generations
from indexer.engines.whoosh import engine as engine_module
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.errors import IndexDamaged, IndexerBusy, IndexMissing, IndexOutdated
from web.installation.services import Services, open_services

Take = Callable[[int], list[str]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture
def take(services: Services, sandbox: Sandbox, tmp_path: Path) -> Take:
    """Take in and publish numbered documents. Returns their ids."""
    intake = Intake(services.catalogue, services.blobs, sandbox, "移交", already_published=True)

    def take_in(count: int) -> list[str]:
        items = []
        for at in range(count):
            path = tmp_path / f"{at}.txt"
            path.write_text(f"第{at}号通知\n\n关于第{at}项工作的安排，请遵照执行。\n", encoding="utf-8")
            items.append(Item(path, f"source {at}"))
        return [str(outcome.document_id) for outcome in intake.receive_all(items)]

    return take_in


def total(services: Services, typed: str = "") -> int:
    return services.engine.search(SearchRequest(query=parse(typed))).total


def test_there_is_no_answer_before_there_is_an_index(services: Services, take: Take) -> None:
    take(1)
    with pytest.raises(IndexMissing):
        total(services)
    assert services.engine.cursor() == 0


def test_catching_up_applies_publications_and_withdrawals(services: Services, take: Take) -> None:
    ids = take(3)
    report = sync.catch_up(services.catalogue, services.engine)
    assert (report.put, report.removed, report.cursor) == (3, 0, 3)
    review.decide(services.catalogue, ids[0], Verdict.WITHDRAW, "审查员", "有误")
    report = sync.catch_up(services.catalogue, services.engine)
    assert (report.put, report.removed, report.cursor) == (0, 1, 4)
    assert total(services, "通知") == 2


def test_catching_up_with_nothing_new_builds_nothing(services: Services, take: Take) -> None:
    take(1)
    sync.catch_up(services.catalogue, services.engine)
    generation = (services.settings.index_folder / "current").readlink()
    report = sync.catch_up(services.catalogue, services.engine)
    assert (report.put, report.removed) == (0, 0)
    assert (services.settings.index_folder / "current").readlink() == generation


def test_an_index_of_nothing_is_built_once(services: Services) -> None:
    sync.catch_up(services.catalogue, services.engine)
    assert (total(services), services.engine.count()) == (0, 0)
    generation = services.engine.generation()
    sync.catch_up(services.catalogue, services.engine)
    assert services.engine.generation() == generation


def test_a_rebuild_yields_the_same_index(services: Services, take: Take) -> None:
    take(5)
    sync.catch_up(services.catalogue, services.engine)
    before = services.engine.search(SearchRequest(query=parse("工作安排")))
    report = sync.rebuild(services.catalogue, services.engine)
    assert report.put == 5
    assert report.cursor == services.catalogue.last_change() == services.engine.cursor()
    assert services.engine.search(SearchRequest(query=parse("工作安排"))) == before


def test_what_is_withdrawn_during_a_rebuild_is_not_in_it(services: Services, take: Take) -> None:
    ids = take(3)

    def withdraw_midway(done: int, _total: int) -> None:
        if done == 3:
            review.decide(services.catalogue, ids[1], Verdict.WITHDRAW, "审查员", "有误")

    report = sync.rebuild(services.catalogue, services.engine, withdraw_midway)
    assert report.removed == 1
    assert total(services) == 2


def test_searches_go_on_during_a_rebuild(services: Services, take: Take) -> None:
    take(4)
    sync.catch_up(services.catalogue, services.engine)
    seen: list[int] = []
    searched = sync.rebuild(services.catalogue, services.engine, lambda *_: seen.append(total(services, "通知")))
    assert searched.put == 4
    assert seen == [4, 4, 4, 4]


def test_two_generations_are_kept(services: Services, take: Take) -> None:
    take(1)
    for _ in range(4):
        sync.rebuild(services.catalogue, services.engine)
    kept = sorted(path.name for path in (services.settings.index_folder / "generations").iterdir())
    assert kept == ["00000003", "00000004"]


@pytest.mark.parametrize("where", ["Generations.manifest", "Snapshot"])
def test_a_generation_that_is_cleared_away_while_it_is_opened_gives_way_to_the_next(
    services: Services, take: Take, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    take(2)
    sync.rebuild(services.catalogue, services.engine)
    place = Generations if where.startswith("Generations") else engine_module
    name = where.rpartition(".")[2]
    step = getattr(place, name)

    def late(*arguments: object) -> object:
        monkeypatch.setattr(place, name, step)
        for _ in range(2):
            sync.rebuild(services.catalogue, services.engine)
        return step(*arguments)

    with closing(WhooshEngine(services.settings.index_folder, services.analyzer)) as cold:
        monkeypatch.setattr(place, name, late)
        assert cold.search(SearchRequest()).total == 2
        assert cold.generation() == "00000003"
        monkeypatch.setattr(place, name, late)
        cold.verify()


def test_only_one_indexer_at_a_time(services: Services, take: Take) -> None:
    take(1)
    with (
        services.engine.rebuilding(),
        pytest.raises(IndexerBusy, match=str(os.getpid())),
    ):
        sync.catch_up(services.catalogue, services.engine)


def test_a_torn_generation_falls_back_to_the_former_one_at_a_cold_start(services: Services, take: Take) -> None:
    take(2)
    for _ in range(2):
        sync.rebuild(services.catalogue, services.engine)
    folder = services.settings.index_folder
    _tear(next((folder / "current").resolve().glob("*.trm")))
    cold = WhooshEngine(folder, services.analyzer)
    assert cold.search(SearchRequest()).total == 2
    assert cold.generation() == "00000001"
    cold.close()


def test_damage_without_a_former_generation_is_an_error_not_an_empty_answer(services: Services, take: Take) -> None:
    take(1)
    sync.rebuild(services.catalogue, services.engine)
    folder = services.settings.index_folder
    _tear(folder / "current" / "MANIFEST.json")
    with pytest.raises(IndexDamaged):
        WhooshEngine(folder, services.analyzer).search(SearchRequest())
    sync.rebuild(services.catalogue, services.engine)
    assert total(services) == 1


def test_a_generation_that_does_not_answer_is_not_promoted(
    services: Services, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(3)
    sync.catch_up(services.catalogue, services.engine)
    live = (services.settings.index_folder / "current").readlink()
    with monkeypatch.context() as broken:
        broken.setattr("indexer.fields.grams", lambda text: [])
        broken.setattr(services.analyzer, "words", lambda text: [])
        with pytest.raises(IndexDamaged, match="标题"):
            sync.rebuild(services.catalogue, services.engine)
    assert (services.settings.index_folder / "current").readlink() == live
    assert total(services, "通知") == 3


def test_damage_is_not_built_upon_and_verified_away(services: Services, take: Take) -> None:
    ids = take(3)
    for _ in range(2):
        sync.rebuild(services.catalogue, services.engine)
    live = (services.settings.index_folder / "current").resolve()
    _tear(next(live.glob("*.trm")))
    cold = WhooshEngine(services.settings.index_folder, services.analyzer)
    review.decide(services.catalogue, ids[0], Verdict.WITHDRAW, "审查员", "有误")
    with pytest.raises(IndexDamaged):
        cold.verify()
    with pytest.raises(IndexDamaged):
        sync.catch_up(services.catalogue, cold)
    assert (services.settings.index_folder / "current").resolve() == live
    sync.rebuild(services.catalogue, cold)
    cold.verify()
    assert cold.search(SearchRequest()).total == 2
    cold.close()


def test_a_link_to_nowhere_falls_back_to_the_former_generation(services: Services, take: Take) -> None:
    take(2)
    for _ in range(2):
        sync.rebuild(services.catalogue, services.engine)
    shutil.rmtree((services.settings.index_folder / "current").resolve())
    cold = WhooshEngine(services.settings.index_folder, services.analyzer)
    assert cold.search(SearchRequest()).total == 2
    cold.close()


def test_a_writer_starts_where_the_live_index_stands_once_the_lock_is_its_own(services: Services, take: Take) -> None:
    take(2)
    sync.catch_up(services.catalogue, services.engine)
    stale = WhooshEngine(services.settings.index_folder, services.analyzer)
    assert stale.cursor() == 2
    take(4)
    sync.catch_up(services.catalogue, services.engine)
    with stale.writing() as writer:
        assert writer.cursor == 4
    assert stale.count() == 4
    stale.close()


def test_an_index_of_another_analyzer_is_refused(
    services: Services, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(1)
    sync.rebuild(services.catalogue, services.engine)
    monkeypatch.setattr("indexer.fields.LAPSED_PRIOR", 0.5)
    monkeypatch.setitem(__import__("indexer.fields").fields.FIELDS, "lapsed", 0.5)
    other = WhooshEngine(services.settings.index_folder, services.analyzer)
    with pytest.raises(IndexOutdated, match="--full"):
        other.search(SearchRequest())
    sync.rebuild(services.catalogue, other)
    assert other.search(SearchRequest()).total == 1
    other.close()


def test_a_reindex_killed_half_way_leaves_the_former_index_serving(
    services: Services, take: Take, tmp_path: Path
) -> None:
    take(20)
    sync.catch_up(services.catalogue, services.engine)
    live = (services.settings.index_folder / "current").readlink()
    program = textwrap.dedent(
        """
        import sys, time
        from dataclasses import replace
        from pathlib import Path
        from web.installation.settings import Settings
        from indexer import sync
        from web.installation.services import open_services

        opened = open_services(replace(Settings.at(Path(sys.argv[1])), database_url=sys.argv[2]))

        def slowly(done, total):
            print(done, flush=True)
            time.sleep(0.05)

        sync.rebuild(opened.catalogue, opened.engine, slowly)
        """
    )
    arguments = [str(services.settings.data), services.settings.database_url]
    command = [sys.executable, "-c", program, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:  # noqa: S603  # our own program
        assert child.stdout is not None
        while int(child.stdout.readline()) < 10:
            pass
        child.send_signal(signal.SIGKILL)
    generations = services.settings.index_folder / "generations"
    assert list(generations.glob("building-*"))
    assert (services.settings.index_folder / "current").readlink() == live
    started = open_services(services.settings)
    assert started.engine.search(SearchRequest(query=parse("通知"))).total == 20
    sync.rebuild(started.catalogue, started.engine)
    assert not list(generations.glob("building-*"))
    assert started.engine.search(SearchRequest(query=parse("通知"))).total == 20
    started.close()


def _tear(path: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content[: len(content) // 2])


def test_an_index_that_was_copied_without_its_links_is_rebuilt(services: Services, take: Take) -> None:
    take(2)
    sync.catch_up(services.catalogue, services.engine)
    folder = services.settings.index_folder
    live = (folder / "current").resolve()
    (folder / "current").unlink()
    shutil.copytree(live, folder / "current")
    (folder / ".current-1").symlink_to("generations/00000001")
    services.engine.close()
    with pytest.raises(IndexDamaged):
        sync.catch_up(services.catalogue, services.engine)
    sync.rebuild(services.catalogue, services.engine)
    assert (folder / "current").is_symlink()
    assert not list(folder.glob(".current-*"))
    assert services.engine.count() == 2
