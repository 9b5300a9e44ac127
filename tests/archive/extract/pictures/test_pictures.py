"""Pictures of pages: drawn in a limited process, whatever is in the file, and kept in a folder of bounded size."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from archive.document import File
from archive.errors import BlobMissing, ExtractionFailed
from archive.extract import Sandbox
from archive.extract.process.tasks import Task
from archive.pictures import LIMITS, Pictures
from archive.store.blobs import Blobs
from tests.archive.extract.pictures.files import pdf

PDF = "application/pdf"
PHONE = "13812345678"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1, limits=LIMITS) as opened:
        yield opened


@pytest.fixture
def pictures(sandbox: Sandbox, tmp_path: Path) -> Pictures:
    return Pictures(Blobs(tmp_path / "blobs"), sandbox, tmp_path / "cache")


def kept(pictures: Pictures, content: bytes, media_type: str = PDF) -> File:
    digest, size = pictures._blobs.put(BytesIO(content))
    return File(digest, "文件", media_type, size)


def image(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def test_a_page_is_a_picture_with_the_places_of_words(pictures: Pictures) -> None:
    file = kept(pictures, pdf(["第一页"], ["村民王某", f"电话{PHONE}，邮编"]))
    outline = pictures.outline(file, ["没有的字", PHONE])
    assert [(each.number, each.width, each.height) for each in outline.sheets] == [(1, 595, 842), (2, 595, 842)]
    (mark,) = outline.sheets[1].marks
    assert mark.words == 1 and not outline.sheets[0].marks
    page = image(pictures.page(file, 2))
    assert page.width == 1100
    dark = page.convert("L").point(lambda value: 255 * (value < 128))
    # The number is where it is said to be, and something stands beside it.
    left, top = mark.left * 1.1, mark.top * page.height / 1000
    right, bottom = left + mark.width * 1.1, top + mark.height * page.height / 1000
    assert dark.crop((left, top, right, bottom)).getbbox() and dark.crop((left - 40, top, left - 2, bottom)).getbbox()
    # Two characters of 16 points left of it, eleven digits wide.
    assert 180 < mark.left < 200 and 120 < mark.width < 190


def test_a_page_that_is_turned_has_its_marks_where_they_are_seen(pictures: Pictures) -> None:
    turned = pdf([f"电话{PHONE}"]).replace(b"/Rotate 0", b"/Rotate 90")
    (sheet,) = pictures.outline(kept(pictures, turned), [PHONE]).sheets
    assert (sheet.width, sheet.height) == (842, 595)
    assert all(mark.left > 800 and mark.top > 100 for mark in sheet.marks) and sheet.marks


def test_remarks_and_stamps_are_drawn_and_found(pictures: Pictures) -> None:
    from reportlab.pdfgen import canvas

    stream = BytesIO()
    drawing = canvas.Canvas(stream)
    drawing.acroForm.textfield(value=PHONE, x=100, y=600, width=200, height=30)
    drawing.showPage()
    drawing.save()
    (sheet,) = pictures.outline(kept(pictures, stream.getvalue()), [PHONE]).sheets
    assert sheet.marks


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"])
def test_a_picture_is_its_own_page(pictures: Pictures, kind: str) -> None:
    stream = BytesIO()
    Image.new("RGB", (3000, 1000), "red").save(stream, kind)
    file = kept(pictures, stream.getvalue(), f"image/{kind.lower()}")
    (sheet,) = pictures.outline(file).sheets
    page = image(pictures.page(file, 1))
    assert (sheet.width, sheet.height) == (3000, 1000) and page.size == (1100, 366)
    assert page.convert("RGB").getpixel((500, 200))[0] > 240  # type: ignore[index]  # a pixel of three


def test_a_scan_of_several_pages_upright_and_nothing_but_its_pixels(pictures: Pictures) -> None:
    stream = BytesIO()
    pages = [Image.new("L", (200, 100), shade) for shade in (0, 128, 255)]
    exif = Image.Exif()
    exif[0x010E] = "拍摄者甲一"
    pages[0].save(stream, "TIFF", save_all=True, append_images=pages[1:])
    file = kept(pictures, stream.getvalue(), "image/tiff")
    assert len(pictures.outline(file).sheets) == 3
    assert image(pictures.page(file, 2)).convert("L").getpixel((5, 5)) == 128
    with pytest.raises(ExtractionFailed, match="没有第 4 页"):
        pictures.page(file, 4)
    turned = BytesIO()
    exif[0x0112] = 6
    Image.new("RGB", (200, 100)).save(turned, "JPEG", exif=exif)
    file = kept(pictures, turned.getvalue(), "image/jpeg")
    (sheet,) = pictures.outline(file).sheets
    assert (sheet.width, sheet.height) == image(pictures.page(file, 1)).size == (100, 200)
    assert "甲一".encode() not in pictures.page(file, 1)


def _raw(pages: str, more: str = "") -> bytes:
    return (
        f"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages{pages}>>endobj\n{more}"
        "trailer<</Root 1 0 R>>\n"
    ).encode()


HOSTILE = {
    "broken": b"%PDF-1.4\n" + b"\x00garbage" * 100,
    "cut off": pdf(["村民王某"])[:500],
    "no pages": _raw("/Count 0/Kids[]"),
    "a huge page": _raw(
        "/Count 1/Kids[3 0 R]", "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99999999 99999999]>>endobj\n"
    ),
    "a strip": _raw("/Count 1/Kids[3 0 R]", "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 1 9999999]>>endobj\n"),
    "its own parent": _raw("/Count 1/Kids[2 0 R]"),
    "so many pages": _raw("/Count 2147483647/Kids[3 0 R]", "3 0 obj<</Type/Page/Parent 2 0 R>>endobj\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_bounded(pictures: Pictures, name: str) -> None:
    file = kept(pictures, HOSTILE[name])
    for act in (lambda: pictures.outline(file, [PHONE]), lambda: pictures.page(file, 1)):
        try:
            done = act()
        except ExtractionFailed as failed:
            assert failed.reason.endswith("。")
            continue
        if isinstance(done, bytes):
            page = image(done)
            assert page.width * page.height <= 4_000_000
        else:
            assert len(done.sheets) <= 500


def test_ten_thousand_pages_show_their_first_ones(pictures: Pictures) -> None:
    file = kept(pictures, pdf(*[["页"]] * 10_000))
    outline = pictures.outline(file, [PHONE])
    assert len(outline.sheets) == 500 and outline.more == 9_500
    with pytest.raises(ExtractionFailed, match="前 500 页"):
        pictures.page(file, 501)


def test_a_picture_bomb_is_refused_before_it_is_unpacked(pictures: Pictures) -> None:
    stream = BytesIO()
    Image.new("1", (30_000, 30_000)).save(stream, "PNG")
    file = kept(pictures, stream.getvalue(), "image/png")
    with pytest.raises(ExtractionFailed, match="百万像素"):
        pictures.page(file, 1)


def test_pages_are_drawn_once_and_only_the_owner_reads_them(pictures: Pictures, tmp_path: Path) -> None:
    file = kept(pictures, pdf(["村民"]))
    first = pictures.page(file, 1)
    outline = pictures.outline(file, ["村民"])
    made = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert len(made) == 2 and {path.stat().st_mode & 0o777 for path in made} == {0o600}
    assert (tmp_path / "cache").stat().st_mode & 0o777 == 0o700
    # The original is not read again for a picture that is there. Without it, nothing can be made anew.
    pictures._blobs.path(file.digest).unlink()
    assert pictures.page(file, 1) == first and pictures.outline(file, ["村民"]) == outline
    for path in made:
        path.unlink()
    with pytest.raises(BlobMissing):
        pictures.page(file, 1)


def test_a_file_that_failed_is_not_tried_with_every_look(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    file = kept(pictures, HOSTILE["broken"])
    told = []
    for _ in range(2):
        with pytest.raises(ExtractionFailed) as failed:
            pictures.page(file, 1)
        told.append(failed.value.reason)
        monkeypatch.setattr(Sandbox, "make", None)
    assert told[0] == told[1] != ""


def test_what_another_has_drawn_meanwhile_is_not_drawn_again(
    pictures: Pictures, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = kept(pictures, pdf(["村民"]))
    other = Pictures(pictures._blobs, sandbox, tmp_path / "cache")

    class Waiting:
        drawn = b""

        def acquire(self, timeout: float) -> bool:
            self.drawn = other.page(file, 1)
            monkeypatch.setattr(Sandbox, "make", None)
            monkeypatch.setattr(Blobs, "verify", None)
            return True

        def release(self) -> None:
            pass

    waiting = Waiting()
    monkeypatch.setattr(pictures, "_turn", waiting)
    assert pictures.page(file, 1) == waiting.drawn != b""


def test_the_folder_has_a_bound(sandbox: Sandbox, tmp_path: Path) -> None:
    pictures = Pictures(Blobs(tmp_path / "blobs"), sandbox, tmp_path / "cache", room=60_000)
    file = kept(pictures, pdf(*[["村民王某的来信"]] * 12))
    for number in range(1, 13):
        pictures.page(file, number)
    taken = sum(path.stat().st_size for path in (tmp_path / "cache").rglob("*") if path.is_file())
    assert 0 < taken <= 60_000
    # What is gone is drawn again.
    assert pictures.page(file, 1) == pictures.page(file, 2)


def test_what_a_process_says_is_checked(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    file = kept(pictures, pdf(["村民"]))
    for told in (
        {},
        {"pages": [], "marks": [], "more": 0},
        {"pages": [["a", 1]], "marks": [], "more": 0},
        {"pages": [[1, 1]], "marks": [[1, 7, 0, 0, 1, 1]], "more": 0},
        {"pages": [[1, 1]], "marks": [[1, 0, 0, 0, 1001, 1]], "more": 0},
    ):

        def lies(self: Sandbox, task: Task, *_: object, answer: dict[str, object] = told, **__: object) -> object:
            return answer, b"<svg onload=alert(1)>"

        monkeypatch.setattr(Sandbox, "make", lies)
        with pytest.raises(ExtractionFailed, match="没有画成"):
            pictures.outline(kept(pictures, str(told).encode()), ["村民"])
        with pytest.raises(ExtractionFailed, match="没有画成"):
            pictures.page(file, 1)
