"""The words that ship and the county's own, which are added to them."""

from pathlib import Path

import pytest

from indexer.analyzer import Analyzer
from indexer.errors import BadLexicon
from indexer.lexicon import MAX_WORDS, Lexicon


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "lexicon.txt"


def test_own_words_are_added_to_those_that_ship(own: Path) -> None:
    own.write_text("\ufeff# 本县\n\n云溪新城区\n 聯合東渡 500\n预决算 7 nz\r\n", encoding="utf-8")
    shipped, loaded = Lexicon.load(), Lexicon.load(own)
    assert set(loaded.words) - set(shipped.words) == {
        ("云溪新城区", 1000, "n"),
        ("联合东渡", 500, "n"),
        ("预决算", 7, "nz"),
    }
    assert len(loaded.words) == len(shipped.words) + 2
    assert loaded.digest != shipped.digest
    assert Lexicon.load(own.with_name("none.txt")) == shipped


def test_each_analyzer_has_words_of_its_own(own: Path) -> None:
    own.write_text("云溪新城区\n", encoding="utf-8")
    plain, county = Analyzer(), Analyzer(Lexicon.load(own))
    text = "云溪新城区的征收"
    for _ in range(2):
        assert county.pieces(text)[0] == "云溪新城区" and county.is_word("云溪新城区")
        assert plain.pieces(text)[0] != "云溪新城区" and not plain.is_word("云溪新城区")
    assert list(county.jieba.cut(text))[0] == "云溪新城区"
    assert list(plain.jieba.cut(text))[0] != "云溪新城区"


def test_a_lexicon_is_kept_whole(own: Path) -> None:
    own.write_text("云溪新城区 30 ns\n", encoding="utf-8")
    loaded = Lexicon.load(own)
    assert Lexicon.of_json(loaded.json) == loaded
    assert Lexicon.of_json(loaded.json).digest == loaded.digest


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"words": [1], "stopwords": []}', '{"words": [], "stopwords": [1]}'])
def test_what_is_no_lexicon_is_not_read(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011, RUF100  # of json or our own
        Lexicon.of_json(text)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("云溪 新 城 区", "4 项"),
        ("镇", "1 个字"),
        ("一" * 21, "21 个字"),
        ("5G基站", "不全是汉字"),
        ("云溪，新城", "不全是汉字"),
        ("怎么", "虚词"),
        ("云溪新城区 很多", "频率"),
        ("云溪新城区 0", "频率"),
        ("云溪新城区 99999999", "频率"),
        ("云溪新城区 10 名词", "词性"),
    ],
)
def test_a_line_that_can_not_be_used_is_named(line: str, why: str, own: Path) -> None:
    own.write_text(f"# 本县\n云溪新城区\n{line}\n", encoding="utf-8")
    with pytest.raises(BadLexicon, match=why) as caught:
        Lexicon.load(own)
    assert caught.value.line == 3 and "第 3 行" in str(caught.value)


def test_a_file_that_can_not_be_read_is_told(own: Path) -> None:
    own.write_bytes("云溪新城区\n云溪".encode("gbk"))
    with pytest.raises(BadLexicon, match="UTF-8"):
        Lexicon.load(own)
    own.write_text("".join(f"{chr(0x6000 + at // 200)}{chr(0x6000 + at % 200)}城\n" for at in range(MAX_WORDS + 1)))
    with pytest.raises(BadLexicon, match="超过"):
        Lexicon.load(own)
    own.unlink()
    own.mkdir()
    with pytest.raises(BadLexicon, match="读不出来"):
        Lexicon.load(own)
