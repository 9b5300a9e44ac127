"""Numbers as Chinese documents write them."""

_DIGIT = {
    **dict.fromkeys("〇○零OＯo", 0),
    **{character: value for value, character in enumerate("一二三四五六七八九", 1)},
    **{str(value): value for value in range(10)},
    "两": 2,
}
_UNIT = {"十": 10, "百": 100, "千": 1000}
# What a numeral may be made of, for patterns.
CHINESE = "〇○零OＯo一二三四五六七八九"
COUNTED = CHINESE + "十百千两"


def value(text: str) -> int | None:
    """The number that a numeral says, digit by digit or with units; None for anything else.

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
