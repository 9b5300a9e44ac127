"""Cutting text into words, which both segmenters do alike."""

import random
from pathlib import Path

import pytest

from archive.chinese.text import normalise
from indexer.analyzer import Analyzer, Cut, grams, query_grams
from tests.test_real import REAL

SAMPLE = Path(__file__).parents[2] / "corpus" / "files"
ALPHABET = "政府信息公开条例工作县人民不动产登记临沭双随机一公开abcxyz0123456789-+#&._% ,。()〔〕é〇ー한𠮷㐀鿖\n\t①²"


def agree(analyzer: Analyzer, text: str) -> None:
    reference = [word for word in analyzer.jieba.cut_for_search(text) if any(each.isalnum() for each in word)]
    assert analyzer.words(text) == reference, text
    assert analyzer.pieces(text) == list(analyzer.jieba.cut(text)), text
    assert "".join(analyzer.pieces(text)) == text


def test_rjieba_is_used_where_it_is_installed(analyzer: Analyzer) -> None:
    pytest.importorskip("rjieba", reason="rjieba has no wheel for this machine")
    assert analyzer.rjieba is not None


@pytest.mark.parametrize("text", ["2019-2020年", "a_b", "0.1a", "㐀", "临沭𠮷"])
def test_nothing_that_people_type_loads_the_second_dictionary(text: str) -> None:
    pytest.importorskip("rjieba", reason="rjieba has no wheel for this machine")
    analyzer = Analyzer()
    assert analyzer.pieces(text) and analyzer.query(text) and analyzer.words(text)
    assert "jieba" not in vars(analyzer)


def test_both_segmenters_cut_the_sample_alike(analyzer: Analyzer) -> None:
    texts = [path.read_text("utf-8", errors="ignore") for path in sorted(SAMPLE.rglob("*.html"))]
    assert len(texts) > 20
    for text in texts:
        for line in text.splitlines():
            agree(analyzer, normalise(line))


def test_both_segmenters_cut_any_mixture_alike(analyzer: Analyzer) -> None:
    chance = random.Random(3)  # noqa: S311  # made-up text
    for _ in range(20_000):
        agree(analyzer, "".join(chance.choices(ALPHABET, k=chance.randrange(14))))


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="the real documents are not here")
def test_both_segmenters_cut_real_statutes_alike(analyzer: Analyzer) -> None:
    chosen = sorted((REAL / "laws").rglob("*.md"))[::30]
    assert len(chosen) > 40
    for path in chosen:
        agree(analyzer, "\n".join(map(normalise, path.read_text("utf-8").splitlines())))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("不动产登记要多久", ("不动产登记",)),
        ("怎么申请低保", ("申请", "低保")),
        ("马克思主义", ("马克思主义",)),
        ("什么", ("什么",)),
        ("，", ()),
    ],
)
def test_function_words_are_not_what_a_query_is_about(analyzer: Analyzer, text: str, words: tuple[str, ...]) -> None:
    assert analyzer.query(text).words == words


def test_bigrams_of_function_words_only_do_not_rank(analyzer: Analyzer) -> None:
    cut = analyzer.query("怎么申请")
    assert cut == Cut(words=("申请",), grams=("么申", "申请"), every=("怎么", "么申", "申请"))


def test_long_words_hold_the_shorter_ones(analyzer: Analyzer) -> None:
    assert {"信息", "公开", "政府信息公开"} <= set(analyzer.words("政府信息公开"))


def test_every_query_bigram_of_a_run_is_among_the_documents() -> None:
    text = "依据云政办发〔2018〕3号，2019年PM2.5在建工程"
    runs = {text[at:to] for at in range(len(text)) for to in range(at + 1, len(text) + 1)}
    held = set(grams(text))
    for run in runs:
        for gram in query_grams(run):
            assert gram in held or len(gram) == 1 and any(each.startswith(gram) for each in held), run


def test_single_characters_beside_question_words_stand_alone(analyzer: Analyzer) -> None:
    assert analyzer.query("罚多少钱") == Cut(words=("罚",), grams=("罚",), every=("罚多", "多少", "少钱"))
