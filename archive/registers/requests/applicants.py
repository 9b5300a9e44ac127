"""What persons told of themselves: cleaned before it is kept, compared, masked in lists, and found again in a text."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from archive.plain import lines
from archive.registers.requests.facts import Field

# Beyond this many letters it is no name, number or letter, and the database would swell.
LONGEST = 20_000


def masked(name: str) -> str:
    """Return a name as lists show it.

    >>> masked("张三丰"), masked("临沭县某某公司"), masked("")
    ('张**', '临**', '')
    """
    return f"{name[0]}**" if name else ""


def checked(values: Mapping[Field, str]) -> dict[Field, str]:
    """Return the values that say something, without blanks around them. Raises ValueError for one that is too long."""
    kept = {field: plain for field, value in values.items() if (plain := _plainly(value))}
    for field, value in kept.items():
        if len(value) > LONGEST:
            raise ValueError(f"{field.value}超过 {LONGEST} 字，请删减。")
    return kept


def _plainly(value: str) -> str:
    """Return text with one kind of line's end, and nothing that nobody sees or that no file of a table can hold.

    Letters of private use stay: rare names are written with them.
    """
    return lines(value.replace("\r\n", "\n").replace("\r", "\n")).strip()


def same(one: Mapping[Field, str], other: Mapping[Field, str]) -> bool:
    """Tell whether two applicants are one: the same identity, or, where one has none, the same name and contact."""
    if one.get(Field.IDENTITY) and other.get(Field.IDENTITY):
        return _plain(one[Field.IDENTITY]) == _plain(other[Field.IDENTITY])
    pairs = [(one.get(field, ""), other.get(field, "")) for field in (Field.NAME, Field.CONTACT)]
    return all(left and _plain(left) == _plain(right) for left, right in pairs)


def stands_in(value: str, text: str) -> bool:
    """Tell whether a text has somebody's name, or a part of what they gave, in any width and spacing.

    >>> stands_in("欧阳小芳", "欧 阳小芳：您好"), stands_in("电话13800001111，南街 3 号", "请拨 138-0000-1111")
    (True, True)
    >>> stands_in("王", "王庄镇"), stands_in("", "任何文字")
    (False, False)
    """
    within = _bare(text)
    parts = [_bare(part) for part in re.split(r"[\s,，、;；:：/()（）]+", unicodedata.normalize("NFKC", value))]
    numbers = re.findall(r"[0-9][0-9x]{6,}", _bare(value))
    return any(len(part) > 1 and part in within for part in (_bare(value), *numbers, *(p for p in parts if len(p) > 3)))


def _bare(value: str) -> str:
    """Return the letters and digits of a text, in one width and case."""
    return "".join(each for each in unicodedata.normalize("NFKC", value).casefold() if each.isalnum())


def _plain(value: str) -> str:
    return "".join(value.split()).casefold()


def latest(events: Mapping[int, Mapping[Field, str]], fields: Iterable[Field] = tuple(Field)) -> dict[Field, str]:
    """Return each field as it was said last."""
    found = {field: value for number in sorted(events) for field, value in events[number].items()}
    return {field: found[field] for field in fields if field in found}
