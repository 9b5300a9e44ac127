"""Whatever staff do at the desk changes no byte of a public answer, until a document is published."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from archive.registers.roles import Role
from indexer import sync
from tests.conftest import publish
from tests.web.conftest import Site
from tests.web.staff.conftest import TEXT, DeskSite
from tests.web.test_parameters import routes
from web.app import create_app
from web.commands.worker import Upkeep, Worker

pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]
PUBLIC = "关于印发云溪县最低生活保障实施办法的通知\n\n云政发〔2019〕6号\n\n每年调整一次。\n\n2019年9月20日\n"
AT = datetime.now(UTC) + timedelta(hours=1)
SEARCHES = ("/search?q=防汛", "/search?q=值班制度", "/api/v1/search?q=防汛", "/api/v1/suggest?q=防汛", "/search?q=通知")
# What measures the process itself says how it is.
OF_THE_PROCESS = ("/health", "/healthz", "/readyz", "/livez", "/metrics")


def answers(client: FlaskClient, addresses: list[str]) -> dict[str, tuple[int, list[tuple[str, str]], bytes]]:
    found = {}
    # At one instant, which answers state.
    with time_machine.travel(AT, tick=False):
        for address in addresses:
            answer = client.get(address, buffered=True)
            found[address] = (answer.status_code, sorted(answer.headers), answer.data)
    return found


def test_nothing_of_what_staff_do_shows_before_it_is_published(
    site: DeskSite, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The search time is the only part of an answer that depends on the machine.
    monkeypatch.setattr("web.search.find.perf_counter", lambda: 0.0)
    services, staff, page = site.services, site.staff, f"/documents/{site.id}"
    public = bring("低保.txt", PUBLIC, "丁四")
    publish(services.catalogue, public)
    sync.rebuild(services.catalogue, services.engine)
    client = create_app(services).test_client()
    addresses = [
        each for each in routes(Site(services, client, {"低保.txt": public})) if not each.startswith(OF_THE_PROCESS)
    ]
    addresses += [*SEARCHES, page, f"{page}/original", f"/api/v1/documents/{site.id}"]
    # The first answers come before suggestions and corrections are made, which their tags say.
    answers(client, addresses)
    before = answers(client, addresses)
    assert before == answers(client, addresses), "answers to the same questions differ by themselves"
    assert sum(status == 200 for status, _, _ in before.values()) > 20

    source, reviewer, publisher = site[Role.SOURCE], site[Role.REVIEWER], site[Role.PUBLISHER]
    for path in (
        "/",
        "/queue",
        "/help",
        page,
        f"{page}/files/0",
        f"{page}/preview",
        f"{page}/differences",
        "/queue?q=防汛",
    ):
        seen = reviewer.get(path)
        assert seen.status_code == 200, path
        seen.close()
    brought = bring("又一件.txt", TEXT.replace("防汛", "抗旱"), "甲一")
    assert "抗旱" in source.get(f"/documents/{brought}").text
    bring("低保.txt", PUBLIC.replace("一次", "两次"), "丁四")
    assert reviewer.post(f"{page}/correct/genre", page, value="公告", reason="看错了").status_code == 303
    classified = reviewer.post(f"{page}/classify", page, disclosure="主动公开", basis="条例第二十条")
    assert classified.status_code == 303
    assert reviewer.post(f"{page}/settle/1", page, settlement="keep", reason="公务手机").status_code == 303
    for aspect in ("truthfulness", "confidentiality"):
        assert reviewer.post(f"{page}/examine/{aspect}", page, outcome="passed", basis="看过").status_code == 303
    other = f"/documents/{brought}"
    assert publisher.post(f"{other}/refuse", other, reason="不完整").status_code == 303
    worker, upkeep = Worker(services, staff, lambda: False), Upkeep(services, staff)
    while worker.work():
        pass
    worker.close()
    upkeep.turn()
    assert answers(client, addresses) == before

    assert publisher.post(f"{page}/approve", page, reason="").status_code == 303
    upkeep.turn()
    after = answers(client, addresses)
    assert after[page][0] == 200 and "值班制度" in after[page][2].decode()
    assert after["/search?q=值班制度"] != before["/search?q=值班制度"]
