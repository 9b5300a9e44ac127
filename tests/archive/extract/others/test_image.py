import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from archive.extract import Extraction, Limits, Sandbox, extract_plain
from archive.extract.mediatype import GIF, IMAGES, PNG, TIFF
from tests.archive.extract.makers import picture

NO_TEXT = ("图片或扫描件没有文字层，检索不到其内容。",)
READ = ("文字由机器从图片中识别（OCR），可能有错漏，请对照原件核对。",)
HEAD = "level page_num block_num par_num line_num word_num left top width height conf text"
FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


def line(number: int, left: int, top: int, words: str, size: int = 30, page: int = 1, sure: int = 92) -> list[str]:
    """Return tesseract's output for a line: each character is a word, about as high as the type."""
    return [
        f"5 {page} 1 1 {number} {n} {left + size * n} {top + n % 3} {size - 3} {size - n % 3} {sure} {letter}"
        for n, letter in enumerate(words)
    ]


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(picture().getvalue())
    return path


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a tesseract that prints the content of the file returned."""
    program, words = tmp_path / "tesseract", tmp_path / "words"
    program.write_text(f"#!/bin/sh\n[ -f '{words}' ] || exit 1\ncat '{words}'\n", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    return words


def say(said: Path, *lines: list[str]) -> None:
    rows = [HEAD, "1 1 0 0 0 0 0 0 1240 1754 -1 ", *(row for each in lines for row in each)]
    said.write_text("\n".join("\t".join(row.split(" ", 11)) for row in rows) + "\n", encoding="utf-8")


def read(path: Path) -> Extraction:
    return extract_plain(path, PNG, ocr_seconds=5)


@pytest.mark.parametrize("kind", sorted(IMAGES))
def test_a_picture_is_kept_with_a_warning(scan: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert extract_plain(scan, kind, ocr_seconds=5) == Extraction(None, (), warnings=NO_TEXT, unread=(1,))


def test_what_is_recognised_is_put_together_to_a_title_and_paragraphs(scan: Path, said: Path) -> None:
    say(
        said,
        line(1, 300, 100, "关于森林防火的通知", size=60),
        line(2, 160, 300, "各级各部门要把森林防火摆上重要位置落实行政首长负责制严"),
        line(3, 100, 350, "格管理野外用火。"),
        line(4, 160, 400, "每年十一月一日至次年五月三十一日为森林防火期。"),
    )
    found = read(scan)
    assert found.title == "关于森林防火的通知"
    assert found.paragraphs == (
        "各级各部门要把森林防火摆上重要位置落实行政首长负责制严格管理野外用火。",
        "每年十一月一日至次年五月三十一日为森林防火期。",
    )
    assert found.warnings == READ


def test_all_pages_of_a_picture_are_read(scan: Path, said: Path) -> None:
    said_of = {1: "一、这是第一页上的文字。", 2: "二、这是第二页上的文字。"}
    say(said, *(line(1, 100, 300, words, page=number) for number, words in said_of.items()))
    assert extract_plain(scan, TIFF, ocr_seconds=5).paragraphs == tuple(said_of.values())


def test_what_is_seen_in_a_photograph_is_no_text(scan: Path, said: Path) -> None:
    say(said, line(1, 100, 300, "人二丨一", sure=31))
    assert read(scan) == Extraction(None, (), warnings=NO_TEXT, unread=(1,))


def test_a_program_that_fails_or_says_nothing_leaves_the_picture_as_it_is(scan: Path, said: Path) -> None:
    assert read(scan).warnings == NO_TEXT
    said.write_text("", encoding="utf-8")
    assert read(scan).warnings == NO_TEXT


def test_a_program_that_takes_too_long_is_ended(scan: Path, said: Path, tmp_path: Path) -> None:
    (tmp_path / "tesseract").write_text("#!/bin/sh\nexec sleep 61.5\n", encoding="utf-8")
    start = time.monotonic()
    assert extract_plain(scan, GIF, ocr_seconds=0.2).warnings == NO_TEXT
    assert time.monotonic() - start < 5
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout  # noqa: S607  # the system's ps
    assert "sleep 61.5" not in listed


@pytest.mark.usefixtures("processes_of_its_own")
@pytest.mark.skipif(shutil.which("tesseract") is None or not FONT.exists(), reason="no tesseract, or no font to draw")
def test_tesseract_reads_within_the_limits_of_a_job_and_leaves_nothing_behind(tmp_path: Path) -> None:
    sheet = Image.new("L", (1240, 600), 255)
    words = ImageFont.truetype(str(FONT), 36)
    ImageDraw.Draw(sheet).text((120, 200), "各级各部门要把森林防火工作摆上重要位置。", font=words, fill=0)
    sheet.save(tmp_path / "a.png")
    with Sandbox(workers=1) as sandbox:
        first, second = (sandbox.extract(tmp_path / "a.png", PNG) for _ in range(2))
        zygote = sandbox._idle[0]
        assert zygote._job is not None and zygote._job.files == 2, "the job was thrown away"
    if first.warnings == NO_TEXT:
        pytest.skip("tesseract has no chi_sim")
    assert "森林防火工作" in "".join(first.paragraphs)
    assert first == second and first.warnings == READ
    with Sandbox(workers=1, limits=Limits(ocr_seconds=0)) as sandbox:
        assert sandbox.extract(tmp_path / "a.png", PNG).warnings == NO_TEXT
