"""What is found for a request: by its words, its numbers and titles, mistyped too; and which requests are alike."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

import pytest

from archive.document import Document
from indexer.analyzer import Analyzer
from indexer.asking.synonyms import PACKAGED, SynonymFile
from indexer.engines.memory import MemoryEngine
from indexer.prior.candidates import ALIKE, EVERYTHING, Limits, candidates, likeness, understand
from tests.conftest import make_document

Find = Callable[..., list[str]]
NUMBER, BUREAU = "云政发〔2017〕9号", "云溪县水务局"
REPORT = "全年供水水质合格率百分之百。"
DOCUMENTS = (
    make_document("heat", "云溪县城镇供热管理办法", "采暖费每平方米22元。室温低于18℃的，应当退费。", number=NUMBER),
    make_document("notice", "关于冬季供热工作的通知", f"依据{NUMBER}，供热期为120天。", cited=(NUMBER,)),
    make_document("garden", "答复", "您反映的景蓉花苑物业管理不善的情况已经核查。"),
    make_document("other", "答复", "您反映的东澜湾社区道路照明的情况已经核查。物业已经整改，管理有所改善。"),
    make_document("2018", "供水水质年报", REPORT, written_on=date(2018, 5, 1), issuer=BUREAU),
    make_document("2019", "供水水质年报", REPORT, written_on=date(2019, 5, 1), issuer=BUREAU),
)


@pytest.fixture(scope="module")
def find(analyzer: Analyzer) -> Find:
    engine = MemoryEngine(analyzer)
    with engine.writing() as writer:
        for _ in writer.put_all(DOCUMENTS):
            pass
    held = {document.id: document for document in DOCUMENTS}
    synonyms = SynonymFile(PACKAGED, Path("/nowhere")).current()

    def fetch(ids: Iterable[str]) -> Mapping[str, Document]:
        return {id: held[id] for id in ids}

    def found(text: str, limits: Limits = EVERYTHING) -> list[str]:
        return [each.document.id for each in candidates(engine, synonyms, fetch, text, limits).candidates]

    return found


def test_words_of_the_request_find_the_passage(find: Find) -> None:
    assert find("本人小区暖气不热，申请公开室温不达标退费的规定")[0] == "heat"


def test_a_number_finds_what_bears_it_before_what_cites_it(find: Find) -> None:
    assert find("申请公开云政发【2017】9号")[:2] == ["heat", "notice"]


def test_a_title_is_looked_up_whatever_else_is_said(find: Find) -> None:
    said = "本人因东澜湾社区道路照明、物业管理整改与社区发生纠纷，需要《城镇供热管理办法》"
    assert find(said)[0] == "heat"


def test_a_mistyped_name_is_found(find: Find) -> None:
    assert find("反映景蓉华苑物业的情况")[0] == "garden"


def test_the_year_that_is_asked_for_comes_first(find: Find) -> None:
    assert find("申请公开县水务局2018年供水水质年报")[0] == "2018"
    assert find("申请公开县水务局2019年供水水质年报")[0] == "2019"


def test_what_is_hidden_is_left_out(find: Find) -> None:
    assert "heat" not in find("申请公开云政发〔2017〕9号", Limits(frozenset({"heat"})))


def test_days_narrow_it(find: Find) -> None:
    limits = Limits(since=date(2019, 1, 1).toordinal(), until=date(2019, 12, 31).toordinal())
    assert find("申请公开供水水质年报", limits) == ["2019"]


def test_what_is_understood_is_told(analyzer: Analyzer) -> None:
    synonyms = SynonymFile(PACKAGED, Path("/nowhere")).current()
    asked = "申请公开《城镇供热管理办法》及云政发【2017】9号中2018年的采暖费标准"
    told = understand(asked, synonyms, analyzer).told
    assert "标题：《城镇供热管理办法》" in told and "文号：云政发〔2017〕9号" in told and "年份：2017、2018" in told
    assert "申请公开" not in told


def test_a_request_of_two_thousand_characters_is_searched_for(find: Find) -> None:
    said = "本人与供热企业多次沟通未果，" * 140 + "申请公开采暖费退费的规定。"
    assert 1900 < len(said) <= 2000
    assert find(said)[0] == "heat"


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        ("申请公开2019年供热补贴名单", "根据《政府信息公开条例》，请提供2019年供热补贴名单，纸质", True),
        ("申请公开2019年冬季供热补贴发放名单", "申请公开2019年冬季供热补贴的名单", True),
        ("申请公开2019年供热补贴名单", "申请公开2019年供水水质年报", False),
        ("申请公开文昌街征收决定", "申请公开凤凰台征收补偿方案的请示", False),
    ],
)
def test_requests_for_the_same_are_alike(one: str, two: str, same: bool) -> None:
    assert (likeness(one, two) >= ALIKE) is same
    assert likeness(one, two) == likeness(two, one) and likeness(one, one) == 1
