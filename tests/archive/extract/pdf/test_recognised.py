"""Pages whose text a machine recognised are read like any others, and always marked."""

import json
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from archive.describe.metadata import describe
from archive.document import Place
from archive.extract import extract_plain
from archive.extract.mediatype import PDF, PNG
from archive.extract.pdf.recognised import content
from archive.extract.recognition.page import Line, RecognisedPage
from tests.archive.extract.pictures.files import pdf

PIXELS = 100
LETTER = (
    ("云溪县民政局文件", 10, 2),
    ("云民〔2019〕3号", 20, 1),
    ("关于做好低保工作的通知", 9, 1.4),
    ("各镇人民政府，各有关单位，各社区居民委员会，各村民委员会(街道):", 0, 1),
    ("云溪县民政局", 25, 1),
    ("2019年3月5日", 25, 1),
)


def page(*lines: tuple[str, float, float], confidence: float = 0.98) -> RecognisedPage:
    """Return a page of lines with where each begins, in characters, and how large its type is."""
    made = []
    for number, (text, indent, size) in enumerate(lines):
        step = size * 30
        lefts = [round(PIXELS + 30 * indent + step * at) for at in range(len(text))]
        edges = tuple(side for left in lefts for side in (left, round(left + step - 2)))
        made.append(Line(text, edges, 200 + 90 * number, round(200 + 90 * number + 1.2 * step), confidence))
    return RecognisedPage(1653, 2339, "rapidocr 3", tuple(made))


def kept(path: Path, wanted: list[int], pages: Mapping[int, RecognisedPage], **failed: str) -> Path:
    lines: list[dict[str, object]] = [{"wanted": wanted}]
    lines += [{"page": number} | each.told for number, each in pages.items()]
    lines += [{"page": int(number[1:]), "failed": why} for number, why in failed.items()]
    path.write_text("".join(f"{json.dumps(each)}\n" for each in lines))
    return path


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf([], ["这一页本来就有文字，不必识别。"], [], scans=(1, 3)))
    return path


def test_what_was_recognised_is_the_text_of_a_scan_and_says_so(scan: Path, tmp_path: Path) -> None:
    assert extract_plain(scan, PDF).unread == (1, 3)
    found = extract_plain(scan, PDF, recognised=kept(tmp_path / "a.jsonl", [1, 3], {1: page(*LETTER)}))
    assert found.title == "关于做好低保工作的通知"
    assert found.paragraphs == (
        "云溪县民政局文件",
        "云民〔2019〕3号",
        "各镇人民政府，各有关单位，各社区居民委员会，各村民委员会（街道）：",
        "云溪县民政局",
        "2019年3月5日",
        "这一页本来就有文字，不必识别。",
    )
    assert found.places == (Place(0, "第 1 页", recognised=True), Place(5, "第 2 页"))
    assert (found.recognised, found.unread) == ((1,), (3,))
    assert found.warnings == (
        "第 1 页的文字由机器识别（OCR），可能有错漏，请对照原件核对。",
        "第 3 页是扫描件没有文字层，检索不到其内容。",
    )


def test_metadata_read_in_it_say_so_and_those_of_other_pages_do_not(scan: Path, tmp_path: Path) -> None:
    found = extract_plain(scan, PDF, recognised=kept(tmp_path / "a.jsonl", [1, 3], {1: page(*LETTER)}))
    sources = describe(found, {"index_code": "1/2019-1"}, "a.pdf").sources
    assert sources["number"] == "题下（机器识别，请核对）" and sources["title"] == "标题（机器识别，请核对）"
    assert sources["index_code"] == "清单"
    later = describe(replace(found, recognised=(3,)), {}, "a.pdf").sources
    assert later["number"] == "题下" and later["title"] == "标题"


def test_a_page_that_failed_or_had_nothing_is_told(scan: Path, tmp_path: Path) -> None:
    nothing = replace(page(), lines=())
    found = extract_plain(scan, PDF, recognised=kept(tmp_path / "a.jsonl", [1, 3], {1: nothing}, p3="超过 90 秒。"))
    assert (found.recognised, found.unread) == ((), (1, 3))
    assert found.warnings == (
        "第 1 页的图像上没有识别出文字，请核对原件。",
        "第 3 页没有识别出文字：超过 90 秒。",
        "第 1、3 页是扫描件没有文字层，检索不到其内容。",
    )


def test_what_is_seen_in_a_photograph_is_no_text(scan: Path, tmp_path: Path) -> None:
    doubtful = page(("川口人", 3, 2), confidence=0.55)
    found = extract_plain(scan, PDF, recognised=kept(tmp_path / "a.jsonl", [1], {1: doubtful}))
    assert (found.recognised, found.unread) == ((), (1, 3))


def test_a_page_that_has_text_is_never_read_otherwise(scan: Path, tmp_path: Path) -> None:
    found = extract_plain(scan, PDF, recognised=kept(tmp_path / "a.jsonl", [2], {2: page(*LETTER)}))
    assert found.paragraphs == ("这一页本来就有文字，不必识别。",) and found.recognised == ()


def test_a_picture_is_read_by_what_was_recognised_in_it(tmp_path: Path) -> None:
    stream = BytesIO()
    Image.new("RGB", (400, 300), "white").save(stream, "PNG")
    (tmp_path / "a.png").write_bytes(stream.getvalue())
    assert extract_plain(tmp_path / "a.png", PNG).unread == (1,)
    found = extract_plain(tmp_path / "a.png", PNG, 0, kept(tmp_path / "a.jsonl", [1], {1: page(*LETTER)}))
    assert found.title == "关于做好低保工作的通知" and found.places == (Place(0, "第 1 页", recognised=True),)
    assert found.warnings == ("文字由机器从图片中识别（OCR），可能有错漏，请对照原件核对。",)


def test_marks_are_as_wide_as_in_chinese_text_and_stay_in_numbers() -> None:
    lines = (("(一)低保标准为1,500元,共20:30分;", 0, 1), ("Page (1), of 3;", 0, 1))
    written = "".join(glyph.text for glyph in content(page(*lines)).glyphs)
    assert written == "（一）低保标准为1,500元，共20:30分；Page (1), of 3;"


def test_a_blank_between_characters_is_seen_by_their_distance(scan: Path, tmp_path: Path) -> None:
    line = page(("第一章总则", 0, 1)).lines[0]
    apart = replace(line, edges=line.edges[:6] + tuple(each + 40 for each in line.edges[6:]))
    told = {1: replace(page(), lines=(apart,))}
    found = extract_plain(scan, PDF, recognised=kept(tmp_path / "a.jsonl", [1], told))
    assert found.paragraphs[0] == "第一章 总则"
