"""Making small OpenDocument files for the tests."""

import zipfile
from pathlib import Path

_NAMES = {
    "office": "office", "style": "style", "text": "text", "table": "table", "draw": "drawing", "form": "form",
    "fo": "xsl-fo-compatible", "svg": "svg-compatible", "meta": "meta", "manifest": "manifest", "chart": "chart",
    "number": "datastyle", "presentation": "presentation",
}  # fmt: skip
SPACES = " ".join(
    [
        *(f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for short, name in _NAMES.items()),
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"',
        'xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"',
    ]
)


def write_opendocument(
    path: Path, kind: str, body: str, automatic: str = "", named: str = "", masters: str = "", **parts: str
) -> Path:
    """Write a package of a kind (``text``, ``spreadsheet``) with what stands in its body and its styles."""
    with zipfile.ZipFile(path, "w") as container:
        container.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        container.writestr(
            "content.xml",
            f"<office:document-content {SPACES}><office:automatic-styles>{automatic}</office:automatic-styles>"
            f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        )
        container.writestr(
            "styles.xml",
            f"<office:document-styles {SPACES}><office:styles>{named}</office:styles>"
            f"<office:master-styles>{masters}</office:master-styles></office:document-styles>",
        )
        for name, content in parts.items():
            container.writestr(name.replace("__", "/") + ".xml", content)
    return path


def letters_style(name: str, properties: str) -> str:
    """Return an automatic style of letters."""
    return f'<style:style style:name="{name}" style:family="text"><style:text-properties {properties}/></style:style>'
