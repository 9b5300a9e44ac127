"""Reading the characters of symbol fonts, which are pictures under the codes of letters: ticked boxes, arrows, signs.

The fonts are Wingdings, Wingdings 2 and Symbol, as every version of Windows has them, and that of PDF, Zapf Dingbats.
"""

_WINGDINGS = {
    **{0x28: "☎", 0x29: "✆", 0x2A: "✉", 0x4A: "☺", 0x6C: "●", 0x6D: "○", 0x6E: "■", 0x6F: "□", 0x70: "□", 0x71: "□"},
    **{0x72: "□", 0x73: "◆", 0x74: "◆", 0x75: "◆", 0x76: "❖", 0x77: "◆", 0x78: "☒", 0x9F: "•", 0xA0: "•", 0xA1: "○"},
    **{0xA2: "○", 0xA4: "◉", 0xA5: "◎", 0xA7: "▪", 0xA8: "☐", 0xAB: "★", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑"},
    **{0xE2: "↓", 0xE8: "➔", 0xEF: "⇦", 0xF0: "⇨", 0xF1: "⇧", 0xF2: "⇩", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑"},
    **{0x80 + number: character for number, character in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")},
}
_WINGDINGS_2 = {
    **{0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x30: "☐", 0x97: "●", 0x98: "●", 0x99: "◉"},
    **{0xA1: "■", 0xA2: "■", 0xA3: "□", 0xA4: "□", 0xA5: "□"},
    **{0x69 + number: character for number, character in enumerate("⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿")},
}
_SYMBOL = {
    **dict(enumerate(" !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_", 0x20)),
    **dict(enumerate("αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼", 0x61)),
    **dict(enumerate("ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…", 0xA1)),
    **dict(enumerate("ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊", 0xC0)),
    **{0xE0: "◊", 0xE1: "〈", 0xE2: "®", 0xE3: "©", 0xE4: "™", 0xE5: "∑", 0xF1: "〉", 0xF2: "∫"},
}
_DINGBATS = {
    **{number: chr(0x2700 + number - 0x20) for number in range(0x21, 0x7F)},
    **{0x25: "☎", 0x2A: "☛", 0x2B: "☞", 0x48: "★", 0x6C: "●", 0x6E: "■", 0x73: "▲", 0x74: "▼", 0x75: "◆", 0x77: "◗"},
    **{number: chr(0x2700 + number - 0x40) for number in range(0xA1, 0xFF) if number != 0xF0},
    **{0xA8: "♣", 0xA9: "♦", 0xAA: "♥", 0xAB: "♠", 0xD5: "→", 0xD6: "↔", 0xD7: "↕"},
    **{0xAC + number: character for number, character in enumerate("①②③④⑤⑥⑦⑧⑨⑩")},
}
_FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "symbol": _SYMBOL, "zapfdingbats": _DINGBATS}
_OTHERS = frozenset(("wingdings 3", "webdings", "marlett", "zapf dingbats", "mt extra"))
TICKED, OPEN = "☑", "☐"


def is_symbol_font(name: str) -> bool:
    """Tell whether the letters of a font are symbols."""
    name = name.strip().lower()
    return name in _FONTS or name in _OTHERS


def symbol(font: str, code: int) -> str:
    """Return the character that a symbol font shows for a code, "" for one that is not known.

    >>> symbol("Wingdings", 0xF0FE), symbol("Wingdings 2", 0xA3), symbol("Symbol", 0xB3), symbol("Webdings", 0x61)
    ('☑', '□', '≥', '')
    """
    signs = _FONTS.get(font.strip().lower())
    low = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    if signs is not None and low < 0x100:
        return signs.get(low, "")
    printable = 0x20 <= code <= 0x10FFFF and not 0xD800 <= code <= 0xF8FF
    return chr(code) if printable and (code >= 0x100 or not is_symbol_font(font)) else ""


def symbols(font: str, text: str) -> tuple[str, int]:
    """Write text in a symbol font as the characters that it shows, and count those that are not known.

    >>> symbols("Wingdings", "þ 是 \\x9f")
    ('☑ 是 •', 0)
    """
    shown = [each if each.isspace() else symbol(font, ord(each)) for each in text]
    return "".join(shown), shown.count("")


def unread_symbols_told(count: int) -> str:
    """Return what a reviewer should know of symbols that can't be read."""
    return f"文档中有 {count} 个符号字体的符号没有读出，正文缺这些符号，请与原件核对。"


def unread_boxes_told(count: int) -> str:
    """Return what a reviewer should know of boxes of which it is not known whether they are ticked."""
    return f"文档中有 {count} 个复选框的状态没有读出，正文写作“{OPEN}”，请与原件核对。"
