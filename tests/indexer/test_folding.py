"""Which documents fold into one line, worked out for a whole index."""

from datetime import date

import pytest

from archive.document import Document, Validity
from indexer import duplicates, folding
from indexer.analyzer import Analyzer
from indexer.duplicates import alike, bands, sketch
from indexer.engines.memory import MemoryEngine
from indexer.fields import entry
from tests.conftest import make_document
from tests.indexer.test_duplicates import NOTICE, OTHER

AGAIN = NOTICE.replace("今年", "本年")
RULES = "第一条 为了规范医疗救助工作，根据有关规定制定本办法。第二条 县民政局负责组织实施。第三条 救助对象包括{0}。" * 3


def folded(analyzer: Analyzer, *documents: Document) -> tuple[set[frozenset[str]], frozenset[str]]:
    """Return the groups of these documents, and the former versions among them."""
    engine = MemoryEngine(analyzer)
    with engine.rebuilding() as writer:
        for document in documents:
            writer.put(entry(document, analyzer))
    folds = folding.folds(engine.vocabulary())
    groups: dict[int, set[str]] = {}
    for id, number in folds.groups.items():
        groups.setdefault(number, set()).add(id)
    return set(map(frozenset, groups.values())), folds.former


def statute(id: str, title: str, validity: Validity | None, text: str = "", issuer: str = "云溪县人民政府") -> Document:
    return make_document(id, title, text or RULES.format(id * 9), validity=validity, issuer=issuer)


def test_texts_that_say_nearly_the_same_are_one_group(analyzer: Analyzer) -> None:
    texts = {"a": NOTICE, "b": OTHER, "c": AGAIN, "d": "附件", "e": AGAIN, "f": OTHER, "g": "附件"}
    groups, former = folded(analyzer, *(make_document(id, f"通知{id}", text) for id, text in texts.items()))
    assert groups == {frozenset("ace"), frozenset("bf")} and former == frozenset()


def test_of_pairs_that_are_alike_nearly_all_share_a_band(analyzer: Analyzer) -> None:
    lines = [f"第{at}条 申请人提交{at * 7919 % 1000}份，由{at * 104729 % 997}号窗口受理并登记。" for at in range(300)]
    pairs = [(lines[at : at + 60], lines[at + 3 : at + 63]) for at in range(0, 230, 2)]
    sketches = [(sketch("".join(one)), sketch("".join(other))) for one, other in pairs]
    near = [(one, other) for one, other in sketches if alike(one, other)]
    assert len(near) > 100
    assert sum(not set(bands(one).tolist()).isdisjoint(bands(other).tolist()) for one, other in near) >= 0.97 * len(
        near
    )
    assert len(bands(sketch("短"))) == 0 and len(bands(sketch(NOTICE))) == duplicates.BANDS


def test_former_versions_fold_under_the_one_in_force(analyzer: Analyzer) -> None:
    groups, former = folded(
        analyzer,
        statute("old", "云溪县医疗救助暂行办法", Validity.REPEALED),
        statute("older", "关于印发《云溪县医疗救助办法（试行）》的通知", Validity.EXPIRED),
        statute("now", "云溪县人民政府关于印发云溪县医疗救助办法的通知", Validity.IN_FORCE),
        statute("else", "云溪县医疗救助办法", Validity.REPEALED, issuer="大庄镇人民政府"),
        statute("detail", "云溪县医疗救助办法实施细则", Validity.REPEALED),
    )
    assert groups == {frozenset({"old", "older", "now"})} and former == {"old", "older"}


@pytest.mark.parametrize("both", [Validity.IN_FORCE, None])
def test_of_two_that_are_called_alike_and_in_force_none_is_a_version_of_the_other(
    analyzer: Analyzer, both: Validity | None
) -> None:
    titled = "关于做好安全生产检查工作的通知"
    assert folded(
        analyzer,
        statute("a", titled, both),
        statute("b", titled, both),
        statute("c", titled, Validity.EXPIRED),
    ) == (set(), frozenset())
    assert folded(analyzer, statute("a", titled, Validity.EXPIRED), statute("b", titled, Validity.EXPIRED))[0] == set()


def test_a_repealed_document_never_heads_its_near_duplicates(analyzer: Analyzer) -> None:
    groups, former = folded(
        analyzer,
        statute("a", "取暖工作的通知", Validity.REPEALED, NOTICE),
        statute("b", "清洁取暖", None, AGAIN),
        statute("c", "又一份取暖工作的通知", None, NOTICE),
        statute("d", "供暖工作的暂行通知", Validity.REPEALED, NOTICE + "。"),
    )
    assert groups == {frozenset("abcd")} and former == frozenset("ad")


def test_an_empty_index_folds_nothing(analyzer: Analyzer) -> None:
    assert folded(analyzer) == (set(), frozenset())
    assert folded(analyzer, make_document("a", "通知", "短", written_on=date(2020, 1, 1))) == (set(), frozenset())


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("中华人民共和国公司法（2018年修正）", "中华人民共和国公司法"),
        ("云溪县人民政府办公室关于印发《云溪县城区养犬管理规定》的通知", "云溪县城区养犬管理规定"),
        ("云溪县城区养犬管理规定（试行）", "云溪县城区养犬管理规定"),
        ("关于公布2019年度优秀教师的通知", "2019年度优秀教师"),
    ],
)
def test_a_statute_is_called_the_same_in_each_version(title: str, name: str) -> None:
    assert folding.statute(title) == name
