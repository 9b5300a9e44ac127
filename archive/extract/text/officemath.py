"""Writing the formulas of Office documents (OMML) in a line; sections are those of ECMA-376 part 1."""

from collections.abc import Callable, Iterator

from lxml import etree

from archive.extract.text.formulas import fraction, grouped, root, rows, scripted, summed, upright

M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_OVER = {
    "\u0302": "^",
    "^": "^",
    "\u0305": "¯",
    "\u00af": "¯",
    "\u0304": "¯",
    "\u20d7": "→",
    "\u0307": "˙",
    "\u0303": "~",
}
_PROPERTIES = frozenset(("ctrlPr", "rPr", "pPr", "argPr", "oMathParaPr", "del", "moveFrom", "delText", "instrText"))
_DEPTH = 50


class OfficeMath:
    """A writer of formulas. ``is_seen`` tells of a run whether it is shown; ``odd`` counts what a line can't show."""

    def __init__(self, is_seen: Callable[[etree._Element], bool] = lambda _: True) -> None:
        self._is_seen = is_seen
        self._depth = 0
        self.odd = 0

    def written(self, formula: etree._Element) -> str:
        """Return a formula (22.1.2.77) or any part of one as a line."""
        return "".join(self._parts(formula))

    def _parts(self, element: etree._Element) -> Iterator[str]:
        self._depth += 1
        for child in element:
            name = _local(child)
            if not name or name in _PROPERTIES or name.endswith("Pr"):
                continue
            if self._depth > _DEPTH:
                self.odd += 1
                yield "".join(each.text or "" for each in child.iter("{*}t"))
            elif name == "r":
                if self._is_seen(child):
                    yield from self._parts(child)
            elif name == "t":
                yield upright(child.text or "")
            elif name in ("br", "tab"):
                yield " "
            elif (write := getattr(self, f"_{name}", None)) is not None and child.tag.startswith(M):
                yield write(child)
            else:
                yield from self._parts(child)
        self._depth -= 1

    def _part(self, element: etree._Element, name: str) -> str:
        part = element.find(f"{M}{name}")
        return "" if part is None else self.written(part)

    def _f(self, each: etree._Element) -> str:
        above, below = self._part(each, "num"), self._part(each, "den")
        if _property(each, "type", "bar") != "noBar":
            return fraction(above, below)
        self.odd += 1
        return rows([[above], [below]])

    def _rad(self, each: etree._Element) -> str:
        return root(self._part(each, "e"), self._part(each, "deg"))

    def _sSup(self, each: etree._Element) -> str:
        return self._scripted(each)

    _sSub = _sSubSup = _sSup

    def _scripted(self, each: etree._Element) -> str:
        return scripted(self._part(each, "e"), self._part(each, "sub"), self._part(each, "sup"))

    def _sPre(self, each: etree._Element) -> str:
        return scripted("", self._part(each, "sub"), self._part(each, "sup")) + self._part(each, "e")

    def _nary(self, each: etree._Element) -> str:
        sign = _property(each, "chr", "∫")
        return summed(sign, self._part(each, "sub"), self._part(each, "sup"), self._part(each, "e"))

    def _d(self, each: etree._Element) -> str:
        begin, between, end = (
            _property(each, name, default) for name, default in (("begChr", "("), ("sepChr", "|"), ("endChr", ")"))
        )
        return begin + between.join(self.written(one) for one in each.iterfind(f"{M}e")) + end

    def _m(self, each: etree._Element) -> str:
        self.odd += 1
        return rows([[self.written(one) for one in line.iterfind(f"{M}e")] for line in each.iterfind(f"{M}mr")])

    def _eqArr(self, each: etree._Element) -> str:
        self.odd += 1
        return rows([[self.written(one)] for one in each.iterfind(f"{M}e")])

    def _func(self, each: etree._Element) -> str:
        name, of = self._part(each, "fName"), self._part(each, "e")
        return f"{name}{grouped(of) if of.startswith('(') else f'({of.strip()})'}"

    def _limLow(self, each: etree._Element) -> str:
        return f"{self._part(each, 'e')}_({self._part(each, 'lim')})"

    def _limUpp(self, each: etree._Element) -> str:
        return f"{self._part(each, 'e')}^({self._part(each, 'lim')})"

    def _acc(self, each: etree._Element) -> str:
        over, of = _property(each, "chr", "\u0302"), grouped(self._part(each, "e"))
        self.odd += over not in _OVER
        return f"{of}{_OVER.get(over, over)}"

    def _bar(self, each: etree._Element) -> str:
        return f"{grouped(self._part(each, 'e'))}{'¯' if _property(each, 'pos', 'bot') == 'top' else '_'}"

    def _groupChr(self, each: etree._Element) -> str:
        self.odd += 1
        return self._part(each, "e")

    def _phant(self, each: etree._Element) -> str:
        show = each.find(f"{M}phantPr/{M}show")
        return self._part(each, "e") if show is None or show.get(f"{M}val", "1") in ("1", "on", "true") else ""


def _property(element: etree._Element, name: str, default: str) -> str:
    """Return a property of a structure, which stands in the first child of it (``fPr`` of ``f``)."""
    found = element.find(f"{M}{_local(element)}Pr/{M}{name}")
    return default if found is None else found.get(f"{M}val", default)


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
