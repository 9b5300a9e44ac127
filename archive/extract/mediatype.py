"""What a file is, told by its content first and by its name only where content can't tell."""

import zipfile
from pathlib import Path

from archive.errors import FileRefused
from archive.extract.limits import INPUT_SIZE, MIB

HTML = "text/html"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
PLAIN = "text/plain"
MARKDOWN = "text/markdown"

_TEXT_NAMES = {".txt": PLAIN, ".text": PLAIN, ".md": MARKDOWN, ".markdown": MARKDOWN}
_HTML_NAMES = {".html", ".htm", ".shtml", ".xhtml", ".jhtml"}
# Names under which web pages and plain texts are sent as well.
_OFTEN_WRONG = {"", ".doc", ".docx", ".wps", ".pdf"}
_HTML_MARKS = (b"<!doctype html", b"<html", b"<head", b"<body")
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\x00", b"MM\x00*", b"RIFF")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 4096

_SAVE_AS = "请用办公软件打开后另存为 docx 或 PDF，再重新提交。"


def media_type(path: Path, name: str) -> str:
    """The media type of a file that can be taken in. Raises FileRefused with what to do about any other.

    ``name`` is the name it was given by its sender; a wrong extension does not matter where the content is clear.
    """
    size = path.stat().st_size
    if size == 0:
        raise FileRefused("文件是空的（0 字节），请检查后重新提交。")
    if size > INPUT_SIZE:
        raise FileRefused(f"文件超过 {INPUT_SIZE // MIB} MB，请拆分或压缩其中的图片后重新提交。")
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise FileRefused("文件没有内容，请检查后重新提交。")
    # Readers accept a PDF header anywhere in the first kilobyte, and so do senders of PDFs.
    if b"%PDF-" in head[:1024] and not _looks_html(head):
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_type(path)
    _refuse_binary(head, name)
    return _text_type(head, Path(name).suffix.lower())


def _zip_type(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as container:
            members = {info.filename for info in container.infolist()}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise FileRefused("压缩格式的文件（docx 等）已损坏或不完整，请重新获取或另存后再提交。") from error
    if "word/document.xml" in members or any(
        each.startswith("word/document") and each.endswith(".xml") for each in members
    ):
        return DOCX
    if any(each.startswith("xl/") for each in members):
        raise FileRefused(f"是电子表格（xlsx），暂不能抽取文字。{_SAVE_AS}")
    if any(each.startswith("ppt/") for each in members):
        raise FileRefused("是演示文稿（pptx），暂不能抽取文字。请另存为 PDF 后重新提交。")
    if "OFD.xml" in members:
        raise FileRefused("是版式文件（OFD），暂不能抽取文字。请另存为 PDF 后重新提交。")
    if "content.xml" in members:
        raise FileRefused(f"是 OpenDocument 文件，暂不能抽取文字。{_SAVE_AS}")
    raise FileRefused("是压缩包，不能直接收入。请解压后逐个提交其中的文件。")


def _refuse_binary(head: bytes, name: str) -> None:
    if head.startswith(_OLE):
        raise FileRefused(_ole_reason(Path(name).suffix.lower()))
    if head.startswith(b"{\\rtf"):
        raise FileRefused(f"是 RTF 文件，暂不能抽取文字。{_SAVE_AS}")
    if head.startswith(_IMAGES):
        raise FileRefused("是图片，没有文字可以检索。请提交文字版（docx、PDF 或网页）。")
    if head.startswith(_ARCHIVES):
        raise FileRefused("是压缩包，不能直接收入。请解压后逐个提交其中的文件。")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml") and not _looks_html(head):
        raise FileRefused(f"是 XML 数据文件，暂不能抽取文字。{_SAVE_AS}")


def _ole_reason(suffix: str) -> str:
    if suffix in {".docx", ".xlsx", ".pptx"}:
        return f"文件经过加密，或是扩展名改过的旧版文件。请去掉密码，{_SAVE_AS.removeprefix('请')}"
    kind = {".xls": "旧版电子表格（xls）", ".ppt": "旧版演示文稿（ppt）"}.get(suffix, "旧版文档（doc 等）")
    return f"是{kind}，暂不能抽取文字。{_SAVE_AS}"


def _looks_html(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\x00", b"")
    lowered = head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    return lowered.startswith(b"<") and any(mark in lowered for mark in _HTML_MARKS)


def _text_type(head: bytes, suffix: str) -> str:
    if _looks_html(head):
        return HTML
    known = suffix in _HTML_NAMES or suffix in _TEXT_NAMES
    if not known and not (suffix in _OFTEN_WRONG and _looks_text(head)):
        kind = suffix or "无扩展名"
        raise FileRefused(f"不认识的文件类型（{kind}）。可以提交网页、docx、PDF、txt 或 Markdown 文件。")
    if suffix in _HTML_NAMES or (not known and _is_markup(head)):
        return HTML
    return _TEXT_NAMES.get(suffix, PLAIN)


def _looks_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)


def _is_markup(head: bytes) -> bool:
    lowered = head.lstrip().lower()
    return lowered.startswith((b"<div", b"<table", b"<p", b"<ul", b"<span", b"<section", b"<article", b"<!--"))
