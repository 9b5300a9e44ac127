"""Masked packages by their bytes, and Word files made and opened again by LibreOffice, another program than ours."""

import base64
import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document as new_docx

from archive.extract.mediatype import DOCX, XLSX
from archive.masking.copy import mask
from tests.archive.masking.test_workbook import CELLS, NAME, PARTS, PHONE, made

SOFFICE = shutil.which("soffice")


def converted(path: Path, kind: str) -> Path:
    """Let LibreOffice open a file and save it as another kind."""
    folder = path.parent / f"as-{kind}"
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{path.parent}/office", "--convert-to", kind]
    command += ["--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)  # noqa: S603  # what was found above
    return folder / f"{path.stem}.{kind}"


def found_in(content: bytes, word: str) -> list[str]:
    """Return the members of a package in whose bytes a word stands, however it may be written there."""
    raw = word.encode()
    written = {raw, word.encode("utf-16-le"), word.encode("utf-16-be"), base64.b64encode(raw), raw.hex().encode()}
    written |= {word.encode("gb18030"), "".join(f"&#{ord(each)};" for each in word).encode()}
    with zipfile.ZipFile(BytesIO(content)) as opened:
        members = {"the package": content, **{name: opened.read(name) for name in opened.namelist()}}
    bare = {name: re.sub(rb"<[^>]*>", b"", each) for name, each in members.items()}
    return [name for name in members if any(each in members[name] or each in bare[name] for each in written)]


def test_a_masked_workbook_has_the_word_in_none_of_its_bytes(tmp_path: Path) -> None:
    """All that ``test_workbook`` tries one by one is in this one, searched by its bytes and not by our readers."""
    cells = "".join(
        each.replace('r="C2"', f'r="{column}2"') for column, each in zip("CDEFGHIJ", CELLS.values(), strict=True)
    )
    original = made(tmp_path, cells, shared="1", **dict(PARTS.values()))
    assert len(found_in(original.read_bytes(), PHONE)) >= 5
    _, content = mask(original, XLSX, [PHONE])
    assert found_in(content, PHONE) == []


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_a_masked_word_file_opens_in_another_program_and_has_the_words_nowhere(tmp_path: Path) -> None:
    letter = new_docx()
    letter.core_properties.author = letter.core_properties.comments = NAME
    letter.add_paragraph(f"请找{NAME}。")
    runs = letter.add_paragraph("电话")
    for part in ("138", "1234", "5678"):
        runs.add_run(part)
    cells = letter.add_table(1, 2).rows[0].cells
    cells[0].text, cells[1].text = NAME, PHONE
    letter.sections[0].header.paragraphs[0].text = f"{NAME}的材料"
    letter.sections[0].footer.paragraphs[0].text = PHONE
    letter.save(str(tmp_path / "made.docx"))
    # As LibreOffice writes it, which is otherwise than python-docx does.
    odt = converted(tmp_path / "made.docx", "odt")
    original = converted(odt, "docx")
    assert found_in(original.read_bytes(), PHONE) and found_in(original.read_bytes(), NAME)
    _, content = mask(original, DOCX, [PHONE, NAME])
    assert found_in(content, PHONE) == found_in(content, NAME) == []
    copy = tmp_path / "copy.docx"
    copy.write_bytes(content)
    again = converted(copy, "txt").read_text(encoding="utf-8-sig")
    assert "请找■■■。" in again and "电话■■■■■■■■■■■" in again and PHONE not in again and NAME not in again
