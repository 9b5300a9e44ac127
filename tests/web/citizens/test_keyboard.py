"""The terminals' keyboard: what it knows of the language is made anew, and of this site nothing that is hidden."""

import subprocess
import sys
from dataclasses import replace

import pytest

from archive.decisions import review
from archive.document import Verdict
from tests import language
from tests.web.conftest import CORPUS, HIDDEN_WORDS, Site, client_of
from web.installation import county
from web.installation.services import Services

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


@pytest.mark.thorough
def test_what_it_knows_of_the_language_is_what_the_packages_say() -> None:
    # In a process of its own, because readings of words take 40 MB that nothing else needs.
    made = subprocess.run(
        [sys.executable, "-c", "from tests import language; print(language.made(), end='')"],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert made.stdout == language.FILE.read_text(encoding="utf-8")


def words_of(services: Services) -> set[str]:
    by_cost: dict[str, str] = client_of(services).get("/keyboard.json").json or {}
    return set(" ".join(by_cost.values()).split())


def test_it_knows_the_words_of_this_site(site: Site) -> None:
    words = words_of(replace(site.services, county=county.load(CORPUS)))
    assert {"低保", "政务公开"} <= words, "of the lexicon and the synonyms"
    assert {"最低生活保障", "实施办法"} <= words, "of titles"
    assert {"云溪县人民政府", "财政局", "云溪"} <= words, "of issuers"
    assert {"云溪县民政局", "教体局", "政务大厅"} <= words, "of what the installation says of itself"
    assert not any(hidden in "".join(words) for hidden in HIDDEN_WORDS)


def test_it_knows_no_word_of_a_document_that_was_withdrawn(own: Site) -> None:
    assert "名单" in words_of(own.services)
    review.decide(own.services.catalogue, own.ids["撤回.txt"], Verdict.WITHDRAW, "审查员", "含个人信息")
    assert "名单" not in words_of(own.services)
