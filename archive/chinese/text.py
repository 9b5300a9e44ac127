"""The one search form of text, for documents and queries alike.

Two spellings of one thing have one form: width, case, compatibility characters, radicals of PDF fonts, traditional
characters, kinds of quotes and dashes, invisible characters, blanks that typesetting left between Han (domain rules 0,
T3 and T4). Different things stay different: [2019], (2019) and 〔2019〕 are three, as are 临沂 and 临沭.
"""

import re
import unicodedata
from collections.abc import Iterator

from archive.chinese.radicals import HAN_OF
from archive.chinese.simplified import simplified_of

# Han characters (URO, extensions A to H, compatibility), with 〇 and 々.
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# What stands for one thing and is typed in many ways. Brackets of different kinds stay different.
_VARIANTS = {
    **dict.fromkeys("“”„‟〝〞〟「」『』«»", '"'),
    **dict.fromkeys("‘’‚‛", "'"),
    **dict.fromkeys("—–―‐‑‒−─", "-"),
    **dict.fromkeys("・‧•∙⋅", "·"),
    **dict.fromkeys("〜∼", "~"),
    # The zero of 二○○四, drawn as a circle.
    **dict.fromkeys("○◯", "〇"),
    "﹝": "〔",
    "﹞": "〕",
}
_VARIANTS |= HAN_OF
_VARIANTS |= simplified_of()
# Controls other than white space, soft hyphen, joiners, directions, byte order mark, variation selectors, tags.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_KEPT = 100_000
# Joining changes what joins next at most twice; the limit is there so that no input can make it go on.
_ROUNDS = 4


class _Forms(dict[int, str]):
    """The form of each character by its code point, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        form, before = chr(code), ""
        while form != before:
            before = form
            # Variants first: NFKC would take ⼾ for the traditional 戶.
            form = "".join(_VARIANTS.get(character, character) for character in _INVISIBLE.sub("", form))
            form = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", form).casefold())
        if len(self) < _KEPT:
            self[code] = form
        return form


_FORMS = _Forms()
_DIGITS_AND_MARKS = r"0-9、。,;:!?\"'()\[\]〔〕《》〈〉【】〖〗·-"
_RUN = re.compile(r"\s{2,}|[^\S ]")
# Marks that only Chinese text has take no blank on either side; others take none beside Han.
_CHINESE_MARKS = "、。〔〕《》〈〉【】〖〗"
_NEEDLESS = re.compile(
    rf" (?:(?<=[{HAN}] )(?=[{HAN}{_DIGITS_AND_MARKS}])|(?<=[{HAN}{_DIGITS_AND_MARKS}] )(?=[{HAN}])"
    rf"|(?<=[{_CHINESE_MARKS}] )|(?=[{_CHINESE_MARKS}]))"
)
# What never joins the character before it when it is normalised, with what follows up to the next such.
_CLUSTER = re.compile(rf"[\x00-\x7f{HAN}][^\x00-\x7f{HAN}]*|[^\x00-\x7f{HAN}]+")


_ONE_HAN = re.compile(f"[{HAN}]")


def is_han(character: str) -> bool:
    """Whether this one character is a Han character (〇 and 々 among them)."""
    return _ONE_HAN.fullmatch(character) is not None


def normalise(text: str) -> str:
    """The search form: what two spellings of one thing have in common. A search form is its own search form.

    >>> normalise("关于印发 ２０１９年 政务 公开工作要点的通知（ＰＭ2.5）")
    '关于印发2019年政务公开工作要点的通知(pm2.5)'
    """
    return _NEEDLESS.sub("", _RUN.sub(" ", _composed(text.translate(_FORMS)))).strip()


def _composed(text: str) -> str:
    """Characters whose forms join with each other (a letter and its accent), joined."""
    for _ in range(_ROUNDS):
        if unicodedata.is_normalized("NFKC", text):
            break
        text = unicodedata.normalize("NFKC", text).translate(_FORMS)
    return text


def aligned(text: str) -> tuple[str, list[int]]:
    """``normalise(text)``, and for each character of it the offset in ``text`` of the character that it came from.

    >>> aligned("《条例》 第１条")
    ('《条例》第1条', [0, 1, 2, 3, 5, 6, 7])
    """
    forms = [_FORMS[ord(character)] for character in text]
    offsets = [at for at, form in enumerate(forms) for _ in form]
    folded = "".join(forms)
    if not unicodedata.is_normalized("NFKC", folded):
        folded, offsets = _align_composed(folded, offsets)
    folded, offsets = _align_removed(_RUN, " ", folded, offsets)
    folded, offsets = _align_removed(_NEEDLESS, "", folded, offsets)
    start = len(folded) - len(folded.lstrip())
    end = len(folded.rstrip())
    return folded[start:end], offsets[start:end]


def _align_composed(text: str, offsets: list[int]) -> tuple[str, list[int]]:
    pieces: list[str] = []
    kept: list[int] = []
    for match in _CLUSTER.finditer(text):
        piece = _composed(match[0])
        own = offsets[match.start() : match.end()]
        # Where characters were joined, the places within a cluster are those of its beginning.
        kept += own if len(piece) == len(own) else [own[0]] * len(piece)
        pieces.append(piece)
    return "".join(pieces), kept


def _align_removed(pattern: re.Pattern[str], replacement: str, text: str, offsets: list[int]) -> tuple[str, list[int]]:
    """``pattern.sub(replacement, text)`` for a replacement no longer than any match."""
    kept: list[int] = []
    for start, end in _outside(pattern, text, len(replacement)):
        kept += offsets[start:end]
    return pattern.sub(replacement, text), kept


def _outside(pattern: re.Pattern[str], text: str, keep: int) -> Iterator[tuple[int, int]]:
    at = 0
    for match in pattern.finditer(text):
        yield at, match.start() + keep
        at = match.end()
    yield at, len(text)
