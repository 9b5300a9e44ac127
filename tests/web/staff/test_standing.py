"""Validity, relations and looks afterwards, from a document's page."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from archive.decisions import afterwards, relations, review, validity
from archive.decisions.relations import RelationKind
from archive.document import Validity, Verdict
from archive.errors import DecisionRefused
from archive.registers.roles import Role
from archive.store import space
from tests.conftest import publish
from tests.web.staff.conftest import DeskSite

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]
REPEAL = "关于废止《云溪县收费办法》的通知\n\n请遵照执行。\n"


@pytest.fixture
def pair(site: DeskSite, bring: Bring) -> tuple[str, str]:
    """A public document, and a public one that states that it repeals the other."""
    ids = bring("old", "云溪县收费办法\n\n第一条 收费。\n", "丁四"), bring("new", REPEAL, "丁四")
    for id in ids:
        publish(site.services.catalogue, id)
    return ids


def test_a_stated_relation_is_confirmed_for_a_reason(site: DeskSite, pair: tuple[str, str]) -> None:
    (old, new), reviewer, catalogue = pair, site[Role.REVIEWER], site.services.catalogue
    page = f"/documents/{new}"
    (proposal,) = relations.proposals(catalogue, new)
    assert "文中写明：本件废止《云溪县收费办法》" in reviewer.get(page).text
    path = f"{page}/relate/{proposal.id}"
    for form, why in (
        ({"outcome": "confirm", "target": old, "reason": " "}, "请写明依据"),
        ({"outcome": "", "target": old, "reason": "看过"}, "请先选择"),
        ({"outcome": "confirm", "target": "", "reason": "看过"}, "是哪一件文件"),
        ({"outcome": "confirm", "target_typed": "nobody", "reason": "看过"}, "没有编号为“nobody”的文件"),
        ({"outcome": "confirm", "target": new, "reason": "看过"}, "与自身"),
        ({"outcome": "confirm", "target": old, "since": "昨天", "reason": "看过"}, "不是可用的日期"),
    ):
        answer = reviewer.post(path, page, **form)
        assert answer.status_code == 409 and why in answer.text
    typed = f"http://localhost/documents/{old}"
    assert reviewer.post(path, page, outcome="confirm", target_typed=typed, reason="原文写明").status_code == 303
    assert catalogue.public(old).metadata.validity is Validity.REPEALED
    assert "废止：<a" in reviewer.get(page).text and "被废止：<a" in reviewer.get(f"/documents/{old}").text
    told = catalogue.events(new)[-1]
    assert (told.action, told.details["reason"]) == ("relation", "原文写明")
    assert reviewer.post(path, page, outcome="refuse", reason="看过").status_code == 409


def test_what_may_have_replaced_a_document_is_told_to_staff_alone_until_it_is_confirmed(
    site: DeskSite, pair: tuple[str, str]
) -> None:
    (old, new), catalogue = pair, site.services.catalogue
    (proposal,) = relations.proposals(catalogue, new)
    there = f"/documents/{new}#relation-{proposal.id}"
    told = f'可能已被《<a href="{there}">关于废止《云溪县收费办法》的通知</a>》取代，待核实'
    assert told in site[Role.REVIEWER].get(f"/documents/{old}").text
    assert "待核实" not in site[Role.SOURCE].get(f"/documents/{old}").text
    assert "待核实" not in site[Role.REVIEWER].get(f"/documents/{new}").text
    assert new not in site[Role.REVIEWER].get(f"/documents/{old}/preview").text
    relations.refuse(catalogue, proposal.id, "法制科", "不是这一件")
    assert "待核实" not in site[Role.REVIEWER].get(f"/documents/{old}").text


def test_a_relation_of_another_document_is_not_decided_here(site: DeskSite, pair: tuple[str, str]) -> None:
    (proposal,) = relations.proposals(site.services.catalogue, pair[1])
    page = f"/documents/{pair[0]}"
    answer = site[Role.REVIEWER].post(f"{page}/relate/{proposal.id}", page, outcome="refuse", reason="看过")
    assert answer.status_code == 409 and "没有这条" in answer.text


def test_a_relation_that_the_text_doesn_t_state_is_recorded_once(site: DeskSite, pair: tuple[str, str]) -> None:
    (old, new), reviewer, page = pair, site[Role.REVIEWER], f"/documents/{pair[1]}"
    form = {"kind": "解读", "target": old, "reason": "宣传科提供"}
    assert "请先选择" in reviewer.post(f"{page}/relate", page, **{**form, "kind": "吞并"}).text
    assert "必须写明依据" in reviewer.post(f"{page}/relate", page, **{**form, "reason": ""}).text
    assert reviewer.post(f"{page}/relate", page, **form).status_code == 303
    assert relations.confirmed(site.services.catalogue, new) == [(RelationKind.INTERPRETS, True, old)]
    assert "已有这条关系" in reviewer.post(f"{page}/relate", page, **form).text
    assert site.services.catalogue.public(old).metadata.validity is None
    site.services.catalogue.check_record(new)


def test_validity_is_recorded_and_renewed_for_a_reason(site: DeskSite, pair: tuple[str, str]) -> None:
    old, reviewer, catalogue = pair[0], site[Role.REVIEWER], site.services.catalogue
    page = f"/documents/{old}"
    form = {"validity": "已失效", "since": "2020-01-01", "reason": "期满"}
    for wrong, why in (
        ({"validity": "不知道"}, "请先选择"),
        ({"since": ""}, "自哪一天起"),
        ({"reason": " "}, "必须写明经办人和依据"),
        ({"by": "nobody"}, "没有编号为"),
        ({"until": "2019-01-01"}, "早于起始日期"),
    ):
        answer = reviewer.post(f"{page}/validity", page, **{**form, **wrong})
        assert answer.status_code == 409 and why in answer.text
    assert reviewer.post(f"{page}/validity", page, **form).status_code == 303
    assert catalogue.public(old).metadata.validity is Validity.EXPIRED
    assert "必须写明" in reviewer.post(f"{page}/renew", page, reason="").text
    assert reviewer.post(f"{page}/renew", page, reason="评估后继续有效").status_code == 303
    assert catalogue.public(old).metadata.validity is Validity.IN_FORCE
    until = str(catalogue.events(old)[-1].details["until"])
    assert until[:4] == str(catalogue.today().year + 5)
    # What was decided stands in the course of events, and not only why.
    told = reviewer.get(page).text
    assert "登记有效性（已失效，自 2020-01-01 起）：期满" in told
    assert f"登记有效性（现行有效，自 {catalogue.today()} 起，到 {until}）：评估后继续有效" in told
    # Once: the same again would add five years that nobody decided.
    again = reviewer.post(f"{page}/renew", page, reason="评估后继续有效")
    assert again.status_code == 409 and "不再续期" in again.text
    assert str(catalogue.events(old)[-1].details["until"]) == until
    # From where it ends, not from today.
    soon = catalogue.today() + timedelta(days=200)
    validity.record(catalogue, old, Validity.IN_FORCE, "法制科", "核对", catalogue.today(), soon)
    assert validity.renew(catalogue, old, "法制科", "再续").year == soon.year + 5
    validity.record(catalogue, old, Validity.REPEALED, "法制科", "废止", date(2021, 1, 1))
    validity.record(catalogue, old, Validity.REPEALED, "法制科", "废止", catalogue.today())
    with pytest.raises(DecisionRefused, match="已废止，不能续期"):
        validity.renew(catalogue, old, "法制科", "续期")


def test_forms_for_what_is_public_are_shown_of_nothing_else(
    site: DeskSite, pair: tuple[str, str], bring: Bring
) -> None:
    reviewer, catalogue = site[Role.REVIEWER], site.services.catalogue
    waiting = bring("waits", REPEAL.replace("通知", "公告"), "丁四")

    def forms(id: str) -> set[str]:
        page = reviewer.get(f"/documents/{id}").text
        return {each for each in ("relate", "validity", "renew") if f"/documents/{id}/{each}" in page}

    assert relations.proposals(catalogue, waiting) and forms(waiting) == set()
    assert forms(pair[1]) == {"relate", "validity", "renew"}
    # Nor what holds for five years already: the page says why there is no button.
    assert reviewer.post(f"/documents/{pair[1]}/renew", f"/documents/{pair[1]}", reason="评估").status_code == 303
    assert forms(pair[1]) == {"relate", "validity"}
    assert "距今已有 5 年，不再续期" in reviewer.get(f"/documents/{pair[1]}").text
    # What the law no longer knows is not renewed.
    validity.record(catalogue, pair[0], Validity.REPEALED, "法制科", "废止", date(2021, 1, 1))
    assert forms(pair[0]) == {"relate", "validity"}
    review.decide(catalogue, pair[0], Verdict.WITHDRAW, "丙三", "有误")
    assert forms(pair[0]) == set()


def test_a_forced_approval_is_looked_at_by_another_person(site: DeskSite, bring: Bring) -> None:
    catalogue = site.services.catalogue
    id = bring("forced", "关于预算的通知\n\n请公开。\n", "乙二")
    review.approve_alone(catalogue, id, "乙二", "只有一人", None, forced=True)
    page = f"/documents/{id}"
    reviewer, publisher = site[Role.REVIEWER], site[Role.PUBLISHER]
    assert "由乙二一人特批：只有一人" in publisher.get(page).text and f"{page}/look" in publisher.get(page).text
    # Whoever took part is told why it is another's, and has no form nor way to it.
    own = reviewer.get(page).text
    assert "不能由您复看：复看的须是另一人" in own and f"{page}/look" not in own and 'href="#look"' not in own
    assert "复看的须是另一人" in reviewer.post(f"{page}/look", page, outcome="passed", forced="1").text
    assert "请先选择" in publisher.post(f"{page}/look", page, forced="1").text
    assert "必须写明理由" in publisher.post(f"{page}/look", page, outcome="failed", forced="1").text
    assert publisher.post(f"{page}/look", page, outcome="passed", forced="1").status_code == 303
    assert afterwards.waiting(catalogue) == []
    assert publisher.post(f"{page}/look", page, outcome="passed", forced="1").status_code == 409


def test_an_approval_alone_is_offered_only_where_it_can_be_given(site: DeskSite) -> None:
    page, head, reviewer = f"/documents/{site.id}", site[Role.HEAD], site[Role.REVIEWER]
    early = head.get(page).text
    assert "现在还不能特批：" in early and "没有标明公开属性" in early and f"{page}/approve-alone" not in early
    seen = {name: value for name, value in reviewer.hidden(page).items() if name != "csrf"}
    for act, sent in (
        ("classify", {"disclosure": "主动公开", "basis": "条例"}),
        ("settle/1", {"settlement": "keep", "reason": "值班电话"}),
        ("examine/truthfulness", {"outcome": "passed", "basis": "看过"}),
        ("examine/confidentiality", {"outcome": "passed", "basis": "看过"}),
    ):
        assert reviewer.post(f"{page}/{act}", page, **sent).status_code == 303
    # Refused because others acted meanwhile: it is there now, with what was typed.
    answer = head.post(f"{page}/approve-alone", act="approve-alone", reason="写了一半", **seen)
    assert answer.status_code == 409 and answer.text.count("写了一半</textarea>") == 1
    assert head.post(f"{page}/approve-alone", page, reason="只有一人").status_code == 303


def test_a_withdrawal_is_lent_the_reserve_of_a_full_disk(
    site: DeskSite, pair: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = site.services.settings.data
    assert space.make_reserve(data, spare=0)
    reserve, there = data / space.RESERVE, []
    decide = review.decide

    def watched(*args: object, **about: object) -> int:
        there.append(len([*reserve.iterdir()]))
        return decide(*args, **about)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(review, "decide", watched)
    monkeypatch.setattr(space, "free", lambda _path: 0)
    page = f"/documents/{pair[0]}"
    assert site[Role.PUBLISHER].post(f"{page}/withdraw", page, reason="有误").status_code == 303
    assert there == [0] and len([*reserve.iterdir()]) == 8, "lent, and put back where there is room"


def test_what_is_withdrawn_may_be_replaced(site: DeskSite, pair: tuple[str, str]) -> None:
    (old, new), publisher, page = pair, site[Role.PUBLISHER], f"/documents/{pair[0]}"
    assert "没有编号为" in publisher.post(f"{page}/withdraw", page, reason="有误", replacement="nobody").text
    assert publisher.post(f"{page}/withdraw", page, reason="有误", replacement=new).status_code == 303
    assert site.services.catalogue.events(old)[-1].details["replacement"] == new


def test_a_source_unit_learns_of_no_other_unit_s_document(site: DeskSite, bring: Bring) -> None:
    other, own = bring("old", "云溪县收费办法\n\n第一条 收费。\n", "丁四"), bring("new", REPEAL, "甲一")
    source, catalogue = site[Role.SOURCE], site.services.catalogue
    publish(catalogue, own)
    assert other in site[Role.REVIEWER].get(f"/documents/{own}").text
    assert other not in source.get(f"/documents/{own}").text
    relations.confirm(catalogue, relations.proposals(catalogue, own)[0].id, other, "法制科", date(2020, 1, 1))
    assert other not in source.get(f"/documents/{own}").text
    publish(catalogue, other)
    assert other in source.get(f"/documents/{own}").text
