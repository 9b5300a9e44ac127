"""A title is told by its looks: the largest type, or the middle of the page, on one line or several."""

import pytest

from archive.extract.text.titles import Look, find_title

BODY, LARGE = Look(size=16), Look(size=22)
MIDDLE, SMALL_MIDDLE = Look(True, 22), Look(True, 16)
TEXT = ("各镇：", BODY)


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        ([("云溪县人民政府", MIDDLE), ("关于防汛的通知", MIDDLE), TEXT], "云溪县人民政府关于防汛的通知"),
        # Pushed to the middle by blanks, above a smaller line in the middle.
        ([("云溪县防汛条例", LARGE), ("2018年县人民代表大会", SMALL_MIDDLE), TEXT], "云溪县防汛条例"),
        ([("云溪县", LARGE), ("防汛条例", LARGE), TEXT], "云溪县防汛条例"),
        ([("云溪县政府文件", Look(True, 36)), ("云政发〔2019〕3号", BODY), ("防汛通知", MIDDLE), TEXT], "防汛通知"),
        # All in one type: the middle alone tells it.
        ([("防汛通知", SMALL_MIDDLE), TEXT], "防汛通知"),
        ([("防汛通知", Look(True)), ("各镇：", Look())], "防汛通知"),
        ([("防汛通知", BODY), TEXT], None),
        # Large throughout, as in a letter for old people.
        ([("第一段。", LARGE)] * 9 + [("页脚", BODY)], None),
        ([], None),
    ],
)  # fmt: skip
def test_a_title_is_the_first_that_stands_out(lines: list[tuple[str, Look]], title: str | None) -> None:
    assert find_title([text for text, _ in lines], [look for _, look in lines]) == title


def test_a_row_of_a_table_is_no_title() -> None:
    assert find_title(["甲\t乙", "防汛通知", "各镇："], [None, LARGE, BODY]) == "防汛通知"
