"""The texts of letters: those that ship, and what is told of a county's own."""

import os
from pathlib import Path

import pytest

from archive.errors import BadLetters
from archive.registers.requests.letters import office, texts
from archive.registers.requests.letters.kinds import KINDS, OF_CONTENT, REMEDIES, SHARED, Blank
from archive.registers.requests.outcomes import ANSWERS, Content, Remedy

SHIPPED, _ = texts.load(None)
SETTINGS = """
organ = "某县政务公开办公室"
address = "某县一路1号"
phone = "0500-1"
review = "某县人民政府"
court = "某县人民法院"
[series]
answers = "某依复〔{{年}}〕{{序号}}号"
notices = "某依告〔{{年}}〕{{序号}}号"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    folder.mkdir()
    return folder


def faults(folder: Path, name: str, text: str | bytes) -> list[str]:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return texts.load(folder.parent)[1]


def test_every_kind_has_a_shipped_text_that_can_be_used() -> None:
    found, wrong = texts.load(None)
    assert wrong == []
    assert found.keys() == KINDS.keys() | SHARED.keys()
    assert {path.stem for path in texts.PACKAGED.glob("*.txt")} == found.keys()


def test_every_answer_that_is_given_by_letter_has_one_and_each_content_a_blank() -> None:
    for answer in ANSWERS.values():
        if answer.by_letter:
            assert {OF_CONTENT[each] for each in answer.needs} <= KINDS[f"answer-{answer.id}"].needs
        else:
            assert f"answer-{answer.id}" not in KINDS
    assert OF_CONTENT.keys() == set(Content)


def test_letters_to_others_have_no_blank_that_tells_who_asked() -> None:
    for id in ("third-party-asked", "third-party-told", "organ-asked"):
        assert not KINDS[id].blanks & {Blank.APPLICANT, Blank.YOU, Blank.WANTED}


@pytest.mark.parametrize("id", [*KINDS, *SHARED])
def test_a_text_without_one_of_its_blanks_or_words_is_told(id: str, folder: Path) -> None:
    """Each thing that a kind asks for, left out of the shipped text, is told by name."""
    kind = {**KINDS, **SHARED}[id]
    whole = texts.source(kind, None)
    for blank in kind.needs:
        told = faults(folder, f"{id}.txt", whole.replace(f"{{{{{blank}}}}}", "此处"))
        assert [each for each in told if blank in each and "缺少" in each], blank
    for ways in kind.says:
        lacking = whole
        for way in ways:
            lacking = lacking.replace(way, "此处")
        assert [each for each in faults(folder, f"{id}.txt", lacking) if ways[0] in each], ways
    # An own text that can't be used isn't replaced by the shipped one.
    assert id not in texts.load(folder.parent)[0]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text + "{{申请人姓名}}\n", "不认识的空：申请人姓名"),
        (lambda text: text + "{{复议机关}}\n", "这里不能用：复议机关"),
        (lambda text: text + "{{收到日期}\n", "不成对的花括号"),
        (lambda text: text + "｛｛收到日期｝｝\n", "不成对的花括号"),
        (lambda text: text + "{% if 收到日期 %}\n", "不成对的花括号"),
        (lambda text: "# 只有说明\n", "内容不全"),
        (lambda text: "标题\n", "内容不全"),
        (lambda text: "字" * 20_001, "超过"),
        (lambda text: text.encode("gb18030"), "UTF-8"),
    ],
)
def test_what_is_wrong_with_a_text_is_told_in_a_sentence(change: object, told: str, folder: Path) -> None:
    assert callable(change)
    found = faults(folder, "receipt.txt", change(texts.source(KINDS["receipt"], None)))
    assert len(found) == 1 and "receipt.txt" in found[0] and told in found[0]
    assert "receipt" not in texts.load(folder.parent)[0]


def test_an_own_text_wins_and_may_say_things_otherwise(folder: Path) -> None:
    own = texts.source(KINDS["receipt"], None).replace("二十个工作日", "20 个工作日").replace("登记回执", "受理通知书")
    assert faults(folder, "receipt.txt", b"\xef\xbb\xbf" + own.replace("\n", "\r\n").encode()) == []
    found = texts.load(folder.parent)[0]["receipt"]
    assert (found.title, found.own) == ("政府信息公开申请受理通知书", True)
    assert not texts.load(folder.parent)[0]["extension"].own


def test_a_file_with_a_slip_in_its_name_is_told(folder: Path) -> None:
    assert faults(folder, "reciept.txt", "标题\n") == ["reciept.txt 不是任何一种文书的文件名，没有用上。"]


def test_whatever_lies_in_a_texts_place_is_told_and_nothing_waits_for_it(folder: Path) -> None:
    os.mkfifo(folder / "receipt.txt")
    (folder / "extension.txt").mkdir()
    told = texts.load(folder.parent)[1]
    assert len(told) == 2 and all("读不出来" in each for each in told)


def test_the_office_is_what_its_file_says(folder: Path) -> None:
    assert office.load(folder.parent) is None
    (folder / "letters.toml").write_text(SETTINGS + '[remedies]\nenquiry = "A"\n', encoding="utf-8")
    loaded = office.load(folder.parent)
    assert loaded and loaded.organ == "某县政务公开办公室"
    assert loaded.pattern(KINDS["receipt"]).written(2026, 3) == "某依告〔2026〕3号"
    assert loaded.remedy(ANSWERS["enquiry"]) is Remedy.REVIEW_FIRST
    assert loaded.remedy(ANSWERS["absent"]) is Remedy.EITHER


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("organ =", "orgn =", "不认识的项：orgn"),
        ('court = "某县人民法院"', "", "缺少：court"),
        ('court = "某县人民法院"', "court = 3", "court 应是"),
        ('court = "某县人民法院"', 'court = " "', "court 应是"),
        ("{{序号}}", "{{序}}", "文号的写法"),
        ("{{年}}", "2026", "文号的写法"),
        ("〔{{年}}〕{{序号}}", "{{年}}{{序号}}", "应当有文字"),
        ("[series]", "[serie]", "不认识的项：serie"),
        ('notices = "某依告〔{{年}}〕{{序号}}号"', "", "缺少：notices"),
        ("[series]", "[remedies]\nabsent = 'C'\n[series]", "absent = C"),
        ("[series]", "[remedies]\nabandoned = 'A'\n[series]", "abandoned = A"),
        ("[series]", "series = 1\n[other]", "不认识"),
        ("organ", "= organ", "读不出来"),
    ],
)
def test_what_is_wrong_with_the_offices_file_is_told(before: str, after: str, told: str, folder: Path) -> None:
    (folder / "letters.toml").write_text(SETTINGS.replace(before, after), encoding="utf-8")
    with pytest.raises(BadLetters, match=told):
        office.load(folder.parent)


def test_both_remedies_name_where_to_go_and_until_when() -> None:
    first, either = (
        texts.flat("".join(SHIPPED[REMEDIES[each]].lines)) for each in (Remedy.REVIEW_FIRST, Remedy.EITHER)
    )
    assert "应当先申请行政复议" in first and "60日" in first and "15日" in first and "第23条" in first
    assert "应当先" not in either and "60日" in either and "6个月" in either
