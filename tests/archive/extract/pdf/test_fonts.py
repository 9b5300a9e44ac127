"""Fonts whose codes say nothing give no text: the page goes to recognition; symbols are read as they are shown."""

from pathlib import Path

import pytest

from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from archive.extract.mediatype import PDF
from tests.archive.extract.pdf.test_unseen import written

# The codes of a typesetting system's fonts: each shows a Han character, and is that of a letter or a sign.
CODES = "".join(map(chr, [*range(0x21, 0x28), *range(0x2A, 0x5C)]))


def drawn(widths: str) -> str:
    """Return a font whose characters are drawn in the file, and named as letters."""
    shapes = " ".join(f"/{name} 13 0 R" for name in ("exclam", "quotedbl"))
    return (
        f"<< /Type /Font /Subtype /Type3 /FontBBox [0 -200 1000 800] /FontMatrix [0.001 0 0 0.001 0 0] "
        f"/CharProcs << {shapes} >> /Encoding << /BaseEncoding /WinAnsiEncoding >> "
        f"/FirstChar 32 /LastChar 126 /Widths [ 500{widths}] /Resources << >> >>"
    )


def read(path: Path, font: str, content: str) -> Extraction:
    return extract_plain(written(path / "a.pdf", content, fonts=f"/N {font}"), PDF)


def test_han_characters_under_the_codes_of_letters_are_no_text(tmp_path: Path) -> None:
    found = read(tmp_path, drawn(" 1000" * 94), f"BT /N 8 Tf 20 700 Td ({CODES}) Tj ET BT /F1 12 Tf 20 20 Td (1) Tj ET")
    assert found.paragraphs == () and found.unread == (1,)
    assert any("57 个字的字体都没有给出编码" in each for each in found.warnings)


@pytest.mark.parametrize("widths", [" 600" * 94, " 278 355 556" * 31 + " 500"])
def test_letters_as_wide_as_letters_are_text(tmp_path: Path, widths: str) -> None:
    found = read(tmp_path, drawn(widths), "BT /N 12 Tf 20 700 Td (Open government data) Tj ET")
    assert found.paragraphs == ("Open government data",) and found.unread == ()


def test_a_word_in_a_font_of_wide_capitals_is_text(tmp_path: Path) -> None:
    found = read(tmp_path, drawn(" 1000" * 94), "BT /N 12 Tf 20 700 Td (WOMM) Tj ET")
    assert found.paragraphs == ("WOMM",)


def test_noise_among_text_is_counted(tmp_path: Path) -> None:
    seen = "BT /F1 12 Tf 20 600 Td (The rest of this page is set in a font that says what it is.) Tj ET"
    found = read(tmp_path, drawn(" 1000" * 94), f"BT /N 12 Tf 20 700 Td (!#$%&) Tj ET {seen}")
    assert len(found.paragraphs) == 1 and any("有 5 个字的字体没有给出编码" in each for each in found.warnings)


@pytest.mark.parametrize(
    ("font", "code", "shown"),
    [
        ("Wingdings", "\\376", "☑"),
        ("ABCDEF+Wingdings-Regular", "l", "●"),
        ("Wingdings2", "R", "☑"),
        ("SymbolMT", "\\263", "≥"),
        ("ZapfDingbats", "4", "✔"),
    ],
)
def test_symbols_are_read_as_they_are_shown(tmp_path: Path, font: str, code: str, shown: str) -> None:
    about = f"<< /Type /Font /Subtype /TrueType /BaseFont /{font} /FontDescriptor << /FontName /{font} >> >>"
    found = read(tmp_path, about, f"BT /N 12 Tf 20 700 Td ({code}) Tj /F1 12 Tf ( agreed) Tj ET")
    assert found.paragraphs[0].split() == [shown, "agreed"]
