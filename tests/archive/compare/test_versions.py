"""Differences between versions of a document: fields, its own file, attachments."""

from dataclasses import replace
from datetime import date

from archive.compare import versions
from archive.compare.words import Change
from archive.document import Attachment, Document, File, Metadata


def attachment(name: str, text: str, digest: str = "") -> Attachment:
    return Attachment(File(digest or f"digest of {text}", name, "text/plain", len(text)), text)


FIRST = Document(
    "abc",
    1,
    Metadata(
        "关于防汛的通知", number="沭政发〔2019〕1号", written_on=date(2019, 3, 1), cited_numbers=("国发〔2018〕2号",)
    ),
    File("1", "通知.docx", "text/plain", 9),
    "请落实值班制度。",
    (attachment("附件1.xlsx", "甲\t1\n乙\t2"), attachment("附件2.txt", "值班电话表"), attachment("附件3.txt", "三")),
)


def test_equal_versions_have_no_differences() -> None:
    assert not versions.compare(FIRST, replace(FIRST, version=2)).any


def test_each_field_is_told_with_what_changed_in_it() -> None:
    metadata = replace(
        FIRST.metadata, number="沭政发〔2019〕2号", written_on=None, genre="通知", sources={"genre": "card"}
    )
    found = versions.compare(FIRST, replace(FIRST, metadata=metadata)).facts
    assert [(each.name, each.change) for each in found] == [
        ("number", Change.CHANGED),
        ("genre", Change.ADDED),
        ("written_on", Change.REMOVED),
    ]
    assert [(piece.text, piece.change) for piece in found[0].pieces if piece.change is not Change.SAME] == [
        ("1", Change.REMOVED),
        ("2", Change.ADDED),
    ]


def test_a_file_with_other_bytes_and_the_same_text_is_a_difference() -> None:
    found = versions.compare(FIRST, replace(FIRST, file=replace(FIRST.file, digest="2")))
    assert found.any
    assert found.original.other_bytes and not found.text.any


def test_attachments_are_known_by_bytes_by_name_and_by_text() -> None:
    newer = replace(
        FIRST,
        attachments=(
            attachment("附件2（更名）.txt", "值班电话表"),
            attachment("附件1.xlsx", "甲\t1\n乙\t3"),
            attachment("新附件.txt", "完全是别的内容"),
        ),
    )
    renamed, changed, added, removed = versions.compare(FIRST, newer).attachments
    assert (renamed.before_at, renamed.after_at, renamed.renamed, renamed.other_bytes) == (2, 1, True, False)
    assert changed.other_bytes and changed.text.any and not changed.renamed
    assert renamed.reordered and changed.reordered
    assert added.change is Change.ADDED and added.text.any
    assert removed.change is Change.REMOVED and removed.before and removed.before.name == "附件3.txt"


def test_an_attachment_with_another_name_and_nearly_the_same_text_is_the_same_one() -> None:
    before = replace(FIRST, attachments=(attachment("收支表.txt", "本年收入100万元，支出90万元，结余10万元。"),))
    after = replace(FIRST, attachments=(attachment("收支表（订正）.txt", "本年收入100万元，支出80万元，结余20万元。"),))
    (found,) = versions.compare(before, after).attachments
    assert found.renamed and found.other_bytes and found.text.any and not found.reordered


def test_two_attachments_that_are_the_same_stay_two() -> None:
    twice = replace(FIRST, attachments=(attachment("一.txt", "同"), attachment("二.txt", "同")))
    assert not versions.compare(twice, twice).any
    once = replace(FIRST, attachments=twice.attachments[:1])
    assert [each.change for each in versions.compare(twice, once).attachments] == [Change.SAME, Change.REMOVED]
