"""Imports point one way: web → indexer → archive; and each library stays where it belongs."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {"archive": {"archive"}, "indexer": {"archive", "indexer"}, "web": {"archive", "indexer", "web"}}
ONLY_IN = {
    # The baselines are what others do with the two.
    "whoosh": {"indexer/engines/whoosh/", "indexer/judging/baselines.py"},
    "jieba": {"indexer/analyzer.py", "indexer/judging/baselines.py"},
    "rjieba": {"indexer/analyzer.py"},
    "pypinyin": {"indexer/helping/pinyin.py"},
    "ir_measures": {"indexer/judging/measures.py"},
    "flask": {"web"},
    "waitress": {"web"},
    "click": {"web/commands"},
    "docx": {"archive/extract"},
    "pdfminer": {"archive/extract"},
    "lxml": {"archive/extract", "web/programs/xml.py"},
    "segno": {"web/citizens/qr.py"},
    "prometheus_client": {"web/http/metrics.py"},
    "flask_limiter": {"web/http/limits.py"},
}


def _modules() -> list[Path]:
    return sorted(path for package in MAY_IMPORT for path in (ROOT / package).rglob("*.py"))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield node.module or ""


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    place = path.relative_to(ROOT)
    for name in _imported(path):
        top = name.partition(".")[0]
        if top in MAY_IMPORT:
            assert top in MAY_IMPORT[place.parts[0]], f"{place} imports {name}"
        if top in ONLY_IN:
            assert any(str(place).startswith(where) for where in ONLY_IN[top]), f"{place} imports {name}"


def test_the_query_tree_imports_nothing_of_ours() -> None:
    names = {name.partition(".")[0] for name in _imported(ROOT / "indexer" / "query.py")}
    assert not names & set(MAY_IMPORT)


def test_only_the_wiring_names_an_engine() -> None:
    for path in _modules():
        place = str(path.relative_to(ROOT))
        if place.startswith("web/") and place != "web/installation/services.py":
            assert not any(name.startswith("indexer.engines") for name in _imported(path)), place
