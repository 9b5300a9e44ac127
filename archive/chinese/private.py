"""Private-use characters: those that have had a place of their own in Unicode since, and those without one.

GBK had some hundred characters that Unicode lacked, and gave them private codes, which old fonts and files still have.
GB 18030-2005 and 2022 name what each of them is: U+E863 is 䶮, U+E81E is 龴. Whatever else is private only its own font
can show.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

_RUNS = {
    # The blank at A3A0, the sign at A2E3.
    0xE5E5: "\u3000",
    0xE76C: "€",
    # Marks of vertical text at A6D9 to A6DF, A6EC, A6ED and A6F3.
    0xE78D: "︐︒︑︓︔︕︖︗︘︙",
    0xE7C7: "ḿǹ",
    # Descriptions of characters at A989 to A995.
    0xE7E7: "〾⿰⿱⿲⿳⿴⿵⿶⿷⿸⿹⿺⿻",
    # FE50 to FEA0.
    0xE815: "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌"
    "龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻",
}
# What each formerly private character is.
FORMER: Mapping[str, str] = {chr(first + at): each for first, run in _RUNS.items() for at, each in enumerate(run)}
_TABLE = str.maketrans(dict(FORMER))
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
# How many kinds are named, and how much of the text around one.
_NAMED, _AROUND = 5, 6


def recoded(text: str) -> str:
    """Write formerly private characters with the codes that they have now; leave everything else unchanged.

    >>> recoded("刘\\ue863、王\\ue81e")
    '刘䶮、王龴'
    """
    return text.translate(_TABLE) if _PRIVATE.search(text) else text


def private_told(lines: Iterable[str]) -> list[str]:
    """Return what a reviewer should know of the characters in clean lines that only their own fonts can show."""
    counts: Counter[str] = Counter()
    seen: dict[str, str] = {}
    for line in lines:
        for found in _PRIVATE.finditer(line):
            counts[found[0]] += 1
            if found[0] not in seen:
                near = line[max(0, found.start() - _AROUND) : found.end() + _AROUND].replace("\t", " ")
                seen[found[0]] = _PRIVATE.sub("□", near)
    if not counts:
        return []
    kinds = "；".join(f"U+{ord(each):04X} {count} 处，如“{seen[each]}”" for each, count in counts.most_common(_NAMED))
    more = f"等 {len(counts)} 种" if len(counts) > _NAMED else ""
    return [
        f"有 {counts.total()} 个字是造字（专用码位），只有原件的字体能显示，这里显示为空框，也检索不到："
        f"{kinds}{more}。请与原件核对。"
    ]
