"""Writing the formulas of web pages (MathML Core) in a line."""

from collections.abc import Callable, Mapping, Sequence

from lxml import etree

from archive.extract.text.formulas import fraction, root, rows, scripted, summed, upright

_SKIPPED = frozenset(("annotation", "annotation-xml", "mphantom", "none", "mprescripts"))
_LARGE = frozenset("∑∏∫∮⋃⋂")
_DEPTH = 50


class MathML:
    """A writer of formulas; ``odd`` counts what a line can't show."""

    def __init__(self) -> None:
        self._depth = 0
        self.odd = 0

    def written(self, element: etree._Element) -> str:
        """Return an element and what is in it as a line, without the text behind it."""
        name = _local(element)
        if not name or name in _SKIPPED:
            return ""
        if self._depth > _DEPTH:
            self.odd += 1
            return "".join(str(part) for part in element.itertext())
        self._depth += 1
        children = [each for each in element if _local(each)]
        if name in ("mtable", "mmultiscripts"):
            self.odd += 1
        if name == "mtable":
            found = rows([[self.written(cell) for cell in line] for line in children])
        else:
            parts = [self.written(each) for each in children]
            write = _STRUCTURES.get(name)
            if name == "mfenced":
                found = f"{element.get('open', '(')}{','.join(parts)}{element.get('close', ')')}"
            elif write is not None and len(parts) == write[0]:
                found = write[1](parts)
            else:
                inner = "".join(parts)
                found = root(inner) if name == "msqrt" else upright((element.text or "").strip()) + inner
        self._depth -= 1
        return found


def _bounded(parts: Sequence[str]) -> str:
    base, below, above = parts
    return summed(base, below, above, "") if base in _LARGE else scripted(base, below, above)


_STRUCTURES: Mapping[str, tuple[int, Callable[[Sequence[str]], str]]] = {
    "mfrac": (2, lambda parts: fraction(parts[0], parts[1])),
    "mroot": (2, lambda parts: root(parts[0], parts[1])),
    "msup": (2, lambda parts: scripted(parts[0], above=parts[1])),
    "msub": (2, lambda parts: _bounded((parts[0], parts[1], ""))),
    "msubsup": (3, _bounded),
    "mover": (2, lambda parts: f"{parts[0]}^({parts[1]})" if parts[1].isalnum() else "".join(parts)),
    "munder": (2, lambda parts: _bounded((parts[0], parts[1], ""))),
    "munderover": (3, _bounded),
}


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""
