"""R14: a restore drill during writes. Everything acknowledged before the backup began comes back."""

from contextlib import closing
from pathlib import Path
from random import Random
from threading import Thread
from time import sleep

from archive.chinese.dates import office_today
from archive.custody import backup as backups
from archive.custody import restore as restoring
from archive.custody.rebuild import rebuild
from archive.registers import checking
from archive.registers.accounts import Accounts
from archive.registers.notices import packaged
from archive.registers.requests import checking as requests
from archive.registers.requests.facts import Applicant, Field
from archive.registers.requests.persons_key import PersonsKeys
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Application
from archive.registers.requests.terms import Channel
from archive.registers.roles import Role
from archive.registers.staff import DUMP, Staff
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue
from archive.store.folder import STAFF
from indexer import sync
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from tests.faults.fault import (
    Trial,
    archive_alarm,
    child,
    index_alarm,
    ingest_and_publish,
    installation,
    take_in,
    write_documents,
)
from tests.faults.length import Length

TITLE = "a restore drill while writes go on"
_BEFORE, _MEANWHILE, _PEOPLE = 30, 80, 3
_DRILLS = {Length.QUICK: 1, Length.USUAL: 2, Length.LONG: 20}


def run(folder: Path, length: Length, random: Random) -> Trial:
    trial = Trial()
    for drill in range(_DRILLS[length]):
        _drill(trial, folder / str(drill), random)
        trial.cases += 1
    return trial


def _staff(data: Path, catalogue: Catalogue) -> Staff:
    return Staff(f"sqlite:///{data / STAFF}", catalogue.keys)


def _drill(trial: Trial, folder: Path, random: Random) -> None:
    data = folder / "data"
    with installation(data) as opened:
        ids = take_in(opened, write_documents(folder / "incoming", [f"早先{n}" for n in range(_BEFORE)]))
        sync.rebuild(opened.catalogue, opened.engine)
    writer = child(ingest_and_publish, data, write_documents(folder / "later", [f"其间{n}" for n in range(_MEANWHILE)]))
    heard: list[tuple[str, object]] = []

    def listen() -> None:
        for each in writer.heard():
            heard.append(each)

    listening = Thread(target=listen)
    listening.start()
    # In the midst of its writing.
    begun = random.randrange(2, _MEANWHILE // 2)
    while len(heard) < begun and listening.is_alive():
        sleep(0.01)
    published = {*ids, *(str(id) for done, id in [*heard] if done == "published")}
    with installation(data) as opened, closing(_staff(data, opened.catalogue)) as staff:
        key = opened.catalogue.keys.private()
        for number in range(_PEOPLE):
            Accounts(staff, opened.catalogue).add(f"p{number}", f"第{number}人", [Role.REVIEWER], "县政府办", "安装人")
        register = Register(staff, opened.catalogue, Calendar(packaged()))
        for number in range(_PEOPLE):
            personal = {Field.NAME: f"第{number}申请人", Field.TEXT: "征地补偿方案"}
            asked = Application(Channel.IN_PERSON, Applicant.PERSON, office_today(), personal)
            register.register(asked, Actor("受理员"))
        persons = PersonsKeys(opened.catalogue.keys.folder).current()
        made = backups.backup(
            *(opened.catalogue, opened.blobs, data, folder / "backups", lambda done, total: None),
            lambda folder: staff.dump(folder / DUMP),
        ).folder
        during = len(heard)
    listening.join()
    trial.expect(during < 2 * _MEANWHILE, "the writer had ended before the backup did: the drill proves nothing")
    trial.expect(len(heard) == 2 * _MEANWHILE, f"the writer ended with {heard[-1:]}")
    again = folder / "again" / "data"
    again.parent.mkdir()
    restoring.restore(made, again, (), False, lambda done, total: None, key)
    catalogue = Catalogue(f"sqlite:///{again / 'catalogue.sqlite3'}", again, empty=True)
    rebuild(catalogue)
    catalogue.close()
    with installation(again) as restored, closing(_staff(again, restored.catalogue)) as staff:
        staff.load(again / DUMP)
        people = {each.name for each in Accounts(staff, restored.catalogue).all()}
        trial.expect(people == {f"p{number}" for number in range(_PEOPLE)}, f"of the accounts {people} came back")
        PersonsKeys(restored.catalogue.keys.folder).bring_back(persons)
        register = Register(staff, restored.catalogue, Calendar(packaged()))
        names = sorted(register.look(each.id, Actor("受理员")).values[Field.NAME] for each in register.all())
        trial.expect(
            names == [f"第{number}申请人" for number in range(_PEOPLE)], f"of those who asked {names} came back"
        )
        wrong = (*checking.problems(staff, restored.catalogue), *requests.problems(staff, restored.catalogue))
        for sentence in wrong:
            trial.expect(False, sentence)
    with installation(again) as restored, installation(data) as live:
        sync.rebuild(restored.catalogue, restored.engine)
        for alarm in (archive_alarm(restored.catalogue, restored.blobs), index_alarm(restored)):
            trial.expect(not alarm, alarm)
        public = {document.id for document in restored.catalogue.public_all()}
        trial.expect(published <= public, f"{len(published - public)} of {len(published)} did not come back")
        trial.expect(public <= {document.id for document in live.catalogue.public_all()}, "more is public than was")
        for id in random.sample(sorted(public), 10):
            title = restored.catalogue.public(id).metadata.title
            first = restored.engine.search(SearchRequest(query=parse(f"“{title}”"), limit=1)).hits
            trial.expect([hit.id for hit in first] == [id], f"“{title}” is not found")
    trial.notes.append(f"{len(published)} acknowledged before, {len(public)} came back of {_BEFORE + _MEANWHILE}")
