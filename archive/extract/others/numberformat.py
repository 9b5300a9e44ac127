"""Writing numbers as a workbook's formats show them (ECMA-376 part 1, 18.8.30 and 18.8.31).

Read are digits, also optional ones, thousands, decimals, percentages, fractions, powers of ten, Chinese numerals,
conditions, and words before and after them. ``dateformat`` writes days and times.
"""

import operator
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from archive.extract.text.numberforms import LARGEST, written

# What the numbers of formats mean that no file states.
BUILT_IN = {
    **{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??"},
    **{18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 45: "mm:ss", 47: "mm:ss.0"},
    **{37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 48: "##0.0E+0"},
    # Those of days and times in Chinese (18.8.30, zh-cn).
    **dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"'),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"'),
    **{31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"'},
    **dict.fromkeys((34, 55), '上午/下午h"时"mm"分"'),
    **dict.fromkeys((35, 56), '上午/下午h"时"mm"分"ss"秒"'),
}
# Formats that say nothing of how a number looks.
PLAIN = frozenset({"General", "@", ""})
# The signs of digits in each set of numerals, and the numerals that have units.
DIGITS = {"1": "〇一二三四五六七八九", "2": "零壹贰叁肆伍陆柒捌玖", "3": "０１２３４５６７８９"}
COUNTED = {"1": "chineseCountingThousand", "2": "chineseLegalSimplified"}
# A part of a number format: quoted text, what is in brackets, an escaped character, or any other.
_PART = re.compile(r'"[^"]*"?|\[[^\]]*\]?|[\\!_*].|.', re.DOTALL)
_NUMERALS = re.compile(r"\[DBNum([123])\]", re.IGNORECASE)
_CONDITION = re.compile(r"\[(<=|>=|<>|[<>=])\s*(-?\d+(?:\.\d+)?)\]")
_MEETS: Mapping[str, Callable[[float, float], bool]] = {
    **{"<": operator.lt, "<=": operator.le, "=": operator.eq, "<>": operator.ne},
    **{">": operator.gt, ">=": operator.ge},
}
# A currency's sign stands in brackets, before the number of a language.
_CURRENCY = re.compile(r"\[\$([^\]\-]+)[^\]]*\]")
# Colours, languages and blanks as wide as a character say nothing.
_SILENT = re.compile(r"\[(?![<>=])[^\]]*\]|[_*].", re.DOTALL)
_WORDS = r'(?:"[^"]*"|[\\!].|[-+()$ ]|[^\x00-\x7f])*'
_WORDS_ALONE = re.compile(_WORDS)
_NUMBER = re.compile(rf"({_WORDS})([#?0,]*)(\.[#?0]*)?(,*)(%?)({_WORDS})")
_GENERAL = re.compile(rf"({_WORDS})General({_WORDS})", re.IGNORECASE)
_FRACTION = re.compile(rf"({_WORDS}?)(?:([#?0]+) +)?([#?0]+)/([#?]+|[1-9]\d*)({_WORDS})")
_POWER = re.compile(rf"({_WORDS})0(\.0+)?E([+-])(0+)({_WORDS})", re.IGNORECASE)
# Ten thousands as Chinese offices write them: the point is a word between digits, and so falls elsewhere.
_SHIFTED = re.compile(rf"({_WORDS})[#0]*0(?:[\\!]\.|\"\.\")(0+)(,*)({_WORDS})")
_WORD = re.compile(r'"([^"]*)"|[\\!](.)')
_MOST_DECIMALS = 30
_MOST = 1e15


def sections(code: str) -> list[str]:
    """Return a format's sections: for positive numbers, negative ones, zero, and text."""
    found = [""]
    for part in _PART.findall(code):
        if part == ";":
            found.append("")
        else:
            found[-1] += part
    return found


def words(section: str) -> str:
    """Return what the words in a section say, without their quotes."""
    return _WORD.sub(lambda found: found[1] or found[2] or "", section)


def numerals(section: str) -> str:
    """Return which set of Chinese numerals a section asks for, a key of ``DIGITS``; "" for none."""
    found = _NUMERALS.search(section)
    return found[1] if found else ""


def spoken(section: str) -> str:
    """Return a section without what shows nothing, and with a currency's sign as a word."""
    return _SILENT.sub("", _CURRENCY.sub(r'"\1"', section))


def general(value: float) -> str:
    """Return a number as it is without a format: 15 digits, as spreadsheets show them (0.1 + 0.2 is 0.3 there)."""
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < _MOST else f"{value:.15g}"


def shown(code: str, value: float) -> str | None:
    """Return a number as a format shows it; None if it is not one of those that are read.

    >>> shown("0.00%", 0.0899), shown("#,##0.00", 123456.5), shown("000", 7), shown('#,##0;(#,##0);"-"', -1234)
    ('8.99%', '123,456.50', '007', '(1,234)')
    >>> shown("# ?/?", 1.75), shown("0.00E+00", 12345), shown("[DBNum2]General", 120), shown('[>=9]0"以上";0.#', 3.25)
    ('1 3/4', '1.23E+04', '壹佰贰拾', '3.3')
    """
    if code in PLAIN or abs(value) >= _MOST:
        return None
    chosen, signed = _section(code, value)
    if chosen is None:
        return None
    section = spoken(chosen)
    if section and _WORDS_ALONE.fullmatch(section):
        return words(section).strip() or None
    sign = "-" if value < 0 and signed else ""
    for pattern, write in _FORMS:
        if (found := pattern.fullmatch(section)) and (text := write(found, value, numerals(chosen))) is not None:
            before, number, after = text
            # What is rounded to nothing has no sign.
            sign = sign if any(character not in "0.,%" for character in number) else ""
            return f"{sign}{words(before)}{number}{words(after)}".strip()
    return None


def _section(code: str, value: float) -> tuple[str | None, bool]:
    """Return the section for a value, None if that is not known, and whether a negative number has its sign there."""
    parts = sections(code)
    conditions = [_CONDITION.search(part) for part in parts[:2]]
    if any(conditions):
        for part, condition in zip(parts, conditions, strict=False):
            if condition is None or _MEETS[condition[1]](value, float(condition[2])):
                return _CONDITION.sub("", part), True
        return (parts[2] if len(parts) > 2 else None), True
    which = (1 if value < 0 else 2 if value == 0 else 0) if len(parts) > 1 else 0
    # Without a section of their own, negative numbers have a sign before all.
    return parts[which if which < len(parts) else 0], which != 1


_Written = tuple[str, str, str] | None


def _number(found: re.Match[str], value: float, numerals: str) -> _Written:
    before, digits, decimals, thousands, percent, after = found.groups(default="")
    if not any(character in digits + decimals for character in "#?0") or len(decimals) > _MOST_DECIMALS:
        return None
    number = Decimal(f"{abs(value):.15g}").scaleb(2 * len(percent) - 3 * len(thousands))
    if digits.endswith(","):
        number = number.scaleb(-3 * (len(digits) - len(digits.rstrip(","))))
    places = max(len(decimals) - 1, 0)
    number = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    grouped = "," in digits.rstrip(",")
    whole, _, rest = f"{number:,f}".partition(".") if grouped else f"{number:f}".partition(".")
    needed = digits.count("0")
    whole = whole.zfill(needed) if needed or whole != "0" else ""
    # Decimals that are optional, and nothing, are not shown; the point is.
    least = decimals.rfind("0") if "0" in decimals else 0
    rest = rest[:least] + rest[least:].rstrip("0")
    text = f"{whole}{'.' * bool(decimals)}{rest}"
    if numerals:
        text = text.translate({ord("0") + at: sign for at, sign in enumerate(DIGITS[numerals])})
    return before, text + percent, after


def _general(found: re.Match[str], value: float, numerals: str) -> _Written:
    text = general(abs(value))
    if numerals:
        if numerals not in COUNTED or not text.isdigit() or int(text) > LARGEST:
            return None
        # A gap is 〇 here, and ten has its one.
        counted = written(int(text), COUNTED[numerals]).replace("零", DIGITS[numerals][0])
        text = f"一{counted}" if counted.startswith("十") else counted
    return found[1], text, found[2]


def _shifted(found: re.Match[str], value: float, numerals: str) -> _Written:
    before, digits, thousands, after = found.groups()
    number = Decimal(f"{abs(value):.15g}").scaleb(-3 * len(thousands)).quantize(Decimal(1), ROUND_HALF_UP)
    text = f"{number:f}".zfill(len(digits) + 1)
    return None if numerals else (before, f"{text[: -len(digits)]}.{text[-len(digits) :]}", after)


def _fraction(found: re.Match[str], value: float, numerals: str) -> _Written:
    before, whole, _, below, after = found.groups(default="")
    exact = Fraction(f"{abs(value):.15g}")
    integer, part = divmod(exact, 1) if whole else (0, exact)
    if below.isdigit():
        over, under = round(part * int(below)), int(below)
    else:
        near = part.limit_denominator(10 ** len(below) - 1)
        over, under = near.numerator, near.denominator
    if whole and over >= under:
        integer, over = integer + 1, 0
    pieces = [str(integer)] if whole and (integer or not over) else []
    pieces += [f"{over}/{under}"] if over or not whole else []
    return None if numerals else (before, " ".join(pieces), after)


def _power(found: re.Match[str], value: float, numerals: str) -> _Written:
    before, decimals, sign, digits, after = found.groups(default="")
    if numerals or len(decimals) > _MOST_DECIMALS:
        return None
    places = max(len(decimals) - 1, 0)
    mantissa, _, power = f"{Decimal(f'{abs(value):.15g}'):.{places}E}".partition("E")
    exponent = int(power) if value else 0
    shown = ("+" if sign == "+" else "") if exponent >= 0 else "-"
    return before, f"{mantissa}E{shown}{str(abs(exponent)).zfill(len(digits))}", after


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], float, str], _Written]], ...] = (
    (_NUMBER, _number),
    (_GENERAL, _general),
    (_SHIFTED, _shifted),
    (_FRACTION, _fraction),
    (_POWER, _power),
)
