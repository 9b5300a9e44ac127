"""The terminals' keyboard: the bundled files are unchanged, and its words reveal no hidden document."""

import hashlib
import re
from pathlib import Path

import pytest

from indexer.helping.pinyin import syllables_of
from tests.web.conftest import HIDDEN_WORDS, Site

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

FOLDER = Path(__file__).parents[3] / "web" / "static" / "keyboard"


def test_the_bundled_files_are_unchanged() -> None:
    recorded = dict(
        (name, digest)
        for digest, name in re.findall(
            r"^([0-9a-f]{64})  (\S+)$", (FOLDER / "README.md").read_text(encoding="utf-8"), re.M
        )
    )
    bundled = {path.name for path in FOLDER.iterdir()} - {"README.md", "LICENSE"}
    assert set(recorded) == bundled
    for name, digest in recorded.items():
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name


def test_words_come_by_their_reading_and_from_no_document(site: Site) -> None:
    words = site.client.get("/keyboard.json").json or {}
    assert "低保" in words["dibao"].split()
    assert "政务公开" in words["zhengwugongkai"].split()
    everyday = "学校 补贴 医疗 申请 土地 政策 标准 工作 信息 住房 教育 养老 社保 户口 办理 拆迁 退休 残疾 招聘 公告"
    for word in everyday.split():
        assert word in words["".join(next(syllables_of(word)))].split(), word
    assert all(re.fullmatch("[a-z]+", reading) for reading in words)
    everything = " ".join(words.values())
    assert not any(word in everything for word in (*HIDDEN_WORDS, "云溪县"))
