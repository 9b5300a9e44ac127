"""Reading and writing numbers in Chinese numerals."""

_DIGIT = {
    **dict.fromkeys("〇○零OＯo", 0),
    **{character: value for value, character in enumerate("一二三四五六七八九", 1)},
    **{str(value): value for value in range(10)},
    "两": 2,
}
_UNIT = {"十": 10, "百": 100, "千": 1000}
# Characters for use in patterns: numerals written digit by digit, and numerals with units.
CHINESE = "〇○零OＯo一二三四五六七八九"
COUNTED = CHINESE + "十百千两"
# Numbers from this one on are not written out: they need the units 万 and 亿.
LIMIT = 10_000


def value(text: str) -> int | None:
    """Return the number that a numeral stands for, written digit by digit or with units; None for anything else.

    >>> [value(text) for text in ("二〇一九", "十四", "二百二十五", "0014", "二十", "公")]
    [2019, 14, 225, 14, 20, None]
    """
    if not text or any(character not in _DIGIT and character not in _UNIT for character in text):
        return None
    if not any(character in _UNIT for character in text):
        return int("".join(str(_DIGIT[character]) for character in text))
    total, digit = 0, 0
    for character in text:
        if character in _UNIT:
            total += (digit or 1) * _UNIT[character]
            digit = 0
        else:
            digit = _DIGIT[character]
    return total + digit


def chinese(number: int) -> str:
    """Write out a number below ``LIMIT``, with units.

    A gap between units is 零, as laws print it (第一百零五条) and Word numbers lists (ECMA-376, 17.18.59). 〇 is the
    zero of a numeral written digit by digit (二〇一九年). Raises ValueError outside the range.

    >>> [chinese(number) for number in (0, 7, 10, 14, 20, 105, 225, 1010)]
    ['〇', '七', '十', '十四', '二十', '一百零五', '二百二十五', '一千零一十']
    """
    if not 0 <= number < LIMIT:
        raise ValueError(number)
    if number < 10:
        return "〇一二三四五六七八九"[number]
    text = ""
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += "一二三四五六七八九"[digit - 1] + name
        elif text and number and not text.endswith("零"):
            text += "零"
    return text.removeprefix("一") if text.startswith("一十") else text
