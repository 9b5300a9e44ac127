"""A masked copy as a document's next version: what it leaves as it was, and what comes back of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.custody.rebuild import rebuild
from archive.decisions import precheck
from archive.errors import DecisionRefused
from archive.extract import Sandbox
from archive.intake import masked
from archive.intake.adding import Item
from archive.intake.receive import Intake, Result
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.tables import sources, versions
from tests.conftest import NewDatabase

PHONE = "13812345678"
Mask = Callable[..., str]


@pytest.fixture
def brought(intake: Intake, write: Callable[[str, str], Path]) -> Item:
    text = f"关于低保的公示\n\n村民王某，本人电话{PHONE}。\n"
    item = Item(write(f"公示{PHONE}.txt", text), "门户/1", {"index_code": f"A-{PHONE}", "issuer": "民政局"})
    assert intake.receive(item).result is Result.TAKEN
    return item


@pytest.fixture
def mask(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox) -> Mask:
    def made(id: str, *words: str) -> str:
        document = catalogue.newest(id)
        digests = [each.digest for each in precheck.findings(document) if each.spot]
        wishes = masked.wished(document, digests, "\n".join(words))
        with masked.copies(blobs, sandbox, document, wishes) as copies:
            receipt = masked.bring_in(catalogue, blobs, sandbox, copies, "审查员", "不须公开", f"遮盖/{id}")
        return str(receipt.document_id)

    return made


def only(catalogue: Catalogue) -> str:
    with catalogue.reading() as connection:
        return str(connection.execute(select(versions.c.document_id)).scalar())


def test_what_is_known_of_it_is_masked_too(catalogue: Catalogue, brought: Item, mask: Mask) -> None:
    id = only(catalogue)
    assert mask(id) == id
    document = catalogue.newest(id)
    assert document.file.name == f"公示{'■' * 11}.txt" and document.metadata.index_code == f"A-{'■' * 11}"
    assert document.metadata.issuer == "民政局" and PHONE not in repr(document)
    assert not [each for each in precheck.findings(document) if each.blocks]


def test_the_original_that_comes_again_is_no_new_version(
    catalogue: Catalogue, brought: Item, mask: Mask, intake: Intake
) -> None:
    id = only(catalogue)
    mask(id)
    again = intake.receive(brought)
    assert (again.result, again.document_id) == (Result.HELD, id)
    assert catalogue.newest(id).version == 2


def test_what_came_meanwhile_is_not_masked_over(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, brought: Item, intake: Intake
) -> None:
    id = only(catalogue)
    document = catalogue.newest(id)
    with masked.copies(blobs, sandbox, document, (masked.Wish(PHONE),)) as copies:
        brought.path.write_text("关于低保的公示\n\n改正。\n", encoding="utf-8")
        assert intake.receive(brought).result is Result.CHANGED
        with pytest.raises(DecisionRefused, match="期间有了第 2 版"):
            masked.bring_in(catalogue, blobs, sandbox, copies, "审查员", "不须公开", f"遮盖/{id}")
    assert catalogue.newest(id).version == 2


def test_it_comes_back_with_a_lost_database(
    catalogue: Catalogue, brought: Item, mask: Mask, tmp_path: Path, database: NewDatabase
) -> None:
    id = only(catalogue)
    mask(id)
    other = Catalogue(database(), tmp_path, empty=True)
    rebuilt = rebuild(other)
    assert (rebuilt.documents, rebuilt.damaged, rebuilt.broken) == (1, (), None)
    kept = []
    for each in (catalogue, other):
        with each.reading() as connection:
            kept.append([sorted(map(repr, connection.execute(select(table)))) for table in (sources, versions)])
    assert kept[0] == kept[1] and len(kept[0][0]) == 2
    assert other.newest(id).text == catalogue.newest(id).text
    other.close()
