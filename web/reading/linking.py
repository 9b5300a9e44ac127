"""The names of other documents in a text, as links to those that are public."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from indexer.snippets import Fragment
from web.reading.blocks import Block, Linked, Piece, Section, split_at
from web.search.citations import mentions

# Looks names up, all at once, and returns the addresses of those that are known.
Look = Callable[[Collection[str]], Mapping[str, str]]
# How many links a page has, so that it stays small.
_MOST = 120


def linked(sections: Sequence[Section], look: Look, others: Collection[str]) -> tuple[list[Section], Mapping[str, str]]:
    """Link each name where it first stands on a page, outside of headings. ``others`` are looked up beside them."""
    names = {name for text in _texts(sections) for _, _, name in mentions(text)}
    known = look({*names, *others}) if names or others else {}
    if known.keys().isdisjoint(names):
        return [*sections], known
    links = _Links(known)
    return [replace(section, blocks=[links.of_block(each) for each in section.blocks]) for section in sections], known


def _texts(sections: Sequence[Section]) -> Iterator[str]:
    for section in sections:
        for block in section.blocks:
            yield _joined(block.text[block.lead :])
            yield from (_joined(cell.pieces) for row in block.rows for cell in row)


def _joined(pieces: Sequence[Piece]) -> str:
    return pieces[0].text if len(pieces) == 1 else "".join(each.text for each in pieces)


class _Links:
    """The links of a page: each name once."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._left = dict(known)
        self._room = _MOST

    def of_block(self, block: Block) -> Block:
        if not self._left or not self._room:
            return block
        if block.rows:
            rows = [[cell._replace(pieces=self._of(cell.pieces)) for cell in row] for row in block.rows]
            return replace(block, rows=rows)
        lead = block.text[: block.lead]
        rest = block.text[block.lead :]
        made = self._of(rest) if not block.stands_alone else rest
        return block if made is rest else replace(block, text=[*lead, *made])

    def _of(self, pieces: Sequence[Piece]) -> Sequence[Piece]:
        text = _joined(pieces)
        found = [each for each in mentions(text) if each[2] in self._left] if "《" in text or "号" in text else []
        if not found:
            return pieces
        made: list[Piece] = []
        rest = [each for each in pieces if isinstance(each, Fragment)]
        at = 0
        for start, end, name in found:
            url = self._left.pop(name, None)
            if url is None or not self._room:
                continue
            self._room -= 1
            before, rest = split_at(rest, start - at)
            within, rest = split_at(rest, end - start)
            made += [*before, Linked(within, url)]
            at = end
        return [*made, *rest]
