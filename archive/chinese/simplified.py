"""Traditional characters and their simplified ones: 臨沭縣 is 临沭县 to whoever searches.

Character by character, out of OpenCC's table, before any word is cut: a table of words would depend on the cuts. Text
is shown as its author wrote it; only the search form is folded.
"""

from collections.abc import Mapping
from functools import cache

from opencc import OpenCC

# CJK Unified Ideographs with extension A, and the compatibility ideographs.
_ASKED = (range(0x3400, 0xA000), range(0xF900, 0xFB00))


@cache
def simplified_of() -> Mapping[str, str]:
    """The simplified form of each character that has another one; always one character."""
    asked = [chr(code) for codes in _ASKED for code in codes]
    answered = OpenCC("t2s").convert("\n".join(asked)).split("\n")
    return {character: form for character, form in zip(asked, answered, strict=True) if form != character}


@cache
def traditional_of() -> Mapping[str, str]:
    """The characters that are simplified to a character, as one string."""
    forms: dict[str, str] = {}
    for character, form in simplified_of().items():
        forms[form] = forms.get(form, "") + character
    return forms
