"""R22: the machine's clock is set back, or had been ahead and is set right. What is done then counts as done last.

Everybody who asks for what is new learns of it, what was withdrawn stays so, and the newest backup is kept.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import time_machine
from flask.testing import FlaskClient

from archive.chinese.dates import office_today
from archive.custody import backup as backups
from archive.custody import restore as restoring
from archive.custody.rebuild import rebuild
from archive.decisions import review, validity
from archive.document import Validity, Verdict
from archive.extract import Sandbox
from archive.store.catalogue import Catalogue
from indexer import sync
from tests.faults.fault import Trial, archive_alarm, index_alarm, installation, take_in, write_documents
from tests.faults.length import Length
from web.app import create_app
from web.installation.services import Services

TITLE = "the clock is set back"
_STEPS = {"two hours": timedelta(hours=2), "a week": timedelta(days=7), "ten years": timedelta(days=3650)}


def run(folder: Path, length: Length, random: Random) -> Trial:
    trial = Trial()
    now = datetime.now(UTC)
    for name, step in _STEPS.items():
        # The clock is right and is set back; and it was ahead and is set right.
        for case, first, then in ((f"{name} back", now, now - step), (f"{name} ahead", now + step, now)):
            trial.cases += 1
            _tried(trial, case, folder / case, first, then)
    return trial


def _tried(trial: Trial, case: str, folder: Path, first: datetime, then: datetime) -> None:
    data, disk = folder / "data", folder / "disk"
    with installation(data) as opened, Sandbox(workers=1) as sandbox:

        def expect(holds: bool, what: str) -> None:
            trial.expect(holds, f"{case}: {what}")

        with time_machine.travel(first):
            ids = take_in(opened, write_documents(folder / "first", ["甲项", "乙项", "丙项"]), sandbox=sandbox)
            validity.turn(opened.catalogue, opened.catalogue.today())
            sync.rebuild(opened.catalogue, opened.engine)
            former = _backup(opened, data, disk)
            client = create_app(opened).test_client()
            seen = _harvested(client, "")
            page = client.get("/search?q=工作").headers["ETag"]
        with time_machine.travel(then):
            new, ended = take_in(opened, write_documents(folder / "then", ["丁项", "戊项"]), sandbox=sandbox)
            review.decide(opened.catalogue, ids[0], Verdict.WITHDRAW, "审查员", "有误")
            validity.record(opened.catalogue, ended, Validity.REPEALED, "法制科", "已由新办法代替", office_today())
            _night(opened)
            expect(client.get(f"/documents/{new}").status_code == 200, "what was published can't be read")
            expect(client.get(f"/documents/{ids[0]}").status_code == 410, "what was withdrawn is still shown")
            answer = client.get("/search?q=工作", headers={"If-None-Match": page})
            expect(answer.status_code == 200 and new in answer.text and ids[0] not in answer.text, "an old page")
            entries = re.findall(r"<id>[^<]*/documents/(\w+)", client.get("/search.atom").text)
            expect(entries[:1] in ([new], [ended], [ids[0]]), f"{entries}: the feed does not begin with what is new")
            harvested = _harvested(client, max(seen.values()))
            expect({new, ended, ids[0]} <= harvested.keys(), "a harvester does not learn what is new")
            expect(not (alarm := archive_alarm(opened.catalogue, opened.blobs)), alarm)
            expect(not (alarm := index_alarm(opened)), alarm)
            newest = _backup(opened, data, disk)
            take_in(opened, write_documents(folder / "last", ["己项"]), sandbox=sandbox)
            last = _backup(opened, data, disk)
            backups.thin_out(last, 2)
            kept = {former.folder.exists(), not newest.folder.exists(), not last.folder.exists()}
            expect(kept == {False}, f"of three backups the first is kept and a newer one is not: {kept}")
            _restored(trial, case, last.folder, folder / "again", opened.catalogue)
        with time_machine.travel(first + timedelta(days=1)):
            _night(opened)
            expect(client.get(f"/documents/{ids[0]}").status_code == 410, "what was withdrawn came back")
            expect(not (alarm := archive_alarm(opened.catalogue, opened.blobs)), alarm)
            expect(not (alarm := index_alarm(opened)), alarm)


def _night(opened: Services) -> None:
    """Do what the nightly job does."""
    validity.turn(opened.catalogue, opened.catalogue.today())
    sync.catch_up(opened.catalogue, opened.engine)


def _backup(opened: Services, data: Path, disk: Path) -> backups.Made:
    return backups.backup(opened.catalogue, opened.blobs, data, disk, lambda done, total: None)


def _harvested(client: FlaskClient, since: str) -> dict[str, str]:
    """Return the datestamp of each document that a harvester is given, by id."""
    asked = f"/oai?verb=ListIdentifiers&metadataPrefix=oai_dc{f'&from={since}' if since else ''}"
    found = re.findall(r"<identifier>oai:[^<]*:(\w+)</identifier>\s*<datestamp>([^<]+)", client.get(asked).text)
    return dict(found)


def _restored(trial: Trial, case: str, backup: Path, again: Path, catalogue: Catalogue) -> None:
    restoring.restore(backup, again, (), False, lambda done, total: None, catalogue.keys.private())
    restored = Catalogue(f"sqlite:///{again / 'catalogue.sqlite3'}", again, empty=True)
    rebuild(restored)
    same = {each.id for each in restored.public_all()} == {each.id for each in catalogue.public_all()}
    trial.expect(same, f"{case}: the newest backup does not bring back what is public")
    restored.close()
