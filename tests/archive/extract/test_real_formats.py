"""Every real file goes through the sandbox; ``pytest -s`` shows what was taken and refused, by format."""

import re
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import pytest

from archive.errors import FileRefused
from archive.extract import Extraction, Limits, Sandbox, media_type
from tests.archive.extract.makers import REAL

FILES = REAL / "files"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not FILES.exists(), reason="the shared real material is not here")]
CODE = re.compile(rb"<(?:\w+:)?TextCode\b[^>]*>([^<]*)<")
# Hidden and slanted text, which is reported but not read.
UNREAD = re.compile(
    rb'<(?:\w+:)?TextObject\b[^>]*\b(?:Visible="false"|CTM="0\.707)[^>]*>.*?</(?:\w+:)?TextObject>', re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Found:
    """The result for a file: its text, or why there is none, and how many seconds that took."""

    path: Path
    extraction: Extraction | None
    reason: str
    seconds: float

    @property
    def kind(self) -> str:
        if self.extraction is None:
            return "refused"
        return "text" if self.extraction.paragraphs or self.extraction.title else "no text"


def files(*suffixes: str) -> list[Path]:
    """Return the files with these suffixes, or all of them."""
    paths = sorted(path for path in FILES.iterdir() if path.name != "manifest.tsv")
    return [path for path in paths if not suffixes or path.suffix in suffixes]


@pytest.fixture(scope="module")
def read() -> Iterator[Callable[[list[Path]], list[Found]]]:
    """Read files in a sandbox without recognition."""
    with Sandbox(workers=2, limits=Limits(ocr_seconds=0)) as sandbox, ThreadPoolExecutor(2) as pool:

        def one(path: Path) -> Found:
            start = time.monotonic()
            try:
                extraction = sandbox.extract(path, media_type(path, path.name))
            except FileRefused as refused:
                return Found(path, None, refused.reason, time.monotonic() - start)
            return Found(path, extraction, "", time.monotonic() - start)

        yield lambda paths: list(pool.map(one, paths))


def test_every_file_gives_text_or_a_warning_or_a_reason_within_the_limits(
    read: Callable[[list[Path]], list[Found]],
) -> None:
    found = read(files())
    table = Counter((each.path.suffix, each.kind) for each in found)
    kinds = ("text", "no text", "refused")
    print(f"\n{'format':8}{''.join(f'{kind:>9}' for kind in kinds)}")
    for suffix in sorted({suffix for suffix, _ in table}):
        print(f"{suffix:8}{''.join(f'{table[suffix, kind]:>9}' for kind in kinds)}")
    slowest = max(found, key=lambda each: each.seconds)
    print(f"{len(found)} files, the slowest {slowest.seconds:.1f} s ({slowest.path.name})")
    for each in found:
        if each.extraction is None:
            assert re.fullmatch(r"[^\n]*[\u4e00-\u9fff][^\n]*。", each.reason), each.path.name
            # These are the reasons given for a process that died, which no file should cause.
            assert "异常中止" not in each.reason and "意外中断" not in each.reason, each.path.name
            assert "限额" not in each.reason and "超过 30 秒" not in each.reason, each.path.name
        else:
            lines = each.extraction.paragraphs
            assert lines or each.extraction.warnings, each.path.name
            assert not any("(cid:" in line or "\n" in line or not line for line in lines), each.path.name
    assert sum(each.extraction is not None for each in found) >= 130


def test_every_ofd_yields_its_text(read: Callable[[list[Path]], list[Found]]) -> None:
    """Compare with the characters of all page and template parts, wherever they are placed."""
    paths = files(".ofd")
    assert len(paths) == 12
    for each in read(paths):
        assert each.extraction is not None and each.extraction.paragraphs, each.path.name
        seen = Counter("".join((each.extraction.title or "", *each.extraction.paragraphs)))
        stands = _characters(each.path)
        lost = stands - seen
        print(f"{each.path.name}: {stands.total()} characters, {lost.total()} lost")
        assert stands.total() > 0 and lost.total() <= 0.01 * stands.total(), (each.path.name, lost)


def _characters(path: Path) -> Counter[str]:
    """Return the characters that pages and templates show, without blanks and those without a meaning."""
    whole = ""
    with zipfile.ZipFile(path) as container:
        for name in container.namelist():
            if re.search(r"Content\w*\.xml$", name):
                shown = UNREAD.sub(b"", container.read(name))
                whole += "".join(unescape(code.decode()) for code in CODE.findall(shown))
    return Counter(re.sub(r"[\s\ue000-\uf8ff]", "", whole))


def test_workbooks_that_are_sound_and_open_yield_their_text(read: Callable[[list[Path]], list[Found]]) -> None:
    suspect = re.compile(r"clusterfuzz|rotected|protect\.|bomb|corrupted|fuzz")
    sound = [path for path in files(".xls", ".xlsx") if not suspect.search(path.name)]
    assert len(sound) >= 25
    assert [each.path.name for each in read(sound) if each.kind != "text"] == []
