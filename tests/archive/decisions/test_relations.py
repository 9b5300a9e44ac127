"""Relations that documents state of each other: proposed first, and valid once a person has confirmed them."""

from datetime import date
from pathlib import Path

import pytest

from archive.decisions import relations
from archive.decisions.relations import RelationKind, stated
from archive.document import Validity
from archive.errors import DecisionRefused, UnknownDocument
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.catalogue import Catalogue


@pytest.mark.parametrize(
    ("title", "kind", "named"),
    [
        ("云溪县人民政府关于废止《云溪县收费管理办法》的决定", RelationKind.REPEALS, ["云溪县收费管理办法"]),
        ("关于废止《甲地办法》《乙地规定》等文件的通知", RelationKind.REPEALS, ["甲地办法", "乙地规定"]),
        ("关于修改《云溪县低保实施办法》的决定", RelationKind.AMENDS, ["云溪县低保实施办法"]),
        ("《云溪县公共租赁住房管理办法》政策解读", RelationKind.INTERPRETS, ["云溪县公共租赁住房管理办法"]),
        ("一图读懂《云溪县防汛预案》", RelationKind.INTERPRETS, ["云溪县防汛预案"]),
        ("转发市政府办公室关于做好防汛工作的通知", RelationKind.FORWARDS, ["市政府办公室关于做好防汛工作"]),
        ("对县十八届人大三次会议第12号建议的答复", RelationKind.ANSWERS, [None]),
    ],
)
def test_titles_state_relations(title: str, kind: RelationKind, named: list[str | None]) -> None:
    found = stated(title, "")
    assert [(each.kind, each.title) for each in found] == [(kind, name) for name in named]


def test_a_plan_that_is_approved_is_not_amended() -> None:
    assert stated("关于同意《A片区控制性详细规划局部调整》的批复", "") == ()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "本办法自2020年1月1日起施行，原《云溪县低保暂行办法》（云政发〔2014〕8号）同时废止。",
            [("云溪县低保暂行办法", "云政发〔2014〕8号")],
        ),
        ("《甲地办法》《乙地规定》同时废止。", [("甲地办法", None), ("乙地规定", None)]),
        ("1994年发布的《云溪县收费办法》即行废止。", [("云溪县收费办法", None)]),
        ("根据《云溪县档案办法》，《云溪县收费办法》予以废止。", [("云溪县收费办法", None)]),
    ],
)
def test_texts_state_what_they_repeal(text: str, named: list[tuple[str, str | None]]) -> None:
    found = stated("关于印发办法的通知", f"各镇：\n{text}")
    assert [(each.kind, each.title, each.number) for each in found] == [(RelationKind.REPEALS, *each) for each in named]


@pytest.mark.parametrize(
    "text",
    [
        "依据《云溪县收费办法》收取。",
        "废止的文件目录见附件。",
        "按照《云溪县规章办法》的规定废止的文件不再执行。",
        "请落实《意见》。",
    ],
)
def test_what_is_only_cited_is_no_relation(text: str) -> None:
    assert stated("关于做好防汛工作的通知", text) == ()


@pytest.fixture
def pair(intake: Intake, tmp_path: Path) -> tuple[str, str]:
    """Take in a document and one that repeals it. Returns their ids in this order."""
    ids = []
    for name, text in (
        ("旧", "云溪县收费管理办法\n第一条　收费按规定执行。\n"),
        ("新", "云溪县人民政府关于废止《云溪县收费管理办法》的决定\n现予公布。\n"),
    ):
        path = tmp_path / f"{name}.txt"
        path.write_text(text, encoding="utf-8")
        ids.append(str(intake.receive(Item(path, name)).document_id))
    return ids[0], ids[1]


def test_a_confirmed_repeal_ends_the_other_document(catalogue: Catalogue, pair: tuple[str, str]) -> None:
    old, new = pair
    (proposal,) = relations.proposals(catalogue)
    assert (proposal.document_id, proposal.candidates) == (new, (old,))
    assert relations.said_of(catalogue, old, RelationKind.REPEALS) == [proposal]
    assert relations.said_of(catalogue, new, RelationKind.REPEALS) == []
    assert relations.confirmed(catalogue, old) == []
    relations.confirm(catalogue, proposal.id, old, "法制科", date(2020, 1, 1))
    assert relations.proposals(catalogue) == relations.said_of(catalogue, old, RelationKind.REPEALS) == []
    assert relations.confirmed(catalogue, old) == [(RelationKind.REPEALS, False, new)]
    assert relations.confirmed(catalogue, new) == [(RelationKind.REPEALS, True, old)]
    assert catalogue.newest(old).metadata.validity is Validity.REPEALED
    assert catalogue.audit_break() is None


def test_a_refused_relation_is_none(catalogue: Catalogue, pair: tuple[str, str]) -> None:
    (proposal,) = relations.proposals(catalogue, pair[1])
    with pytest.raises(DecisionRefused):
        relations.confirm(catalogue, proposal.id, pair[1], "法制科", date(2020, 1, 1))
    with pytest.raises(UnknownDocument):
        relations.confirm(catalogue, proposal.id, "x", "法制科", date(2020, 1, 1))
    with pytest.raises(DecisionRefused, match="经办人"):
        relations.refuse(catalogue, proposal.id, " ")
    relations.refuse(catalogue, proposal.id, "法制科")
    assert relations.proposals(catalogue) == []
    assert relations.confirmed(catalogue, pair[0]) == []
    with pytest.raises(DecisionRefused):
        relations.refuse(catalogue, proposal.id, "法制科")
