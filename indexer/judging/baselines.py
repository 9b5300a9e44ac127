"""Baselines: the searches that anyone would build first, which this one has to beat.

They are jieba's analyzer in Whoosh with BM25F over title and body, as in their documentation; BM25 over character
bigrams; and SQLite's FTS5 over trigrams. Each is a ``measures.Search`` and matches any of the query's terms.
"""

import math
import sqlite3
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from whoosh import fields, index
from whoosh.qparser import MultifieldParser, OrGroup

from archive.chinese.text import normalise
from archive.document import Document
from indexer.analyzer import grams, load, query_grams
from indexer.judging.measures import Search

K1 = 1.2
B = 0.75


@contextmanager
def baselines(documents: Sequence[Document]) -> Iterator[dict[str, Search]]:
    """Yield the three baselines by name, usable until the end of the block."""
    texts = {document.id: (document.metadata.title, document.text) for document in documents}
    with TemporaryDirectory() as folder, _trigrams(texts) as trigrams, _jieba(texts, Path(folder)) as words:
        yield {"jieba + Whoosh BM25F": words, "bigrams + BM25": _Bigrams(texts).search, "FTS5 trigram": trigrams}


@contextmanager
def _jieba(texts: dict[str, tuple[str, str]], folder: Path) -> Iterator[Search]:
    # The import reads files that nothing else needs, and leaves them open.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        import jieba
        from jieba.analyse import ChineseAnalyzer

    load(jieba.dt)
    analyzer = ChineseAnalyzer()
    schema = fields.Schema(
        id=fields.ID(stored=True), title=fields.TEXT(analyzer=analyzer), body=fields.TEXT(analyzer=analyzer)
    )
    built = index.create_in(str(folder), schema)
    writer = built.writer(limitmb=256)
    for id, (title, body) in texts.items():
        writer.add_document(id=id, title=title, body=body)
    writer.commit()
    parser = MultifieldParser(["title", "body"], schema, group=OrGroup)
    with built.searcher() as searcher:

        def search(text: str, limit: int) -> Sequence[str]:
            return [hit["id"] for hit in searcher.search(parser.parse(text), limit=limit)]

        yield search


@contextmanager
def _trigrams(texts: dict[str, tuple[str, str]]) -> Iterator[Search]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE documents USING fts5(id UNINDEXED, title, body, tokenize = 'trigram')")
    rows = ((id, normalise(title), normalise(body)) for id, (title, body) in texts.items())
    connection.executemany("INSERT INTO documents VALUES (?, ?, ?)", rows)

    def search(text: str, limit: int) -> Sequence[str]:
        form = normalise(text).replace('"', " ")
        wanted = " OR ".join(f'"{form[at : at + 3]}"' for at in range(len(form) - 2))
        if not wanted:
            return []
        query = "SELECT id FROM documents WHERE documents MATCH ? ORDER BY bm25(documents) LIMIT ?"
        return [id for (id,) in connection.execute(query, (wanted, limit))]

    yield search
    connection.close()


class _Bigrams:
    def __init__(self, texts: dict[str, tuple[str, str]]) -> None:
        self._ids = list(texts)
        postings: dict[str, list[tuple[int, int]]] = {}
        lengths = []
        for at, (title, body) in enumerate(texts.values()):
            counts = Counter(grams(normalise(f"{title}\n{body}")))
            lengths.append(counts.total())
            for gram, count in counts.items():
                postings.setdefault(gram, []).append((at, count))
        length = np.array(lengths, np.float64)
        self._norm = K1 * (1 - B + B * length / (length.mean() if length.any() else 1))
        self._postings = {gram: np.array(each, np.int64).reshape(-1, 2) for gram, each in postings.items()}

    def search(self, text: str, limit: int) -> Sequence[str]:
        total = np.zeros(len(self._ids))
        for gram in query_grams(normalise(text)):
            if gram in self._postings:
                at, count = self._postings[gram].T
                idf = math.log(1 + (len(self._ids) - len(at) + 0.5) / (len(at) + 0.5))
                total[at] += idf * count * (K1 + 1) / (count + self._norm[at])
        best = np.argsort(-total, kind="stable")[:limit]
        return [self._ids[at] for at in best if total[at] > 0]
