"""Text that was read in a wrong encoding on its way here: ÖÐ¹ú for 中国. It is no text, and never indexed as such.

Each kind is told by undoing it: bytes that make sense the other way, and by chance never so many of them.
"""

import re

from archive.extract.text.characters import han_count, squeezed

# What a converter puts where it could not read a character, and that once more read as GBK; uninitialised memory.
_PLACEHOLDERS = re.compile(r"[\ufffd\ue000-\uf8ff]|(?:锟斤拷)+|锟斤|烫烫烫+|屯屯屯+")
# GBK as Latin-1 (ÖÐ¹ú): letters with accents in a row, as no language has them.
_LATIN_RUN = re.compile(r"[\u00a1-\u00fe]{4,}")
# UTF-8 as Windows-1252 or Latin-1 (å…¬å¼€): the first byte of a Han character and two that go on.
_GOES_ON = r"[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_LATIN_TRIPLE = re.compile(rf"[\u00e3-\u00e9]{_GOES_ON}{{2}}")
# UTF-8 as GBK (鍏紑): at least every other Han character in it begins as a pair of these bytes, which are rare ones.
_RARE = "".join(bytes((first, second)).decode("gbk") for first in range(0xE4, 0xEA) for second in range(0x80, 0xC0))
_SUSPICIOUS = re.compile(rf"[\u0080-\u00ff\ufffd\ue000-\uf8ff锟烫屯{_RARE}]")
_ASCII = re.compile(r"[\x00-\x7f]+")
# The share of a text's characters beyond ASCII from which on it is garbled.
_GARBLED = 0.5
_DOTTED = 0.2


def is_garbled(text: str) -> bool:
    """Whether a paragraph can't be read as it is.

    >>> [is_garbled(each) for each in ("ÖÐ¹úÕþ¸®", "å…¬å¼€ä¿¡æ¯", "鍏紑淇℃伅", "锟斤拷锟斤拷", "中国政府", "Ménière")]
    [True, True, True, True, False, False]
    """
    if text.isascii() or not _SUSPICIOUS.search(text):
        return False
    wide = _ASCII.sub("", squeezed(text))
    return (
        _length(_PLACEHOLDERS, wide) > _DOTTED * len(wide)
        or sum(map(_from_gbk, _LATIN_RUN.findall(wide))) > _GARBLED * len(wide)
        or len(_LATIN_TRIPLE.findall(wide)) > 1
        and _length(_LATIN_TRIPLE, wide) > _GARBLED * len(wide)
        or _is_utf8_as_gbk(wide)
    )


def _length(pattern: re.Pattern[str], text: str) -> int:
    return sum(match.end() - match.start() for match in pattern.finditer(text))


def _from_gbk(run: str) -> int:
    """How many of these characters are bytes of GB2312's common Han characters and marks."""
    pairs = [run[at : at + 2] for at in range(0, len(run) - 1, 2)]
    return 2 * sum("\u00a1" <= pair[0] <= "\u00a3" or "\u00b0" <= pair[0] <= "\u00d7" for pair in pairs)


def _is_utf8_as_gbk(wide: str) -> bool:
    """鍏紑 for 公开: its bytes in GBK are, mostly, UTF-8 of Han characters; those of real text hardly ever are."""
    # 0x80 alone, which ends many a Han character in UTF-8, is € to Windows and no character to others.
    data = wide.replace("\ufffd", "€").encode("gb18030", "ignore").replace("€".encode("gb18030"), b"\x80")
    found = han_count(data.decode("utf-8", "ignore"))
    return found > 1 and 3 * found > _GARBLED * len(data)
