"""Reading the fonts of a PDF as they are used: what each code shows, how wide it is, and whether it can be known."""

import re
import unicodedata

from pdfminer.pdffont import PDFFont, PDFSimpleFont, PDFType3Font, PDFUnicodeNotDefined

from archive.chinese.private import recoded
from archive.chinese.radicals import unfold
from archive.extract.text.symbols import is_symbol_font, symbol

# Marks as they are set in vertical lines.
_UPRIGHT = re.compile("[\ufe10-\ufe18\ufe31\ufe32\ufe35-\ufe44\ufe47\ufe48]")
_MEANINGLESS = frozenset(("Cc", "Cn", "Co", "Cs"))
# A letter as wide as its type is high is none, but a Han character under its code; these are never so wide.
_FULL = 0.95
_NARROW = frozenset("!\"'(),-./:;[]`|{}1IJfijlrst")
# With as many codes a font without a narrow letter among them is known, too.
_CODES = 5
_SUBSET = re.compile(r"[A-Z]{6}\+")
_STYLE = re.compile(r"[-,]?(?:regular|mt|itc)$|[-,]regular", re.IGNORECASE)


class Face(dict[int, tuple[str, float]]):
    """What the codes of a font show, "" for none that is known, and their widths; filled in as they are used."""

    def __init__(self, font: PDFFont) -> None:
        super().__init__()
        self.font = font
        self.is_vertical = bool(font.is_vertical())
        self.descent = font.get_descent()
        self._symbols = _symbols(font)
        # A font with codes of its own: shapes in the file, and nothing that says what they are.
        own = any(key in font.descriptor for key in ("FontFile", "FontFile2", "FontFile3"))
        self._is_suspect = isinstance(font, PDFSimpleFont) and font.unicode_map is None and not self._symbols
        self._is_suspect = self._is_suspect and (own or isinstance(font, PDFType3Font))
        self._judged = (0, False)

    def __missing__(self, code: int) -> tuple[str, float]:
        found = self[code] = self._text(code), self.font.char_width(code)
        return found

    def _text(self, code: int) -> str:
        try:
            text = recoded(self.font.to_unichr(code))
        except PDFUnicodeNotDefined:
            return ""
        if self._symbols and text.strip():
            return _shown(self._symbols, text)
        if not text.strip():
            return " "
        return "" if _is_lost(text) else _as_level(unfold(text))

    @property
    def is_noise(self) -> bool:
        """Tell whether what the codes stand for is false: Han characters under the codes of letters.

        Typesetting systems (Founder's) put so many characters into each of many fonts, and don't say which.
        """
        if not self._is_suspect:
            return False
        if self._judged[0] != len(self):
            self._judged = len(self), self._is_wide()
        return self._judged[1]

    def _is_wide(self) -> bool:
        letters = [(text, width) for text, width in self.values() if text.strip() and ord(text[0]) < 0x2E80]
        return (
            bool(letters)
            and all(width >= _FULL for _, width in letters)
            and (len(letters) >= _CODES or any(text in _NARROW for text, _ in letters))
        )


def _symbols(font: PDFFont) -> str:
    """Return the name under which ``symbols`` knows a font of symbols, "" for another font."""
    name = _STYLE.sub("", _SUBSET.sub("", str(font.fontname or getattr(font, "basefont", ""))))
    name = re.sub(r"(?i)(wingdings)[-_ ]?(\d)", r"\1 \2", name)
    return name if is_symbol_font(name) else ""


def _shown(name: str, text: str) -> str:
    """Return what a font of symbols shows under the code of a letter."""
    try:
        code = text.encode("cp1252")[0]
    except UnicodeEncodeError:
        code = ord(text[0])
    return symbol(name, code)


def _as_level(text: str) -> str:
    """Return a mark of vertical lines as it is in level ones.

    >>> _as_level("\ufe3d"), _as_level("\ufe12")
    ('《', '。')
    """
    return unicodedata.normalize("NFKC", text) if _UPRIGHT.match(text) else text


def _is_lost(text: str) -> bool:
    """Tell whether a font gives a control, unassigned or private-use character, which says nothing."""
    if text.isprintable() and text != "\ufffd":
        return text.startswith("(cid:")
    return any(each == "\ufffd" or unicodedata.category(each) in _MEANINGLESS for each in text)
