"""A page of an OFD that is a scan is drawn as it stands there, and of a damaged one it is said why it is not."""

from pathlib import Path

import pytest

from archive.errors import ExtractionFailed
from archive.extract.mediatype import OFD
from archive.extract.pictures import ofdscan
from archive.extract.pictures.page import picture
from tests.archive.extract.ofds import text, write_ofd, write_scan


def test_the_pictures_of_a_page_are_where_they_stand(tmp_path: Path) -> None:
    path = write_scan(tmp_path / "a", 2)
    image = ofdscan.drawn(path, 2, 200, 9_000_000)
    assert image.size == (1654, 2339)
    assert [image.getpixel(at) for at in ((10, 10), (1640, 10), (1640, 2330))] == [(0,) * 3, (200,) * 3, (200,) * 3]
    # As many pixels as are allowed.
    assert (small := ofdscan.drawn(path, 1, 200, 10_000)).width * small.height <= 10_200
    assert picture(path, OFD, 1).startswith(b"\x89PNG")


def test_what_can_not_be_drawn_is_said(tmp_path: Path) -> None:
    scan = write_scan(tmp_path / "a")
    broken = '<ofd:ImageObject ID="3" Boundary="0 0 x 1" ResourceID="9"/>'
    for path, page, told in (
        (scan, 2, "没有第 2 页"),
        (write_ofd(tmp_path / "b", [text(30, 30, "甲")]), 1, "没有能显示的图片"),
        (write_ofd(tmp_path / "c", [broken]), 1, "已损坏"),
    ):
        with pytest.raises(ExtractionFailed, match=told):
            ofdscan.drawn(path, page, 200, 9_000_000)
