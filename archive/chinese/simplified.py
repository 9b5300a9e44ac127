"""Mapping traditional characters to simplified ones, so that 臨沭縣 is found as 临沭县.

OpenCC's table is applied character by character before words are cut, because a table of words would depend on the
cuts. Only the search form is folded; text is shown as its author wrote it.
"""

from collections.abc import Mapping
from functools import cache

from opencc import OpenCC

# CJK Unified Ideographs with extension A, and the compatibility ideographs.
_HAN_BLOCKS = (range(0x3400, 0xA000), range(0xF900, 0xFB00))


@cache
def simplified_of() -> Mapping[str, str]:
    """Map each character that has a different simplified form to that form, which is always one character."""
    characters = [chr(code) for block in _HAN_BLOCKS for code in block]
    forms = OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {character: form for character, form in zip(characters, forms, strict=True) if form != character}


@cache
def traditional_of() -> Mapping[str, str]:
    """Map each simplified character to its traditional ones, joined in one string."""
    forms: dict[str, str] = {}
    for character, form in simplified_of().items():
        forms[form] = forms.get(form, "") + character
    return forms
