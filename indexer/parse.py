"""From what a person types to a query tree.

Words stand for themselves, all of them wanted; "quoted" text is wanted exactly; -word is not wanted. A document number
is recognised in any spelling and asked for as itself. Nothing a person types is a syntax error: what has no meaning as
grammar is text.
"""

import re

from archive.docnumber import read_query
from archive.errors import BadQuery
from archive.text import normalise
from indexer.query import And, Everything, Key, Not, Or, Phrase, Query, Text

MAX_LENGTH = 200
MAX_TERMS = 16

# Quotes mean "exactly" only around a whole term: those inside a pasted title belong to it.
_QUOTED = re.compile(r"(?<!\S)([-－]?)(?:\"([^\"]+)\"|“([^”]+)”|「([^」]+)」|『([^』]+)』|＂([^＂]+)＂)(?!\S)")
_CHARACTER = re.compile(r"[^\W_]")


def parse(typed: str) -> Query:
    """The tree of what was typed; Everything for nothing. Raises BadQuery with a sentence that says what to change."""
    typed = typed.strip()
    if not typed:
        return Everything()
    if len(typed) > MAX_LENGTH:
        raise BadQuery(f"检索词有 {len(typed)} 个字，最多 {MAX_LENGTH} 个字。请缩短后再检索。")
    if not _CHARACTER.search(typed):
        raise BadQuery("检索词里没有文字或数字。请输入要查找的词语、标题或文号。")
    quoted: list[Query] = []

    def take(match: re.Match[str]) -> str:
        phrase = normalise(next(group for group in match.groups()[1:] if group is not None))
        if not _CHARACTER.search(phrase):
            return " "
        quoted.append(Not(Phrase(phrase)) if match[1] else Phrase(phrase))
        return " "

    rest = _QUOTED.sub(take, typed)
    numbers: list[Query] = []
    for number in reversed(read_query(rest)):
        key = Key(number.canonical)
        spelt = Text(normalise(rest[number.start : number.end]))
        numbers.insert(0, key if number.sure else Or((key, spelt)))
        rest = f"{rest[: number.start]} {rest[number.end :]}"
    words = [part for part in (_word(chunk) for chunk in rest.split()) if part is not None]
    parts = [*numbers, *quoted, *words]
    if len(parts) > MAX_TERMS:
        raise BadQuery(f"检索词有 {len(parts)} 个，最多 {MAX_TERMS} 个。请去掉一些再检索。")
    if all(isinstance(part, Not) for part in parts):
        return And((Everything(), *parts))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _word(chunk: str) -> Query | None:
    unwanted = chunk[0] in "-－" and len(chunk) > 1
    text = normalise(chunk[1:] if unwanted else chunk)
    if not _CHARACTER.search(text):
        return None
    # What is excluded is excluded as it stands: -预算 must not remove documents that only have its bigrams apart.
    return Not(Phrase(text)) if unwanted else Text(text)
