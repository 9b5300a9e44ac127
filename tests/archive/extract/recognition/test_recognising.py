"""Pages are recognised in the limited process, where what ``./run ocr`` installs is there."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from archive.errors import ExtractionFailed
from archive.extract import Limits, Sandbox
from archive.extract.limits import MIB
from archive.extract.mediatype import PDF, PNG
from archive.extract.process.tasks import Task
from archive.extract.recognition.page import RecognisedPage
from tests.recognition import distance, plain, scanned

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
TEXT = (
    ("云溪县人民政府办公室", "关于做好2024年森林防火工作的通知", "各镇人民政府，县直各部门："),
    ("一、各级各部门要把森林防火摆上重要位置。", "二、联系电话：0539-6212345。"),
    ("（此件公开发布）", "云溪县人民政府办公室", "2024年3月12日"),
)
LIMITS = Limits(address_space=4096 * MIB, cpu_seconds=240, wall_seconds=240, ocr_seconds=0)


def sheet(lines: tuple[str, ...]) -> Image.Image:
    image = Image.new("RGB", (1240, 150 + 80 * len(lines)), "white")
    font = ImageFont.truetype(str(FONT), 36)
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((120, 80 + 80 * number), line, font=font, fill="black")
    return image


@pytest.mark.slow
@pytest.mark.skipif(find_spec("rapidocr") is None, reason="the recogniser is not installed (./run ocr)")
@pytest.mark.skipif(not FONT.exists(), reason="no font to draw")
def test_three_pages_are_read_also_one_that_lies_askew(tmp_path: Path) -> None:
    first, second, third = map(sheet, TEXT)
    first.save(tmp_path / "a.pdf", "PDF", resolution=150, save_all=True, append_images=[scanned(second)])
    third.save(tmp_path / "b.png")
    with Sandbox(workers=1, limits=LIMITS) as sandbox:
        for path, kind, page, lines in (
            ("a.pdf", PDF, 1, TEXT[0]),
            ("a.pdf", PDF, 2, TEXT[1]),
            ("b.png", PNG, 1, TEXT[2]),
        ):
            told, _ = sandbox.make(Task.RECOGNISE, tmp_path / path, kind, page=page, threads=2)
            found = RecognisedPage.of(told)
            said = plain("".join(line.text for line in found.lines))
            assert distance(said, plain("".join(lines))) <= 1, said
            assert found.confidence > 0.9 and found.model.startswith("rapidocr ")
            # Straight lines stand one below the other.
            tops = [line.top for line in found.lines]
            assert tops == sorted(tops)


def test_how_far_two_texts_differ_is_counted_in_characters() -> None:
    pairs = (("低保标准", "低保标准"), ("低保", "抵保"), ("低保", "低保金"), ("（一）", "一"), ("", "低保"))
    assert [distance(plain(one), plain(other)) for one, other in pairs] == [0, 1, 1, 2, 2]
    assert plain("（１） 低\n保") == "(1)低保"


def test_where_it_is_not_installed_it_says_what_to_do(tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "white").save(tmp_path / "a.png")
    hidden = (
        "import sys; sys.modules['rapidocr'] = None\n"
        "from pathlib import Path; from archive.extract.recognition.picture import recognise\n"
        f"recognise(Path({str(tmp_path / 'a.png')!r}), 'image/png', 1, 1)"
    )
    ran = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True, cwd=Path(__file__).parents[4])  # noqa: S603  # our own
    assert "./run ocr" in ran.stderr


def test_a_page_that_is_not_there_is_told(tmp_path: Path) -> None:
    Image.new("RGB", (60, 40), "white").save(tmp_path / "a.png")
    with Sandbox(workers=1) as sandbox, pytest.raises(ExtractionFailed, match="没有第 2 页"):
        sandbox.make(Task.RECOGNISE, tmp_path / "a.png", PNG, page=2, threads=1)


def test_no_command_loads_it() -> None:
    heavy = "{'rapidocr', 'onnxruntime', 'cv2'}"
    script = f"import sys, web.commands.cli, archive.extract.process.tasks; print({heavy} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=Path(__file__).parents[4])  # noqa: S603  # our own
    assert ran.stdout.strip() == "set()", ran.stderr
