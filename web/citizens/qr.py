"""A square code that takes an address home on a phone, drawn into the page."""

from functools import lru_cache
from html import escape

import segno
from markupsafe import Markup


# Drawing one takes longer than all else on a page.
@lru_cache(maxsize=2048)
def drawn(address: str, label: str) -> Markup:
    """An SVG of the code, read out as its label; correction level M bears a smudge on paper."""
    code = segno.make_qr(address, error="m")
    svg = code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff")
    # What segno draws is its own; the address itself is in it as modules alone.
    return Markup(svg.replace("<svg ", f'<svg role="img" aria-label="{escape(label)}" ', 1))  # noqa: S704
