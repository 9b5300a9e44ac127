import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.describe.metadata import describe
from archive.document import Metadata
from archive.errors import ExtractionFailed
from archive.extract import Limits, Sandbox, extract_plain, media_type
from archive.extract.limits import MIB
from archive.extract.mediatype import DOCX, PDF, PLAIN
from archive.extract.process import answer
from tests.archive.extract.makers import ROOT
from tests.archive.extract.statutory import report_pdf
from tests.conftest import Some

pytestmark = pytest.mark.usefixtures("processes_of_its_own")


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as opened:
        yield opened


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("关于防火的通知\n正文第一段。\n", encoding="utf-8")
    return path


def children(pid: int) -> list[int]:
    """Return the processes started by any thread of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        # A thread may end while the others are looked at.
        with suppress(FileNotFoundError, ProcessLookupError):
            found += map(int, (task / "children").read_text().split())
    return found


def runs(pid: int) -> bool:
    """Tell whether a process exists and is not a zombie, which an init that does not reap may keep."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # The latter: it ended after it was opened.
        return False


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def wait_for(condition: object, seconds: float = 5) -> bool:
    assert callable(condition)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.0005)
    return False


@dataclass
class Watched:
    """The processes of the test's own sandbox; ``others`` existed before."""

    others: list[int]

    @property
    def zygote(self) -> int:
        assert wait_for(self._zygotes)
        return self._zygotes()[-1]

    @property
    def job(self) -> int:
        """The job that reads a file or waits for the next one."""
        zygote = self.zygote
        assert wait_for(lambda: children(zygote))
        return children(zygote)[0]

    def _zygotes(self) -> list[int]:
        return [each for each in children(os.getpid()) if each not in self.others]


@pytest.fixture
def watched(shared: Sandbox, text: Path) -> Watched:
    shared.extract(text, PLAIN)
    return Watched(children(os.getpid()))


def endless(tmp_path: Path) -> Path:
    """Make a pipe that nobody writes to, so that reading it never ends."""
    path = tmp_path / "endless.txt"
    os.mkfifo(path)
    return path


def busy(tmp_path: Path, paragraphs: int = 150_000) -> Path:
    """Write a document that takes seconds to read, of text that stays within the limit for compression."""
    path = tmp_path / "busy.docx"
    number = random.Random(1)  # noqa: S311 - no secret
    body = "".join(f"<w:p><w:r><w:t>{number.getrandbits(32):x}</w:t></w:r></w:p>" for _ in range(paragraphs))
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    kinds = "http://schemas.openxmlformats.org"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as container:
        container.writestr("word/document.xml", f"<w:document {space}><w:body>{body}</w:body></w:document>")
        container.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/></Types>',
        )
        container.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{kinds}/package/2006/relationships"><Relationship Id="r" '
            f'Type="{kinds}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
        )
    return path


def test_text_comes_back_whole(shared: Sandbox, text: Path) -> None:
    extraction = shared.extract(text, PLAIN)
    assert (extraction.title, extraction.paragraphs) == ("关于防火的通知", ("正文第一段。",))


def test_a_reason_comes_back_as_a_sentence(shared: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"PK\x03\x04 no zip")
    with pytest.raises(ExtractionFailed, match="损坏"):
        shared.extract(path, DOCX)
    with pytest.raises(ExtractionFailed, match="读文件出错"):
        shared.extract(tmp_path / "missing.txt", PLAIN)
    with pytest.raises(ExtractionFailed, match="video/mp4"):
        shared.extract(path, "video/mp4")


def test_a_file_that_takes_too_long_is_ended_and_the_next_one_works(tmp_path: Path, text: Path) -> None:
    with Sandbox(workers=1, limits=Limits(wall_seconds=0.5)) as sandbox:
        assert sandbox.extract(text, PLAIN).paragraphs
        started = time.monotonic()
        with pytest.raises(ExtractionFailed, match="超过 0.5 秒"):
            sandbox.extract(endless(tmp_path), PLAIN)
        assert time.monotonic() - started < 3
        assert sandbox.extract(text, PLAIN).paragraphs


def test_a_file_that_computes_too_long_is_ended(tmp_path: Path, text: Path) -> None:
    with Sandbox(workers=1, limits=Limits(cpu_seconds=1)) as sandbox:
        with pytest.raises(ExtractionFailed, match="超过 1 秒（处理器时间）"):
            sandbox.extract(busy(tmp_path), DOCX)
        assert sandbox.extract(text, PLAIN).paragraphs


PAGES = """
import time
from archive.extract.limits import tell_pages
from archive.extract.process import zygote
read = zygote.extract_plain
def extract_plain(path, *rest):
    if path.stem.isdigit():
        tell_pages(int(path.stem))
        time.sleep(0.7) if path.suffix == ".txt" else [None for _ in iter(int, 1)]
    return read(path, *rest)
zygote.extract_plain = extract_plain
zygote.main()
"""


@pytest.mark.slow
def test_a_file_has_more_time_for_more_pages_and_no_more_than_the_limit(
    monkeypatch: pytest.MonkeyPatch, text: Path
) -> None:
    monkeypatch.setattr("archive.extract.process.sandbox._COMMAND", (sys.executable, "-P", "-c", PAGES))
    limits = Limits(cpu_seconds=1, wall_seconds=0.4, patience=0.4, page_seconds=0.01, more_seconds=1)
    with Sandbox(workers=1, limits=limits) as sandbox:
        with pytest.raises(ExtractionFailed, match="超过 0.4 秒"):
            sandbox.extract(text := named(text, "3"), PLAIN)
        text = named(text, "300")
        # As the first file of a job and as a later one.
        for _ in range(2):
            assert sandbox.extract(text, PLAIN).paragraphs
        endless = text.rename(text.with_name("400.md"))
        started = time.monotonic()
        with pytest.raises(ExtractionFailed, match="超过 1.4 秒"):
            sandbox.extract(endless, PLAIN)
        assert time.monotonic() - started < 4


def test_a_file_that_needs_too_much_memory_is_ended(tmp_path: Path, text: Path) -> None:
    with Sandbox(workers=1, limits=Limits(address_space=110 * MIB)) as sandbox:
        with pytest.raises(ExtractionFailed, match="内存|异常中止"):
            sandbox.extract(busy(tmp_path), DOCX)
        assert sandbox.extract(text, PLAIN).paragraphs


def test_text_beyond_the_size_of_a_result_is_refused(tmp_path: Path, text: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("政务公开。\n" * 5000, encoding="utf-8")
    with Sandbox(workers=1, limits=Limits(result_size=50_000)) as sandbox:
        with pytest.raises(ExtractionFailed, match="文字过多"):
            sandbox.extract(path, PLAIN)
        assert sandbox.extract(text, PLAIN).paragraphs


@pytest.mark.slow
@pytest.mark.thorough
def test_six_hundred_thousand_paragraphs_are_refused_cleanly(shared: Sandbox, tmp_path: Path, text: Path) -> None:
    path = busy(tmp_path, 600_000)
    started = time.monotonic()
    with pytest.raises(ExtractionFailed, match="超过 200000 个|处理器时间|内存"):
        shared.extract(path, DOCX)
    assert time.monotonic() - started < 40
    assert shared.extract(text, PLAIN).paragraphs


@pytest.mark.slow
def test_a_job_that_is_killed_is_a_reason_and_the_next_file_works(watched: Watched, tmp_path: Path, text: Path) -> None:
    with Sandbox(workers=1) as sandbox, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(sandbox.extract, endless(tmp_path), PLAIN)
        job = watched.job
        os.kill(job, signal.SIGKILL)
        with pytest.raises(ExtractionFailed, match="异常中止"):
            waiting.result(10)
        assert sandbox.extract(text, PLAIN).paragraphs
        assert watched.job != job


@pytest.mark.slow
def test_a_zygote_that_is_killed_is_replaced(watched: Watched, tmp_path: Path, text: Path) -> None:
    with Sandbox(workers=1) as sandbox, ThreadPoolExecutor(1) as pool:
        sandbox.extract(text, PLAIN)
        zygote = watched.zygote
        job = watched.job
        waiting = pool.submit(sandbox.extract, endless(tmp_path), PLAIN)
        time.sleep(0.1)
        os.kill(zygote, signal.SIGKILL)
        with pytest.raises(ExtractionFailed, match="意外中断"):
            waiting.result(10)
        assert wait_for(lambda: not runs(job)), "the job outlived its zygote"
        assert sandbox.extract(text, PLAIN).paragraphs


@pytest.mark.slow
def test_no_job_outlives_a_zygote_that_is_killed_at_any_moment(watched: Watched, tmp_path: Path, some: Some) -> None:
    path = endless(tmp_path)
    jobs: list[int] = []
    for moment in some([*range(12)]):
        with Sandbox(workers=1) as sandbox, ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(sandbox.extract, path, PLAIN)
            jobs.append(watched.job)
            time.sleep(moment * 0.0002)
            os.kill(watched.zygote, signal.SIGKILL)
            with pytest.raises(ExtractionFailed):
                waiting.result(10)
    assert wait_for(lambda: not any(runs(job) for job in jobs))


def test_nothing_is_left_behind(text: Path) -> None:
    before = (descriptors(), len(children(os.getpid())))
    for _ in range(3):
        with Sandbox(workers=2) as sandbox, ThreadPoolExecutor(4) as pool:
            assert all(each.paragraphs for each in pool.map(lambda _: sandbox.extract(text, PLAIN), range(20)))
    assert (descriptors(), len(children(os.getpid()))) == before


def test_many_threads_get_each_their_own_answer(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.txt" for number in range(60)]
    for number, path in enumerate(paths):
        path.write_text(f"标题\n第{number}号正文。\n", encoding="utf-8")
    with Sandbox(workers=2) as sandbox, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda path: sandbox.extract(path, PLAIN).paragraphs, paths))
    assert found == [(f"第{number}号正文。",) for number in range(60)]


def test_a_closed_sandbox_takes_no_more_files(text: Path) -> None:
    sandbox = Sandbox()
    sandbox.close()
    with pytest.raises(RuntimeError):
        sandbox.extract(text, PLAIN)


@pytest.mark.slow
def test_the_children_leave_when_their_caller_dies(tmp_path: Path) -> None:
    path = endless(tmp_path)
    program = (
        "import os, pathlib, sys, threading, time\n"
        "from archive.extract import Sandbox\n"
        "sandbox = Sandbox(workers=1)\n"
        f"path = pathlib.Path({str(path)!r})\n"
        "threading.Thread(target=sandbox.extract, args=(path, 'text/plain'), daemon=True).start()\n"
        "time.sleep(60)\n"
    )
    caller = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)  # noqa: S603  # our own program
    try:
        assert wait_for(lambda: children(caller.pid) and children(children(caller.pid)[0]), 15)
        zygote = children(caller.pid)[0]
        job = children(zygote)[0]
    finally:
        caller.kill()
        caller.wait()
    assert wait_for(lambda: not runs(zygote) and not runs(job))


def test_a_caller_with_unwritten_threads_can_close(text: Path) -> None:
    sandbox = Sandbox(workers=1)
    done = threading.Event()

    def work() -> None:
        sandbox.extract(text, PLAIN)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    sandbox.close()
    assert done.is_set()


# A zygote whose jobs do what a hostile file might do to them; the file's name says what.
MISCHIEF = """
import os, resource, signal, subprocess, sys, threading, time
from archive.extract.process import zygote

extract = zygote._answer
held = []
then = ""

def answer(path, *asked):
    global then
    match then:
        case "dies": os.kill(os.getpid(), signal.SIGKILL)
        case "leaves": os._exit(0)
        case "hangs": time.sleep(60)
        case "fails": return b'{"failed": "wrong"}'
        case "talks": return b"nonsense"
        case "shouts": return b"x" * 200_000
        case "grasps": resource.setrlimit(resource.RLIMIT_CPU, (0, 1)); [None for _ in iter(int, 1)]
    match path.stem:
        case "thread": threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        case "descriptor": os.open(path, os.O_RDONLY)
        case "process": subprocess.Popen(["sleep", "60"])
        case "stray": subprocess.Popen(["sleep", "60"], start_new_session=True)
        case "orphan": subprocess.run(["sh", "-c", "setsid sleep 60 &"])
        case "memory": held.append(b"x" * 100_000_000)
        case "spins":
            end = time.process_time() + 0.4
            while time.process_time() < end:
                pass
        case other: then = other
    return extract(path, *asked)

zygote._answer = answer
zygote.main()
"""


@pytest.fixture
def mischief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.extract.process.sandbox._COMMAND", (sys.executable, "-P", "-c", MISCHIEF))


def named(text: Path, name: str) -> Path:
    return text.rename(text.with_stem(name))


def test_a_job_reads_so_many_files_and_no_more(watched: Watched, text: Path) -> None:
    with Sandbox(workers=1, limits=Limits(files=3)) as sandbox:
        for _ in range(3):
            sandbox.extract(text, PLAIN)
            job = watched.job
            sandbox.extract(text, PLAIN)
            assert watched.job == job
            sandbox.extract(text, PLAIN)
            assert wait_for(lambda: not runs(job))  # noqa: B023 - called at once


def test_a_job_that_could_not_read_a_file_reads_no_more(watched: Watched, tmp_path: Path, text: Path) -> None:
    with Sandbox(workers=1) as sandbox:
        sandbox.extract(text, PLAIN)
        job = watched.job
        with pytest.raises(ExtractionFailed):
            sandbox.extract(tmp_path / "missing.txt", PLAIN)
        assert wait_for(lambda: not runs(job))
        assert sandbox.extract(text, PLAIN).paragraphs


@pytest.mark.slow
@pytest.mark.parametrize("left", ["thread", "descriptor", "process", "stray", "orphan", "memory"])
def test_a_job_that_keeps_something_of_a_file_reads_no_more(
    left: str, mischief: None, watched: Watched, text: Path
) -> None:
    with Sandbox(workers=1) as sandbox:
        sandbox.extract(text, PLAIN)
        job = watched.job
        sandbox.extract(text, PLAIN)
        assert watched.job == job
        assert sandbox.extract(named(text, left), PLAIN).paragraphs
        assert wait_for(lambda: not runs(job))
        # Once another job has read a file, nothing of the first is left.
        text.write_text("关于防汛的通知\n正文。\n", encoding="utf-8")
        assert sandbox.extract(text, PLAIN).paragraphs
        assert children(watched.zygote) == [watched.job]
        assert children(watched.job) == []


@pytest.mark.slow
@pytest.mark.parametrize("then", ["dies", "leaves", "hangs", "fails", "talks", "shouts", "grasps"])
def test_what_a_file_does_to_its_job_never_costs_the_next_its_answer(
    then: str, mischief: None, tmp_path: Path, text: Path
) -> None:
    other = tmp_path / f"{then}.txt"
    other.write_text("标题\n正文。\n", encoding="utf-8")
    limits = Limits(patience=0.5, wall_seconds=5, result_size=100_000)
    with Sandbox(workers=1, limits=limits) as sandbox:
        for _ in range(3):
            assert sandbox.extract(other, PLAIN).paragraphs == ("正文。",)
            assert sandbox.extract(text, PLAIN).paragraphs == ("正文第一段。",)


@pytest.mark.slow
def test_a_file_has_its_processor_time_for_itself(mischief: None, text: Path) -> None:
    path = named(text, "spins")
    with Sandbox(workers=1, limits=Limits(cpu_seconds=1)) as sandbox:
        assert all(sandbox.extract(path, PLAIN).paragraphs for _ in range(6))


@pytest.mark.slow
def test_a_used_job_reads_every_file_as_a_new_one_does(some: Some) -> None:
    paths = some(sorted(path for path in (ROOT / "corpus" / "files").rglob("*") if path.is_file()))
    kinds = [media_type(path, path.name) for path in paths]
    with Sandbox(workers=1) as used, Sandbox(workers=1, limits=Limits(files=1)) as new, ThreadPoolExecutor(2) as pool:
        found, expected = (pool.submit(lambda each: [*map(each.extract, paths, kinds)], each) for each in (used, new))
        assert found.result() == expected.result()


def test_a_description_comes_through_as_it_was_made() -> None:
    paths = sorted(path for path in (ROOT / "corpus" / "files").rglob("*") if path.suffix in (".html", ".txt"))
    stated = {
        "number": "云政发〔2019〕3号",
        "published_on": "2019-03-01",
        "validity": "已废止",
        "disclosure": "依申请公开",
    }
    with Sandbox(workers=1) as sandbox:
        for path in paths:
            kind = media_type(path, path.name)
            expected = extract_plain(path, kind)
            for facts in ({}, stated):
                assert sandbox.read(path, kind, facts, path.name) == (expected, describe(expected, facts, path.name))


ENDLESS = """
from archive.extract.process import zygote
zygote.describe = lambda *_: [None for _ in iter(int, 1)]
zygote.main()
"""


def test_a_description_has_the_limits_of_the_reading(monkeypatch: pytest.MonkeyPatch, text: Path) -> None:
    monkeypatch.setattr("archive.extract.process.sandbox._COMMAND", (sys.executable, "-P", "-c", ENDLESS))
    with Sandbox(workers=1, limits=Limits(cpu_seconds=1)) as sandbox:
        with pytest.raises(ExtractionFailed, match="超过 1 秒（处理器时间）"):
            sandbox.read(text, PLAIN, {}, "a.txt")
        assert sandbox.extract(text, PLAIN).paragraphs


def test_a_manifests_impossible_statement_is_told_and_half_a_character_is_the_callers(
    shared: Sandbox, text: Path
) -> None:
    with pytest.raises(ExtractionFailed, match="不是可用的日期"):
        shared.read(text, PLAIN, {"written_on": "2019-02-30"}, "a.txt")
    with pytest.raises(UnicodeEncodeError):
        shared.read(text, PLAIN, {"title": "\ud800"}, "a.txt")


def test_places_come_through_as_they_were_found(tmp_path: Path) -> None:
    path = report_pdf(tmp_path / "report.pdf")
    with Sandbox(workers=1) as sandbox:
        assert sandbox.extract(path, PDF) == extract_plain(path, PDF)


DESCRIBED: dict[str, object] = {"title": "a", "other_numbers": [], "cited_numbers": [], "sources": {}}
ANSWER: dict[str, object] = {
    **{"title": None, "paragraphs": ["a", "b"], "stated": {}, "warnings": [], "page_date": "", "places": []},
    **{"concealed": [], "recognised": [], "unread": [], "metadata": DESCRIBED},
}


WRONG_TEXTS: list[tuple[str, object]] = [
    *(("title", 1), ("paragraphs", ["a\nb"]), ("paragraphs", ["\ud800"]), ("paragraphs", "ab"), ("page_date", None)),
    *(("stated", {"a": 1}), ("warnings", None), ("concealed", [1]), ("failed", {"a": 1})),
    *(("recognised", None), ("unread", ["1"]), ("unread", [2, 1]), ("recognised", [0]), ("recognised", [1, 1])),
]
WRONG_PLACES: list[object] = [
    {"0": "a"},
    [[0]],
    [["0", "a"]],
    [[0, 1]],
    [[2, "a"]],
    [[1, "a"], [1, "b"]],
    [[0, "a", 0, [], 1]],
]
WRONG_METADATA: list[object] = [
    *([], {}, "a"),
    *(DESCRIBED | {"title": None}, DESCRIBED | {"cited_numbers": "b"}, DESCRIBED | {"number": 1}),
    *(DESCRIBED | {"validity": "b"}, DESCRIBED | {"written_on": "2019-02-30"}, DESCRIBED | {"sources": []}),
]


@pytest.mark.parametrize(
    "wrong",
    [
        *({name: each} for name, each in WRONG_TEXTS),
        *({"places": each} for each in WRONG_PLACES),
        *({"metadata": each} for each in WRONG_METADATA),
    ],
)
def test_an_answer_of_the_wrong_form_is_not_taken_on_trust(wrong: dict[str, object]) -> None:
    assert answer.read(json.dumps(ANSWER).encode())[1] == Metadata("a")
    with pytest.raises(ExtractionFailed, match="格式不对"):
        answer.read(json.dumps(ANSWER | wrong).encode())


@pytest.mark.parametrize("payload", [b"", b"no json", b"[]", b"{}", b"[" * 100_000, b"cos\nsystem\n(S'true'\ntR."])
def test_what_is_no_answer_is_not_taken_for_one(payload: bytes) -> None:
    with pytest.raises(ExtractionFailed, match="格式不对"):
        answer.read(payload)
