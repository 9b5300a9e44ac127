"""The rule above all: what readers of an original see and its text lacks is read or told, in every format alike."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from archive.extract.mediatype import DOC, DOCX, EML, HTML, MHT, ODP, ODS, ODT, PPT, PPTX, RTF
from tests.archive.extract.makers import add_xml, write_docx
from tests.archive.extract.messages import mail, page
from tests.archive.extract.opendocuments import letters_style, write_opendocument
from tests.archive.extract.presentations import drawing, record, shape, text, write_ppt
from tests.archive.extract.slides import write_pptx
from tests.archive.extract.worddocuments import Run, write_doc

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
HALF = (
    f"<m:oMath {MATH}><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
)
# For each carrier the word that must be in the text, or in what the reviewer is told; and the content that has it.
CARRIERS: dict[str, tuple[str, dict[str, Any]]] = {
    "raised": ("5⁴", {
        "docx": "<w:r><w:t>5</w:t></w:r><w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>4</w:t></w:r>",
        "doc": (Run("5"), Run("4", b"\x48\x2a\x01")),
        "rtf": r"5{\super 4}",
        "html": "5<sup>4</sup>",
        "odt": '5<text:span text:style-name="raised">4</text:span>',
        "pptx": '<a:r><a:t>5</a:t></a:r><a:r><a:rPr baseline="30000"/><a:t>4</a:t></a:r>',
        "ppt": shape(text("54", runs=[(1, 0, b""), (2, 0x80000, b"\x1e\0")])),
    }),
    "moved up": ("5⁴", {
        "docx": "<w:r><w:t>5</w:t></w:r><w:r><w:rPr><w:position w:val='6'/></w:rPr><w:t>4</w:t></w:r>",
        "doc": (Run("5"), Run("4", b"\x45\x48\x06\x00")),
        "rtf": r"5{\up6 4}",
    }),
    "moved down": ("H₂O", {
        "docx": "<w:r><w:t>H</w:t></w:r><w:r><w:rPr><w:position w:val='-6'/></w:rPr><w:t>2</w:t></w:r>"
        "<w:r><w:t>O</w:t></w:r>",
        "doc": (Run("H"), Run("2", b"\x45\x48\xfa\xff"), Run("O")),
        "rtf": r"H{\dn6 2}O",
    }),
    "moved to set a line": ("x2024年35", {
        "docx": "<w:r><w:rPr><w:position w:val='6'/></w:rPr><w:t>2024</w:t></w:r><w:r><w:rPr>"
        "<w:position w:val='6'/></w:rPr><w:t>年</w:t></w:r><w:r><w:t>3</w:t></w:r><w:r><w:rPr>"
        "<w:position w:val='2'/></w:rPr><w:t>5</w:t></w:r>",
        "rtf": r"{\up6 2024}{\up6\u24180?}3{\up2 5}",
    }),
    "list of a form": ("x不同意", {
        "docx": "<w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:ddList><w:default w:val='1'/>"
        "<w:listEntry w:val='同意'/><w:listEntry w:val='不同意'/></w:ddList></w:ffData></w:fldChar><w:instrText>"
        "FORMDROPDOWN</w:instrText><w:fldChar w:fldCharType='end'/></w:r>",
        "rtf": r"{\field{\*\fldinst FORMDROPDOWN {\*\formfield{\fftype2\ffres1\ffhaslistbox\ffdefres0{\*\ffname a}"
        r"{\*\ffl \u21516?\u24847?}{\*\ffl \u19981?\u21516?\u24847?}}}}{\fldrslt}}",
    }),
    "list of a form that can't be read": ("下拉列表没有读出", {
        "docx": "<w:r><w:fldChar w:fldCharType='begin'/><w:instrText>FORMDROPDOWN</w:instrText>"
        "<w:fldChar w:fldCharType='end'/></w:r>",
        "doc": (Run("\x13FORMDROPDOWN\x15"),),
        "rtf": r"{\field{\*\fldinst FORMDROPDOWN}{\fldrslt}}",
    }),
    "formula": ("1/2", {
        "docx": HALF,
        "doc": (Run("\x13EQ \\f(1,2)\x15"),),
        "rtf": r"{\field{\*\fldinst EQ \\f(1,2)}{\fldrslt}}",
        "html": "<math><mfrac><mn>1</mn><mn>2</mn></mfrac></math>",
        "odt": "<draw:frame><draw:object><m:math xmlns:m='http://www.w3.org/1998/Math/MathML'><m:mfrac><m:mn>1</m:mn>"
        "<m:mn>2</m:mn></m:mfrac></m:math></draw:object></draw:frame>",
        "pptx": HALF,
    }),
    "formula in no readable form": ("公式没有读出", {"rtf": r"x{\mmath{\*\moMath{\mr a}}}"}),
    "number by a field": ("自动编号没有读出", {
        "docx": "<w:fldSimple w:instr='LISTNUM'/>",
        "doc": (Run("\x13 LISTNUM \x15"),),
        "rtf": r"{\field{\*\fldinst LISTNUM }{\fldrslt}}",
    }),
    "symbol": ("☑", {
        "docx": "<w:r><w:sym w:font='Wingdings' w:char='F0FE'/></w:r>",
        "doc": (Run('\x13SYMBOL 254 \\f "Wingdings"\x15'),),
        "rtf": r'{\field{\*\fldinst SYMBOL 254 \\f "Wingdings"}{\fldrslt}}',
        "html": "<input type=checkbox checked>",
        "odt": "<text:span text:style-name='symbols'>\uf0fe</text:span>",
        "pptx": '<a:r><a:rPr><a:sym typeface="Wingdings"/></a:rPr><a:t>\uf0fe</a:t></a:r>',
        "ppt": shape(text("\uf0fe", runs=[(2, 0x10000, b"\3\0")])),
    }),
    "box of a form": ("复选框的状态没有读出", {
        "docx": "<w:r><w:fldChar w:fldCharType='begin'/><w:instrText>FORMCHECKBOX</w:instrText>"
        "<w:fldChar w:fldCharType='end'/></w:r>",
        "doc": (Run("\x13FORMCHECKBOX\x15"),),
        "rtf": r"{\field{\*\fldinst FORMCHECKBOX}{\fldrslt}}",
    }),
    "struck": ("个字带删除线", {
        "docx": "<w:r><w:rPr><w:strike/></w:rPr><w:t>a</w:t></w:r>",
        "doc": (Run("a", b"\x37\x08\x01"),),
        "rtf": r"{\strike a}",
        "html": "<s>a</s>",
        "odt": "<text:span text:style-name='struck'>a</text:span>",
        "pptx": '<a:r><a:rPr strike="sngStrike"/><a:t>a</a:t></a:r>',
    }),
    "content control": ("☒", {
        "docx": "<w:sdt><w:sdtPr/><w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt>",
        "odt": "<loext:content-control loext:checkbox='true'>☒</loext:content-control>",
    }),
    "vertical run": ("卅", {
        "docx": "<w:r><w:rPr><w:eastAsianLayout w:vert='1'/></w:rPr><w:t>卅</w:t></w:r>",
        "html": "<span style='writing-mode: vertical-rl'>卅</span>",
        "pptx": "<a:r><a:t>卅</a:t></a:r>",
    }),
    "picture": ("图片", {
        "docx": "<w:r><w:pict><v:shape><v:imagedata/></v:shape></w:pict></w:r>",
        "doc": (Run("a\x01"),),
        "rtf": r"a{\pict 00}",
        "html": "a<img src='a.png'>",
        "ppt": shape(kind=75),
        "odt": "<draw:frame><draw:image xlink:href='Pictures/a.png'/></draw:frame>",
    }),
    "embedded file": ("个嵌入对象", {
        "docx": "<w:r><w:object><w:OLEObject/></w:object></w:r>",
        "rtf": r"a{\object\objemb{\*\objdata 00}}",
        "ppt": shape(data=record(0xBC1, bytes(4))),
        "odt": "<draw:frame><draw:object-ole xlink:href='Object 1'/><draw:image xlink:href='a.png'/></draw:frame>",
    }),
}  # fmt: skip

STYLES = "".join(
    [
        letters_style("raised", 'style:text-position="super 58%"'),
        letters_style("struck", 'style:text-line-through-style="solid"'),
        letters_style("symbols", 'style:font-name="Wingdings"'),
    ]
)
# What is written in the same way in formats that hold the same.
for _, each in CARRIERS.values():
    for kind, other in (("html", "eml"), ("html", "mht"), ("odt", "ods"), ("odt", "odp")):
        each |= {other: each[kind]} if kind in each else {}


def read_docx(tmp_path: Path, content: str) -> Extraction:
    xml = f"<w:p><w:r><w:t>x</w:t></w:r>{content}</w:p>"
    return extract_plain(write_docx(tmp_path / "a.docx", lambda document: add_xml(document, xml)), DOCX)


def read_doc(tmp_path: Path, content: tuple[Run, ...]) -> Extraction:
    return extract_plain(write_doc(tmp_path / "a.doc", [Run("x"), *content, Run("\r")]), DOC)


def read_rtf(tmp_path: Path, content: str) -> Extraction:
    (tmp_path / "a.rtf").write_text(rf"{{\rtf1 x{content}\par}}", encoding="latin-1")
    return extract_plain(tmp_path / "a.rtf", RTF)


def read_html(tmp_path: Path, content: str) -> Extraction:
    (tmp_path / "a.html").write_text(f"<html><body><p>x{content}</p></body></html>", encoding="utf-8")
    return extract_plain(tmp_path / "a.html", HTML)


def read_pptx(tmp_path: Path, content: str) -> Extraction:
    slide = f"<p:sp><p:txBody><a:p><a:r><a:t>x</a:t></a:r>{content}</a:p></p:txBody></p:sp>"
    return extract_plain(write_pptx(tmp_path / "a.pptx", [slide]), PPTX)


def read_odt(tmp_path: Path, content: str) -> Extraction:
    return extract_plain(write_opendocument(tmp_path / "a", "text", f"<text:p>x{content}</text:p>", STYLES), ODT)


def read_ppt(tmp_path: Path, content: bytes) -> Extraction:
    return extract_plain(write_ppt(tmp_path / "a", [drawing(shape(text("x")), content)]), PPT)


def read_eml(tmp_path: Path, content: str) -> Extraction:
    message = mail("x")
    message.set_content(f"<html><body><p>x{content}</p></body></html>", subtype="html")
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    return extract_plain(tmp_path / "a.eml", EML)


def read_mht(tmp_path: Path, content: str) -> Extraction:
    whole = f"<html><body><p>x{content}</p></body></html>"
    (tmp_path / "a.mht").write_bytes(page(("text/html; charset=utf-8", "http://a.example/", whole)))
    return extract_plain(tmp_path / "a.mht", MHT)


def read_ods(tmp_path: Path, content: str) -> Extraction:
    cell = f"<table:table-cell><text:p>x{content}</text:p></table:table-cell>"
    body = f"<table:table table:name='a'><table:table-row>{cell}{cell}</table:table-row></table:table>"
    return extract_plain(write_opendocument(tmp_path / "a", "spreadsheet", body, STYLES), ODS)


def read_odp(tmp_path: Path, content: str) -> Extraction:
    text = f"<draw:frame><draw:text-box><text:p>x{content}</text:p></draw:text-box></draw:frame>"
    body = f"<draw:page>{text}</draw:page>"
    return extract_plain(write_opendocument(tmp_path / "a", "presentation", body, STYLES), ODP)


READERS: dict[str, Callable[..., Extraction]] = {
    "docx": read_docx, "doc": read_doc, "rtf": read_rtf, "html": read_html, "pptx": read_pptx,
    "odt": read_odt, "ods": read_ods, "odp": read_odp, "ppt": read_ppt, "eml": read_eml, "mht": read_mht,
}  # fmt: skip


@pytest.mark.parametrize(
    ("carrier", "kind"), [(carrier, kind) for carrier, (_, each) in CARRIERS.items() for kind in each]
)
def test_what_is_seen_is_read_or_told(tmp_path: Path, carrier: str, kind: str) -> None:
    word, contents = CARRIERS[carrier]
    found = READERS[kind](tmp_path, contents[kind])
    assert any(word in each for each in (*found.paragraphs, *found.warnings)), (found.paragraphs, found.warnings)
