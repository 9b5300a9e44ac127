"""What a browser says of itself, in a few words for the page of accounts."""

import pytest

from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite
from web.staff.browsers import short

KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {KIT} Chrome/130.0.0.0 Safari/537.36", "Chrome 130，Windows"),
        (f"Mozilla/5.0 (Windows NT 6.1) {KIT} Chrome/109.0 Safari/537.36 Edg/109.0", "Edge 109，Windows 7"),
        ("Mozilla/5.0 (X11; Linux aarch64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox 128，Linux"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15",
            "Safari 17，macOS",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Version/17.4 Mobile/15E148 Safari/604.1",
            "Safari 17，iPhone",
        ),
        (f"Mozilla/5.0 (Linux; Android 13) {KIT} Chrome/111.0 Mobile MicroMessenger/8.0.49", "微信 8，安卓"),
        ("Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko", "IE 11，Windows 7"),
        ("curl/8.1 <script>", "其他浏览器"),
        ("", "其他浏览器"),
    ],
)
def test_a_browser_has_a_short_name(agent: str, name: str) -> None:
    assert short(agent) == name


def test_the_page_of_accounts_names_browsers_shortly(site: DeskSite) -> None:
    administrator = site[Role.ADMINISTRATOR]
    agent = f"Mozilla/5.0 (X11; Linux x86_64) {KIT} HeadlessChrome/130.0.6723.91 Safari/537.36"
    administrator.client.environ_base["HTTP_USER_AGENT"] = agent
    assert administrator.sign_in().status_code == 303
    shown = administrator.get("/accounts").text
    assert ">Chromium 130，Linux</span>" in shown and ">Mozilla" not in shown and "，Mozilla" not in shown
