"""Proposals at the desk: entered once, changed by whoever saw the newest state, counted, held against the archive."""

from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite, Person

NEW = {
    **{"year": "2026", "kind": "政协提案", "number": "12", "title": "关于修建大桥的提案", "proposer": "王委员"},
    **{"unit": "县交通运输局", "received_on": "2026-02-20", "once": "a" * 32},
}


def entered(clerk: Person, **more: str) -> str:
    answer = clerk.post("/registers/proposals/new", **{**NEW, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_a_proposal_goes_from_receipt_to_its_public_reply(site: DeskSite) -> None:
    clerk = site[Role.CLERK]
    assert "其他登记簿" in clerk.get("/").text
    page = entered(clerk)
    assert entered(clerk) == page
    assert clerk.get("/registers/proposals").text.count("2026年政协提案第12号") == 1
    done = {**NEW, "answered_on": "2026-05-20", "answer": "A类", "public": "公开", "document": site.id}
    last = clerk.hidden(page)
    assert clerk.post(f"{page}/change", page, **done).status_code == 303
    late = clerk.post(f"{page}/change", page, **{**done, "title": "另一个题目", **last})
    assert late.status_code == 409 and "已有新的改动" in late.text and "另一个题目" in late.text
    shown = clerk.get(page).text
    assert "而答复文件现在没有公开" in shown and f'href="/documents/{site.id}"' in shown
    assert "答复类别：A类" in shown
    listed = site[Role.AUDITOR].get("/registers/proposals?year=2026&view=答复公开&q=大桥").text
    assert (
        "2026年政协提案第12号" in listed and 'class="count">100%' in listed and "/registers/proposals/new" not in listed
    )
    assert "这里没有登记" in clerk.get("/registers/proposals?view=未答复").text
    assert "1 件" in clerk.get("/registers").text


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(site: DeskSite) -> None:
    clerk = site[Role.CLERK]
    answer = clerk.post("/registers/proposals/new", **{**NEW, "received_on": "2027-01-01", "unit": ""})
    assert answer.status_code == 400 and "有 2 处需要改正" in answer.text
    assert "还没有到" in answer.text and "请填写承办单位" in answer.text and "关于修建大桥的提案" in answer.text
    entered(clerk)
    again = clerk.post("/registers/proposals/new", **{**NEW, "once": "b" * 32})
    assert again.status_code == 409 and "已经登记过" in again.text
    assert clerk.post("/registers/proposals/new", **{**NEW, "once": "x"}).status_code == 400
    assert clerk.get("/registers/proposals/nobody").status_code == 404
    reader = site[Role.REVIEWER]
    assert reader.get("/registers/proposals").status_code == 200
    assert reader.get("/registers/proposals/new").status_code == 403
    assert site[Role.SOURCE].get("/registers").status_code == 403
