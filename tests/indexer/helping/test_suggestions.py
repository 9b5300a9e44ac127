"""Suggestions while typing."""

from collections.abc import Collection, Iterator

import pytest

from indexer.engine import Vocabulary
from indexer.helping.suggestions import LIMIT, Suggester

TITLES = [
    ("a", "关于印发城乡最低生活保障实施办法的通知"),
    ("b", "最低生活保障申请办事指南"),
    ("c", "2019年政务公开工作要点"),
    ("d", "重庆路改造工程公告"),
    ("e", "最低生活保障申请办事指南"),
    ("f", "pm2.5监测"),
]


class Names:
    titles = TITLES
    numbers = [("a", "云政发〔2019〕6号"), ("c", "YXDR-2019-0010001")]
    issuers = ["云溪县人民政府办公室"]

    def words(self) -> dict[str, int]:
        return {}

    def texts(self, length: int, ids: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
        yield from ()

    def values(self, facet: str) -> dict[str, list[str]]:
        return {}


SUGGESTER = Suggester(Names(), ["最低生活保障", "政务公开"])


def suggested(typed: str, hidden: frozenset[str] = frozenset()) -> list[str]:
    return [each.text for each in SUGGESTER.suggest(typed, hidden=hidden)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("最低", ["最低生活保障", "最低生活保障申请办事指南", "关于印发城乡最低生活保障实施办法的通知"]),
        ("生活保障申", ["最低生活保障申请办事指南"]),
        ("最低生活保障", ["最低生活保障申请办事指南", "关于印发城乡最低生活保障实施办法的通知"]),
        ("２０１９年", ["2019年政务公开工作要点"]),
        ("云政发", ["云政发〔2019〕6号"]),
        ("yxdr", ["YXDR-2019-0010001"]),
        ("云政发2019", ["云政发〔2019〕6号"]),
        ("云政2019 6", ["云政发〔2019〕6号"]),
        ("政務公", ["政务公开", "2019年政务公开工作要点"]),
        ("县人民政府", ["云溪县人民政府办公室"]),
        # pinyin, the beginning of pinyin, and initials
        ("zhengwu", ["政务公开", "2019年政务公开工作要点"]),
        ("zheng wu g", ["政务公开", "2019年政务公开工作要点"]),
        ("zwgk", ["政务公开", "2019年政务公开工作要点"]),
        ("ZDSH", ["最低生活保障"]),
        ("pm2", ["pm2.5监测"]),
        ("engwu", []),
        ("不在任何标题里", []),
        ("", []),
        ("\n", []),
        ("  ", []),
    ],
)
def test_what_was_typed_begins_or_stands_in_a_suggestion(typed: str, first: list[str]) -> None:
    assert suggested(typed)[: len(first)] == first
    assert first or not suggested(typed)


def test_what_only_hidden_documents_are_called_is_not_suggested() -> None:
    assert "云政发〔2019〕6号" not in suggested("云政发", hidden=frozenset({"a"}))
    assert suggested("关于印发", hidden=frozenset({"a"})) == []
    # Another document with the same title is still suggested.
    assert [each.id for each in SUGGESTER.suggest("最低生活保障申请", hidden=frozenset({"b"}))] == ["e"]


def test_rare_characters_are_told_apart_and_read() -> None:
    class Rare(Names):
        titles = [("g", "𬭚石路改造"), ("h", "𠮷石路改造"), ("i", "𠮷石路")]

    rare = Suggester(Rare())
    assert [each.text for each in rare.suggest("𠮷石")] == ["𠮷石路", "𠮷石路改造"]
    assert [each.text for each in rare.suggest("𠮷石路")] == ["𠮷石路改造"]
    assert [each.id for each in rare.suggest("𬭚")] == ["g"]
    assert {each.id for each in rare.suggest("石路改")} == {"g", "h"}
    assert [each.id for each in rare.suggest("chunshi")] == ["g"]


def test_no_more_than_asked_for() -> None:
    class Many(Names):
        titles = [(str(at), f"第{at}次会议") for at in range(100)]

    vocabulary: Vocabulary = Many()
    assert len(Suggester(vocabulary).suggest("会议")) == LIMIT
    assert len(Suggester(vocabulary).suggest("第", 3)) == 3
    assert len(Suggester(vocabulary).suggest("hy", 500)) == 100
