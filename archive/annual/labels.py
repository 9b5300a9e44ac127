"""The labels of the rows and columns of a report: which one of the form somebody wrote, and in what it differs."""

import re
import unicodedata
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache

# What leads a label: 三、 （一） 1.
_LEAD = re.compile(r"^(?:[一二三四五六七]、|[(（][一二三四五六七][)）]|\d{1,2}[.、．])")
_REMARK = re.compile(r"[(（][^()（）]*[)）]?$")
_IN_UNIT = re.compile(r"[(（]?\s*(?:单位)?[:：]?\s*万元\s*[)）]?$")
_WORDS = re.compile(r"[\u4e00-\u9fff\dA-Za-z]+")
# Other words for the same in a label.
_SAME = {
    "本行政机关": "机关",
    "行政机关": "机关",
    "本机关": "机关",
    "年度": "年",
    "或者": "或",
    "其它": "其他",
    "合计": "总计",
    "的": "",
}
_ALIKE = re.compile("|".join(_SAME))
# How much of a label must be that of the form.
_AKIN = 0.72


@lru_cache(2000)
def key(label: str) -> str:
    """Return a label without its number, blanks and marks.

    >>> key("2.其他法律、行政法规禁止公开"), key("（七）总计")
    ('其他法律行政法规禁止公开', '总计')
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", label))
    return "".join(_WORDS.findall(_LEAD.sub("", plain)))


@lru_cache(2000)
def keys(label: str) -> tuple[str, ...]:
    """Return a label's keys: with its remark in brackets, and without; and both in the words that mean the same."""
    plain = _IN_UNIT.sub("", unicodedata.normalize("NFKC", label).strip())
    made = (key(plain), key(_REMARK.sub("", plain)))
    return tuple(dict.fromkeys((*made, *(_ALIKE.sub(lambda found: _SAME[found[0]], each) for each in made))))


def best(label: str, wanted: Mapping[str, str]) -> tuple[str, bool] | None:
    """Return which of the ``wanted`` labels, by name, somebody wrote, and whether exactly; None if it is none."""
    here = keys(label)
    for name, each in wanted.items():
        if set(here) & set(keys(each)) - {""}:
            return name, True
    alike = [(_ratio(mine, theirs), name) for name, each in wanted.items() for mine in here for theirs in keys(each)]
    ratio, name = max(alike, default=(0.0, ""))
    return (name, False) if ratio >= _AKIN and len(here[0]) > 3 else None


def _ratio(one: str, other: str) -> float:
    """Return how much of two labels is the same; 0 where it can't be enough."""
    alike = SequenceMatcher(None, one, other, autojunk=False)
    enough = alike.real_quick_ratio() >= _AKIN and alike.quick_ratio() >= _AKIN
    return alike.ratio() if enough else 0.0


def differs(label: str, wanted: str) -> str:
    """Say what a label lacks or has too much.

    >>> differs("2.其他法律行政止公开", "2.其他法律行政法规禁止公开")
    '缺“法规禁”'
    """
    mine, theirs = key(label), key(wanted)
    if len(key(_REMARK.sub("", wanted))) == len(mine):
        theirs = key(_REMARK.sub("", wanted))
    told = []
    for what, a, b, c, d in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if what == "insert":
            told.append(f"缺“{theirs[c:d]}”")
        elif what == "delete":
            told.append(f"多“{mine[a:b]}”")
        elif what == "replace":
            told.append(f"“{mine[a:b]}”应为“{theirs[c:d]}”")
    return "，".join(told)
