from pathlib import Path

import pytest

from archive.errors import ExtractionFailed
from archive.extract import Extraction, extract_plain
from archive.extract.mediatype import CSV


def read(tmp_path: Path, content: bytes) -> Extraction:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    return extract_plain(path, CSV)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_rows_keep_their_cells_whatever_parts_them(tmp_path: Path, encoding: str, mark: str) -> None:
    text = "单位,申请,办结\r\n财政局,3,2\r\n民政局,,5\r\n\r\n".replace(",", mark)
    found = read(tmp_path, text.encode(encoding))
    assert found.paragraphs == ("单位\t申请\t办结", "财政局\t3\t2", "民政局\t\t5")
    assert found.title is None and found.warnings == ()


def test_quoted_cells_keep_their_commas_and_lines(tmp_path: Path) -> None:
    found = read(tmp_path, '序号,内容\n1,"第一行,\n第二行 ""引"" 文"\n2,其他'.encode())
    assert found.paragraphs == ("序号\t内容", '1\t第一行, 第二行 "引" 文', "2\t其他")


def test_a_first_row_of_one_cell_is_the_title(tmp_path: Path) -> None:
    found = read(tmp_path, "2020年度收费目录清单,,\n项目,金额,依据\n证照费,10,法律".encode())
    assert found.title == "2020年度收费目录清单"
    assert found.paragraphs == ("项目\t金额\t依据", "证照费\t10\t法律")


def test_an_open_quote_loses_no_text(tmp_path: Path) -> None:
    found = read(tmp_path, '甲,"乙\n丙,丁\n'.encode())
    assert found.paragraphs == ("甲\t乙 丙,丁",)


def test_what_is_no_text_is_a_reason(tmp_path: Path) -> None:
    with pytest.raises(ExtractionFailed, match="二进制"):
        read(tmp_path, bytes(range(256)))
