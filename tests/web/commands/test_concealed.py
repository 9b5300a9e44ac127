"""What the readers of an original don't see reaches the reviewer on the command line, whatever its format."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.archive.extract.compounds import Sheet, hidden_row, write_xls
from tests.archive.extract.makers import add_xml, write_docx
from tests.archive.extract.ofds import text, write_ofd
from tests.archive.extract.pdf.test_unseen import SEEN, WORDS, written
from tests.archive.extract.slides import shape, slide, write_pptx
from tests.archive.extract.worddocuments import HIDDEN, Run, write_doc
from tests.archive.extract.workbooks import write_xlsx
from web.commands.cli import cli

ROW = "<row r='{}' {}><c r='A{}' t='inlineStr'><is><t>{}</t></is></c></row>"


def make(folder: Path) -> dict[str, str]:
    """Write a file of each format, and return what the reviewer is to be told of each."""
    (folder / "a.html").write_text("<html><body><p>公开的话。</p><p style='display:none'>密语网页</p></body></html>")
    (folder / "a.md").write_text("# 通知\n公开的话。\n<!-- 密语注释 -->\n")
    (folder / "a.rtf").write_bytes(rb"{\rtf1\ansi public words\par {\v secret of rtf}\par}")
    hidden = "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>密语公文</w:t></w:r></w:p>"
    write_docx(folder / "a.docx", lambda document: add_xml(document, hidden))
    write_doc(folder / "a.doc", [Run("公开的话。\r"), Run("密语文档\r", HIDDEN)])
    rows = ROW.format(1, "", 1, "公开") + ROW.format(2, "hidden='1'", 2, "密语表格")
    write_xlsx(folder / "a.xlsx", {"表": f"<sheetData>{rows}</sheetData>"})
    write_xls(folder / "a.xls", [Sheet("旧表", [["公开"], ["密语旧表"]], view=hidden_row(1))])
    write_pptx(folder / "a.pptx", [shape("公开"), slide(shape("密语幻灯"), "show='0'")])
    write_ofd(folder / "a.ofd", [text(20, 40, "公开的话。") + text(20, 60, "密语版式", more='Visible="false"')])
    written(folder / "a.pdf", f"{SEEN} 3 Tr {WORDS}")
    return {
        "a.html": "隐藏文字：密语网页",
        "a.md": "源代码中的注释：密语注释",
        "a.rtf": "隐藏文字：secret of rtf",
        "a.docx": "隐藏文字：密语公文",
        "a.doc": "隐藏文字：密语文档",
        "a.xlsx": "工作表“表”第 2 行（隐藏行）：密语表格",
        "a.xls": "工作表“旧表”第 2 行（隐藏行）：密语旧表",
        "a.pptx": "隐藏的第 2 张幻灯片：密语幻灯",
        "a.ofd": "第 1 页隐藏文字：密语版式",
        "a.pdf": "第 1 页不显示的文字：the words",
    }


def test_what_every_format_hides_reaches_the_reviewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONGKAI_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GONGKAI_DATABASE_URL", raising=False)
    folder = tmp_path / "incoming"
    folder.mkdir()
    told = make(folder)
    run = CliRunner()
    for arguments in (["init"], ["ingest", str(folder), "--actor", "收文员"]):
        assert run.invoke(cli, arguments).exit_code == 0
    checked = run.invoke(cli, ["review", "check"]).output
    shown = {name for name, line in told.items() if line in checked}
    assert shown == set(told)
    assert checked.count("看不见的内容，会随原件一起公开") >= len(told)
