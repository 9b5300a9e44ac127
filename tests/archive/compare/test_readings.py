"""The kinds of differences between two readings of the same files."""

from dataclasses import replace

import pytest

from archive.compare.readings import LIGHT, Kind, counted, differences, told
from archive.document import Attachment, Document, File, Merged, Metadata, Place

FILE = File("a" * 64, "办法.doc", "application/msword", 1)


def read(*lines: str, places: tuple[Place, ...] = ()) -> Document:
    return Document("a", 1, Metadata("办法"), FILE, "\n".join(lines), places=places)


def kinds(before: Document, after: Document) -> list[Kind]:
    return [each.kind for each in differences(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        # Numbering: labels that begin a paragraph or a cell.
        (["为了规范管理，制定本办法。"], ["第一条 为了规范管理，制定本办法。"], Kind.NUMBERING),
        (["1. 总体要求", "甲"], ["一、总体要求", "甲"], Kind.NUMBERING),
        (["（三）按时报送。"], ["（四）按时报送。"], Kind.NUMBERING),
        (["甲", "乙"], ["甲", "第二条", "乙"], Kind.NUMBERING),
        (["名称\t数量", "车辆\t3"], ["名称\t数量", "（一）车辆\t3"], Kind.NUMBERING),
        (["序号\t名称", "\t甲"], ["序号\t名称", "1\t甲"], Kind.NUMBERING),
        (["第十二条 甲"], ["第十二条之一 甲"], Kind.NUMBERING),
        # Lists and articles are long in places.
        (["丙"], ["1000. 丙"], Kind.NUMBERING),
        (["（999）丙"], ["（1000）丙"], Kind.NUMBERING),
        (["一千零二十、丙"], ["一千零二十一、丙"], Kind.NUMBERING),
        (["序号\t名称", "\t甲"], ["序号\t名称", "10024\t甲"], Kind.NUMBERING),
        # A year is none, and neither is what a unit follows.
        (["（2018）防汛"], ["（2019）防汛"], Kind.FIGURES),
        (["3.5 万元以下"], ["4.5 万元以下"], Kind.FIGURES),
        (["名称\t金额", "甲\t3.5 万元"], ["名称\t金额", "甲\t4.5 万元"], Kind.FIGURES),
        (["1.2 公开目录"], ["1.3 公开目录"], Kind.NUMBERING),
        # Tables: the same words in other cells.
        (["合计\t10\t1", "甲"], ["合计\t\t10\t1", "甲"], Kind.TABLES),
        (["维持", "纠正", "10", "1"], ["维持\t纠正", "10\t1"], Kind.TABLES),
        # Figures, also where they are written as labels are, or cut otherwise by cells.
        (["增长 0.0899"], ["增长 8.99%"], Kind.FIGURES),
        (["5万元以下"], ["1.5万元以下"], Kind.FIGURES),
        (["共 10 4 件"], ["共 10⁴ 件"], Kind.FIGURES),
        (["合计\t1\t23"], ["合计\t12\t3"], Kind.FIGURES),
        (["名称\t数量", "车辆\t"], ["名称\t数量", "车辆\t1"], Kind.FIGURES),
        (["名称\t数量", "车辆\t"], ["名称\t数量", "车辆\t(5)"], Kind.FIGURES),
        (["甲\t"], ["甲\t☑"], Kind.FIGURES),
        # Anything else.
        (["按时报送。"], ["按期报送。"], Kind.TEXT),
        (["甲", "乙"], ["甲乙"], Kind.TEXT),
        (["第一条 可以处罚。"], ["第二条 不可以处罚。"], Kind.TEXT),
        ([""], ["认出来的文字"], Kind.TEXT),
    ],
)
def test_a_difference_is_of_the_kind_that_it_is(before: list[str], after: list[str], kind: Kind) -> None:
    for one, other in ((before, after), (after, before)):
        assert kinds(read(*one), read(*other)) == [kind]
    assert kinds(read(*before), read(*before)) == []


def test_each_place_is_counted_by_its_kind() -> None:
    before = read("总则", "为了甲。", "适用乙。", "另有规定的除外。", "表\t1", "附则", "罚款5元。")
    after = read(
        "第一章 总则", "第一条 为了甲。", "第二条 适用乙。", "另有规定的除外。", "表\t\t1", "附则", "罚款五十元。"
    )
    counts = counted(differences(before, after))
    assert counts == {"编号": 3, "表格": 1, "数字": 1}
    assert told(counts) == "编号 3 处、表格 1 处、数字 1 处" and told({}) == "没有不同"


def test_no_word_is_lost_between_kinds() -> None:
    # A paragraph that is new among those that are numbered now is no numbering.
    found = differences(read("甲。", "乙。"), read("第一条 甲。", "不得公开。", "第二条 乙。"))
    assert [(each.kind, each.after) for each in found] == [
        (Kind.NUMBERING, "第一条 甲。"),
        (Kind.TEXT, "不得公开。"),
        (Kind.NUMBERING, "第二条 乙。"),
    ]


def test_merged_cells_pages_and_attachments_are_compared() -> None:
    plain, merged = Place(0, "表 1"), Place(0, "表 1", 1, (Merged(0, 0, 1, 2),))
    found = differences(read("甲\t", places=(plain,)), read("甲\t", places=(merged,)))
    assert [each.kind for each in found] == [Kind.TABLES] and "1×2" in found[0].after
    assert kinds(read("甲", places=(Place(0, "第 1 页"),)), read("甲", places=(Place(0, "第 2 页"),))) == [Kind.TABLES]
    one = replace(read("甲"), attachments=(Attachment(replace(FILE, name="附表.xls"), "0.5"),))
    other = replace(one, attachments=(replace(one.attachments[0], text="50%"),))
    assert [(each.kind, each.part) for each in differences(one, other)] == [(Kind.FIGURES, "附表.xls")]


def test_what_is_known_of_it_and_what_it_conceals_is_compared() -> None:
    before = replace(read("甲"), concealed=("批注：一",))
    after = replace(before, metadata=Metadata("办法", issuer="云溪县人民政府"), concealed=("批注：一", "批注：二"))
    found = differences(before, after)
    assert [(each.kind, each.field, each.before, each.after) for each in found] == [
        (Kind.METADATA, "issuer", "", "云溪县人民政府"),
        (Kind.CONCEALED, "", "", "批注：二"),
    ]
    # Where it was read is none, and neither is a note for the reviewer.
    same = replace(before, metadata=Metadata("办法", sources={"title": "标题"}), warnings=("注意",))
    assert differences(before, same) == []
    assert LIGHT.isdisjoint(each.kind for each in found)
