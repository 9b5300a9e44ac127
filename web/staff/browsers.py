"""The name of a browser and its system, for people, out of what a browser says of itself."""

import re

# Each says that it is those below it, too: the first that is found is the one.
_BROWSERS = (
    ("微信", re.compile(r"MicroMessenger/(\d+)")),
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/(\d+)")),
    ("Opera", re.compile(r"OPR/(\d+)")),
    ("Firefox", re.compile(r"(?:Firefox|FxiOS)/(\d+)")),
    ("Chromium", re.compile(r"(?:Chromium|HeadlessChrome)/(\d+)")),
    ("Chrome", re.compile(r"(?:Chrome|CriOS)/(\d+)")),
    ("Safari", re.compile(r"Version/(\d+)[\d.]* (?:Mobile/\S+ )?Safari")),
    ("IE", re.compile(r"(?:MSIE |Trident/.*rv:)(\d+)")),
)
_SYSTEMS = (
    ("iPhone", re.compile("iPhone")),
    ("iPad", re.compile("iPad")),
    ("鸿蒙", re.compile("OpenHarmony|HarmonyOS")),
    ("安卓", re.compile("Android")),
    ("Windows 7", re.compile(r"Windows NT 6\.1")),
    ("Windows", re.compile("Windows")),
    ("macOS", re.compile("Mac OS X|Macintosh")),
    ("Linux", re.compile("Linux|X11")),
)


def short(agent: str) -> str:
    """Return a browser's short name.

    >>> short("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/130.0.0.0")
    'Chromium 130，Linux'
    """
    found = ((name, sign.search(agent)) for name, sign in _BROWSERS)
    browser = next((f"{name} {match[1]}" for name, match in found if match), "其他浏览器")
    system = next((name for name, sign in _SYSTEMS if sign.search(agent)), "")
    return f"{browser}，{system}" if system else browser
