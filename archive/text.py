"""The one search form of text, for documents and queries alike."""

import re
import unicodedata

# Han characters (URO, extensions A to H, compatibility), with 〇 and 々.
HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
# What stands for one thing and is typed in many ways. Brackets of different kinds stay different.
_FOLDED = {
    **dict.fromkeys(map(ord, "“”„‟〝〞＂「」『』«»"), '"'),
    **dict.fromkeys(map(ord, "‘’‚‛＇"), "'"),
    **dict.fromkeys(map(ord, "—–―‐‑‒−─"), "-"),
    **dict.fromkeys(map(ord, "・‧•"), "·"),
    ord("﹝"): "〔",
    ord("﹞"): "〕",
    # Invisible: soft hyphen, zero width, directions, byte order mark.
    **dict.fromkeys([0xAD, 0x034F, 0x061C, 0xFEFF]),
    **dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]),
    **dict.fromkeys(code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r\f\v\x85"),
}
_WIDE = rf"[{HAN}0-9、。，,;:!?…“”\"'()\[\]〔〕《》〈〉【】·-]"
_BETWEEN = re.compile(rf"(?<=[{HAN}])\s+(?={_WIDE})|(?<={_WIDE})\s+(?=[{HAN}])")
_BLANKS = re.compile(r"\s+")


def normalise(text: str) -> str:
    """Width, case, compatibility forms, quotes, dashes and invisible characters folded; blanks beside Han taken out.

    >>> normalise("关于印发 ２０１９年 政务 公开工作要点的通知（ＰＭ2.5）")
    '关于印发2019年政务公开工作要点的通知(pm2.5)'
    """
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_FOLDED)
    return _BLANKS.sub(" ", _BETWEEN.sub("", folded)).strip()
