"""In which kinds of files words can be masked here, and what to do with those of another kind."""

from collections.abc import Mapping

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

MASKED = frozenset({PLAIN, MARKDOWN, CSV, HTML, DOCX, XLSX, PDF})
_OLD_WORD = "请用 WPS 文字或 Word 打开它，另存为 docx，作为新版本收入，再在那里遮盖。"
# What to do with a file of another kind.
_INSTEAD: Mapping[str, str] = {
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


def instead(media_type: str) -> str:
    """Return what to do with a file in which nothing can be masked here; "" for one in which words can be."""
    if media_type in MASKED:
        return ""
    return _INSTEAD.get(media_type, "这种文件不能在这里遮盖。请用编制它的软件遮盖后另存，再作为新版本收入。")
