"""What nobody sees on a page is no text, and the reviewer is told; what is doubtful stays."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archive.extract import extract_plain
from archive.extract.mediatype import PDF

SEEN = "BT 72 700 Td (seen first) Tj ET"
WORDS = "BT 72 600 Td (the words) Tj ET"
# Resources of every page below: a font, pictures, states, a gradient.
RESOURCES = (
    "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> "
    "/XObject << /Picture 10 0 R /Seal 11 0 R /Form 12 0 R >> "
    "/ExtGState << /Half << /ca 0.5 >> /None << /ca 0 >> /Multiply << /BM /Multiply >> "
    "/Plain << /ca 1 /BM /Normal >> >> "
    "/ColorSpace << /Spot [ /Separation /Red /DeviceCMYK << /FunctionType 2 /Domain [0 1] /N 1 >> ] >> "
    "/Properties << /On 20 0 R /Off 21 0 R /Both << /Type /OCMD /OCGs [20 0 R 21 0 R] >> >>"
)
BOX = "60 590 200 30 re f"


def written(path: Path, content: str, page: str = "", fonts: str = "") -> Path:
    """Write a PDF of one page with this content, set in Helvetica of 12 points; ``fonts`` are others."""
    resources = RESOURCES.replace("/Font <<", f"/Font << {fonts}", 1)
    pixel = "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
    shown = f"/MediaBox [0 0 595 842] /Contents 4 0 R /Resources << {resources} >> {page}"
    objects = {
        1: "<< /Type /Catalog /Pages 2 0 R /OCProperties << /OCGs [20 0 R 21 0 R] /D << /OFF [21 0 R] >> >> >>",
        2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: f"<< /Type /Page /Parent 2 0 R {shown} >>",
        4: stream("", f"/F1 12 Tf {content}"),
        10: stream(pixel, "x"),
        11: stream(f"{pixel} /SMask 10 0 R", "x"),
        12: stream("/Type /XObject /Subtype /Form /BBox [60 590 260 620]", "0 0 595 842 re f"),
        13: stream("", "1000 0 0 0 800 800 d1 100 0 700 700 re f"),
        20: "<< /Type /OCG /Name (on) >>",
        21: "<< /Type /OCG /Name (off) >>",
    }
    out = b"%PDF-1.7\n"
    places = {}
    for number, text in objects.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{number} 1\n{place:010} 00000 n \n" for number, place in places.items())
    out += f"xref\n0 1\n0000000000 65535 f \n{table}trailer << /Root 1 0 R /Size 22 >>\n".encode()
    path.write_bytes(out + f"startxref\n{out.index(b'xref')}\n%%EOF".encode())
    return path


def stream(entries: str, content: str) -> str:
    return f"<< {entries} /Length {len(content)} >>\nstream\n{content}\nendstream"


Read = Callable[..., tuple[list[str], tuple[str, ...]]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_page(content: str, page: str = "") -> tuple[list[str], tuple[str, ...]]:
        found = extract_plain(written(tmp_path / "a.pdf", content, page), PDF)
        assert bool(found.concealed) == any("看不见" in each for each in found.warnings)
        return " ".join(found.paragraphs).split(), found.concealed

    return read_page


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"3 Tr {WORDS}", "不显示的文字"),
        (f"/None gs {WORDS}", "不显示的文字"),
        (f"7 Tr {WORDS}", "不显示的文字"),
        ("/F1 0.5 Tf BT 72 600 Td (the words) Tj ET", "小到看不见的文字"),
        (f"1 g {WORDS}", "与底色相同的文字"),
        (f"0.98 1 0.99 rg {WORDS}", "与底色相同的文字"),
        (f"0 0 0 0 k {WORDS}", "与底色相同的文字"),
        (f"0.2 g 0 500 595 150 re f 1 g {BOX} {WORDS}", "与底色相同的文字"),
        (f"0 g {BOX} {WORDS}", "与底色相同的文字"),
        (f"1 0 0 rg {BOX} {WORDS}", "与底色相同的文字"),
        (f"{WORDS} 0 g {BOX}", "被遮盖的文字"),
        (f"{WORDS} 1 g {BOX}", "被遮盖的文字"),
        (f"{WORDS} /Half gs /Plain gs 0 0 1 rg {BOX}", "被遮盖的文字"),
        (f"{WORDS} 60 590 200 30 re 300 590 200 30 re f", "被遮盖的文字"),
        (f"{WORDS} q 60 590 200 30 re W n 0 0 595 842 re f Q", "被遮盖的文字"),
        (f"{WORDS} /Form Do", "被遮盖的文字"),
        (f"{WORDS} q 200 0 0 30 60 590 cm /Picture Do Q", "被遮盖的文字"),
        ("BT 700 600 Td (the words) Tj ET", "页面以外的文字"),
        ("BT 72 900 Td (the words) Tj ET", "页面以外的文字"),
        (f"q 72 100 200 30 re W n {WORDS} Q", "页面以外的文字"),
        (f"/OC /Off BDC {WORDS} EMC", "关闭的图层中的文字"),
        (f"/OC /Off BDC /OC /On BDC {WORDS} EMC EMC", "关闭的图层中的文字"),
    ],
)
def test_what_nobody_sees_is_listed_and_is_no_text(read: Read, content: str, reason: str) -> None:
    assert read(f"{SEEN} {content}") == (["seen", "first"], (f"第 1 页{reason}：the words",))


@pytest.mark.parametrize(
    "content",
    [
        f"0.2 g {BOX} 1 g {WORDS}",
        f"0 0.4 0.8 rg {BOX} 1 1 1 rg {WORDS}",
        f"q 200 0 0 30 60 590 cm /Picture Do Q 1 g {WORDS}",
        f"40 w 60 605 m 300 605 l S 1 g {WORDS}",
        f"/Missing sh 1 g {WORDS}",
        f"/Spot cs 1 scn {WORDS}",
        f"60 590 m 260 590 l 200 640 l f 1 g {WORDS}",
        f"2 Tr 1 g {WORDS}",
        f"7 Tr {WORDS} 0 Tr 1 0 0 rg 0 0 595 842 re f",
        f"1 g {BOX} 0 g {WORDS}",
        f"{WORDS} q 200 0 0 30 60 590 cm /Seal Do Q",
        f"{WORDS} /Half gs {BOX}",
        f"{WORDS} /Multiply gs {BOX}",
        f"{WORDS} q 72 100 200 30 re W n 0 0 595 842 re f Q",
        f"{WORDS} q 72 100 m 300 100 l 100 842 l W n 0 0 595 842 re f Q",
        f"{WORDS} 50 580 300 60 re 60 590 200 30 re f*",
        f"{WORDS} 60 590 200 30 re S",
        f"{WORDS} 60 590 200 5 re f",
        f"{WORDS} /OC /Off BDC {BOX} EMC",
        f"/OC /On BDC {WORDS} EMC",
        f"/OC /Both BDC {WORDS} EMC",
        f"/OC /Off BDC EMC {WORDS}",
        f"q 50 590 200 30 re W n {WORDS} Q",
    ],
)
def test_what_may_be_seen_is_text(read: Read, content: str) -> None:
    assert read(f"{SEEN} {content}") == (["seen", "first", "the", "words"], ())


def test_the_part_of_a_page_that_is_cropped_is_not_seen(read: Read) -> None:
    assert read(f"{SEEN} {WORDS}", "/CropBox [0 650 595 842]") == (
        ["seen", "first"],
        ("第 1 页页面以外的文字：the words",),
    )
    assert read(f"{SEEN} {WORDS}", "/CropBox [0 0 0 0]") == (["seen", "first", "the", "words"], ())
    assert read(f"{SEEN} {WORDS}", "/Rotate 90 /CropBox [0 0 595 650]")[1] == ("第 1 页页面以外的文字：seen first",)


@pytest.mark.parametrize(
    "content",
    [
        f"q 595 0 0 842 0 0 cm /Picture Do Q 3 Tr {SEEN} {WORDS}",
        f"3 Tr {SEEN} {WORDS} q 595 0 0 842 0 0 cm /Picture Do Q",
        f"{SEEN} {WORDS} q 595 0 0 842 0 0 cm /Picture Do Q",
        f"{SEEN} {WORDS} q 595 0 0 842 0 0 cm /Seal Do Q",
    ],
)
def test_text_recognised_in_a_scan_is_what_readers_see_and_the_reviewer_is_told_of_it(
    content: str, tmp_path: Path
) -> None:
    found = extract_plain(written(tmp_path / "a.pdf", content), PDF)
    assert " ".join(found.paragraphs).split() == ["seen", "first", "the", "words"]
    assert found.concealed == ()
    assert any("取自图片背后识别出的一层" in each for each in found.warnings)


def test_a_page_of_many_shapes_is_judged_in_time(tmp_path: Path, read: Read) -> None:
    many = "0 0 595 842 re f " * 5_000
    assert read(f"1 g {many} 0 g {SEEN}") == (["seen", "first"], ())


@pytest.mark.parametrize(
    ("whole", "broken"), [("/OFF [21 0 R]", "/OFF (21 0 R)"), ("/D << /OFF [21 0 R] >>", "/D [ /OFF (21 0 R)  ] ")]
)
def test_layers_of_which_nothing_can_be_read_are_told(tmp_path: Path, whole: str, broken: str) -> None:
    path = written(tmp_path / "a.pdf", f"/OC /Off BDC {WORDS} EMC")
    assert not any("图层" in each for each in extract_plain(path, PDF).warnings)
    path.write_bytes(path.read_bytes().replace(whole.encode(), broken.encode()))
    told = extract_plain(path, PDF)
    assert told.paragraphs and any("哪些图层不显示没有读出" in each for each in told.warnings)
