"""Text without what nobody sees: characters that act on a terminal, a header, or the order in which text is shown.

A title, a file's name, a person's name or a number is one line. Wherever it stands, it must not end that line, move a
cursor, or turn the text around it (ESC, CR, U+202E).
"""

import re

# Controls other than white space, soft hyphen, joiners and zero-width characters, directions and their isolates, byte
# order mark, fillers, the blank of Braille, variation selectors, annotations, tags, shorthand, music and hieroglyph
# controls, noncharacters, halves of characters.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
# White space that ends a line or moves along it.
_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_BREAKS_BUT_ENDS = re.compile("[\v\f\r\x85\u2028\u2029]+")


def one_line(text: str) -> str:
    """Return a text on one line, without invisible characters. Whatever can be seen stays as it is.

    >>> one_line("关于\\u202e防汛\\r\\n工作的\\x1b[31m通知\\u200b")
    '关于防汛 工作的[31m通知'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    return UNSEEN.sub("", _BREAKS.sub(" ", text)).strip()


def lines(text: str) -> str:
    """Return a text of several lines, which may have tabs, without invisible characters."""
    return UNSEEN.sub("", _BREAKS_BUT_ENDS.sub(" ", text))
