"""What an installation adds to the lists of ``taxonomy.toml``, by a file of its own with the same tables.

It may add issuers, and other names and codes of issuers; other names of the topics; genres that are not statutory, and
how their titles end; other words for a validity; codes that several agencies share. Nothing that ships is replaced.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from archive.document import Validity

_LONGEST = 60
_PARTS = ("aliases", "codes")


class Odd(ValueError):
    """What can't be added, as a sentence."""


def joined(shipped: Mapping[str, Any], added: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables that ship, with what is added to them. Raises Odd."""
    lists = deepcopy(dict(shipped))
    _known(added, ("issuers", "topics", "genres", "validity", "codes"), "")
    for name, parts in _table(added, "issuers").items():
        _text(name, "issuers")
        held = lists["issuers"].setdefault(name, {})
        for part in _known(parts, _PARTS, f"issuers 的“{name}”"):
            held[part] = [*held.get(part, ()), *_texts(parts[part], f"issuers 的“{name}”的 {part}")]
    for name, others in _table(added, "topics").items():
        if name not in lists["topics"]:
            raise Odd(f"topics 的“{name}”不是国务院分类中的主题，只能为已有的主题增加别名。")
        lists["topics"][name] = [*lists["topics"][name], *_texts(others, f"topics 的“{name}”")]
    for name, endings in _table(_table(added, "genres", ("other",)), "other").items():
        if name in lists["genres"]["statutory"]:
            raise Odd(f"genres.other 的“{name}”是法定公文种类，不能改动。")
        held = lists["genres"]["other"].get(_text(name, "genres.other"), ())
        lists["genres"]["other"][name] = [*held, *_texts(endings, f"genres.other 的“{name}”")]
    for word, validity in _table(_table(added, "validity", ("aliases",)), "aliases").items():
        if not isinstance(validity, str) or validity not in set(Validity):
            raise Odd(f"validity.aliases 的“{word}”应等于{'、'.join(Validity)}之一。")
        if lists["validity"]["aliases"].setdefault(_text(word, "validity.aliases"), validity) != validity:
            raise Odd(f"validity.aliases 的“{word}”已有别的意思。")
    lists["codes"]["joint"] += _texts(_table(added, "codes", ("joint",)).get("joint", []), "codes 的 joint")
    return lists


def check(issuers: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> None:
    """Raise Odd if two agencies have one name or one code between them."""
    names: dict[str, str] = {}
    codes: dict[str, str] = {}
    for name, aliases, own_codes in issuers:
        for seen, said, what in ((names, (name, *aliases), "名称"), (codes, own_codes, "发文字号代字")):
            for each in said:
                if each in seen:
                    raise Odd(f"{what}“{each}”写了两次：“{seen[each]}”和“{name}”。")
                seen[each] = name


def _table(tables: Mapping[str, Any], name: str, parts: Sequence[str] | None = None) -> Mapping[str, Any]:
    """Return a table, empty if it is not there; if ``parts`` are given, it may have no others."""
    table = tables.get(name, {})
    if not isinstance(table, dict):
        raise Odd(f"{name} 应是一个表。")
    return _known(table, parts, name) if parts is not None else table


def _known(table: Any, names: Sequence[str], where: str) -> Mapping[str, Any]:
    if not isinstance(table, dict):
        raise Odd(f"{where}应是一个表。")
    if unknown := [name for name in table if name not in names]:
        raise Odd(f"{where}有不能增加的项“{unknown[0]}”，可用：{'、'.join(names)}。")
    known: Mapping[str, Any] = table
    return known


def _texts(value: Any, where: str) -> list[str]:
    if not isinstance(value, list):
        raise Odd(f'{where} 应是一个列表，如 ["…"]。')
    return [_text(each, where) for each in value]


def _text(value: Any, where: str) -> str:
    if not (isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable() and value == value.strip()):
        raise Odd(f"{where} 中的每一项应是 {_LONGEST} 字以内的文字。")
    return value
