"""The public pages are valid HTML, says the Nu validator. It is asked where ``GONGKAI_TEST_VNU`` names its jar.

``npm install vnu-jar`` has it as ``node_modules/vnu-jar/build/dist/vnu.jar``; it needs Java.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.web.conftest import Site

JAR = os.environ.get("GONGKAI_TEST_VNU", "")
pytestmark = [
    pytest.mark.page,
    pytest.mark.slow,
    pytest.mark.skipif(
        not JAR or shutil.which("java") is None,
        reason="no Java, or GONGKAI_TEST_VNU doesn't name the validator's jar (npm install vnu-jar)",
    ),
]
PATHS = (
    *("/", "/?terminal=1", "/search?q=低保", "/search?q=没有这样的词语", "/search?q=低保&elder=1", "/help", "/guide"),
    *("/guide/application", "/about", "/accessibility", "/offline", "/en", "/statistics", "/browse/years"),
    *("/browse/columns", "/browse/issuers", "/browse/numbers", "/documents/nowhere"),
    *(
        "/documents/{低保.txt}?q=最低生活保障",
        "/documents/{旧办法.txt}",
        "/documents/{预算.txt}",
        "/documents/{撤回.txt}",
    ),
    *("/documents/{低保.txt}/sheet", "/documents/{低保.txt}/useful", "/documents/{低保.txt}?terminal=1"),
)
# Without it Firefox shows the next person at a shared machine which choices the last one made. Of choices HTML allows
# no such attribute, and what it does is the same in every browser.
KNOWN = "Attribute “autocomplete” is only allowed when the input type is"


def test_the_public_pages_are_valid(site: Site, tmp_path: Path) -> None:
    for number, path in enumerate(PATHS):
        for name, id in site.ids.items():
            path = path.replace(f"{{{name}}}", id)
        (tmp_path / f"{number:02}.html").write_bytes(site.client.get(path, follow_redirects=True).data)
    words = ["java", "-jar", JAR, "--errors-only", "--format", "json", *map(str, sorted(tmp_path.glob("*.html")))]
    ran = subprocess.run(words, capture_output=True, text=True)  # noqa: S603  # what the environment names
    told = json.loads(ran.stderr)["messages"]
    wrong = [
        f"{PATHS[int(Path(each['url']).stem)]}, line {each['lastLine']}: {each['message']}"
        for each in told
        if KNOWN not in each["message"]
    ]
    assert not wrong, "\n".join(wrong)
    assert all(PATHS[int(Path(each["url"]).stem)] == "/guide/application" for each in told), "known of one page alone"
