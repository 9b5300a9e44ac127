"""Detecting text that was decoded wrongly before it came here, such as ÖÐ¹ú for 中国; it is never indexed.

Each kind is detected by undoing it: if so many of the bytes make sense in the other encoding, it is not by chance.
"""

import re

from archive.extract.text.characters import han_count, squeezed

# What a converter writes for a character it could not read, the same read once more as GBK, and uninitialised memory.
# One or two private characters are a rare name; a font without a code gives more in a row.
_PLACEHOLDERS = re.compile(
    r"\ufffd|[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]{3,}|(?:锟斤拷)+|锟斤|烫烫烫+|屯屯屯+"
)
# GBK read as Latin-1 (ÖÐ¹ú): runs of accented letters that no language has.
_LATIN_RUN = re.compile(r"[\u00a1-\u00fe]{4,}")
# UTF-8 read as Windows-1252 or Latin-1 (å…¬å¼€): the first byte of a Han character and two continuation bytes.
_CONTINUATION = r"[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_LATIN_TRIPLE = re.compile(rf"[\u00e3-\u00e9]{_CONTINUATION}{{2}}")
# UTF-8 read as GBK (鍏紑): every other character or more begins with these bytes, which are rare in real text.
_RARE = "".join(bytes((first, second)).decode("gbk") for first in range(0xE4, 0xEA) for second in range(0x80, 0xC0))
_SUSPICIOUS = re.compile(rf"[\u0080-\u00ff\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd锟烫屯{_RARE}]")
_ASCII = re.compile(r"[\x00-\x7f]+")
# Text is garbled if more than this share of its non-ASCII characters is wrong, or this share is placeholders.
_GARBLED = 0.5
_PLACEHELD = 0.2


def is_garbled(text: str) -> bool:
    """Tell whether a paragraph is unreadable because it was decoded wrongly.

    >>> [is_garbled(each) for each in ("ÖÐ¹úÕþ¸®", "å…¬å¼€ä¿¡æ¯", "鍏紑淇℃伅", "锟斤拷锟斤拷", "中国政府", "Ménière")]
    [True, True, True, True, False, False]
    """
    if text.isascii() or not _SUSPICIOUS.search(text):
        return False
    wide = _ASCII.sub("", squeezed(text))
    return (
        _length(_PLACEHOLDERS, wide) > _PLACEHELD * len(wide)
        or sum(map(_from_gbk, _LATIN_RUN.findall(wide))) > _GARBLED * len(wide)
        or len(_LATIN_TRIPLE.findall(wide)) > 1
        and _length(_LATIN_TRIPLE, wide) > _GARBLED * len(wide)
        or _is_utf8_as_gbk(wide)
    )


def _length(pattern: re.Pattern[str], text: str) -> int:
    return sum(match.end() - match.start() for match in pattern.finditer(text))


def _from_gbk(run: str) -> int:
    """Count the characters that are bytes of GB 2312's common Han characters and punctuation."""
    pairs = [run[at : at + 2] for at in range(0, len(run) - 1, 2)]
    return 2 * sum("\u00a1" <= pair[0] <= "\u00a3" or "\u00b0" <= pair[0] <= "\u00d7" for pair in pairs)


def _is_utf8_as_gbk(wide: str) -> bool:
    """Tell whether a text's GBK bytes are mostly UTF-8 of Han characters (鍏紑 for 公开); real text's rarely are."""
    # A lone 0x80, the last byte of many Han characters in UTF-8, is € to Windows and no character to others.
    data = wide.replace("\ufffd", "€").encode("gb18030", "ignore").replace("€".encode("gb18030"), b"\x80")
    found = han_count(data.decode("utf-8", "ignore"))
    return found > 1 and 3 * found > _GARBLED * len(data)
