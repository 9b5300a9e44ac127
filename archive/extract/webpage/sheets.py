"""Reading the style sheets of a page: which of their rules hold for an element.

Selectors of a tag, classes and an id are judged, also below or right inside others (``div.x p``, ``div > p``), and the
rules for every screen. Others, and those of some screens or of paper, are not; nor are sheets elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from archive.extract.webpage.elsewhere import sheets_elsewhere
from archive.extract.webpage.lines import text_of

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_BRACE = re.compile(r"([{}])")
_SELECTOR = re.compile(r"([A-Za-z][\w-]*|\*)?((?:[.#][\w-]+)*)")
# What stands between the parts of a selector: a blank, or the sign of a child.
_COMBINED = re.compile(r"\s*>\s*|\s+")
# Media that every screen is.
_SCREENS = {"screen", "all", "only screen", "only all", ""}
_MOST_RULES = 5_000
# Rules with several parts, which cost more.
_MOST_COMBINED = 1_000
_MOST_PARTS = 8
_ANY = "*"


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a selector: a tag, or "" for any, with classes and ids; ``inside`` if right in the one before."""

    tag: str
    names: frozenset[str]
    inside: bool = False

    @property
    def key(self) -> str:
        return min(self.names, default=self.tag or _ANY)

    def matches(self, tag: object, names: set[str]) -> bool:
        return self.names <= names and self.tag in ("", tag)


# A rule by its number, and how many of its parts were met.
_Met = frozenset[tuple[int, int]]


class Sheet:
    """The rules of a page's own style sheets, which must be read before its ``style`` elements are removed."""

    def __init__(self, root: etree._Element) -> None:
        # For one name of each selector, its tag, all its names, and its place among the rules with what they declare.
        self._rules: dict[str, dict[_Part, tuple[int, dict[str, str]]]] = {}
        # Of each rule with several parts what it declares, and for one name of each part the rule and the part's place.
        self._combined: dict[int, tuple[list[_Part], dict[str, str]]] = {}
        self._parts: dict[str, list[tuple[int, int]]] = {}
        # What was met at an element itself, and there or above it.
        self._met: dict[etree._Element, tuple[_Met, _Met]] = {}
        self._count = 0
        texts = [_COMMENT.sub("", text_of(element)) for element in root.iter("style")]
        # They may colour grounds, and hide.
        self.elsewhere = sheets_elsewhere(root)
        self.is_whole = not self.elsewhere
        for text in texts:
            self._add(text)
        self._text = "".join(texts).lower()

    def _add(self, text: str) -> None:
        # The beginnings of the blocks that are open.
        opened: list[str] = []
        parts = _BRACE.split(text)
        for before, sign in zip(parts[::2], parts[1::2], strict=False):
            if sign == "{":
                # After a statement without a block, such as an import.
                opened.append(before.rpartition(";")[2].strip())
            elif opened:
                selectors = opened.pop()
                if not selectors.startswith("@") and all(map(_holds, opened)):
                    self._add_rule(selectors, declarations(before))

    def _add_rule(self, selectors: str, declared: dict[str, str]) -> None:
        for selector in selectors.split(",") if declared else ():
            parts = [*_parts(selector.strip())]
            if not parts or self._count >= _MOST_RULES:
                continue
            if len(parts) == 1:
                self._count += 1
                alike = self._rules.setdefault(parts[0].key, {})
                _, before = alike.get(parts[0], (0, {}))
                alike[parts[0]] = self._count, before | declared
            elif len(self._combined) < _MOST_COMBINED:
                self._count += 1
                self._combined[self._count] = parts, declared
                for place, part in enumerate(parts):
                    self._parts.setdefault(part.key, []).append((self._count, place))

    def may_declare(self, element: etree._Element, value: str) -> bool:
        """Tell whether any rule, or the element's own attribute, has a value: without it there is no need to look."""
        return value in self._text or value in element.get("style", "").lower()

    def declared(self, element: etree._Element) -> dict[str, str]:
        """Return what rules and its own attribute declare of an element; of two rules the later one holds.

        The elements of a page are asked about in their order, so that what is above one is known.
        """
        style = element.get("style")
        own = declarations(style) if style else {}
        if not self._rules and not self._combined:
            return own
        names = {f".{name}" for name in element.get("class", "").split()} | {f"#{element.get('id', '')}"}
        keys = (element.tag, _ANY, *names)
        matched = [
            each for key in keys for part, each in self._rules.get(key, {}).items() if part.matches(element.tag, names)
        ]
        matched += self._matched(element, names, keys) if self._combined else ()
        found: dict[str, str] = {}
        for _, declared in sorted(matched, key=lambda each: each[0]):
            found |= declared
        return found | own

    def _matched(
        self, element: etree._Element, names: set[str], keys: tuple[object, ...]
    ) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the rules of several parts that hold for an element, and note the parts that are met at it."""
        parent = element.getparent()
        nothing: _Met = frozenset()
        at_parent, above = (nothing, nothing) if parent is None else self._met.get(parent, (nothing, nothing))
        here = set()
        for key in keys:
            for rule, place in self._parts.get(str(key), ()):
                parts, declared = self._combined[rule]
                part = parts[place]
                if not part.matches(element.tag, names):
                    continue
                if place and (rule, place - 1) not in (at_parent if part.inside else above):
                    continue
                if place + 1 == len(parts):
                    yield rule, declared
                else:
                    here.add((rule, place))
        met = frozenset(here)
        self._met[element] = met, above if met <= above else above | met


def _holds(block: str) -> bool:
    """Tell whether a block of rules holds on every screen. A layer only orders its rules."""
    kind, *about = block.lower().split(maxsplit=1)
    media = (" ".join(each.split()) for each in "".join(about).split(","))
    return kind == "@layer" or kind == "@media" and not _SCREENS.isdisjoint(media)


def _parts(selector: str) -> Iterator[_Part]:
    """Yield the parts of a selector; none where one of them is not judged."""
    texts, signs = _COMBINED.split(selector), _COMBINED.findall(selector)
    found = [_SELECTOR.fullmatch(text) for text in texts]
    if len(texts) > _MOST_PARTS or not all(each and each[0] for each in found):
        return
    for each, sign in zip(found, ["", *signs], strict=True):
        if each:
            tag = (each[1] or "").lower()
            yield _Part("" if tag == _ANY else tag, frozenset(re.findall(r"[.#][\w-]+", each[2])), ">" in sign)


def declarations(text: str) -> dict[str, str]:
    """Read declarations of a style, by their names in lower case."""
    found: dict[str, str] = {}
    for declaration in text.split(";"):
        name, colon, value = declaration.partition(":")
        if colon:
            found[name.strip().lower()] = value.lower().replace("!important", "").strip()
    return found
