"""An edited line of the lexicon or of the lists takes nothing down: what is served goes on, and the night follows."""

import logging
from contextlib import closing
from pathlib import Path

import pytest

from archive.errors import BadTaxonomy
from indexer import lexicon
from indexer.errors import BadLexicon
from tests.conftest import publish
from tests.web.conftest import Site, client_of
from web.commands import jobs
from web.installation.services import open_services

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

WORD = "最低生活保障实施办法"
PAGES = ("/", "/search?q=最低生活保障", "/api/v1/search?q=最低生活保障", "/readyz", "/keyboard.json", "/about")


def _all_answer(site: Site) -> None:
    for address in (*PAGES, f"/documents/{site.ids['低保.txt']}?q=最低生活保障"):
        assert site.client.get(address).status_code == 200, address
    assert "共找到" in site.client.get("/search?q=最低生活保障").text


@pytest.mark.parametrize("which", ["the county's", "the program's"])
def test_an_edited_lexicon_takes_no_search_down(
    which: str, own: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = own.services.settings.data / "lexicon.txt"
    if which == "the program's":
        path = tmp_path / "shipped.txt"
        path.write_bytes(lexicon.PACKAGED.read_bytes())
        monkeypatch.setattr(lexicon, "PACKAGED", path)
    with path.open("a", encoding="utf-8") as lines:
        lines.write(f"{WORD}\n")
    _all_answer(own)
    before = own.services.engine.generation()
    # One that is started now, before the index has followed.
    with closing(open_services(own.services.settings)) as started:
        _all_answer(Site(started, client_of(started), own.ids))
        assert WORD not in started.analyzer.own_words
    with closing(open_services(own.services.settings)) as night:
        jobs.bring_up(night, full=False)
    assert "词典有改动" in capsys.readouterr().err
    # The one that was running all the time changes over by itself.
    _all_answer(own)
    assert own.services.engine.generation() != before
    assert own.services.analyzer.pieces(WORD) == [WORD]
    assert WORD in own.services.engine.vocabulary().words()
    assert WORD in own.services.analyzer.own_words
    with closing(open_services(own.services.settings)) as night:
        jobs.bring_up(night, full=False)
        assert own.services.engine.generation() == night.engine.generation() == "00000002"
    assert "词典" not in capsys.readouterr().err


def test_a_line_that_can_not_be_used_stops_neither_searches_nor_the_night(
    own: Site, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    data = own.services.settings.data
    (data / "lexicon.txt").write_text("云溪新城区\n5G 基站 很多 项\n", encoding="utf-8")
    publish(own.services.catalogue, own.ids["待审.txt"])
    with caplog.at_level(logging.ERROR), closing(open_services(own.services.settings)) as started:
        _all_answer(Site(started, client_of(started), own.ids))
    assert "第 2 行" in caplog.text and "沿用" in caplog.text
    with closing(open_services(own.services.settings)) as night:
        with pytest.raises(BadLexicon, match="第 2 行"):
            jobs.bring_up(night, full=False)
        told = capsys.readouterr()
        assert "第 2 行" in told.err and "索引写入 1 件" in told.out
        # What was published is found, with the words that the index has.
        assert "仙人掌" in own.client.get("/search?q=仙人掌").text
        with pytest.raises(BadLexicon):
            jobs.bring_up(night, full=True)
    _all_answer(own)
    (data / "lexicon.txt").write_text("云溪新城区\n", encoding="utf-8")
    with closing(open_services(own.services.settings)) as night:
        jobs.bring_up(night, full=False)
        assert night.analyzer.is_word("云溪新城区")
    _all_answer(own)


def test_lists_that_can_not_be_used_stop_the_intake_alone(
    own: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own_lists = own.services.settings.data / "taxonomy.toml"
    own_lists.write_text('[issuers]\n"云溪县大数据局" = { codes = ["云政发"] }\n', encoding="utf-8")
    new = tmp_path / "new.txt"
    new.write_text("关于数据共享的通知\n\n云数发〔2021〕3号\n\n请各单位执行。\n", encoding="utf-8")
    with caplog.at_level(logging.ERROR), closing(open_services(own.services.settings)) as opened:
        assert "云政发" in caplog.text
        _all_answer(Site(opened, client_of(opened), own.ids))
        with pytest.raises(BadTaxonomy, match="写了两次"):
            jobs.take_in(opened, (new,), None, "收文员", already_published=False)
        own_lists.write_text(
            '[issuers]\n"云溪县大数据局" = { aliases = ["县大数据局"], codes = ["云数发"] }\n', encoding="utf-8"
        )
        jobs.take_in(opened, (new,), None, "收文员", already_published=False)
        (taken,) = [row for row in opened.catalogue.listed() if row.title == "关于数据共享的通知"]
        assert opened.catalogue.newest(taken.id).metadata.issuer == "云溪县大数据局"
