"""Normalising text to its search form, the same for documents and queries.

Spellings of one thing share a form. It folds width, case, compatibility characters, radicals of PDF fonts, traditional
and formerly private characters, kinds of quotes and dashes, invisible characters, and blanks that typesetting left
between Han characters. Different things stay different: [2019], (2019) and 〔2019〕 are three,
临沂 and 临沭 two.
"""

import re
import unicodedata
from collections.abc import Iterator

from archive.chinese.private import FORMER
from archive.chinese.radicals import HAN_OF
from archive.chinese.simplified import simplified_of
from archive.plain import UNSEEN

# Han characters (URO, extensions A to H, compatibility), with 〇 and 々.
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# Characters that are typed in many ways for one thing. Brackets of different kinds stay different.
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
_VARIANTS |= FORMER
_VARIANTS |= HAN_OF
_VARIANTS |= simplified_of()
_KEPT = 100_000
# One joining can make another possible, at most twice in a row; the limit guards against any input that goes on.
_ROUNDS = 4


class _Forms(dict[int, str]):
    """A table from code point to search form, filled when a character is first met."""

    def __missing__(self, code: int) -> str:
        form, before = chr(code), ""
        while form != before:
            before = form
            # Variants first, because NFKC would turn ⼾ into the traditional 戶.
            form = "".join(_VARIANTS.get(character, character) for character in UNSEEN.sub("", form))
            form = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", form).casefold())
        if len(self) < _KEPT:
            self[code] = form
        return form


_FORMS = _Forms()
_DIGITS_AND_MARKS = r"0-9、。,;:!?\"'()\[\]〔〕《》〈〉【】〖〗·-"
_RUN = re.compile(r"\s{2,}|[^\S ]")
# Marks used only in Chinese text have no blank on either side; other marks have none beside a Han character.
_CHINESE_MARKS = "、。〔〕《》〈〉【】〖〗"
_NEEDLESS = re.compile(
    rf" (?:(?<=[{HAN}] )(?=[{HAN}{_DIGITS_AND_MARKS}])|(?<=[{HAN}{_DIGITS_AND_MARKS}] )(?=[{HAN}])"
    rf"|(?<=[{_CHINESE_MARKS}] )|(?=[{_CHINESE_MARKS}]))"
)
# A character that never joins the one before it in normalisation, with everything up to the next such character.
_CLUSTER = re.compile(rf"[\x00-\x7f{HAN}][^\x00-\x7f{HAN}]*|[^\x00-\x7f{HAN}]+")


_ONE_HAN = re.compile(f"[{HAN}]")


def is_han(character: str) -> bool:
    """Tell whether this one character is a Han character; 〇 and 々 are."""
    return _ONE_HAN.fullmatch(character) is not None


def normalise(text: str) -> str:
    """Return the search form, which spellings of one thing share. A search form is its own search form.

    >>> normalise("关于印发 ２０１９年 政务 公开工作要点的通知（ＰＭ2.5）")
    '关于印发2019年政务公开工作要点的通知(pm2.5)'
    """
    return _NEEDLESS.sub("", _RUN.sub(" ", _composed(text.translate(_FORMS)))).strip()


def _composed(text: str) -> str:
    """Join characters whose forms combine, such as a letter and its accent."""
    for _ in range(_ROUNDS):
        if unicodedata.is_normalized("NFKC", text):
            break
        text = unicodedata.normalize("NFKC", text).translate(_FORMS)
    return text


def aligned(text: str) -> tuple[str, list[int]]:
    """Return ``normalise(text)`` and, for each of its characters, the offset in ``text`` that it came from.

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
        # Where characters were joined, every offset in the cluster is that of its beginning.
        kept += own if len(piece) == len(own) else [own[0]] * len(piece)
        pieces.append(piece)
    return "".join(pieces), kept


def _align_removed(pattern: re.Pattern[str], replacement: str, text: str, offsets: list[int]) -> tuple[str, list[int]]:
    """Apply ``pattern.sub(replacement, text)`` to text and offsets; no match may be shorter than ``replacement``."""
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
