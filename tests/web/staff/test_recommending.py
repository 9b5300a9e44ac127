"""Best bets at the desk: what a form changes in the file, what is told at a field, and the second of two is told."""

import re
from pathlib import Path

import pytest

from archive.registers.roles import Role
from archive.store import audit
from tests.web.staff.conftest import DeskSite
from web.installation.best_bets import BestBets

BY_HAND = "\ufeff# 县政府办 2026 年核对\r\n\r\n低保\t怎样申请低保\t/guide\t向镇人民政府提出。\r\n# 完\r\n"
NEW = {
    "asked": "公积金、住房公积金",
    "title": "公积金窗口",
    "address": "/guide#points",
    "text": "在政务大厅办理。",
    "until": "",
}


def file_of(site: DeskSite) -> Path:
    return site.services.settings.data / "best-bets.tsv"


def written(site: DeskSite) -> str:
    return file_of(site).read_bytes().decode()


def state(site: DeskSite) -> str:
    found = re.search(r'name="state" value="([^"]*)"', site[Role.PUBLISHER].get("/best-bets").text)
    return found[1] if found else ""


def send(site: DeskSite, act: str, **fields: str) -> tuple[int, str]:
    """Send a form and return the status and the page."""
    answer = site[Role.PUBLISHER].post(f"/best-bets/{act}", **{"state": state(site), **fields})
    return answer.status_code, answer.text


def test_a_line_is_added_changed_and_deleted_and_what_was_written_by_hand_stays(site: DeskSite) -> None:
    file_of(site).write_bytes(BY_HAND.encode())
    file_of(site).chmod(0o640)
    assert send(site, "add", **NEW)[0] == 303
    assert written(site) == BY_HAND + "公积金、住房公积金\t公积金窗口\t/guide#points\t在政务大厅办理。\n"
    assert send(site, "change", line="3", **{**NEW, "asked": "低保", "until": "2999-12-31"})[0] == 303
    changed = BY_HAND.replace(
        "怎样申请低保\t/guide\t向镇人民政府提出。", "公积金窗口\t/guide#points\t在政务大厅办理。\t2999-12-31"
    )
    assert written(site).startswith(changed)
    assert [bet.line for bet in BestBets.load(file_of(site)).all] == [3, 5]
    assert send(site, "delete", line="3")[0] == 303
    assert (
        written(site)
        == BY_HAND.replace("低保\t怎样申请低保\t/guide\t向镇人民政府提出。\r\n", "")
        + written(site).split("\n")[-2]
        + "\n"
    )
    assert file_of(site).stat().st_mode & 0o777 == 0o640
    with site.services.catalogue.reading() as connection:
        noted = [each for each in audit.events(connection) if each.action == "recommend"]
    assert [each.actor for each in noted] == ["丙三"] * 3
    assert [bool(each.details["was"]) for each in noted] == [False, True, True]
    assert noted[1].details["was"] == "低保｜怎样申请低保｜/guide｜向镇人民政府提出。"


def test_what_is_wrong_stands_at_its_field_and_nothing_is_written(site: DeskSite) -> None:
    for field, value, told in (
        ("asked", "请问", "只有标点和虚词"),
        ("asked", "#低保", "不能以“#”开头"),
        ("title", "", "标题应为"),
        ("address", "javascript:alert(1)", "不能用"),
        ("address", site.id, "没有公开或者已经撤回"),
        ("text", "字" * 201, "说明应为"),
        ("until", "明年", "2027-12-31"),
        ("until", "2020-01-01", "已经过了截止日期"),
    ):
        status, page = send(site, "add", **{**NEW, field: value})
        assert status == 409, field
        told_at = re.search(rf'id="new-{field}-wrong">([^<]*)<', page)
        assert told_at and told in told_at[1]
        # What was typed is still there.
        assert NEW["title"] in page or field == "title"
    assert not file_of(site).exists()


def test_more_than_three_for_one_search_are_told(site: DeskSite) -> None:
    file_of(site).write_text("公积金\t标题\t/guide\t说明\n" * 3, encoding="utf-8")
    status, page = send(site, "add", **NEW)
    assert status == 409 and "前 3 条推荐之后" in page


def test_of_two_persons_the_second_is_told(site: DeskSite) -> None:
    before = state(site)
    assert send(site, "add", **NEW)[0] == 303
    kept = written(site)
    for act, line in (("add", ""), ("change", "1"), ("delete", "1")):
        status, page = send(site, act, **{**NEW, "state": before, "line": line})
        assert status == 409 and "已经由别人改过" in page and "公积金窗口" in page
    # A hand edit is somebody else's, too.
    seen = state(site)
    file_of(site).write_text(kept + "# 手写\n", encoding="utf-8")
    assert send(site, "delete", state=seen, line="1")[0] == 409
    assert written(site) == kept + "# 手写\n"


def test_a_line_that_is_wrong_is_shown_with_why_and_can_be_mended(site: DeskSite) -> None:
    file_of(site).write_text("低保\t只有两栏\n", encoding="utf-8")
    page = site[Role.PUBLISHER].get("/best-bets").text
    assert "这里有 2 栏" in page and 'value="只有两栏"' in page
    assert send(site, "change", line="1", **NEW)[0] == 303
    assert len(BestBets.load(file_of(site)).all) == 1
    file_of(site).write_bytes("低保".encode("gbk"))
    page = site[Role.PUBLISHER].get("/best-bets").text
    assert "不是 UTF-8" in page and '<form class="stack"' not in page


def test_nothing_is_written_that_is_not_noted(site: DeskSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("full")

    token = state(site)
    monkeypatch.setattr("archive.registers.recommended.audit.append", fail)
    status, page = send(site, "add", **{**NEW, "state": token})
    assert status == 409 and "不能读写" in page
    assert not file_of(site).exists() and not list(file_of(site).parent.glob(".best-bets*"))


def test_others_neither_see_nor_change_them(site: DeskSite) -> None:
    for role in (Role.ADMINISTRATOR, Role.REVIEWER, Role.AUDITOR):
        assert site[role].get("/best-bets").status_code == 403
        assert "/best-bets" not in site[role].get("/help").text
