"""R21: somebody who can write to the database alone inserts all that an approval consists of. Nothing becomes public.

Neither is it written into a record, nor rebuilt; ``verify`` reports it, and it can be withdrawn.
"""

from pathlib import Path
from random import Random

from sqlalchemy import create_engine, insert, select, text, update

from archive.custody import fixity
from archive.custody.fixity import Damage
from archive.decisions import review
from archive.document import Aspect, Outcome, Verdict
from archive.errors import RecordDisagrees
from archive.extract import Sandbox
from archive.intake.receive import Intake
from archive.store import audit
from archive.store.tables import changes, decisions, documents, examinations, seals, versions
from indexer import sync
from tests.faults.fault import Trial, archive_alarm, installation, take_in, write_documents
from tests.faults.length import Length
from web.app import create_app
from web.programs import lists

TITLE = "an approval is inserted into the database"
_FALSIFIED = "假的内容"
# Those that list documents, by the index or by the database.
_PAGES = (
    *(
        "/",
        "/search?q=工作",
        "/search.atom",
        "/search.csv?q=工作",
        "/documents.csv",
        "/documents.jsonl",
        "/sitemap.xml",
    ),
    *(
        "/browse/columns",
        "/browse/numbers",
        "/browse/numbers/云政发/2019",
        "/api/v1/documents",
        "/api/v1/search?q=工作",
    ),
    *("/oai?verb=ListRecords&metadataPrefix=oai_dc", "/oai?verb=ListSets", "/api/v1/suggest?q=假的"),
)


def run(folder: Path, length: Length, random: Random) -> Trial:
    trial = Trial()
    data = folder / "data"
    with installation(data) as opened, Sandbox(workers=1) as sandbox:
        public = take_in(opened, write_documents(folder / "incoming", ["甲项", "乙项"]), sandbox=sandbox)
        intake = Intake(opened.catalogue, opened.blobs, sandbox, "收文员")
        waiting = [intake.receive(item) for item in write_documents(folder / "more", ["丙项", "丁项"])]
        hidden = [str(receipt.document_id) for receipt in waiting]
        sync.rebuild(opened.catalogue, opened.engine)
        kept = {id: opened.catalogue.records.path(id).read_bytes() for id in (*hidden, *public)}
        _forge(data, hidden, public[0])
        client = create_app(opened).test_client()
        shown = {public[1]}
        for id in (*hidden, *public):
            trial.cases += 1
            status = client.get(f"/documents/{id}").status_code
            trial.expect((status == 200) is (id in shown), f"{id}: answered with {status}")
            trial.expect((id in opened.catalogue.public_many([id])) is (id in shown), f"{id}: given out")
        sync.catch_up(opened.catalogue, opened.engine)
        lists.make(opened, lambda *_: None, lambda path: path)
        for address in _PAGES:
            trial.cases += 1
            answer = client.get(address, follow_redirects=True)
            trial.expect(answer.status_code == 200, f"{address}: answered with {answer.status_code}")
            trial.expect(_FALSIFIED not in answer.text, f"{address}: shows what was only written into the database")
        trial.expect(opened.engine.count() == len(shown), f"{opened.engine.count()} documents are indexed")
        for id in hidden:
            try:
                review.examine(opened.catalogue, id, Aspect.TRUTHFULNESS, Outcome.PASSED, "审查员", "一事一审")
                trial.fail(f"{id}: was worked on as if nothing had happened")
            except RecordDisagrees:
                trial.cases += 1
        for id, before in kept.items():
            trial.expect(opened.catalogue.records.path(id).read_bytes() == before, f"{id}: its record was overwritten")
        found = {each.kind for each in fixity.verify(opened.catalogue, opened.blobs, None, lambda *_: None).findings}
        wanted = {Damage.RECORD, Damage.SEAL, Damage.RULES}
        trial.expect(wanted <= found, f"verify reports only {sorted(found)}")
        trial.expect(bool(archive_alarm(opened.catalogue, opened.blobs)), "verify is content")
        review.decide(opened.catalogue, hidden[0], Verdict.WITHDRAW, "审查员", "不是本单位公开的")
        trial.expect(client.get(f"/documents/{hidden[0]}").status_code == 410, "could not be withdrawn")
    return trial


def _forge(data: Path, hidden: list[str], public: str) -> None:
    """Publish ``hidden`` documents with all the rows that it takes and a copied seal, and falsify a ``public`` text."""
    engine = create_engine(f"sqlite:///{data / 'catalogue.sqlite3'}")
    with engine.begin() as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        copied = dict(connection.execute(select(seals)).mappings().first() or {})
        for id in hidden:
            about = {"document_id": id, "version": 1, "decided_at": audit.now()}
            for aspect in Aspect:
                said = {"aspect": aspect.value, "outcome": "passed", "reviewer": "某人", "basis": "有", "rules": "1"}
                connection.execute(insert(examinations).values(**about, **said))
            approval = insert(decisions).values(**about, verdict="approve", reviewer="某人", reason="有")
            decision = connection.execute(approval.returning(decisions.c.id)).scalar_one()
            connection.execute(
                insert(seals).values(**copied | {"id": None, "document_id": id, "decision_id": decision})
            )
            rows = {"public_version": 1, "public_decision": decision, "public_verdict": "approve"}
            connection.execute(update(documents).where(documents.c.id == id).values(status="published", **rows))
            connection.execute(insert(changes).values(document_id=id, at=audit.now()))
        for serial, id in enumerate((*hidden, public), 1):
            values = {"title": f"{_FALSIFIED}{serial}", "number": f"云政发〔2019〕{serial}号", "column": _FALSIFIED}
            connection.execute(update(versions).where(versions.c.document_id == id).values(**values))
        connection.execute(update(versions).where(versions.c.document_id == public).values(text=_FALSIFIED))
        connection.execute(insert(changes).values(document_id=public, at=audit.now()))
    engine.dispose()
