"""What was recognised is kept by an original's digest, page by page."""

from pathlib import Path

import pytest

from archive.errors import RecognitionBusy
from archive.extract.recognition.page import Kept, Line, RecognisedPage
from archive.store.blobs import Blobs
from archive.store.recognitions import Recognitions

PAGE = RecognisedPage(1000, 1400, "rapidocr 3", (Line("低", (100, 130), 90, 122, 0.98),))
DIGEST = "ab" * 32


@pytest.fixture
def kept(tmp_path: Path) -> Recognitions:
    return Recognitions.beside(Blobs(tmp_path / "blobs"))


def test_each_page_is_kept_and_what_failed_is_told(kept: Recognitions) -> None:
    assert kept.of(DIGEST) == Kept()
    kept.want(DIGEST, (1, 2, 4))
    kept.keep(DIGEST, 1, PAGE)
    kept.fail(DIGEST, 2, "超过 120 秒。")
    found = kept.of(DIGEST)
    assert found == Kept((1, 2, 4), {1: PAGE}, {2: "超过 120 秒。"}) and found.missing == (4,)
    kept.keep(DIGEST, 2, PAGE)
    assert kept.of(DIGEST).failed == {} and kept.of("cd" * 32) == Kept()


def test_after_a_crash_in_the_middle_of_a_line_the_next_is_whole(kept: Recognitions) -> None:
    kept.want(DIGEST, (1, 2))
    with kept.path(DIGEST).open("ab") as out:
        out.write(b'{"page": 1, "width": 10')
    kept.keep(DIGEST, 2, PAGE)
    assert kept.of(DIGEST) == Kept((1, 2), {2: PAGE})


def test_only_one_process_works_off_the_queue(kept: Recognitions) -> None:
    with kept.working(), pytest.raises(RecognitionBusy), kept.working():
        pass
    with kept.working():
        pass
