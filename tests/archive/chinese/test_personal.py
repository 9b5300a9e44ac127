"""Recognising text that may be about a person, and text that only looks like it."""

import pytest

from archive.chinese.personal import has_identifier, may_be_name


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "11010519491231002x 低保",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002X",
        "110105491231002",
        "13800138000",
        "138-0013-8000",
        "+86 138 0013 8000",
        "6222021234567890128",
        "zhang.san@example.com",
        "鲁Q12345",
        "鲁q·1a2b3",
        "幸福小区3号楼2单元",
        "502室",
    ],
)
def test_numbers_and_addresses_of_persons_are_told(text: str) -> None:
    assert has_identifier(text)


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",
        "11370322004222241N",
        "91371329MA3C0XXXX1",
        "000014349/2019-00032",
        "国办发〔2019〕14号",
        "LSDR-2019-0010001",
        "0539-6211226",
        "10113",
        "2019年度报告",
        "第14次常务会议",
        "GB/T 9704-2012",
    ],
)
def test_numbers_of_offices_and_documents_are_not(text: str) -> None:
    assert not has_identifier(text)


@pytest.mark.parametrize(
    ("text", "may_be"),
    [("王小明", True), ("李强", True), ("欧阳修远", True), ("低保", False), ("王", False), ("王小明低保", False)],
)
def test_names_are_told_by_surname_and_length(text: str, may_be: bool) -> None:
    assert may_be_name(text) is may_be
