"""Masking words in copies of files, in every corner of them, and the proof that they are gone."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from PIL import Image

from archive.errors import FileRefused
from archive.extract import extract_plain
from archive.extract.mediatype import CSV, DOCX, HTML, MARKDOWN, PDF, PLAIN, PPTX
from archive.masking import text as in_text
from archive.masking import word as in_word
from archive.masking.copy import mask
from archive.masking.proof import _resolved, remains
from tests.archive.extract.makers import blank
from tests.archive.extract.pictures.files import pdf
from tests.growth import grows

PHONE, NAME = "13812345678", "王小明"
NS = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
Masked = Callable[..., bytes]


@pytest.fixture
def masked(tmp_path: Path) -> Masked:
    """Mask words in a file, prove that they are gone, and return the copy."""

    def made(content: bytes, media_type: str, *words: str, times: list[int] | None = None) -> bytes:
        path, copied = tmp_path / "original", tmp_path / "copy"
        path.write_bytes(content)
        words = words or (PHONE,)
        assert remains(path, media_type, words), "the proof must find what is there"
        told, copy = mask(path, media_type, words)
        copied.write_bytes(copy)
        assert remains(copied, media_type, words) == []
        if times is not None:
            assert told["masked"] == times
        return copy

    return made


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"电话{PHONE}。", "电话■■■■■■■■■■■。"),
        ("电话138-1234-5678。", "电话■■■■■■■■■■■■■。"),
        ("电话138 1234\n5678。", "电话■■■ ■■■■\n■■■■。"),
        ("电话１３８１２３４５６７８。", "电话■■■■■■■■■■■。"),
        ("电话1\u200b3812345678。", "电话■\u25a0■■■■■■■■■■。"),
        (f"甲{PHONE}，乙{PHONE}", "甲■■■■■■■■■■■，乙■■■■■■■■■■■"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16", "utf-8-sig"])
def test_a_text_keeps_all_else_in_its_encoding(masked: Masked, before: str, after: str, encoding: str) -> None:
    around = "关于低保的公示，请落实值班制度。\r\n{}\r\n云溪县人民政府办公室，二〇一九年三月一日。"
    copy = masked(around.format(before).encode(encoding), PLAIN)
    assert copy.decode(encoding) == around.format(after)


def test_markdown_and_tables_of_text(masked: Masked) -> None:
    copy = masked("# 公示\n\n户主138**1234**5678，[信](tel:138%312345678)\n".encode(), MARKDOWN).decode()
    assert copy == "# 公示\n\n户主■■■**■■■■**■■■■，[信](tel:■■■■■■■■■■■)\n"
    assert masked(f"姓名,电话\n王某,{PHONE}\n".encode(), CSV).decode() == "姓名,电话\n王某,■■■■■■■■■■■\n"


PAGES = {
    "text": "<p>电话{0}</p>",
    "cut by tags": "<p>电话138<b>1234</b><!-- x -->5678</p>",
    "cut by lines": "<p>电话138<br>1234<br/>5678</p>",
    "references": "<p>电话&#49;3&#x38;12345678</p>",
    "attribute": '<p title="{0}">电话</p><img alt="{0}" src="a.png">',
    "link": '<a href="tel:{0}">联系</a><a href="?q=%31%33812345678">查</a>',
    "comment": "<p>正文</p><!-- 原电话{0} -->",
    "script": '<script>var t = "{0}"; var u = "\\u0031\\x33812345678";</script><p>正文</p>',
    "style": "<style>p::after {{ content: '{0}' }}</style><p>正文</p>",
    "head": '<head><meta name="description" content="{0}"><title>{0}</title></head><p>正文</p>',
    "hidden": '<p style="display:none">{0}</p><p>正文</p><input type="hidden" value="{0}">',
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_web_page_holds_it_nowhere(masked: Masked, name: str, encoding: str) -> None:
    inside = PAGES[name].format(PHONE)
    page = f'<html><meta charset="{encoding}"><body><h1>关于低保的公示</h1>{inside}<p>完</p></body></html>'
    copy = masked(page.encode(encoding), HTML).decode(encoding)
    assert re.sub("■+", "", copy).count("<") == page.count("<") and "关于低保的公示" in copy and "■" in copy


def _docx(*, before: str = "", **parts: str) -> bytes:
    """Return a Word document with a paragraph's XML, and parts of any name added to it."""
    document = blank()
    document.add_heading("关于低保的公示", 1)
    if before:
        document.element.body.insert(1, parse_xml(f"<w:p {NS}>{before}</w:p>"))
    document.add_paragraph("请落实值班制度。")
    stream = io.BytesIO()
    document.save(stream)
    return _with(stream.getvalue(), {name.replace("__", "/").replace("_", "."): each for name, each in parts.items()})


def _with(content: bytes, parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, each in parts.items():
            new.writestr(name, each)
    return stream.getvalue()


def _run(text: str, kind: str = "t", more: str = "") -> str:
    return f'<w:r>{more}<w:{kind} xml:space="preserve">{text}</w:{kind}></w:r>'


BODIES = {
    "one run": _run(f"电话{PHONE}"),
    "split runs": _run("电话138") + _run("1234", more="<w:rPr><w:b/></w:rPr>") + _run("5678"),
    "a tab and a break": _run("138") + "<w:r><w:tab/></w:r>" + _run("1234") + "<w:r><w:br/></w:r>" + _run("5678"),
    "deleted": f'<w:del w:id="1" w:author="甲">{_run(PHONE, "delText")}</w:del>',
    "deleted within": f'{_run("138")}<w:del w:id="1" w:author="甲">{_run("99", "delText")}</w:del>{_run("12345678")}',
    "inserted within the deleted": (
        f'<w:del w:id="1" w:author="甲">{_run("138", "delText")}</w:del>'
        f'<w:ins w:id="2" w:author="甲">{_run("中")}</w:ins>'
        f'<w:del w:id="3" w:author="甲">{_run("12345678", "delText")}</w:del>'
    ),
    "hidden within": _run("138") + _run("某", more="<w:rPr><w:vanish/></w:rPr>") + _run("12345678"),
    "text box": (
        f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><w:txbxContent><w:p>{_run('138')}"
        f"{_run('12345678')}</w:p></w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p>{_run(PHONE)}</w:p>"
        "</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    ),
    "text box within": (
        f"{_run('138')}<w:r><w:drawing><w:txbxContent><w:p>{_run('箱')}</w:p></w:txbxContent></w:drawing></w:r>"
        f"{_run('12345678')}"
    ),
    "field": _run('HYPERLINK "tel:138', "instrText") + _run('12345678"', "instrText") + _run("联系"),
    "field within": _run("138") + _run("PAGE", "instrText") + _run("12345678"),
    "symbols": _run("138") + '<w:r><w:sym w:font="x" w:char="0031"/></w:r>' + _run("2345678"),
    "alternative text": f'<w:r><w:drawing><w:docPr id="1" name="图" descr="联系{PHONE}"/></w:drawing></w:r>',
    "control": (
        f'<w:sdt><w:sdtPr><w:alias w:val="电话{PHONE}"/></w:sdtPr><w:sdtContent>{_run("见")}</w:sdtContent></w:sdt>'
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_word_document_holds_it_nowhere_in_its_body(masked: Masked, name: str, tmp_path: Path) -> None:
    copy = masked(_docx(before=BODIES[name]), DOCX)
    path = tmp_path / "copy.docx"
    path.write_bytes(copy)
    docx.Document(str(path))
    assert "请落实值班制度。" in extract_plain(path, DOCX).paragraphs
    xml = zipfile.ZipFile(path).read("word/document.xml").decode()
    assert "■" in xml and "138" not in xml


def test_words_that_go_on_in_the_next_cell_or_paragraph(masked: Masked) -> None:
    document = blank()
    document.add_paragraph("户主王")
    document.add_paragraph("小明的来信")
    document.add_table(1, 2).rows[0].cells[0].text = f"电话：{PHONE}"
    stream = io.BytesIO()
    document.save(stream)
    masked(stream.getvalue(), DOCX, PHONE, NAME, times=[1, 1])


def _part(kind: str, text: str) -> str:
    return f"<w:{kind} {NS}><w:p>{_run(text)}</w:p></w:{kind}>"


PARTS: dict[str, dict[str, str | bytes]] = {
    "header": {"word/header7.xml": _part("hdr", PHONE)},
    "footer": {"word/footer7.xml": _part("ftr", PHONE)},
    "footnotes": {
        "word/footnotes.xml": f'<w:footnotes {NS}><w:footnote w:id="3"><w:p>{_run(PHONE)}</w:p></w:footnote>'
        "</w:footnotes>"
    },
    "comments": {
        "word/comments.xml": f'<w:comments {NS}><w:comment w:id="0" w:author="{PHONE}"><w:p>{_run("138")}'
        f"{_run('12345678')}</w:p></w:comment></w:comments>"
    },
    "properties": {
        "docProps/custom.xml": f"<Properties><property name='电话'><lpwstr>{PHONE}</lpwstr></property></Properties>"
    },
    "custom XML": {"customXml/item7.xml": f"<form><phone>{PHONE}</phone><!-- {PHONE} --></form>"},
    "chart": {"word/charts/chart1.xml": f"<chart><t>138</t><t>12345678</t><v>{PHONE}</v></chart>"},
    "link": {
        "word/_rels/header7.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="x" Target="tel:%31%33812345678?to={PHONE}" TargetMode="External"/>'
            "</Relationships>"
        )
    },
}


@pytest.mark.parametrize("name", PARTS)
def test_a_word_document_holds_it_in_no_part(masked: Masked, name: str) -> None:
    copy = masked(_with(_docx(), PARTS[name]), DOCX)
    with zipfile.ZipFile(io.BytesIO(copy)) as container:
        for part in container.namelist():
            assert PHONE.encode() not in container.read(part)


def test_the_preview_of_the_first_page_goes(masked: Masked) -> None:
    content = _with(_docx(before=_run(PHONE)), {"docProps/thumbnail.jpeg": b"\xff\xd8\xff picture of the page"})
    rels = zipfile.ZipFile(io.BytesIO(content)).read("_rels/.rels").decode()
    assert "thumbnail" in rels
    with zipfile.ZipFile(io.BytesIO(masked(content, DOCX))) as container:
        assert not [each for each in container.namelist() if "thumbnail" in each]
        assert b"thumbnail" not in container.read("_rels/.rels")


ENCLOSED: dict[str, dict[str, str | bytes]] = {
    "a workbook": {"word/embeddings/a.xlsx": _with(_docx(), {"xl/sharedStrings.xml": f"<sst><t>{PHONE}</t></sst>"})},
    "a drawing's records": {"word/media/image9.emf": b"\x01\x00" + PHONE.encode("utf-16-le") + b"\x00"},
    "a comment of a photograph": {"word/media/image9.jpeg": b"\xff\xd8\xff\xfe" + PHONE.encode()},
    "a name of a part": {f"word/media/{PHONE}.png": b"\x89PNG"},
    "a page of a mail": {"word/afchunk.mht": "<p>138<b>12345678</b></p>"},
}


@pytest.mark.parametrize("name", ENCLOSED)
def test_the_proof_finds_what_the_masking_does_not_reach(name: str, tmp_path: Path) -> None:
    path, copied = tmp_path / "a.docx", tmp_path / "b.docx"
    path.write_bytes(_with(_docx(before=_run(PHONE)), ENCLOSED[name]))
    _, copy = mask(path, DOCX, [PHONE])
    copied.write_bytes(copy)
    assert remains(copied, DOCX, [PHONE])


def test_a_short_measure_is_no_text(masked: Masked) -> None:
    content = _docx(before=f'<w:pPr><w:ind w:left="12345"/></w:pPr>{_run("编号12345")}')
    xml = zipfile.ZipFile(io.BytesIO(masked(content, DOCX, "12345"))).read("word/document.xml").decode()
    assert 'w:left="12345"' in xml and "编号■■■■■" in xml


def test_a_pdf_becomes_pictures_that_are_painted_over(masked: Masked, tmp_path: Path) -> None:
    title = f"来信人{PHONE}"
    original = pdf([f"村民{NAME}，电话{PHONE}。"], ["第二页", "138 1234 5678"], ["末尾王"], ["小明"], title=title)
    copy = masked(original, PDF, PHONE, NAME, times=[2, 2])
    path = tmp_path / "masked.pdf"
    path.write_bytes(copy)
    found = extract_plain(path, PDF)
    assert (found.title, found.paragraphs, found.concealed) == (None, (), ())
    assert b"/Font" not in copy and b"/Info" not in copy and b"/Metadata" not in copy
    import pypdfium2

    with pypdfium2.PdfDocument(path) as document:
        assert len(document) == 4
        assert all(page.get_textpage().count_chars() == 0 for page in document)
        image = document[0].render(scale=2).to_pil().convert("L")
    plain = Image.open(io.BytesIO(_drawn(original)))
    # The eleven digits are one black box, and what stands before them is as it was.
    line = image.crop((0, 2 * 85, image.width, 2 * 105))
    dark = [at for at in range(line.width) if all(line.getpixel((at, y)) < 60 for y in range(15, 25))]
    assert len(dark) > 2 * 8 * 11
    assert plain.convert("L").crop((160, 170, 190, 210)).getextrema() == image.crop((160, 170, 190, 210)).getextrema()


def _drawn(content: bytes) -> bytes:
    import pypdfium2

    stream = io.BytesIO()
    with pypdfium2.PdfDocument(content) as document:
        document[0].render(scale=2).to_pil().save(stream, "PNG")
    return stream.getvalue()


def test_pages_that_are_pictures_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(
        pdf([f"村民{NAME}，电话{PHONE}。"], [], ["附表"], ["第四页说明情况，一切正常，特此公示。"], scans=(2,))
    )
    told, _ = mask(path, PDF, [PHONE])
    # Not the third, which says little, and all of it in letters.
    assert told["unknown"] == [2]


def test_what_is_hidden_in_a_pdf_does_not_pass_the_proof(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    for title in (PHONE, f"来信人{PHONE}"):
        path.write_bytes(pdf(["公示"], title=title))
        assert remains(path, PDF, [PHONE])
    path.write_bytes(pdf(["公示"]))
    assert remains(path, PDF, [PHONE]) == []


def test_other_files_are_refused_only_if_they_have_it(tmp_path: Path) -> None:
    path = tmp_path / "a.pptx"
    path.write_bytes(_with(_docx(), {"ppt/slides/slide1.xml": f"<sld><t>{PHONE}</t></sld>"}))
    with pytest.raises(FileRefused, match="另存为 PDF，作为新版本收入"):
        mask(path, PPTX, [PHONE])
    assert mask(path, PPTX, [NAME]) == ({"masked": [0], "unknown": []}, b"")


@pytest.mark.parametrize("media_type", [PLAIN, HTML, DOCX])
def test_a_file_without_the_words_has_no_copy(tmp_path: Path, media_type: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(_docx() if media_type == DOCX else "关于低保的公示，请落实值班制度。".encode())
    assert mask(path, media_type, [PHONE])[1] == b""


def test_the_proof_is_no_echo_of_the_masking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever way of looking the masking forgets, the proof still finds what is left."""
    path = tmp_path / "a"
    path.write_bytes(PAGES["references"].format(PHONE).encode())
    monkeypatch.setattr(in_text, "readings", lambda text, _: iter([(text, [])]))
    assert mask(path, HTML, [PHONE])[1] == b"" and remains(path, HTML, [PHONE])
    path.write_bytes(_docx(before=BODIES["split runs"] + _run(PHONE)))
    monkeypatch.setattr(in_word, "readings", lambda slots: iter([[at] for at, _ in enumerate(slots)]))
    _, copy = mask(path, DOCX, [PHONE])
    path.write_bytes(copy)
    assert copy and remains(path, DOCX, [PHONE])


UNITS = ("<", "<!--", "<!-- -->", "<b", "&#49;", "%31", "1-", "*", "\\", "138 1234 567", "<p>13812345678</p>")


@pytest.mark.parametrize("unit", UNITS)
def test_time_grows_with_the_size_alone(tmp_path: Path, unit: str) -> None:
    path = tmp_path / "a"

    def both(text: str) -> None:
        path.write_text(text)
        mask(path, MARKDOWN, [PHONE])
        assert all(_resolved(text))

    assert grows(both, unit * 2000 + PHONE, unit * 8000 + PHONE, most=10)
