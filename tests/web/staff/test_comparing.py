"""Two versions of a document in one view, at the desk."""

import re
from collections.abc import Callable
from dataclasses import fields

import pytest

from archive.compare import texts, versions
from archive.compare.tables import TableDifference
from archive.compare.words import Change
from archive.document import Document, File, Metadata
from archive.registers.roles import Role
from tests.conftest import publish
from tests.web.staff.conftest import TEXT, DeskSite
from web.staff.comparing import LABELS
from web.staff.folding import PAGE, Elsewhere, Fold, Grid, Words, paged

# What pages look like, which is alike over any database.
pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]
BODY = "\n\n".join(f"第{at}项工作由有关单位按照职责分工认真落实到位。" for at in range(12))
FIRST = f"关于做好预算公开工作的通知\n\n{BODY}\n\n安排资金1,200万元，请于2019年3月1日前报送。\n"
SECOND = FIRST.replace("1,200", "1,350").replace("3月1日", "5月2日").replace("第3项", "<b>第三项")


def test_a_changed_sum_and_date_are_small_marks_and_the_rest_is_folded(site: DeskSite, bring: Bring) -> None:
    id = bring("budget", FIRST, "丁四")
    reviewer = site[Role.REVIEWER]
    assert "只有一个版本" in reviewer.get(f"/documents/{id}/differences").text
    assert bring("budget", SECOND, "丁四") == id
    assert f'href="/documents/{id}/differences"' in reviewer.get(f"/documents/{id}").text
    assert f'href="/documents/{id}/differences"' in reviewer.get("/queue").text
    page = reviewer.get(f"/documents/{id}/differences")
    assert page.status_code == 200
    found = re.findall(r"<(?:ins|del)>(.*?)</(?:ins|del)>", page.text)
    marks = [re.sub(r"<span.*?</span>", "", each) for each in found]
    # Behind the two of the legend.
    assert marks[2:] == ["第3", "&lt;b&gt;第三", "1,200", "1,350", "2019年3月1日", "2019年5月2日"]
    assert '<span class="hidden">新增：</span>1,350' in page.text
    assert '<span class="hidden">删去：</span>1,200' in page.text
    assert re.search(r"省略 \d+ 段没有变化", page.text)
    assert "第11项工作" in page.text and "第7项工作" not in page.text


def test_the_public_version_is_compared_with_the_one_that_waits(site: DeskSite, bring: Bring) -> None:
    id = bring("budget", FIRST, "丁四")
    publish(site.services.catalogue, id)
    for text in (FIRST.replace("1,200", "1,300"), SECOND):
        bring("budget", text, "丁四")
    reviewer = site[Role.REVIEWER]
    assert "删去：</span>1,200" in reviewer.get(f"/documents/{id}/differences").text
    assert "删去：</span>1,300" in reviewer.get(f"/documents/{id}/differences?from=2").text
    back = reviewer.get(f"/documents/{id}/differences?from=3&to=1").text
    assert "删去：</span>1,350" in back


@pytest.mark.parametrize("chosen", ["from=1&to=1", "from=1&to=9", "from=0&to=1", "to=99999"])
def test_versions_that_can_not_be_compared_are_told(site: DeskSite, bring: Bring, chosen: str) -> None:
    id = bring("budget", FIRST, "丁四")
    bring("budget", SECOND, "丁四")
    answer = site[Role.REVIEWER].get(f"/documents/{id}/differences?{chosen}")
    assert answer.status_code == 404 and "两个不同版本" in answer.text
    assert site[Role.REVIEWER].get(f"/documents/{id}/differences?from=x&to=-1&page=x").status_code == 200


def test_a_source_unit_sees_no_version_of_others(site: DeskSite, bring: Bring) -> None:
    id = bring("mixed", TEXT.replace("防汛", "抗旱"), "丁四")
    bring("mixed", TEXT.replace("防汛", "防火"), "甲一")
    source = site[Role.SOURCE]
    for asked in ("", "?from=1&to=2", "?from=2&to=1"):
        page = source.get(f"/documents/{id}/differences{asked}")
        assert "抗旱" not in page.text and "只有一个版本" in page.text
    bring("mixed", TEXT.replace("防汛", "防疫"), "甲一")
    assert source.get(f"/documents/{id}/differences?from=1&to=3").status_code == 404
    assert "防疫" in source.get(f"/documents/{id}/differences").text


def test_every_field_of_the_metadata_has_a_label() -> None:
    assert LABELS.keys() == {each.name for each in fields(Metadata)} - {"sources"}


def document(text: str) -> Document:
    return Document("abc", 1, Metadata("标题"), File("1", "a.txt", "text/plain", 1), text)


def test_a_long_list_of_differences_is_paged_and_nothing_is_left_out() -> None:
    before = "\n".join(f"第{at}段原来的话说得很长很长，{'旧' * 50}" for at in range(1500))
    after = "\n".join(f"第{at}段后来的话说得不短不短，{'新' * 50}" for at in range(1500)) + "\n" + "长" * 50_000
    pages = paged(versions.compare(document(before), document(after)))
    assert len(pages) > 5
    items = [item for page in pages for part in page for item in part.items]
    added = sum(
        len(piece.text)
        for item in items
        if isinstance(item, Words)
        for piece in item.pieces
        if piece.change is Change.ADDED
    )
    assert added >= 1500 * 50 + 50_000
    for page in pages:
        weight = sum(
            len(p.text) for part in page for item in part.items if isinstance(item, Words) for p in item.pieces
        )
        assert weight <= 2 * PAGE


def test_moved_paragraphs_tables_and_unchanged_rows_are_folded() -> None:
    rows = [f"项目{at}\t{at}00\t局" for at in range(20)]
    before = ["这一段会移到后面去。", *(f"第{at}段。" for at in range(9)), "名称\t金额\t单位", *rows]
    after = [
        *(f"第{at}段。" for at in range(9)),
        "这一段会移到后面去。",
        "名称\t金额\t单位",
        *rows[:9],
        "项目9\t1\t局",
        *rows[10:],
    ]
    found = versions.compare(document("\n".join(before)), document("\n".join(after)))
    assert [type(each) for each in found.text.found] == [texts.Moved, texts.Same, texts.Moved, TableDifference]
    (page,) = paged(found)
    items = page[0].items
    assert [type(each) for each in items] == [Elsewhere, Words, Fold, Words, Elsewhere, Grid]
    assert isinstance(items[2], Fold) and items[2].paragraphs == 7
    grid = items[-1]
    assert isinstance(grid, Grid)
    assert [each if isinstance(each, int) else each.change.value for each in grid.rows] == ["same", 9, "changed", 10]
