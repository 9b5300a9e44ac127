"""What is told of a letter before it is sent, one fault at a time; and that a right letter is told nothing of."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from archive.official import Paper
from archive.registers.requests.letters import texts
from archive.registers.requests.letters.checking import check, named, public_copy
from archive.registers.requests.letters.kinds import KINDS
from archive.registers.requests.letters.office import IMAGINED
from archive.registers.requests.letters.samples import DATED, FACTS
from archive.registers.requests.letters.writing import Facts, Letter, write

TEXTS, _ = texts.load(None)


def letter(id: str = "answer-partly", facts: Facts = FACTS, dated: date | None = DATED, number: str = "") -> Letter:
    number = number or IMAGINED.pattern(KINDS[id]).written(2026, 5)
    return write(id, facts, IMAGINED, TEXTS, number, dated)


def told(letter: Letter, facts: Facts = FACTS, today: date = DATED, others: tuple[str, ...] = ()) -> list[str]:
    return [f"{each.weight}：{each.said}" for each in check(letter, facts, IMAGINED, TEXTS, today, others)]


def changed(letter: Letter, before: str, after: str) -> Letter:
    """Change a letter's paragraphs, as a clerk does by hand."""
    assert any(before in part for part in letter.paper.body if isinstance(part, str))
    body = tuple(part.replace(before, after) if isinstance(part, str) else part for part in letter.paper.body)
    return replace(letter, paper=replace(letter.paper, body=body))


@pytest.mark.parametrize("id", KINDS)
def test_a_right_letter_of_each_kind_may_be_sent(id: str) -> None:
    assert told(letter(id)) == []


@pytest.mark.parametrize("id", [id for id, kind in KINDS.items() if kind.answer])
def test_each_content_that_an_outcome_asks_for_must_be_there(id: str) -> None:
    answer = KINDS[id].answer
    assert answer
    for content in answer.needs:
        facts = replace(FACTS, contents={each: said for each, said in FACTS.contents.items() if each is not content})
        found = told(letter(id, facts), facts)
        assert any(content in each and each.startswith("须改正") for each in found)
        # And if it is registered, and a clerk took it out of the text.
        said = FACTS.contents[content].rstrip("。")
        found = told(changed(letter(id), said, "见附件"))
        assert any("没有登记的" in each for each in found)


def test_that_nothing_is_there_rests_on_a_frozen_record_of_the_request() -> None:
    others = replace(FACTS, searched=("2026-0011-检1",))
    (found,) = told(letter("answer-absent", others), others)
    assert found.startswith("须改正") and "检索情况记录“2026-0012-检1”不是这件申请的" in found
    assert told(letter("answer-provided", others), others) == []
    imported = replace(FACTS, searched=None)
    (found,) = told(letter("answer-absent", imported), imported)
    assert found.startswith("请核对") and "原来的材料" in found


@pytest.mark.parametrize("id", KINDS)
def test_each_fact_that_a_letter_needs_must_be_known(id: str) -> None:
    empty = Facts(request="")
    found = told(letter(id, empty), empty)
    assert any("还没有登记，文书里是空的" in each for each in found)
    assert all(each.startswith("须改正") for each in found)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2026年3月2日", "2026年3月3日", "日期 2026年3月3日 与登记的不一致"),
        ("2026年3月2日", "二〇二六年三月三日", "日期 2026年3月3日 与登记的不一致"),
        ("2026年3月2日", "2026年3月2日", ""),
        ("2026-0012", "2026-0013", "另一件申请的登记号 2026-0013"),
        ("特此答复。", "此前见云依申请复〔2026〕3号。", "文号 云依申请复〔2026〕3号 与登记的不一致"),
        ("第三十七条", "第三十六条", "没有写明“第三十七条”"),
        ("应当先申请行政复议", "可以申请行政复议", "救济途径的文字不完整"),
        ("六十日", "六十天", "救济途径的文字不完整"),
        ("六十日", "60日", ""),
        ("云溪县人民法院", "人民法院", "救济途径的文字不完整"),
        ("特此答复。", "联系人：×××。", "没填的地方：“×××”"),
        ("特此答复。", "（ ）", "没填的地方"),
        ("特此答复。", "____年", "没填的地方"),
        ("特此答复。", "于    年  月  日前领取", "没填的地方"),
        ("特此答复。", "{{公章}}", "没填的地方：“{{公章}}”"),
        ("特此答复。", "某某科", "没填的地方"),
        ("特此答复。", "证件号 11010519491231002X", "请核对：正文里有像证件号"),
    ],
)
def test_what_was_changed_by_hand_and_does_not_agree_is_told(before: str, after: str, said: str) -> None:
    found = told(changed(letter(), before, after))
    assert any(said in each for each in found) if said else found == []


def test_the_other_remedies_are_told_even_if_the_right_ones_are_there() -> None:
    other = next(part for part in letter("answer-absent").paper.body if isinstance(part, str) and "六个月" in part)
    found = told(changed(letter(), "特此答复。", other))
    assert [each for each in found if "用错了文本 B。这种答复应当写文本 A" in each]


def test_signs_that_the_applicant_wrote_are_no_blanks() -> None:
    facts = replace(FACTS, wanted="某某路×××工程 {{预算}}（ ）____")
    assert told(letter(facts=facts), facts) == []


@pytest.mark.parametrize(
    ("paper", "said"),
    [
        (lambda paper: replace(paper, number=""), "还没有编文号"),
        (lambda paper: replace(paper, number="云依申请复〔2026〕05号"), "不是本机关的写法"),
        (lambda paper: replace(paper, number="云依申请告〔2026〕5号"), "不是本机关的写法"),
        (lambda paper: replace(paper, number="云依申请复〔2025〕5号"), "文号是 2025 年的"),
        (lambda paper: replace(paper, dated=None), "还没有成文日期"),
        (lambda paper: replace(paper, dated=date(2026, 3, 1)), "早于收到申请的"),
        (lambda paper: replace(paper, signed="云溪县财政局"), "署名应为"),
        (lambda paper: replace(paper, addressee="李四："), "称谓不是这件申请的申请人"),
        (lambda paper: replace(paper, addressee="张**："), "遮盖过"),
        (lambda paper: replace(paper, addressee="张明■："), "遮盖过"),
    ],
)
def test_number_date_and_who_signs_and_is_addressed_must_be_right(paper: Callable[[Paper], Paper], said: str) -> None:
    sent = letter()
    found = told(replace(sent, paper=paper(sent.paper)))
    assert [each for each in found if said in each and each.startswith("须改正")]


def test_a_letter_is_not_dated_ahead_and_a_late_one_is_told_but_may_go() -> None:
    assert told(letter(), today=date(2026, 3, 8)) == ["须改正：成文日期 2026年3月9日 还没有到。"]
    late = date(2026, 4, 28)
    assert told(letter(dated=late), today=late) == [
        "请核对：成文日期 2026年4月28日 已过答复期限 2026年4月27日（条例第三十三条）。"
    ]
    assert told(letter("extension", dated=date(2026, 3, 31)), today=date(2026, 3, 31)) == [
        "请核对：成文日期 2026年3月31日 已过答复期限 2026年3月30日（条例第三十三条）。"
    ]


def test_days_that_lie_the_wrong_way_round_are_told() -> None:
    facts = replace(FACTS, supplement_by=DATED, extended=FACTS.due)
    assert any("补正期限 2026年3月9日 不晚于成文日期" in each for each in told(letter("supplement", facts), facts))
    assert any("不晚于原来的答复期限" in each for each in told(letter("extension", facts), facts))


def test_a_letter_to_others_that_tells_who_asked_is_stopped() -> None:
    for words in ("张明样", "张 明 样", "0500-555 0199"):
        found = told(changed(letter("third-party-asked"), "合同的单价部分", f"合同的单价部分（{words}申请）"))
        assert [each for each in found if "文书里有申请人的" in each and each.startswith("须改正")]


def test_the_applicant_of_another_request_is_told() -> None:
    sent = changed(letter(), "特此答复。", "李 四方的申请一并答复。")
    assert told(sent, others=("李四方", "王五")) == ["请核对：正文里有“李四方”，与另一件申请的申请人同名。"]
    # The applicant's own other requests, and names that stand everywhere.
    assert told(letter(), others=("张明样", "云", "")) == []


def test_a_copy_for_the_public_names_nobody_and_a_name_left_in_it_is_told() -> None:
    facts = replace(FACTS, wanted="张明样户的补助", third_party="李 四")
    sent = changed(letter(facts=facts), "特此答复。", "已征求李四意见，电话 0500-5550199。")
    assert len(named(sent.paper.text, facts)) == 3
    public = public_copy(sent, facts).paper
    assert named(public.text, facts) == []
    assert public.addressee == "申请人："
    assert "■■■户的补助" in public.text and "李" not in public.text
    assert public.signed == sent.paper.signed
