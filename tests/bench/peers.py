"""The alternatives: tantivy, SQLite's FTS5, and jieba in Whoosh as their documentation shows it.

They get the same words and bigrams as our index. They are asked for everything that our search page shows: the best
ten, the total, and the count for each value of six facets.
"""

import sqlite3
import threading
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from archive.chinese.text import normalise
from archive.document import Document
from indexer import facets
from indexer.analyzer import Analyzer, grams
from indexer.engine import Answer, Check, Hit, SearchRequest, Sort
from indexer.fields import TITLE_WEIGHT
from indexer.query import (
    And,
    Dated,
    Everything,
    Key,
    Like,
    Not,
    Or,
    Part,
    Phrase,
    Query,
    Some,
    Synonymous,
    Text,
    Within,
    leaves,
)
from tests.bench.queries import lines

if TYPE_CHECKING:
    import tantivy

_MEMORY = 256 << 20
_MOST_VALUES = 1000


class Tantivy:
    """tantivy over the words and bigrams of our index. It keeps no text, and positions only where phrases need them."""

    def __init__(self, folder: Path, analyzer: Analyzer) -> None:
        import tantivy

        self._t = tantivy
        self._analyzer = analyzer
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("keys", tokenizer_name="raw", index_option="basic")
        builder.add_text_field("title", tokenizer_name="cut", index_option="freq")
        builder.add_text_field("words", tokenizer_name="cut", index_option="freq")
        builder.add_text_field("grams", tokenizer_name="cut", index_option="position")
        for name in facets.NAMES:
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        folder.mkdir(parents=True, exist_ok=True)
        self._schema = builder.build()
        self._index = tantivy.Index(self._schema, path=str(folder))
        self._index.register_tokenizer("cut", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
        self._searcher = self._index.searcher()

    def put(self, documents: Iterable[Document]) -> None:
        """Add documents, replacing those with the same ids, so that the next search finds them."""
        writer = self._index.writer(heap_size=_MEMORY)
        for each in documents:
            title, body = normalise(each.metadata.title), lines(each.text)
            if self._searcher.num_docs:
                writer.delete_documents_by_term("id", each.id)
            made = self._t.Document()
            made.add_text("id", each.id)
            made.add_text("title", " ".join(self._analyzer.words(title)))
            made.add_text("words", " ".join(self._analyzer.words(body)))
            made.add_text("grams", " ".join(grams(f"{title}\n{body}")))
            for number in each.metadata.numbers:
                made.add_text("keys", number)
            for name, values in facets.values(each).items():
                for value in values:
                    made.add_text(name, value)
            writer.add_document(made)
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def ask(self, query: Query, filters: Mapping[str, frozenset[str]], bigrams: bool) -> int:
        """Fetch the best ten and all counts of facets. Returns the total.

        With ``bigrams`` a text is found by all its bigrams or all its words, as in our engine. Otherwise all its words
        are needed.
        """
        asked = self._query(query, bigrams)
        passing = {name: self._having(name, values) for name, values in filters.items()}
        whole = self._all([asked, *passing.values()])
        found = self._searcher.search(whole, limit=10, count=True)
        for _, address in found.hits:
            self._searcher.doc(address)["id"]
        free = [name for name in facets.NAMES if name not in passing]
        self._searcher.aggregate(whole, _counted(free))
        for name in passing:
            others = [each for other, each in passing.items() if other != name]
            self._searcher.aggregate(self._all([asked, *others]), _counted([name]))
        return int(found.count)  # type: ignore[attr-defined]  # missing in the stub

    def _query(self, query: Query, bigrams: bool) -> "tantivy.Query":
        match query:
            case Text(text):
                cut = self._analyzer.query(text)
                words = self._all([self._word(word) for word in cut.words])
                if not bigrams:
                    return words
                return self._any([words, self._all([self._term("grams", each) for each in cut.every])])
            case Phrase(text) if bigrams:
                # The last bigram of a run is its last character alone, but in the text the run may be longer.
                wanted = grams(text)[:-1] or grams(text)
                if len(wanted) < 2:
                    return self._all([self._term("grams", each) for each in wanted])
                return self._t.Query.phrase_query(self._schema, "grams", [*wanted])
            case Phrase(text) | Within(_, text):
                return self._all([self._word(word) for word in self._analyzer.query(text).words])
            case Synonymous(text, pieces):
                return self._query(Or((text, And(pieces))), bigrams)
            case Key(key):
                return self._term("keys", key)
            case And(parts):
                wanted_not = [self._query(part.part, bigrams) for part in parts if isinstance(part, Not)]
                must = [self._query(part, bigrams) for part in parts if not isinstance(part, Not)]
                occur = self._t.Occur
                each = [(occur.Must, one) for one in must] + [(occur.MustNot, one) for one in wanted_not]
                return self._t.Query.boolean_query(each)
            case Or(parts):
                return self._any([self._query(part, bigrams) for part in parts])
            case _:
                return self._t.Query.all_query()

    def _term(self, field: str, text: str) -> "tantivy.Query":
        return self._t.Query.term_query(self._schema, field, text, "freq" if field != "keys" else "basic")

    def _word(self, word: str) -> "tantivy.Query":
        title = self._t.Query.boost_query(self._term("title", word), TITLE_WEIGHT)
        return self._any([title, self._term("words", word)])

    def _having(self, name: str, values: frozenset[str]) -> "tantivy.Query":
        wanted = self._any([self._t.Query.term_query(self._schema, name, value, "basic") for value in sorted(values)])
        return self._t.Query.const_score_query(wanted, 0.0)

    def _all(self, queries: Sequence["tantivy.Query"]) -> "tantivy.Query":
        return self._t.Query.boolean_query([(self._t.Occur.Must, each) for each in queries])

    def _any(self, queries: Sequence["tantivy.Query"]) -> "tantivy.Query":
        return self._t.Query.boolean_query([(self._t.Occur.Should, each) for each in queries])


def _counted(names: Iterable[str]) -> dict[str, object]:
    return {name: {"terms": {"field": name, "size": _MOST_VALUES}} for name in names}


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """``indexer.engine.Vocabulary`` from the tables."""

    titles: Sequence[tuple[str, str]]
    numbers: Sequence[tuple[str, str]]
    issuers: Sequence[str]
    counts: Mapping[str, int]

    def words(self) -> Mapping[str, int]:
        return self.counts

    def texts(self, length: int, ids: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
        yield from ()

    def values(self, facet: str) -> Mapping[str, Sequence[str]]:
        return {}


class Fts5:
    """A read-only ``indexer.engine.Engine`` over SQLite's FTS5, with trigrams for phrases and our words for words."""

    def __init__(self, path: Path, analyzer: Analyzer) -> None:
        self._path = path
        self._analyzer = analyzer
        self._connections = threading.local()

    def analyzer(self) -> Analyzer:
        return self._analyzer

    def build(self, documents: Iterable[Document], cursor: int) -> None:
        with self._connection:
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.executescript(
                "CREATE VIRTUAL TABLE trigrams USING fts5(title, text, tokenize = 'trigram');"
                "CREATE VIRTUAL TABLE words USING fts5(title, text, content = '', tokenize = 'unicode61');"
                "CREATE VIRTUAL TABLE counts USING fts5vocab(words, row);"
                f"CREATE TABLE documents (place INTEGER PRIMARY KEY, id TEXT, number TEXT, day INTEGER, at INTEGER,"
                f" {', '.join(map(_quoted, facets.NAMES))});"
            )
            for place, document in enumerate(documents):
                self._put(place, document, cursor)
            for table in ("trigrams", "words"):
                self._connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")

    def phrase(self, text: str) -> int:
        """Fetch the best ten documents that contain a text, without facets. Returns the total."""
        # Trigrams can't find two characters, so all texts are read.
        where, asked, order = "trigrams MATCH ?", _quoted(text), "rank"
        if len(text) < 3:
            where, asked, order = "instr(text, ?)", text, "rowid"
        execute = self._connection.execute
        execute(f"SELECT rowid FROM trigrams WHERE {where} ORDER BY {order} LIMIT 10", (asked,)).fetchall()
        return int(execute(f"SELECT count(*) FROM trigrams WHERE {where}", (asked,)).fetchone()[0])

    def search(self, request: SearchRequest) -> Answer:
        execute = self._connection.execute
        execute("DROP TABLE IF EXISTS temp.found")
        columns = ", ".join(map(_quoted, facets.NAMES))
        execute(f"CREATE TEMP TABLE found (place INTEGER PRIMARY KEY, id, number, day, at, {columns})")
        where, values = self._where(request.query)
        # The texts are searched once. Counts and order are computed from what was found.
        execute(f"INSERT INTO found SELECT * FROM documents WHERE {where}", values)
        passing = {name: _having(name, chosen) for name, chosen in request.filters.items() if chosen}
        hidden = [f"id NOT IN ({', '.join('?' * len(request.hidden))})"] if request.hidden else []
        shown = " AND ".join([*(each for each, _ in passing.values()), *hidden]) or "true"
        chosen_values = [value for _, each in passing.values() for value in each] + sorted(request.hidden)
        total = execute(f"SELECT count(*) FROM found WHERE {shown}", chosen_values).fetchone()[0]
        hits = self._best(request, shown, chosen_values)
        counted = {name: self._counts(name, passing) for name in request.facets}
        return Answer(total=int(total), hits=hits, facets=counted)

    def vocabulary(self) -> _Vocabulary:
        return self._vocabulary

    def count(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM documents").fetchone()[0])

    def generation(self) -> str:
        return "1"

    def cursor(self) -> int:
        return self._cursor

    def verify(self) -> None:
        return

    def explain(self, request: SearchRequest, id: str) -> None:
        """Explain nothing, because SQLite does not reveal how it ranks."""

    def writing(self) -> NoReturn:
        raise NotImplementedError

    def rebuilding(self, check: Check | None = None) -> NoReturn:
        raise NotImplementedError

    def close(self) -> None:
        self._connection.close()
        del self._connections.own

    @property
    def _connection(self) -> sqlite3.Connection:
        """Return the thread's own connection."""
        if not hasattr(self._connections, "own"):
            self._connections.own = sqlite3.connect(self._path)
            for pragma in ("mmap_size = 8000000000", "cache_size = -64000", "temp_store = memory"):
                self._connections.own.execute(f"PRAGMA {pragma}")
        own: sqlite3.Connection = self._connections.own
        return own

    def _put(self, place: int, document: Document, cursor: int) -> None:
        title, body = normalise(document.metadata.title), lines(document.text)
        execute = self._connection.execute
        execute("INSERT INTO trigrams (rowid, title, text) VALUES (?, ?, ?)", (place, title, body))
        cut = [" ".join(self._analyzer.words(each)) for each in (title, body)]
        execute("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", (place, *cut))
        when = facets.day(document.metadata)
        # A value of the second level includes the first.
        values = [(*each[-1:], None)[0] for each in facets.values(document).values()]
        marks = ", ".join("?" * (5 + len(values)))
        execute(
            f"INSERT INTO documents VALUES ({marks})",
            (place, document.id, document.metadata.number, when.toordinal() if when else 0, cursor, *values),
        )

    def _where(self, query: Query) -> tuple[str, list[object]]:
        """Return a condition on ``documents``, and the values in it."""
        match query:
            case Text(text):
                wanted = " ".join(map(_quoted, self._analyzer.query(text).words))
                return "place IN (SELECT rowid FROM words WHERE words MATCH ?)", [wanted or '""']
            case Phrase(text) if len(text) < 3:
                return "place IN (SELECT rowid FROM trigrams WHERE instr(text, ?))", [text]
            case Phrase(text):
                return "place IN (SELECT rowid FROM trigrams WHERE trigrams MATCH ?)", [_quoted(text)]
            case Synonymous(text, pieces):
                return self._where(Or((text, And(pieces))))
            case Key(key):
                return "number = ?", [key]
            case Within(Part.TITLE, text):
                return "place IN (SELECT rowid FROM trigrams WHERE instr(title, ?))", [text]
            case Within(part, text):
                return f"{'number' if part is Part.NUMBER else 'issuer'} LIKE ?", [f"%{text}%"]
            case Dated(since, until):
                return "day BETWEEN ? AND ?", [since, until]
            case Not(part):
                where, values = self._where(part)
                return f"NOT {where}", values
            case And(parts) | Or(parts) | Some(parts):
                found = [self._where(part) for part in parts]
                joint = " AND " if isinstance(query, And) else " OR "
                return f"({joint.join(where for where, _ in found)})", [value for _, each in found for value in each]
            case Like() | Everything():
                return "true", []

    def _best(self, request: SearchRequest, shown: str, values: Sequence[object]) -> tuple[Hit, ...]:
        execute = self._connection.execute
        part = [request.limit, request.offset]
        if request.sort is Sort.RELEVANCE and (words := self._words(request.query)):
            ranked = (
                f"SELECT id, -bm25(words, {TITLE_WEIGHT}, 1.0) AS score"
                " FROM words CROSS JOIN found ON place = words.rowid"
                f" WHERE words MATCH ? AND {shown} ORDER BY score DESC, day DESC LIMIT ? OFFSET ?"
            )
            rows = execute(ranked, [" OR ".join(map(_quoted, words)), *values, *part]).fetchall()
            if rows:
                return tuple(Hit(*row) for row in rows)
        # A phrase that cuts through words can't be ranked by words.
        order = "" if request.sort is Sort.OLDEST else "DESC"
        latest = f"SELECT id, 0.0 FROM found WHERE {shown} ORDER BY day {order} LIMIT ? OFFSET ?"
        return tuple(Hit(*row) for row in execute(latest, [*values, *part]))

    def _words(self, query: Query) -> list[str]:
        """List the words that documents are ranked by."""
        texts = (leaf.text for leaf in leaves(query) if isinstance(leaf, Text | Phrase))
        return list(dict.fromkeys(word for text in texts for word in self._analyzer.query(text).words))

    def _counts(self, name: str, passing: Mapping[str, tuple[str, list[str]]]) -> dict[str, int]:
        others = [each for other, each in passing.items() if other != name]
        where = " AND ".join(where for where, _ in others) or "true"
        column = _quoted(name)
        rows = self._connection.execute(
            f"SELECT {column}, count(*) FROM found WHERE {column} IS NOT NULL AND {where} GROUP BY 1",
            [value for _, each in others for value in each],
        )
        counts: Counter[str] = Counter()
        for value, count in rows:
            first, slash, _ = value.partition("/")
            counts[value] += count
            if slash:
                counts[first] += count
        return dict(counts)

    @cached_property
    def _cursor(self) -> int:
        return int(self._connection.execute("SELECT max(at) FROM documents").fetchone()[0])

    @cached_property
    def _vocabulary(self) -> _Vocabulary:
        execute = self._connection.execute
        return _Vocabulary(
            titles=list(execute("SELECT id, title FROM trigrams JOIN documents ON place = trigrams.rowid")),
            numbers=list(execute("SELECT id, number FROM documents WHERE number IS NOT NULL")),
            issuers=[issuer for (issuer,) in execute("SELECT DISTINCT issuer FROM documents WHERE issuer IS NOT NULL")],
            counts=dict(execute("SELECT term, doc FROM counts")),
        )


def _having(name: str, chosen: frozenset[str]) -> tuple[str, list[str]]:
    """Return a condition on ``found``, for any of these values or a second level of one, and the values in it."""
    each = f"({_quoted(name)} = ? OR {_quoted(name)} LIKE ? || '/%')"
    return f"({' OR '.join([each] * len(chosen))})", [value for one in sorted(chosen) for value in (one, one)]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "") + '"'


def build_whoosh(folder: Path, documents: Iterable[Document]) -> None:
    """Build an index with jieba's own analyzer and Whoosh's own writer."""
    # Importing jieba's analyzer reads files that nothing else needs, and leaves them open.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from jieba.analyse import ChineseAnalyzer
        from whoosh import fields, index

    analyzer = ChineseAnalyzer()
    text = fields.TEXT(analyzer=analyzer)
    folder.mkdir(parents=True, exist_ok=True)
    writer = index.create_in(str(folder), fields.Schema(id=fields.ID(stored=True), title=text, body=text)).writer()
    for each in documents:
        writer.add_document(id=each.id, title=each.metadata.title, body=each.text)
    writer.commit()
