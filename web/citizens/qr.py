"""QR codes, drawn into the page, that take an address home on a phone."""

from functools import lru_cache
from html import escape

import segno
from markupsafe import Markup


# Drawing a code takes longer than the rest of a page.
@lru_cache(maxsize=2048)
def drawn(address: str, label: str) -> Markup:
    """Draw the code as an SVG that is read aloud as ``label``. Correction level M survives a smudge on paper."""
    code = segno.make_qr(address, error="m")
    svg = code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff")
    # segno writes the SVG; the address appears in it only as modules, never as text.
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1))  # noqa: S704
