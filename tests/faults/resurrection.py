"""R15: a withdrawn document stays withdrawn on every public channel, whatever older state is put back.

In each case a document that a warm server has shown is withdrawn. Then something older comes back: the database, a
backup, a generation of the index, a cache. From the acknowledgement on, no address may reveal anything of it.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from unittest.mock import patch

from flask.testing import FlaskClient

from archive.custody import backup as backups
from archive.custody import restore as restoring
from archive.custody.rebuild import rebuild
from archive.decisions import review
from archive.document import Verdict
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.catalogue import Catalogue
from archive.store.seals import Seals
from indexer import sync
from indexer.engine import Answer, SearchRequest
from indexer.errors import IndexAhead
from tests.conftest import publish
from tests.faults.fault import Trial, child, installation, take_in, taken, write_documents
from tests.faults.length import Length
from web.app import create_app
from web.installation.services import Services

TITLE = "a withdrawn document, after a crash, a rollback, a restore, an older index, a stale cache"
# A search for the first would reveal the document by the second.
ASKED, TELLING = "珊瑚绒毯", "发放名册"
NUMBER = "临政发〔2019〕77号"
_NEIGHBOURS = [f"第{number}项" for number in range(6)]
_SHAPES = ("in its text", "in its attachment", "with a replacement")


@dataclass(frozen=True)
class Scene:
    """An installation in ``data`` with the document, its state ``before`` the withdrawal, and its backup."""

    folder: Path
    id: str
    other: str
    replacement: str | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def before(self) -> Path:
        return self.folder / "before"

    def put_back(self, *names: str) -> None:
        """Put files and folders of the installation back to what they were."""
        for name in names:
            if (self.data / name).is_dir():
                shutil.rmtree(self.data / name)
                shutil.copytree(self.before / name, self.data / name, symlinks=True)
            else:
                shutil.copy2(self.before / name, self.data / name)

    def drop_database(self) -> None:
        for path in self.data.glob("catalogue.sqlite3*"):
            path.unlink()

    def restore(self, data: Path, *ledgers: Path, replace: bool) -> Path:
        (made,) = (self.folder / "backups").glob("gongkai-*")
        key = Seals(self.data / "keys").private()
        restoring.restore(made, data, ledgers, replace, lambda done, total: None, None if replace else key)
        _rebuild(data)
        return data


def _crash(scene: Scene) -> Path:
    return scene.data


def _older_index(scene: Scene) -> Path:
    scene.put_back("index")
    return scene.data


def _former_generation(scene: Scene) -> Path:
    link = scene.data / "index" / "current"
    former = min(path.name for path in (scene.data / "index" / "generations").iterdir())
    link.unlink()
    link.symlink_to(f"generations/{former}")
    return scene.data


def _older_database(scene: Scene) -> Path:
    scene.drop_database()
    scene.put_back("catalogue.sqlite3")
    return scene.data


def _older_database_and_records(scene: Scene) -> Path:
    scene.put_back("records")
    return _older_database(scene)


def _older_database_and_index(scene: Scene) -> Path:
    scene.put_back("index")
    return _older_database(scene)


def _lost_database(scene: Scene) -> Path:
    scene.drop_database()
    _rebuild(scene.data)
    return scene.data


def _restored_over_it(scene: Scene) -> Path:
    return scene.restore(scene.data, replace=True)


def _restored_elsewhere(scene: Scene) -> Path:
    return scene.restore(scene.folder / "elsewhere", scene.data / "withdrawals.jsonl", replace=False)


COMEBACKS: Mapping[str, Callable[[Scene], Path]] = {
    "crash": _crash,
    "older index": _older_index,
    "former generation": _former_generation,
    "older database": _older_database,
    "older database and records": _older_database_and_records,
    "older database and index": _older_database_and_index,
    "lost database": _lost_database,
    "backup restored over it": _restored_over_it,
    "backup restored elsewhere": _restored_elsewhere,
}
# A server may keep running through these. For the others the manual says to stop it.
_ONLINE = ("crash", "older index", "former generation")


def run(folder: Path, length: Length, random: Random) -> Trial:
    trial = Trial()
    for shape in random.sample(_SHAPES, 1) if length is Length.QUICK else _SHAPES:
        pristine = _scene(folder / "pristine", shape)
        for turn in range(10 if length is Length.LONG else 1):
            for name, comeback in COMEBACKS.items():
                _case(trial, _copy(pristine, folder), f"{name}, {shape}, {turn}", comeback, name in _ONLINE)
            for address in (f"/search?q={ASKED}", f"/api/v1/search?q={ASKED}", "/", f"/documents/{pristine.other}"):
                _while_asked(trial, _copy(pristine, folder), f"while {address} is asked for, {shape}", address)
        shutil.rmtree(pristine.folder)
    return trial


def _scene(folder: Path, shape: str) -> Scene:
    data = folder / "data"
    neighbours = write_documents(folder / "incoming", _NEIGHBOURS)
    path, part = folder / "incoming" / "名册.txt", folder / "incoming" / "附件.txt"
    path.write_text(f"关于{ASKED}{TELLING}的通知\n{ASKED}的{TELLING}如下，请落实。\n", encoding="utf-8")
    if shape == "in its attachment":
        text = f"关于{TELLING}工作的通知\n各乡镇：现就有关事项通知如下，见附件，请按照要求落实。\n"
        path.write_text(text, encoding="utf-8")
        part.write_text(f"{ASKED}{TELLING}第二部分\n", encoding="utf-8")
    with installation(data) as opened:
        first = take_in(opened, neighbours[:3])
        with Sandbox() as sandbox:
            item = Item(path, "file:名册", {"number": NUMBER}, (part,) if part.exists() else ())
            intake = Intake(opened.catalogue, opened.blobs, sandbox, "收文员")
            id = taken(intake.receive(item))
        publish(opened.catalogue, id)
        sync.rebuild(opened.catalogue, opened.engine)
        # Build a second generation, so that the former one holds the document too.
        take_in(opened, neighbours[3:])
        sync.catch_up(opened.catalogue, opened.engine)
        backups.backup(opened.catalogue, opened.blobs, data, folder / "backups", lambda done, total: None)
    shutil.copytree(data, folder / "before", symlinks=True)
    return Scene(folder, id, first[0], first[1] if shape == "with a replacement" else None)


def _copy(pristine: Scene, folder: Path) -> Scene:
    shutil.rmtree(folder / "case", ignore_errors=True)
    shutil.copytree(pristine.folder, folder / "case", symlinks=True)
    return Scene(folder / "case", pristine.id, pristine.other, pristine.replacement)


def _case(trial: Trial, scene: Scene, what: str, comeback: Callable[[Scene], Path], online: bool) -> None:
    trial.cases += 1
    with _client(scene.data) as (_, client):
        etags = _shown(trial, client, scene, f"{what}, before")
        # Withdraw in another process, which is killed as soon as it has acknowledged.
        withdrawing = child(_withdraw, scene.data, scene.id, scene.replacement)
        told = next(withdrawing.heard(), None)
        withdrawing.process.kill()
        trial.expect(told == ("withdrawn", scene.id), f"{what}: {told}")
        _hidden(trial, client, scene, etags, f"{what}, at once")
        if online:
            comeback(scene)
            _hidden(trial, client, scene, etags, f"{what}, the server running")
    data = scene.data if online else comeback(scene)
    with _client(data) as (opened, client):
        _hidden(trial, client, scene, etags, f"{what}, started anew")
        try:
            sync.catch_up(opened.catalogue, opened.engine)
        except IndexAhead:
            sync.rebuild(opened.catalogue, opened.engine)
        _hidden(trial, client, scene, etags, f"{what}, indexed anew")
        found = client.get("/api/v1/search?q=通知").get_json()["total"]
        trial.expect(found == len(_NEIGHBOURS), f"{what}: {found} of the others are found")


def _while_asked(trial: Trial, scene: Scene, what: str, address: str) -> None:
    """Acknowledge the withdrawal after the index has answered and before the page is drawn."""
    trial.cases += 1
    with _client(scene.data) as (opened, client):
        trial.expect(TELLING in client.get(address).text, f"{what}: not shown before")
        search = opened.engine.search

        def and_then_withdrawn(request: SearchRequest) -> Answer:
            answer = search(request)
            if scene.id in opened.catalogue.public_many([scene.id]):
                _withdraw(scene.data, scene.id, None, lambda said: None)
            return answer

        with patch.object(opened.engine, "search", and_then_withdrawn):
            trial.expect(TELLING not in client.get(address).text, f"{what}: told")


def _withdraw(data: Path, id: str, replacement: str | None, tell: Callable[[object], None]) -> None:
    with installation(data) as opened:
        review.decide(opened.catalogue, id, Verdict.WITHDRAW, "审查员", "有误", replacement=replacement)
    tell(("withdrawn", id))


def _rebuild(data: Path) -> None:
    catalogue = Catalogue(f"sqlite:///{data / 'catalogue.sqlite3'}", data, empty=True)
    rebuild(catalogue)
    catalogue.close()


@contextmanager
def _client(data: Path) -> Iterator[tuple[Services, FlaskClient]]:
    with installation(data) as opened:
        yield opened, create_app(opened).test_client()


def _pages(scene: Scene) -> list[str]:
    """List addresses that exist whatever happens to the document."""
    queries = (ASKED, NUMBER, f"“{ASKED}”", f"{ASKED}&sort=newest", "&year=2019", "标题:通知")
    return [
        "/",
        f"/documents/{scene.other}",
        *(f"{path}?q={query}" for path in ("/search", "/api/v1/search") for query in queries),
        *(f"/api/v1/suggest?q={typed}" for typed in (ASKED, ASKED[:2], "关于", NUMBER[:6])),
    ]


def _own(scene: Scene) -> list[str]:
    """List the document's own addresses."""
    page = f"/documents/{scene.id}"
    return [page, f"{page}?q={ASKED}", f"{page}/original", f"{page}/attachments/1", f"/api/v1/documents/{scene.id}"]


def _shown(trial: Trial, client: FlaskClient, scene: Scene, what: str) -> dict[str, str]:
    """Expect the document to be found. Returns the entity tags that a browser would send back."""
    answers = {address: client.get(address) for address in (*_pages(scene), *_own(scene))}
    for address in (f"/search?q={ASKED}", f"/api/v1/search?q={NUMBER}", f"/documents/{scene.id}"):
        trial.expect(TELLING in answers[address].text, f"{what}: {address} does not show it")
    return {address: tag for address, answer in answers.items() if (tag := answer.headers.get("ETag"))}


def _hidden(trial: Trial, client: FlaskClient, scene: Scene, etags: Mapping[str, str], what: str) -> None:
    for address in _pages(scene):
        answer = client.get(address)
        told = TELLING in answer.text or scene.id in answer.text
        trial.expect(not told and answer.status_code in (200, 503), f"{what}: {address} tells it ({answer.status})")
    for address in _own(scene):
        tag = {"If-None-Match": etags[address]} if address in etags else {}
        answer = client.get(address, headers=tag)
        told = TELLING in answer.get_data(as_text=True)
        trial.expect(not told and answer.status_code in (410, 404), f"{what}: {address} answers {answer.status}")
