"""The bundle of a request, opened and checked by other tools."""

import random
import subprocess
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import pytest

from archive.registers.requests.bundle import LIST, SUMS, Part, Piece, bundle, missing, needed
from archive.registers.requests.outcomes import ANSWERS

PIECES = [
    Piece(Part.APPLICATION, "申请书", "张三 的申请.PDF", b"%PDF", date(2026, 3, 2)),
    Piece(Part.RECEIPT, "登记回执", "a.docx", b"r", date(2026, 3, 2)),
    Piece(Part.CONSULTATION, "第三方意见征询书", "b.docx", b"c1", date(2026, 3, 4)),
    Piece(Part.CONSULTATION, "第三方的意见/扫描", "../../c.jpg", b"c2", date(2026, 3, 10)),
    Piece(Part.SEARCH, "检索情况记录", "d.json", b"{}"),
    Piece(Part.ANSWER, "答复书 云依申请复〔2026〕5号", "e.docx", b"answer", date(2026, 3, 20)),
    Piece(Part.SERVICE, "送达回证", "f", b"s", date(2026, 3, 21)),
    Piece(Part.LOG, "办理记录", "g.csv", b"log"),
]
WANTED = needed(ANSWERS["absent"], supplemented=False, consulted=True, extended=False)


def made(pieces: list[Piece] = PIECES) -> bytes:
    return bundle("2026-0012", "云溪县人民政府办公室", pieces, WANTED)


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(BytesIO(content)) as packed:
        assert packed.testzip() is None
        return packed.namelist()


def listed(content: bytes) -> tuple[list[list[str]], str]:
    """Return the rows of the list, and the words around them."""
    with zipfile.ZipFile(BytesIO(content)) as packed:
        document = docx.Document(BytesIO(packed.read(LIST)))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    return rows, "\n".join(each.text for each in document.paragraphs)


def test_everything_is_in_it_in_order_under_harmless_names() -> None:
    assert names(made()) == [
        LIST,
        "001-申请书.pdf",
        "002-登记回执.docx",
        "003-征求意见材料-第三方意见征询书.docx",
        "004-征求意见材料-第三方的意见_扫描.jpg",
        "005-检索情况记录.json",
        "006-答复书-答复书_云依申请复〔2026〕5号.docx",
        "007-送达证明-送达回证.bin",
        "008-办理记录.csv",
        SUMS,
    ]


def test_another_tool_finds_every_hash_right_and_a_changed_piece_wrong(tmp_path: Path) -> None:
    with zipfile.ZipFile(BytesIO(made())) as packed:
        packed.extractall(tmp_path)
    command = ["/usr/bin/sha256sum", "--check", "--strict", SUMS]
    told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)  # noqa: S603  # a fixed command
    assert told.returncode == 0 and told.stdout.count(": OK") == len(PIECES) + 1
    (tmp_path / "001-申请书.pdf").write_bytes(b"%PDG")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 1  # noqa: S603  # the same


def test_the_list_says_number_name_date_and_hash_of_each() -> None:
    rows, around = listed(made())
    assert [row[0] for row in rows] == ["序号", *map(str, range(1, 9))]
    assert rows[4][1:3] == ["征求意见材料：第三方的意见/扫描", "2026年3月10日"]
    with zipfile.ZipFile(BytesIO(made())) as packed:
        sums = {line[66:]: line[:64] for line in packed.read(SUMS).decode().splitlines()}
        assert [row[3].replace("\n", "") for row in rows[1:]] == [sums[name] for name in packed.namelist()[1:-1]]
    assert "2026-0012" in around and "共 8 件" in around and "缺少" not in around


def test_the_same_pieces_in_any_order_are_the_same_bytes() -> None:
    shuffled = PIECES[:]
    random.Random(3).shuffle(shuffled)  # noqa: S311  # an order, no secret
    assert made(shuffled) == made() == made()


def test_two_pieces_of_one_name_are_both_in_it() -> None:
    twice = [Piece(Part.OTHER, "同名", "x.pdf", content) for content in (b"1", b"2")]
    content = made(twice)
    assert len(set(names(content))) == 4


@pytest.mark.parametrize("part", [part for part in WANTED])
def test_what_is_missing_or_empty_is_said_and_the_rest_is_bundled(part: Part) -> None:
    rest = [piece for piece in PIECES if piece.part is not part]
    assert missing(rest, WANTED) == [part]
    assert f"缺少下列材料：{part}。" in listed(made(rest))[1]
    empty = [*rest, Piece(part, "空", "x.pdf", b"")]
    assert missing(empty, WANTED) == [part]
    rows, around = listed(made(empty))
    assert f"缺少下列材料：{part}。" in around and any("（空文件）" in row[1] for row in rows)


def test_what_must_be_there_follows_what_happened() -> None:
    plain = needed(ANSWERS["public"], supplemented=False, consulted=False, extended=False)
    assert plain == [Part.APPLICATION, Part.RECEIPT, Part.ANSWER, Part.SERVICE, Part.LOG]
    full = needed(ANSWERS["absent"], supplemented=True, consulted=True, extended=True)
    assert full == [part for part in Part if part is not Part.OTHER]
    assert Part.SEARCH not in needed(None, supplemented=True, consulted=True, extended=True)


def test_a_hundred_pieces_stay_in_order() -> None:
    many = [Piece(Part.OTHER, f"第{at}件", "x.pdf", str(at).encode()) for at in range(120)]
    with zipfile.ZipFile(BytesIO(made(many))) as packed:
        assert [packed.read(name) for name in packed.namelist()[1:-1]] == [str(at).encode() for at in range(120)]
        assert sorted(packed.namelist()[1:-1]) == packed.namelist()[1:-1]
