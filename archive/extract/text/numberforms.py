"""Writing the number of a list item in each of the formats that office programs know.

Formats have the names of ECMA-376, part 1, 17.18.59. Where that leaves a case open, they follow what Word shows: 101 is
一○一 in ``chineseCounting``, 百一 in ``japaneseCounting``, and a set of signs that has run out goes on in digits. A gap
is 零 in ``chineseCountingThousand``, as the standard and the statutes have it; some versions of Word show 〇.
"""

import re
from collections.abc import Callable, Mapping

# The number of a format in doc, rtf and Word 2003's XML (MS-OSHARED 2.2.1.3) is its place here.
CODES = (
    "decimal upperRoman lowerRoman upperLetter lowerLetter ordinal cardinalText ordinalText hex chicago "
    "ideographDigital japaneseCounting aiueo iroha decimalFullWidth decimalHalfWidth japaneseLegal "
    "japaneseDigitalTenThousand decimalEnclosedCircle decimalFullWidth2 aiueoFullWidth irohaFullWidth decimalZero "
    "bullet ganada chosung decimalEnclosedFullstop decimalEnclosedParen decimalEnclosedCircleChinese "
    "ideographEnclosedCircle ideographTraditional ideographZodiac ideographZodiacTraditional taiwaneseCounting "
    "ideographLegalTraditional taiwaneseCountingThousand taiwaneseDigital chineseCounting chineseLegalSimplified "
    "chineseCountingThousand decimal koreanDigital koreanCounting koreanLegal koreanDigital2 hebrew1 arabicAlpha "
    "hebrew2 arabicAbjad hindiVowels hindiConsonants hindiNumbers hindiCounting thaiLetters thaiNumbers thaiCounting "
    "vietnameseCounting numberInDash russianLower russianUpper"
).split()
_NONE_CODE = 0xFF
# Formats that show no number.
UNNUMBERED = frozenset({"bullet", "none"})
# The greatest number in any file (2.9.150), so that none is written out at great length.
LARGEST = 0x7FFF
_DIGITS = "一二三四五六七八九"
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
# Greater numbers have no Roman numeral.
_ROMAN_LIMIT = 4000
# The most letters in one number: beyond it the letters would be many lines long.
_MOST_LETTERS = 30
_PADDED = re.compile(r"(0{1,4}1)\b")


def by_code(code: int) -> str:
    """Return the name of a format by its number; one that is unknown by its number alone."""
    return CODES[code] if 0 <= code < len(CODES) else "none" if code == _NONE_CODE else f"MSONFC {code}"


def by_example(example: str) -> str:
    """Return the name of a format given by its first items (``001, 002, 003, ...``), which Word calls custom."""
    found = _PADDED.match(example)
    return f"decimal{len(found[1])}" if found else "custom"


def is_known(form: str) -> bool:
    """Tell whether numbers of a format are written as they are shown, and not in digits."""
    return form in _WRITERS or form in UNNUMBERED


def written(value: int, form: str) -> str:
    """Write a number in a format, "" if that shows none; in digits if the format is unknown or has no such number."""
    if form in UNNUMBERED:
        return ""
    writer = _WRITERS.get(form, str)
    return writer(value) if 0 <= value <= LARGEST else str(value)


def _of_set(signs: str) -> Callable[[int], str]:
    return lambda value: signs[value - 1] if 1 <= value <= len(signs) else str(value)


def _of_range(first: int, count: int) -> Callable[[int], str]:
    return _of_set("".join(map(chr, range(first, first + count))))


def _digit_by_digit(digits: str) -> Callable[[int], str]:
    return lambda value: str(value).translate({ord("0") + at: sign for at, sign in enumerate(digits)})


def _counted(digits: str, units: str, zero: str, *, ten: bool = False, one: bool = True) -> Callable[[int], str]:
    """Return a writer of numerals with units: ``ten`` if 10 to 19 begin with the unit, ``one`` if a unit has its 1.

    ``units`` are those of ten thousand, thousand, hundred and ten.
    """

    def below(value: int) -> str:
        text = ""
        for unit, name in zip((1000, 100, 10, 1), (*units[1:], ""), strict=True):
            digit, value = divmod(value, unit)
            if digit:
                text += ("" if name and digit == 1 and not one else digits[digit - 1]) + name
            elif text and value and zero and not text.endswith(zero):
                text += zero
        return text

    def write(value: int) -> str:
        high, low = divmod(value, 10_000)
        text = digits[high - 1] + units[0] if 0 < high < 10 else ""
        if text and 0 < low < 1000:
            text += zero
        text += below(low)
        # Ten alone is without its 1, also where 110 is not.
        return text.removeprefix(digits[0]) if ten and 10 <= value < 20 else text

    return lambda value: write(value) if value else (zero or "〇")


def _counted_to_99(value: int) -> str:
    return _TO_TEN_THOUSAND(value) if 0 < value < 100 else _digit_by_digit("○" + _DIGITS)(value)


def _letters(first: str) -> Callable[[int], str]:
    """Return a writer of letters, which are repeated after the last: z, aa, bb."""

    def write(value: int) -> str:
        count, at = divmod(value - 1, 26)
        return chr(ord(first) + at) * (count + 1) if 0 <= count < _MOST_LETTERS else str(value)

    return write


def _alphabet(value: int) -> str:
    """Write a number in letters as web pages do, with Z after which comes AA, AB."""
    text = ""
    while value > 0:
        value, at = divmod(value - 1, 26)
        text = chr(ord("A") + at) + text
    return text or "0"


def _roman(value: int) -> str:
    if not 0 < value < _ROMAN_LIMIT:
        return str(value)
    text = ""
    for worth, sign in _ROMAN:
        while value >= worth:
            text, value = text + sign, value - worth
    return text


def _ordinal(value: int) -> str:
    last = 0 if value // 10 % 10 == 1 else value % 10
    return f"{value}{('th', 'st', 'nd', 'rd')[last] if last < 4 else 'th'}"


def _cycle(value: int) -> str:
    return _STEMS[(value - 1) % 10] + _BRANCHES[(value - 1) % 12] if 1 <= value <= 60 else str(value)


_TO_TEN_THOUSAND = _counted(_DIGITS, "万千百十", "零", ten=True)
_FULL_WIDTH = _digit_by_digit("０１２３４５６７８９")
_WRITERS: Mapping[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalHalfWidth": str,
    **{f"decimal{width}": f"{{:0{width}}}".format for width in range(2, 6)},
    "decimalZero": "{:02}".format,
    "decimalFullWidth": _FULL_WIDTH,
    "decimalFullWidth2": _FULL_WIDTH,
    "decimalEnclosedCircle": _of_range(0x2460, 20),
    # Four sets of GB 2312, row 2, as many as there are in it.
    "decimalEnclosedFullstop": _of_range(0x2488, 20),
    "decimalEnclosedParen": _of_range(0x2474, 20),
    "decimalEnclosedCircleChinese": _of_range(0x2460, 10),
    "ideographEnclosedCircle": _of_range(0x3220, 10),
    "numberInDash": "- {} -".format,
    "hex": "{:X}".format,
    "ordinal": _ordinal,
    "upperLetter": _letters("A"),
    "lowerLetter": _letters("a"),
    # Of web pages alone.
    "upperAlphabet": _alphabet,
    "lowerAlphabet": lambda value: _alphabet(value).lower(),
    "upperRoman": lambda value: _roman(value).upper(),
    "lowerRoman": _roman,
    "chineseCounting": _counted_to_99,
    "taiwaneseCounting": _counted_to_99,
    "chineseCountingThousand": _TO_TEN_THOUSAND,
    "taiwaneseCountingThousand": _counted(_DIGITS, "萬千百十", "零", ten=True),
    "chineseLegalSimplified": _counted("壹贰叁肆伍陆柒捌玖", "万仟佰拾", "零"),
    "ideographLegalTraditional": _counted("壹貳參肆伍陸柒捌玖", "萬仟佰拾", "零"),
    "japaneseCounting": _counted(_DIGITS, "万千百十", "", one=False),
    "japaneseLegal": _counted("壱弐参四伍六七八九", "萬阡百拾", ""),
    "ideographDigital": _digit_by_digit("〇" + _DIGITS),
    "japaneseDigitalTenThousand": _digit_by_digit("〇" + _DIGITS),
    "taiwaneseDigital": _digit_by_digit("○" + _DIGITS),
    "koreanDigital2": _digit_by_digit("零" + _DIGITS),
    "ideographTraditional": _of_set(_STEMS),
    "ideographZodiac": _of_set(_BRANCHES),
    "ideographZodiacTraditional": _cycle,
}
