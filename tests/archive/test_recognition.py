"""Scans are recognised page by page: the short ones as they come in, the others from a queue."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from archive import recognition
from archive.document import Status
from archive.errors import ExtractionFailed
from archive.extract import Sandbox
from archive.extract.limits import Limits
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.recognition import Recogniser, Waiting, queue, work_off
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.recognitions import Recognitions
from tests.archive.extract.ofds import write_scan
from tests.archive.extract.pdf.test_recognised import LETTER, page
from tests.archive.extract.pictures.files import pdf


class Fake(Recogniser):
    """Recognises the same letter on each page, without the models; ``broken`` pages fail."""

    def __init__(self, kept: Recognitions) -> None:
        super().__init__(kept)
        self.read: list[int] = []
        self.broken: dict[int, str] = {}

    def _recognise(self, path: Path, media_type: str, number: int) -> Mapping[str, object]:
        self.read.append(number)
        if number in self.broken:
            raise ExtractionFailed(self.broken[number])
        return page(*LETTER).told


@pytest.fixture
def fake(blobs: Blobs) -> Iterator[Fake]:
    with Fake(Recognitions.beside(blobs)) as made:
        yield made


@pytest.fixture
def scan(tmp_path: Path) -> Callable[..., Item]:
    def made(name: str, pages: int = 1, *attachments: Path) -> Item:
        path = tmp_path / name
        # Each file is another one by its title.
        path.write_bytes(pdf(*[[] for _ in range(pages)], title=name, scans=range(1, pages + 1)))
        return Item(path, name, {}, attachments)

    return made


def taken(intake: Intake, item: Item) -> str:
    receipt = intake.receive(item)
    assert receipt.document_id, receipt
    return receipt.document_id


def test_a_short_scan_is_read_as_it_comes_in_and_waits_for_review_with_what_a_machine_read(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, fake: Fake, scan: Callable[..., Item]
) -> None:
    intake = Intake(catalogue, blobs, sandbox, "收文员", recogniser=fake)
    found = catalogue.newest(taken(intake, scan("a.pdf", 2, scan("b.pdf").path)))
    assert found.status is Status.WAITING and "各镇人民政府" in found.text and fake.read == [1, 2, 1]
    assert found.metadata.title == "关于做好低保工作的通知"
    assert found.metadata.sources["title"] == "标题（机器识别，请核对）"
    assert all(place.recognised for place in found.places) and len(found.places) == 2
    assert found.warnings[0].startswith("第 1、2 页的文字由机器识别")
    assert found.attachments[0].places[0].recognised and "各镇人民政府" in found.attachments[0].text


def test_an_ofd_of_pictures_is_recognised_as_a_pdf_of_them(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, fake: Fake, tmp_path: Path
) -> None:
    write_scan(tmp_path / "a.ofd", 2)
    found = catalogue.newest(
        taken(Intake(catalogue, blobs, sandbox, "收文员", recogniser=fake), Item(tmp_path / "a.ofd", "a", {}))
    )
    assert "各镇人民政府" in found.text and fake.read == [1, 2]
    assert found.metadata.title == "关于做好低保工作的通知" and all(place.recognised for place in found.places)
    assert found.warnings[0].startswith("第 1、2 页的文字由机器识别")


def test_a_longer_one_waits_and_what_is_recognised_later_changes_no_document(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, fake: Fake, scan: Callable[..., Item]
) -> None:
    intake = Intake(catalogue, blobs, sandbox, "收文员", recogniser=fake)
    id = taken(intake, scan("a.pdf", recognition.AT_ONCE + 1))
    digest = catalogue.newest(id).file.digest
    assert fake.read == [] and fake.kept.of(digest).missing == (1, 2, 3, 4)
    done = work_off(queue(catalogue), blobs, sandbox, fake, lambda: False)
    assert (done.recognised, done.failed, done.left, list(done.documents)) == (4, 0, 0, [id])
    found = catalogue.newest(id)
    assert found.version == 1 and "各镇人民政府" not in found.text
    # What reads the original again finds it.
    again = sandbox.extract(blobs.path(digest), found.file.media_type, fake.kept.path(digest))
    assert again.recognised == (1, 2, 3, 4)


def test_the_newest_come_first_and_it_goes_on_where_the_time_was_over(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, fake: Fake, scan: Callable[..., Item], tmp_path: Path
) -> None:
    intake = Intake(catalogue, blobs, sandbox, "收文员")
    first, second = taken(intake, scan("a.pdf", 2)), taken(intake, scan("b.pdf", 2))
    (tmp_path / "c.pdf").write_bytes(pdf(["这一份本来就有文字，不必识别，也不在队列里。"]))
    taken(intake, Item(tmp_path / "c.pdf", "c", {}))
    said: list[tuple[str, int, bool]] = []

    def tell(each: Waiting, number: int, success: bool) -> None:
        said.append((each.document_id, number, success))

    waiting = queue(catalogue)
    assert {each.document_id for each in waiting} == {first, second}
    order = [each.document_id for each in waiting]
    fake.broken = {2: "读取文件超过 120 秒仍未完成，已中止。"}
    done = work_off(waiting, blobs, sandbox, fake, lambda: len(fake.read) == 3, tell=tell)
    assert done.ended and (done.recognised, done.failed, done.left) == (2, 1, 1)
    assert said == [(order[0], 1, True), (order[0], 2, False), (order[1], 1, True)]
    done = work_off(queue(catalogue), blobs, sandbox, fake, lambda: False)
    assert (done.recognised, done.failed, done.left) == (0, 1, 0)
    # What failed is tried again only when that is asked for.
    fake.broken = {}
    assert work_off(queue(catalogue), blobs, sandbox, fake, lambda: False).recognised == 0
    assert work_off(queue(catalogue, [first]), blobs, sandbox, fake, lambda: False, again=True).recognised == 1


def test_it_is_known_without_a_note_which_pages_of_earlier_documents_wait(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, fake: Fake, scan: Callable[..., Item]
) -> None:
    id = taken(Intake(catalogue, blobs, sandbox, "收文员"), scan("a.pdf"))
    # As in an archive of before, or restored without what was recognised.
    fake.kept.path(catalogue.newest(id).file.digest).unlink()
    assert work_off(queue(catalogue), blobs, sandbox, fake, lambda: False).recognised == 1


def test_a_page_that_kills_its_process_is_told_and_the_next_is_read(
    blobs: Blobs, scan: Callable[..., Item], tmp_path: Path
) -> None:
    kept = Recognitions.beside(blobs)
    with Recogniser(kept, Limits(address_space=100 << 20, files=1, ocr_seconds=0)) as recogniser:
        assert not recogniser.page(scan("a.pdf").path, "ab" * 32, "application/pdf", 1)
    assert kept.of("ab" * 32).failed[1].endswith("。")
