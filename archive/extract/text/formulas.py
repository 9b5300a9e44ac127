"""Writing formulas in a line: (a+b)/c, √(x), x², ∑_(i=1)^n(xᵢ)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from archive.extract.text.scripts import lowered, raised

# A number, a name, or what is in brackets or under a root already.
_ONE = re.compile(r"[^\W_]+(?:[.,]\d+)*%?|[^\W_]*[²³¹⁰-ₜ]+|√?\([^()]*\)|\[[^\[\]]*\]")
_LETTERS = re.compile("[\U0001d400-\U0001d7ff]")
_FIGURE = re.compile(r"[A-Za-z0-9\u0370-\u03ff.+\-−=()]+")


def upright(text: str) -> str:
    """Write the slanted and bold letters of formulas, which have codes of their own, as ordinary ones.

    >>> upright("𝑎+𝐛")
    'a+b'
    """
    return _LETTERS.sub(lambda each: unicodedata.normalize("NFKC", each[0]), text)


def grouped(text: str) -> str:
    """Put brackets around what is not one number, name or bracket.

    >>> grouped("a+b"), grouped("12.5"), grouped("(a+b)")
    ('(a+b)', '12.5', '(a+b)')
    """
    text = text.strip()
    return text if not text or _ONE.fullmatch(text) else f"({text})"


def fraction(above: str, below: str) -> str:
    """Write a fraction.

    >>> fraction("a+b", "c")
    '(a+b)/c'
    """
    return f"{grouped(above)}/{grouped(below)}"


def root(inside: str, degree: str = "") -> str:
    """Write a root.

    >>> root("x"), root("a+b", "3")
    ('√(x)', '³√(a+b)')
    """
    degree = degree.strip()
    small = raised(degree, "") if degree not in ("", "2") else ""
    if small and small == degree:
        small = f"({degree})"
    return f"{small}√({inside.strip()})"


def scripted(base: str, below: str = "", above: str = "") -> str:
    """Write a base with what stands small below and above it.

    >>> scripted("x", above="2"), scripted("x", "i", "2"), scripted("a+b", above="n+1"), scripted("x", "人口")
    ('x²', 'xᵢ²', '(a+b)ⁿ⁺¹', 'x_(人口)')
    """
    found = grouped(base)
    for text, write, sign in ((below, lowered, "_"), (above, raised, "^")):
        if text := text.strip():
            small = write(text, found) if _FIGURE.fullmatch(text) else text
            found += small if small != text else f"{sign}({text})"
    return found


def summed(sign: str, below: str, above: str, of: str) -> str:
    """Write a sum, product or integral with its bounds.

    >>> summed("∑", "i=1", "n", "x")
    '∑_(i=1)^n x'
    """
    bounds = "".join(
        f"{mark}{text}" if len(text) == 1 else f"{mark}({text})"
        for mark, text in (("_", below.strip()), ("^", above.strip()))
        if text
    )
    return f"{sign}{bounds}{' ' if bounds and of else ''}{of}"


def rows(lines: Iterable[Sequence[str]]) -> str:
    """Write the rows of a matrix, an array or several equations.

    >>> rows([["a", "b"], ["c", "d"]])
    '[a, b; c, d]'
    """
    return f"[{'; '.join(', '.join(each.strip() for each in line) for line in lines)}]"


def formulas_told(count: int) -> str:
    """Return what a reviewer should know of formulas that a line does not show as they are."""
    return f"正文有 {count} 处公式含矩阵、多行或特殊结构，只按顺序写成一行，请与原件核对。"
