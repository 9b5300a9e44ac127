"""Whatever lies where staff keep a file of theirs, it is told, nothing waits for it, and nothing else stops."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive import maintained
from archive.describe import taxonomy
from archive.errors import BadCalendar, BadTaxonomy, GongkaiError
from archive.monitoring import BadMonitoring, Standards
from archive.registers import notices
from indexer.asking.synonyms import PACKAGED, SynonymFile, Synonyms
from indexer.errors import BadLexicon, BadSynonyms
from indexer.lexicon import Lexicon
from web.installation.best_bets import BadBestBets, BestBets
from web.search import golden

LAID: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a link to nothing": lambda path: path.symlink_to("none"),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a device": lambda path: path.symlink_to("/dev/null"),
    "what is far too large": lambda path: path.write_bytes(b"#" * (maintained.LARGEST + 1)),
}
READ: dict[str, Callable[[Path], object]] = {
    "lexicon.txt": Lexicon.load,
    "synonyms.tsv": lambda path: Synonyms.load(PACKAGED, path),
    "taxonomy.toml": taxonomy.read,
    "best-bets.tsv": BestBets.load,
    "calendar.tsv": lambda path: notices.own(path.parent),
    "golden.tsv": golden.load,
    "monitoring.tsv": Standards.load,
}
TOLD = (BadLexicon, BadSynonyms, BadTaxonomy, BadCalendar, BadBestBets, golden.BadGolden, BadMonitoring, OSError)


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    """End what waits: reading a pipe on which nobody writes would never return."""

    def late(_number: int, _frame: object) -> None:
        raise AssertionError("it waits")

    former = signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, former)


@pytest.mark.parametrize("laid", LAID)
@pytest.mark.parametrize("name", READ)
def test_what_is_no_file_to_be_read_is_told(laid: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "data" / name
    path.parent.mkdir()
    LAID[laid](path)
    with pytest.raises(TOLD) as told:
        READ[name](path)
    assert len(str(told.value)) < 400


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lexicon.txt", "[" * 3_000_000),
        ("lexicon.txt", f"云溪 {'0' * 9}1{'0' * 5000}"),
        ("lexicon.txt", f"云溪 {'9' * 5000}"),
        ("synonyms.tsv", f"低保\t{'长' * 3000}\t=\t来源"),
        ("synonyms.tsv", f"低保\t最低生活保障\t{'=' * 3000}\t来源"),
        ("taxonomy.toml", "a = " + "[" * 200_000),
        ("taxonomy.toml", "a = " + "9" * 5000),
        ("taxonomy.toml", "a = 2020-13-45"),
        ("taxonomy.toml", f'"{"长" * 3000}" = 1'),
        ("taxonomy.toml", '[validity.aliases]\n"作废" = ["已废止"]'),
        ("taxonomy.toml", f'[topics]\n"{"长" * 3000}" = ["数据"]'),
        ("calendar.tsv", f"日期\t安排\t通知日期\n{'9' * 5000}\t放假\t2026-01-01"),
        ("calendar.tsv", f"日期\t安排\t通知日期\n20９９\t{'全' * 3000}\t2026-01-01"),
    ],
)
def test_no_content_ends_in_a_traceback_or_is_quoted_at_length(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(TOLD) as told:
        READ[name](tmp_path / name)
    assert len(str(told.value)) < 500


def test_a_pipe_does_not_stop_searches(tmp_path: Path) -> None:
    own = tmp_path / "synonyms.tsv"
    own.write_text("低保\t救济金\t=\t本县\n", encoding="utf-8")
    seconds = 0.0
    synonyms = SynonymFile(PACKAGED, own, lambda: seconds)
    before = synonyms.current()
    assert before.of("救济金")
    for lay in LAID.values():
        shutil.rmtree(own) if own.is_dir() and not own.is_symlink() else own.unlink()
        lay(own)
        seconds += 1000
        assert synonyms.current().pairs == before.pairs


def test_what_an_error_quotes_is_short() -> None:
    assert str(GongkaiError(f"第 1 行：“{'长' * 3000}”不能用。")) == f"第 1 行：“{'长' * 200}…”不能用。"
    title = f"《{'关于' * 90}的通知》"
    assert str(GongkaiError(f"“{title}”已有。")) == f"“{title}”已有。"
