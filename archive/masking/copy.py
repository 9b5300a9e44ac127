"""Making a masked copy of a file of any kind, or saying why that can't be done here."""

from collections.abc import Sequence
from pathlib import Path

from archive.errors import FileRefused
from archive.extract.mediatype import (
    CSV,
    DOC,
    DOCX,
    EML,
    HTML,
    IMAGES,
    MARKDOWN,
    MHT,
    ODP,
    ODS,
    ODT,
    OFD,
    PDF,
    PLAIN,
    PPT,
    PPTX,
    RTF,
    WORD_XML,
    XLS,
    XLSB,
    XLSX,
)
from archive.masking import pdf, text, word, workbook
from archive.masking.proof import remains as search

MASKED = frozenset({PLAIN, MARKDOWN, CSV, HTML, DOCX, XLSX, PDF})
_OLD_WORD = "请用 WPS 文字或 Word 打开它，另存为 docx，作为新版本收入，再在那里遮盖。"
# What to do with a file of another kind.
INSTEAD = {
    DOC: f"doc、wps 文件不能在这里遮盖。{_OLD_WORD}",
    WORD_XML: f"Word 的 xml 文件不能在这里遮盖。{_OLD_WORD}",
    RTF: f"rtf 文件不能在这里遮盖。{_OLD_WORD}",
    XLS: "xls、et 文件不能在这里遮盖。请用 WPS 表格或 Excel 打开它，另存为 xlsx，作为新版本收入，再在那里遮盖。",
    XLSB: "xlsb 文件不能在这里遮盖。请用 WPS 表格或 Excel 打开它，另存为 xlsx，作为新版本收入，再在那里遮盖。",
    EML: "邮件不能在这里遮盖。请把邮件正文打印为 PDF，作为新版本收入，再在那里遮盖。",
    MHT: "mht 文件不能在这里遮盖。请用浏览器打开它，另存为单个网页（html）或打印为 PDF，作为新版本收入，再在那里遮盖。",
    ODT: f"odt 文件不能在这里遮盖。{_OLD_WORD}",
    ODS: "ods 文件不能在这里遮盖。请用 WPS 表格或 LibreOffice 打开它，另存为 xlsx，作为新版本收入，再在那里遮盖。",
    PPT: "ppt、dps 文件不能在这里遮盖。请用 WPS 演示或 PowerPoint 打开它，另存为 PDF，作为新版本收入，再在那里遮盖。",
    ODP: "odp 文件不能在这里遮盖。请用 WPS 演示或 LibreOffice 打开它，另存为 PDF，作为新版本收入，再在那里遮盖。",
    PPTX: "pptx 文件不能在这里遮盖。请用 WPS 演示或 PowerPoint 打开它，另存为 PDF，作为新版本收入，再在那里遮盖。",
    OFD: "OFD 文件不能在这里遮盖。请用版式阅读软件把它另存为 PDF，作为新版本收入，再在那里遮盖；"
    "或者在原稿里改好以后重新生成 OFD。盖章、签名的原件照旧保存，不会公开。",
    **dict.fromkeys(
        IMAGES, "图片不能在这里遮盖。请用画图软件涂黑以后另存（不要只盖一层），或者放进 PDF，再作为新版本收入。"
    ),
}


def mask(path: Path, media_type: str, words: Sequence[str]) -> tuple[dict[str, object], bytes]:
    """Return ``masked``, how often each word was masked, and the copy; no bytes where none of them is in the file.

    ``unknown`` lists pages that are pictures, whose words nobody but a reader knows. Raises FileRefused for a file of a
    kind in which nothing can be masked, if it has one of the words.
    """
    if media_type not in MASKED:
        if search(path, media_type, words):
            other = "这种文件不能在这里遮盖。请用编制它的软件遮盖后另存，再作为新版本收入。"
            raise FileRefused(INSTEAD.get(media_type, other))
        return {"masked": [0] * len(words), "unknown": []}, b""
    unknown: list[int] = []
    if media_type == PDF:
        counts, copy, unknown = pdf.mask(path, words)
    elif media_type == DOCX:
        counts, copy = word.mask(path, words)
    elif media_type == XLSX:
        counts, copy = workbook.mask(path, words)
    else:
        counts, copy = text.mask(path, media_type, words)
    return {"masked": counts, "unknown": unknown}, copy if any(counts) else b""


def remains(path: Path, media_type: str, words: Sequence[str]) -> dict[str, object]:
    """Return ``remains``: each word, by its number, that is still in a file, and where."""
    return {"remains": search(path, media_type, words)}
