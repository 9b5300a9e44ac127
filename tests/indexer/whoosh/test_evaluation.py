"""Evaluating queries over arrays, compared with the reference for every kind of query at every place in the tree.

What the generator can't make: more than five leaves, weights other than 1, 0.75 and 0.5, runs of more than four words,
and trees that ``interpret`` never builds, such as a ``Not`` outside of an ``And``.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archive.document import Document, Validity
from indexer import facets, relevance
from indexer.analyzer import Analyzer
from indexer.asking.interpret import interpret
from indexer.asking.synonyms import Pair, Synonyms
from indexer.engine import Engine, SearchRequest, Sort
from indexer.engines.memory import MemoryEngine
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.errors import BadQuery
from indexer.fields import entry
from indexer.query import (
    NEARLY,
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
)
from tests.conftest import make_document
from tests.indexer.arithmetic import assert_adds_up, steps

COUNT = 160
# An explanation takes ten times as long as an answer.
FEWER = settings().max_examples * 2 // 5
# Common and rare words are stored differently, so there are both. One character needs more than 16 bits.
WORDS = ["政府", "信息", "公开", "条例", "的", "，", "。", "\n", "2019", "水", "abc", "𠮷"]
RARE = ["不动产", "登记", "疫苗", "渔业", "烟草", "pm2.5", "云政发〔2019〕3号"]
# What comes before and after these often makes another number of them.
FIGURES = ["5.2%", "12,000", "8:30", "8∶30", "-5°c", "kx-200b", "2019-11-03", "二〇一九年", "十", "1", ",000", ".", "𑁦"]
# No document contains any of these characters.
MISSING = ["火星", "鑫淼犇"]
FIRST, LAST = date(2018, 1, 1).toordinal(), date(2020, 12, 31).toordinal()


def _documents() -> Iterator[Document]:
    chance = random.Random(7)  # noqa: S311  # made-up text

    def text(most: int) -> str:
        kinds = chance.choices((WORDS, FIGURES, RARE), (85, 10, 5), k=chance.randrange(1, most))
        words = (chance.choice(kind) for kind in kinds)
        return "".join(words)

    for at in range(COUNT):
        yield make_document(
            f"d{at:03}",
            text(6).replace("\n", "") or "无题",
            text(150),
            number=f"云政发〔2019〕{at}号" if at % 3 else None,
            cited=("云政发〔2019〕3号",) if at % 11 == 0 else (),
            genre=chance.choice(["通知", "公告", None]),
            issuer=chance.choice(["公开县政府", "信息局、水务局", None]),
            written_on=chance.choice([None, date(2018, 5, 1), date(2019, 5, 6), date(2020, 7, 8)]),
            validity=chance.choice([None, Validity.REPEALED]),
        )


@pytest.fixture(scope="module")
def engines(analyzer: Analyzer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    """Build the reference, and the engine with several segments and deleted documents."""
    reference, engine = MemoryEngine(analyzer), WhooshEngine(tmp_path_factory.mktemp("index"), analyzer)
    documents = list(_documents())
    with reference.rebuilding() as writer:
        for document in documents:
            writer.put(entry(document, analyzer))
    for part in (documents[:100], documents[50:130], documents[120:]):
        with engine.writing() as writer:
            for document in part:
                writer.put(entry(document, analyzer))
    yield reference, engine
    engine.close()


WORD = st.sampled_from([*WORDS, *FIGURES, *RARE, *MISSING])
RUNS = st.lists(WORD, min_size=1, max_size=4).map(lambda words: "".join(words).strip() or "水")
WEIGHTS = st.sampled_from([1.0, NEARLY, 0.5])
LINES = RUNS.map(lambda run: run.replace("\n", "")).filter(bool)
# Most stand for nothing else.
TYPED = st.one_of(st.just(""), LINES)
TEXTS = st.builds(Text, LINES, WEIGHTS, TYPED)
PHRASES = st.builds(Phrase, LINES, WEIGHTS, TYPED, st.booleans())
# These are like the pieces that ``interpret`` makes: plain text, or a choice where there is a synonym.
CHOICES = st.tuples(TEXTS, st.lists(PHRASES, min_size=1, max_size=2)).map(lambda two: Or((two[0], *two[1])))
PIECES = st.lists(st.one_of(TEXTS, CHOICES), min_size=1, max_size=3).map(tuple)
KEYS = st.builds(Key, st.sampled_from(["云政发〔2019〕3号", "云政发〔2019〕10号", "云政发〔2019〕999号"]))
# What ``looser`` has in a ``Some``, and also what it has not.
LOOSE: st.SearchStrategy[Query] = st.recursive(
    st.one_of(TEXTS, PHRASES, KEYS, st.builds(Synonymous, TEXTS, PIECES)),
    lambda parts: st.builds(
        lambda join, some: join(tuple(some)), st.sampled_from([And, Or]), st.lists(parts, min_size=1, max_size=3)
    ),
    max_leaves=4,
)
LEAVES: st.SearchStrategy[Query] = st.one_of(
    TEXTS,
    TEXTS,
    PHRASES,
    st.builds(Synonymous, TEXTS, PIECES),
    st.builds(lambda text: Within(Part.TITLE, text.text), TEXTS),
    st.builds(Within, st.just(Part.ISSUER), st.sampled_from(["县", "水务", "公开"])),
    st.builds(Within, st.just(Part.NUMBER), st.sampled_from(["3", "云政发 12", "2019"])),
    KEYS,
    st.builds(Dated, st.integers(FIRST, LAST), st.integers(FIRST, LAST)),
    st.builds(Some, st.lists(LOOSE, min_size=1, max_size=3).map(tuple)),
    st.builds(Like, st.sampled_from(["d010", "d999"])),
    st.just(Everything()),
)
QUERIES: st.SearchStrategy[Query] = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda some: And(tuple(some))),
        st.lists(parts, min_size=1, max_size=3).map(lambda some: Or(tuple(some))),
        st.tuples(parts, parts).map(lambda two: And((two[0], Not(two[1])))),
        # The same part is evaluated over all documents, and over only those that another part leaves.
        st.tuples(parts, parts).map(lambda two: Or((And((two[1], two[0])), two[0]))),
    ),
    max_leaves=5,
)
REQUESTS = st.builds(
    SearchRequest,
    query=QUERIES,
    filters=st.dictionaries(st.just("genre"), st.sets(st.sampled_from(["通知", "公告", "意见"])).map(frozenset)),
    facets=st.just(facets.NAMES),
    sort=st.sampled_from(Sort),
    offset=st.sampled_from([0, 5, 40]),
    limit=st.sampled_from([1, 10, 200]),
    since=st.one_of(st.none(), st.integers(FIRST, LAST)),
    until=st.one_of(st.none(), st.integers(FIRST, LAST)),
    hidden=st.sets(st.integers(0, COUNT).map(lambda at: f"d{at:03}"), max_size=5).map(frozenset),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=REQUESTS)
# One part of a choice stops early, while another part asks the same of more documents.
@example(
    request=SearchRequest(Or((And((Or((Text("水"), Text("abc"))), Text("鑫淼犇"))), Or((Text("水"), Text("abc"))))))
)
@example(
    request=SearchRequest(
        Or((Synonymous(Text("火星水"), (Text("火星"), Or((Text("水"), Phrase("政府"))))), Text("水")))
    )
)
def test_every_kind_of_query_is_answered_as_the_reference_does(
    engines: tuple[Engine, Engine], request: SearchRequest
) -> None:
    reference, engine = (each.search(request) for each in engines)
    assert [hit.id for hit in engine.hits] == [hit.id for hit in reference.hits]
    assert [hit.score for hit in engine.hits] == pytest.approx([hit.score for hit in reference.hits], abs=1e-5)
    assert (engine.total, engine.facets, engine.relaxed) == (reference.total, reference.facets, reference.relaxed)


# What people type: figures and dates in other spellings, words with synonyms, exclusions.
SPELT = ["5.2%", "百分之五点二", "12000", "12,000元", "KX200B", "2019年11月3日", "二OO八年", "2019年", "-5℃", "8∶30"]
TYPED = st.lists(
    st.sampled_from(
        [*WORDS[:6], *FIGURES, *RARE, *SPELT, "“12,000”", " ", " ", " -", " OR ", "日期:二〇一九年 ", "标题:"]
    ),
    min_size=1,
    max_size=8,
).map("".join)
PAIRS = (("烟草", "渔业"), ("abc", "水"), ("信息", "abc"))
SYNONYMS = Synonyms([Pair(*pair, "=", "", at, False) for at, pair in enumerate(PAIRS)])


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(typed=TYPED)
@example("增长5.2% 12000元 -8:30")
@example("5.2%")
def test_what_is_typed_is_answered_as_the_reference_does(
    engines: tuple[Engine, Engine], analyzer: Analyzer, typed: str
) -> None:
    try:
        query = interpret(typed, SYNONYMS, analyzer).query
    except BadQuery:
        return
    reference, engine = (each.search(SearchRequest(query, limit=COUNT)) for each in engines)
    assert [hit.id for hit in engine.hits] == [hit.id for hit in reference.hits]
    assert [hit.score for hit in engine.hits] == pytest.approx([hit.score for hit in reference.hits], abs=1e-5)
    assert (engine.total, engine.relaxed) == (reference.total, reference.relaxed)


@settings(deadline=None, max_examples=FEWER, suppress_health_check=[HealthCheck.too_slow])
@given(request=REQUESTS, place=st.integers(0, 60))
@example(request=SearchRequest(Like("d010")), place=0)
@example(request=SearchRequest(Or((Key("云政发〔2019〕3号"), Text("水"), Phrase("疫苗", 0.5)))), place=1)
@example(request=SearchRequest(Text("水火星政府abc")), place=0)
# These places are the last hit whose text is read, and the first whose text is not.
@example(request=SearchRequest(Text("水"), limit=200), place=relevance.READ - 1)
@example(request=SearchRequest(Text("水"), limit=200), place=relevance.READ)
def test_an_explanation_makes_the_score_of_its_hit_and_is_the_reference_s(
    engines: tuple[Engine, Engine], request: SearchRequest, place: int
) -> None:
    reference, engine = engines
    for hit in engine.search(request).hits[place:][:1]:
        explained, expected = (each.explain(request, hit.id) for each in (engine, reference))
        assert explained is not None
        assert expected is not None
        assert_adds_up(explained, hit.score)
        for got, wanted in zip(steps(explained), steps(expected), strict=True):
            assert replace(got, value=0, parts=(), figures={}) == replace(wanted, value=0, parts=(), figures={})
            assert got.value == pytest.approx(wanted.value, abs=1e-5)
            assert got.figures == pytest.approx(dict(wanted.figures), abs=1e-5)
    for id in ("nobody", *sorted(request.hidden)[:1]):
        assert engine.explain(request, id) is reference.explain(request, id) is None
