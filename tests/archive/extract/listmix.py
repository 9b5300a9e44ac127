"""Documents that mix what Word's lists can do, made by chance from a seed."""

from random import Random

from archive.extract.text.numbering import Level
from tests.archive.extract.listdocuments import Item, Lists, Number

FORMS = (
    "decimal chineseCounting chineseCountingThousand chineseLegalSimplified ideographTraditional ideographZodiac "
    "decimalEnclosedCircle upperLetter lowerLetter upperRoman lowerRoman decimalZero"
).split()
# What stands around a number.
_AROUND = (("第", "条"), ("", "、"), ("（", "）"), ("", "."), ("", ")"), ("附件", "："), ("", ""))


def mixed(kind: str, seed: int) -> Lists:
    """Make a document with what is written of a kind, and what LibreOffice reads of it: styles and tables in a docx.

    A doc is short, for its paragraphs stand on one page, and LibreOffice counts numberings of one list apart in it. Of
    numberings of an RTF, it doesn't read the start.
    """
    chance, plain = Random(seed), kind != "docx"  # noqa: S311  # documents, not secrets
    lists = [_levels(chance) for _ in range(chance.randint(1, 3))]
    numbers = [Number(at) for at in range(len(lists))]
    for _ in range(0 if kind == "doc" else chance.randint(0, 3)):
        of = chance.randrange(len(lists))
        starts = {0: chance.randint(1, 30)} if kind != "rtf" and chance.random() < 0.7 else {}
        levels = {} if chance.random() < 0.6 else {0: _level(chance, 0)}
        numbers.append(Number(of, starts, levels))
    styles = {}
    if not plain and chance.random() < 0.5:
        styles = {f"Numbered{depth}": (1, depth) for depth in range(min(2, len(lists[0])))}
    of_style = [] if plain or styles or chance.random() < 0.7 else [0]
    # No title is looked for above a year.
    items = [Item("2024年", number=0)]
    # For each list, the depths that have items since they were last restarted.
    met: dict[int, set[int]] = {}
    for at in range(chance.randint(8, 12 if kind == "doc" else 40)):
        number = 0 if chance.random() < 0.15 else chance.randint(1, len(numbers))
        style = chance.choice(list(styles)) if styles and chance.random() < 0.3 else ""
        number, depth = styles[style] if style else (number, chance.choice((0, 0, 1, 1, 2)))
        if number:
            of = numbers[number - 1].of
            seen = met.setdefault(of, set())
            depth = min(depth, len(lists[of]) - 1, len(seen))
            style = style if (number, depth) == styles.get(style) else ""
            met[of] = {each for each in seen if each < depth} | {depth}
        row = not plain and number != 0 and not style and chance.random() < 0.1
        empty = number != 0 and not row and chance.random() < 0.08
        items.append(Item("" if empty else f"文字{at}", depth, number, style, row))
    # LibreOffice gives the last paragraph of an RTF another depth.
    items.append(Item("结尾", number=0))
    return Lists(lists, items, numbers, styles, of_style)


def _levels(chance: Random) -> tuple[Level, ...]:
    return tuple(_level(chance, depth) for depth in range(chance.randint(1, 4)))


def _level(chance: Random, depth: int) -> Level:
    before, after = chance.choice(_AROUND)
    number: list[str | int] = [depth]
    if depth and chance.random() < 0.4:
        number = [each for above in range(depth) for each in (above, ".")] + [depth]
    text = tuple(each for each in (before, *number, after) if each != "")
    start = 1 if chance.random() < 0.8 else chance.randint(1, 25)
    return Level(start, chance.choice(FORMS), text)
