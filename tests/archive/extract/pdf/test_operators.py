"""Operators are read as the standard has them, also in odd spelling, and nothing takes long or breaks."""

import random
import time
from typing import Any

import pytest
from pdfminer.psparser import LIT

from archive.extract.pdf.operators import operations


@pytest.mark.parametrize(
    ("content", "operands"),
    [
        (b"(a\\(b\\)\\\\) Tj", [b"a(b)\\"]),
        (b"(a(b(c))d) Tj", [b"a(b(c))d"]),
        (b"(\\101\\12\\n\\\r\nx) Tj", [b"A\n\nx"]),
        (b"<4 1\n4> Tj", [b"A@"]),
        (b"/A#20B/C gs", [LIT("A B"), LIT("C")]),
        (b"[(a)-1.5<42>.5]TJ", [[b"a", -1.5, b"B", 0.5]]),
        (b"/P<</A[1 2]/B true/C null>>BDC", [LIT("P"), {"A": [1, 2], "B": True}]),
        (b"1 %comment ) 2\n2 Td", [1, 2]),
        (b"--5 +.5 m", [-5.0, 0.5]),
    ],
)
def test_operands_of_every_kind_are_read(content: bytes, operands: list[Any]) -> None:
    assert [each for _, each in operations(content)] == [operands]


def test_an_inline_image_ends_where_its_data_do() -> None:
    found = list(operations(b"q BI /W 2/H 1 /F/AHx ID 00(EI)x\nEI Q"))
    assert [name for name, _ in found] == [b"q", b"EI", b"Q"]
    image = found[1][1][0]
    assert image.attrs["W"] == 2 and image.rawdata == b"00(EI)x"
    assert [name for name, _ in operations(b"BI /F[/A85] ID a EI b~> EI Q")] == [b"EI", b"Q"]


@pytest.mark.parametrize("odd", [b"(" * 99_999, b"<<" * 99_999, b"ID " * 33_333, b" " * 99_999 + b")", b"9" * 99_999])
def test_hostile_content_neither_breaks_nor_takes_long(odd: bytes) -> None:
    started = time.process_time()
    list(operations(odd + b" Tj"))
    assert time.process_time() - started < 2


def test_random_bytes_break_nothing() -> None:
    dice = random.Random(1)  # noqa: S311 - which bytes, not which keys
    for _ in range(2000):
        list(operations(bytes(dice.choice(b"()<>[]{}/% \n\\0123.-aIDBET\"'#\x00\xff") for _ in range(40))))
