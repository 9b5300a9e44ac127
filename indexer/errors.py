"""Errors of searches and indexes, as one tree under ``archive.errors.GongkaiError``.

::

    GongkaiError
    ├── BadQuery               a search that can't be carried out as typed
    ├── BadSynonyms            a line of a synonyms file that can't be used
    ├── BadLexicon             a line of a lexicon that can't be used
    └── IndexUnusable          the index can't answer; the archive is untouched
        ├── IndexMissing       none has been built yet
        ├── IndexDamaged       its files are not what its manifest says
        ├── IndexOutdated      built by a program that cuts text differently or has other fields
        ├── IndexAhead         has changes that the archive lacks (a restored catalogue)
        ├── IndexingStopped    a process that analyzes documents for it died
        └── IndexerBusy        another process is writing to it

Texts are Chinese sentences for staff and citizens.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import GongkaiError

_ANEW = "请运行 gongkai reindex --full 重建。"


class BadSynonyms(GongkaiError):
    """A line of a synonyms file that can't be used; ``line`` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"同义词表第 {line} 行：{reason}")
        self.line = line
        self.reason = reason


class BadLexicon(GongkaiError):
    """A line of a lexicon that can't be used; ``line`` counts from 1, and is 0 for the whole file."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"词典 {path}{f' 第 {line} 行' if line else ''}：{reason}")
        self.line = line
        self.reason = reason


class BadQuery(GongkaiError):
    """A search that can't be carried out as typed; ``reason`` says what to change."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class IndexUnusable(GongkaiError):
    """The index can't answer; the archive is untouched. ``problem`` says why, without what to do about it."""

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem + remedy)
        self.problem = problem


class IndexMissing(IndexUnusable):
    """No index has been built yet."""

    def __init__(self) -> None:
        super().__init__("还没有建立索引。", "请先运行 gongkai reindex。")


class IndexDamaged(IndexUnusable):
    """The index's files are not what its manifest says."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"索引 {where} 已损坏（{what}）。", _ANEW)
        self.where = where
        self.what = what


class IndexOutdated(IndexUnusable):
    """The index was built by a program that cuts text differently or has other fields."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__("索引由不同版本的程序建立。", _ANEW)
        self.expected = expected
        self.found = found


class IndexAhead(IndexUnusable):
    """The index has changes that the archive lacks: the catalogue was restored or replaced."""

    def __init__(self, index: int, archive: int) -> None:
        super().__init__(f"索引（第 {index} 号变更）比档案（第 {archive} 号变更）新，数据库可能是恢复的旧备份。", _ANEW)
        self.index = index
        self.archive = archive


class IndexingStopped(IndexUnusable):
    """A process that analyzes documents for the index died; the index is unchanged."""

    def __init__(self) -> None:
        super().__init__("分词的子进程意外退出（可能内存不足），索引未改变。请释放内存后重新运行 gongkai reindex。")


class IndexerBusy(IndexUnusable):
    """Another process is writing to the index; ``holder`` says which."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"另一个建索引的进程正在运行（{holder}），请等它结束后再试。")
        self.holder = holder


@contextmanager
def of_the_staff() -> Iterator[None]:
    """Say of an index that must be built anew that it is the staff's, and which command does it."""
    try:
        yield
    except (IndexMissing, IndexDamaged, IndexOutdated, IndexAhead) as error:
        raise IndexUnusable(f"工作人员的索引：{error.problem}", "请运行 gongkai reindex --staff 重建。") from error
