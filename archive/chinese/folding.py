"""Folding characters one for one, so that places in the folded text are places in the text."""


class Folding(dict[int, str]):
    """A table for ``str.translate`` from code points to one character each. Full-width ASCII becomes narrow by itself.

    >>> "２０１９　年，〔１〕".translate(Folding({0x3000: " "}))
    '2019 年,〔1〕'
    """

    def __missing__(self, code: int) -> str:
        return chr(code - 0xFEE0) if 0xFF01 <= code <= 0xFF5E else chr(code)
