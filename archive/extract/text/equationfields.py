r"""Reading the EQ fields of Word (ECMA-376 part 1, 17.16.5.17): ``EQ \f(a+b,c)`` is (a+b)/c, ``EQ \o\ac(○,5)`` is ⑤."""

import re
from collections.abc import Iterator

from archive.extract.text.formulas import fraction, root, rows, scripted, summed
from archive.extract.text.scripts import lowered, raised

_EQUATION = re.compile(r"\s*eq\b\s*", re.IGNORECASE)
_PIECE = re.compile(r"\\([a-zA-Z]+|[^a-zA-Z])?(-?\d+)?|[(),;；，]|[^\\(),;；，]+")
_STRUCTURES = frozenset("abdfilorsx")
# Switches behind which the sign stands that is wanted: \bc\{
_SIGNS = ("bc", "lc", "rc", "fc", "vc")
_CIRCLES = "○◯〇⚪"
_DEPTH = 50


def is_equation(instruction: str) -> bool:
    """Tell whether the instruction of a field is a formula."""
    return _EQUATION.match(instruction) is not None


def equation(instruction: str) -> tuple[str, int]:
    r"""Return the formula of a field in a line, and how many of its structures a line doesn't show as they are.

    >>> equation(r"eq \f(a+b,c)"), equation(r"EQ \r(3,x)"), equation(r"eq \o\ac(○,12)"), equation(r"EQ 10\s\up8(4)")
    (('(a+b)/c', 0), ('³√(x)', 0), ('⑫', 0), ('10⁴', 0))
    """
    begun = _EQUATION.match(instruction)
    reader = _Reader(instruction[begun.end() if begun else 0 :])
    return reader.text().strip(), reader.odd


class _Reader:
    def __init__(self, text: str) -> None:
        self._pieces = list(_pieces(text))
        self._at = 0
        self._depth = 0
        self.odd = 0

    def text(self, ends: str = "") -> str:
        """Read up to a sign that ends an argument."""
        found: list[str] = []
        while self._at < len(self._pieces):
            kind, piece = self._pieces[self._at]
            if kind == "sign" and piece in ends:
                break
            self._at += 1
            if kind == "switch" and piece[:1] in _STRUCTURES and len(piece) == 1:
                found.append(self._structure(piece, found[-1] if found else ""))
            elif kind != "switch":
                found.append(piece)
                if kind == "sign" and piece == "(" and ends and self._depth < _DEPTH:
                    # Brackets within an argument.
                    self._depth += 1
                    found += (self.text(")"), ")")
                    self._at += 1
                    self._depth -= 1
        return "".join(found)

    def _structure(self, name: str, before: str) -> str:
        options: dict[str, str] = {}
        while self._at < len(self._pieces) and self._pieces[self._at][0] == "switch":
            option = self._pieces[self._at][1]
            if option in _STRUCTURES:
                break
            self._at += 1
            options[option] = ""
            if option in _SIGNS and self._at < len(self._pieces):
                sign, rest = self._pieces[self._at][1][:1], self._pieces[self._at][1][1:]
                options[option], self._pieces[self._at] = sign, ("text", rest)
                self._at += not rest
        return self._written(name, options, self._arguments(), before)

    def _arguments(self) -> list[str]:
        while self._at < len(self._pieces) and self._pieces[self._at] == ("text", " "):
            self._at += 1
        if self._at >= len(self._pieces) or self._pieces[self._at] != ("sign", "("):
            return []
        self._depth += 1
        if self._depth > _DEPTH:
            self.odd += 1
            return []
        found: list[str] = []
        while self._at < len(self._pieces) and self._pieces[self._at] != ("sign", ")"):
            # The bracket that begins, or the comma.
            self._at += 1
            found.append(self.text(",;；，)"))
        self._at += 1
        self._depth -= 1
        return found

    def _written(self, name: str, options: dict[str, str], arguments: list[str], before: str) -> str:
        first, *others = arguments or [""]
        last = arguments[-1] if arguments else ""
        if name == "f" and len(arguments) == 2:
            return fraction(first, last)
        if name == "r" and arguments:
            return root(last, first if others else "")
        if name == "s" and arguments:
            if len(arguments) == 2:
                return scripted("", last, first)
            write = lowered if "do" in options else raised
            return write(first, before) if "do" in options or "up" in options else first
        if name == "i" and len(arguments) == 3:
            sign = "∑" if "su" in options else "∏" if "pr" in options else options.get("fc") or options.get("vc") or "∫"
            return summed(sign, first, others[0], last)
        if name == "b":
            both = options.get("bc", "")
            left = both or options.get("lc") or ("" if "rc" in options else "(")
            right = {"{": "}", "[": "]", "<": ">", "(": ")", "": ""}.get(both, both) if both else options.get("rc", "")
            return f"{left}{','.join(arguments)}{right if both or right or 'lc' in options else ')'}"
        if name == "o":
            return self._over(arguments)
        if name == "a":
            self.odd += 1
            return rows([[each] for each in arguments])
        if name == "l":
            return ",".join(arguments)
        if name == "d":
            return " "
        if name == "x":
            return first
        self.odd += 1
        return " ".join(arguments)

    def _over(self, arguments: list[str]) -> str:
        """Write what is printed on top of each other: mostly a number in a circle."""
        parts = [each.strip() for each in arguments]
        inner = [each for each in parts if each and each not in _CIRCLES]
        if len(inner) == 1 and len(inner) < len(parts):
            number = int(inner[0]) if inner[0].isascii() and inner[0].isdecimal() and len(inner[0]) < 3 else 0
            if 1 <= number <= 50:
                return chr((0x2460 - 1 if number <= 20 else 0x3251 - 21 if number <= 35 else 0x32B1 - 36) + number)
            return f"({inner[0]})"
        self.odd += 1
        return "".join(parts)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield switches, the signs between arguments, and text; several switches may stand behind one backslash."""
    for match in _PIECE.finditer(text):
        name = match[1]
        if not match[0].startswith("\\"):
            yield ("sign" if match[0] in "(),;；，" else "text"), match[0]
        elif name and name.isalpha() and name.isascii():
            yield "switch", name.lower()
        else:
            yield "text", f"{name or ''}{match[2] or ''}"
