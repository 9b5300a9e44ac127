"""A county's own lists are added to those that ship, and what can't be added is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.describe import taxonomy
from archive.document import Validity
from archive.errors import BadTaxonomy

OWN = """
[issuers]
"云溪县大数据局" = { aliases = ["云溪县大数据中心"], codes = ["云数发"] }
"云溪县人民政府" = { aliases = ["云溪县政府"], codes = ["云政规"] }
[topics]
"财政、金融、审计" = ["县级财政"]
[genres.other]
"明白纸" = ["明白纸"]
[validity.aliases]
"继续有效" = "现行有效"
[codes]
joint = ["云发"]
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "taxonomy.toml"
    taxonomy.use(tmp_path / "none.toml")


def test_own_lists_are_added_to_those_that_ship(own: Path) -> None:
    own.write_text(OWN, encoding="utf-8")
    before = taxonomy.load()
    taxonomy.use(own)
    lists = taxonomy.load()
    assert taxonomy.issuer("云溪县大数据中心") == taxonomy.issuer_of_code("云数发") == "云溪县大数据局"
    assert taxonomy.issuer_of_code("云政规") == taxonomy.issuer_of_code("云政发") == "云溪县人民政府"
    assert taxonomy.topic("县级财政/预算") == "财政、金融、审计/预算"
    assert taxonomy.genre_of_title("惠农补贴明白纸") == "明白纸"
    assert taxonomy.validity("继续有效") is Validity.IN_FORCE
    assert lists.codes["云发"] == "" and len(lists.issuers) == len(before.issuers) + 1
    taxonomy.use(own.with_name("none.toml"))
    assert taxonomy.load() == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[issuers", "读不出来"),
        ("[agencies]\n", "agencies"),
        ("issuers = 1\n", "issuers 应是一个表"),
        ('[issuers]\n"云溪县大数据局" = { code = ["云数发"] }\n', "code"),
        ('[issuers]\n"云溪县大数据局" = { codes = "云数发" }\n', "列表"),
        ('[issuers]\n"云溪县大数据局" = { codes = ["云政发"] }\n', "“云政发”写了两次"),
        ('[issuers]\n"云溪县大数据局" = { aliases = ["云溪县人民政府"] }\n', "“云溪县人民政府”写了两次"),
        ('[issuers]\n"云溪县\\u202e局" = {}\n', "文字"),
        ('[issuers]\n"" = {}\n', "文字"),
        ('[topics]\n"数据" = ["大数据"]\n', "国务院"),
        ("[genres.statutory]\n", "statutory"),
        ('[genres.other]\n"通知" = ["知"]\n', "法定"),
        ('[validity.aliases]\n"作废" = "没用了"\n', "作废"),
        ('[validity.aliases]\n"有效" = "已废止"\n', "别的意思"),
        ("[codes]\nshared = []\n", "shared"),
    ],
)
def test_what_can_not_be_added_is_told(text: str, why: str, own: Path) -> None:
    own.write_text(text, encoding="utf-8")
    before = taxonomy.load()
    with pytest.raises(BadTaxonomy, match=why):
        taxonomy.use(own)
    assert taxonomy.load() == before
    own.unlink()
    own.mkdir()
    with pytest.raises(BadTaxonomy, match="读不出来"):
        taxonomy.use(own)
