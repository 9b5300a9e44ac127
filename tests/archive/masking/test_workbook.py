"""Masking words in workbooks, in every corner of them, and the proof that they are gone."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from archive.errors import FileRefused
from archive.extract import extract_plain, formats
from archive.extract.mediatype import OFD, RTF, XLSX
from archive.masking.copy import mask
from archive.masking.kinds import MASKED, instead
from archive.masking.proof import remains
from tests.archive.extract.workbooks import write_xlsx

PHONE, NAME = "13812345678", "王小明"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
CELLS = {
    "inline text": f'<c r="C2" t="inlineStr"><is><t>电话{PHONE}</t></is></c>',
    "runs": '<c r="C2" t="inlineStr"><is><r><t>138</t></r><r><t>1234</t></r><r><t>5678</t></r></is></c>',
    "number": f'<c r="C2"><v>{PHONE}</v></c>',
    "number with a power": '<c r="C2"><v>1.3812345678E10</v></c>',
    "number with a fraction": f'<c r="C2" t="n"><v>{PHONE}.0</v></c>',
    "formula": f'<c r="C2"><f>{PHONE}+0</f><v>{PHONE}</v></c>',
    "formula of text": f'<c r="C2" t="str"><f>"电话{PHONE}"</f><v>电话{PHONE}</v></c>',
    "shared text": '<c r="C2" t="s"><v>0</v></c>',
}
PARTS = {
    "comment": (
        "xl/comments1.xml",
        f"<comments {_MAIN}><authors><author/></authors><commentList><comment ref='A1' authorId='0'>"
        f"<text><r><t>138123</t></r><r><t>45678</t></r></text></comment></commentList></comments>",
    ),
    "note of another program": ("xl/threadedComments/threadedComment1.xml", f"<a><text>请打{PHONE}</text></a>"),
    "kept by a pivot table": (
        "xl/pivotCache/pivotCacheRecords1.xml",
        f'<pivotCacheRecords {_MAIN}><r><n v="{PHONE}"/><s v="甲"/></r></pivotCacheRecords>',
    ),
    "property": ("docProps/core.xml", f"<core><subject>{PHONE}</subject></core>"),
}


def made(tmp_path: Path, cell: str = '<c r="C2"><v>5</v></c>', **more: str) -> Path:
    """Write a workbook with a cell beside two that stay, shared strings, and the order in which it was calculated."""
    rows = (
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>乡镇</t></is></c></row>'
        f'<row r="2"><c r="A2" t="inlineStr"><is><t>大庄镇</t></is></c><c r="B2"><v>300</v></c>{cell}</row></sheetData>'
    )
    parts = {
        "xl/sharedStrings.xml": f"<sst {_MAIN}><si><r><t>电话138</t></r><r><t>12345678</t></r></si></sst>",
        "xl/calcChain.xml": f'<calcChain {_MAIN}><c r="C2" i="1"/></calcChain>',
    }
    if "shared" not in more and 't="s"' not in cell:
        del parts["xl/sharedStrings.xml"]
    parts |= {name: each for name, each in more.items() if name != "shared"}
    return write_xlsx(tmp_path / "book.xlsx", {"名单": rows}, parts)


def copied(tmp_path: Path, original: Path, *words: str) -> tuple[dict[str, str], str]:
    """Mask a workbook; return the parts of the copy, in which nothing remains, and its text as it is read."""
    assert remains(original, XLSX, words), "the proof must find what is there"
    _, content = mask(original, XLSX, words)
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(content)
    assert remains(copy, XLSX, words) == []
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        parts = {name: opened.read(name).decode() for name in opened.namelist()}
    return parts, "\n".join(extract_plain(copy, XLSX).paragraphs)


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_is_masked_and_its_neighbours_stay(tmp_path: Path, name: str) -> None:
    original = made(tmp_path, CELLS[name])
    assert PHONE in "\n".join(extract_plain(original, XLSX).paragraphs)
    parts, said = copied(tmp_path, original, PHONE)
    assert "大庄镇\t300\t" in said and "■" * 11 in said
    sheet = parts["xl/worksheets/sheet1.xml"]
    assert "<f>" not in sheet and not any("calcChain" in each for each in (*parts, *parts.values()))
    # A square is no number.
    assert all('t="str"' in each for each in re.findall(r"<c [^>]*>(?=<v>[^<]*■)", sheet))


@pytest.mark.parametrize("name", PARTS)
def test_it_is_in_no_other_part(tmp_path: Path, name: str) -> None:
    part, content = PARTS[name]
    parts, said = copied(tmp_path, made(tmp_path, **{part: content}), PHONE)
    assert "■" in parts[part] and '<n v="■' not in parts[part] and "大庄镇\t300\t5" in said


def test_the_number_of_a_shared_text_is_no_text(tmp_path: Path) -> None:
    """The numbers of two shared texts, one after another, are no number of a person."""
    cells = f'<c r="C2" t="inlineStr"><is><t>{NAME}</t></is></c>'
    cells += "".join(f'<c r="{at}2" t="s"><v>0</v></c>' for at in "DEFG")
    parts, said = copied(tmp_path, made(tmp_path, cells, shared="1"), NAME)
    assert parts["xl/worksheets/sheet1.xml"].count("<v>0</v>") == 4
    assert mask(made(tmp_path, cells, shared="1"), XLSX, ["0000"]) == ({"masked": [0], "unknown": []}, b"")


def with_book(original: Path, before: str, after: str) -> Path:
    """Write something else into the part of a workbook that names its sheets and ranges."""
    with zipfile.ZipFile(original) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    book = parts["xl/workbook.xml"].decode()
    assert before in book
    parts["xl/workbook.xml"] = book.replace(before, after).encode()
    with zipfile.ZipFile(original, "w") as writing:
        for name, content in parts.items():
            writing.writestr(name, content)
    return original


def test_a_name_of_a_sheet(tmp_path: Path) -> None:
    found, _ = copied(tmp_path, with_book(made(tmp_path), 'name="名单"', f'name="{NAME}名单"'), NAME)
    assert 'name="■■■名单"' in found["xl/workbook.xml"]


def test_two_sheets_whose_names_are_masked_alike_keep_two_names(tmp_path: Path) -> None:
    """Programs open no workbook with two sheets of one name."""
    original = write_xlsx(tmp_path / "book.xlsx", {NAME: "<sheetData/>", "李小红": "<sheetData/>"})
    found, _ = copied(tmp_path, original, NAME, "李小红")
    assert re.findall('<sheet [^>]*name="([^"]*)"', found["xl/workbook.xml"]) == ["■■■", "■■■2"]


def test_of_names_of_ranges_none_is_left_that_a_program_takes_for_damage(tmp_path: Path) -> None:
    names = f'<definedName name="{NAME}">名单!$A$1</definedName><definedName name="甲">{NAME}!$A$1</definedName>'
    names += f'<definedName name="乙">"{NAME}"</definedName>'
    chart = "xl/charts/chart1.xml", f'<chart xmlns="urn:c"><numRef><f>{NAME}!$A$1</f></numRef></chart>'
    original = with_book(made(tmp_path, **dict([chart])), "</sheets>", f"</sheets><definedNames>{names}</definedNames>")
    found, _ = copied(tmp_path, original, NAME)
    left = re.findall('<definedName name="([^"]*)">([^<]*)<', found["xl/workbook.xml"])
    assert left == [("甲", "#REF!"), ("乙", '"■■■"')]
    assert "<f>#REF!</f>" in found[chart[0]]


def test_what_can_not_be_masked_here_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.ofd"
    with zipfile.ZipFile(path, "w") as writing:
        writing.writestr("Doc_0/Pages/Page_0/Content.xml", f"<Page>{PHONE}</Page>")
    with pytest.raises(FileRefused, match="另存为 PDF，作为新版本收入，再在那里遮盖"):
        mask(path, OFD, [PHONE])
    path = tmp_path / "a.rtf"
    path.write_bytes(rb"{\rtf1 " + PHONE.encode() + b"}")
    with pytest.raises(FileRefused, match="rtf 文件不能在这里遮盖。.*另存为 docx，作为新版本收入，再在那里遮盖"):
        mask(path, RTF, [PHONE])
    # Every kind that has a reader is either masked, or told what to do with it.
    told = [instead(kind) for kind in formats._MODULES if kind not in MASKED]
    assert all("不能在这里遮盖。请" in each and not each.startswith("这种") for each in told) and MASKED < {
        *formats._MODULES
    }
    assert {instead(kind) for kind in MASKED} == {""}
