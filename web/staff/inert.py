"""A public page made harmless: nothing in it leads anywhere, runs, or sends anything, but what is expressly kept."""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

# What would run, fetch, or tell a program about the page, and is left out with its content.
_GONE = frozenset({"script", "noscript"})
# Other links of a page's head lead programs elsewhere.
_LOOKS = frozenset({"stylesheet", "icon"})
# What a form consists of; disabled, it shows and does nothing.
_CONTROLS = frozenset({"input", "button", "select", "textarea"})
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_ADDRESSES = frozenset({"href", "src", "action", "formaction", "srcset", "ping", "xlink:href", "data", "poster"})


def inert(page: str, leads_to: Callable[[str], str | None]) -> str:
    """Return a page in which every address is the one that ``leads_to`` gives for it, or none.

    It is asked for the addresses of links, style sheets and pictures; those of forms and all others go. Scripts and
    what refreshes a page are left out, and the controls of forms are disabled.
    """
    written = _Inert(leads_to)
    written.feed(page)
    written.close()
    return "".join(written.made)


class _Inert(HTMLParser):
    def __init__(self, leads_to: Callable[[str], str | None]) -> None:
        super().__init__(convert_charrefs=False)
        self.made: list[str] = []
        self._leads_to = leads_to
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _GONE:
            self._within = self._within or tag
        if self._within:
            return
        if not _NAME.fullmatch(tag):
            # A name that no element has, which browsers may read otherwise: it stays as text.
            self.made.append(escape(self.get_starttag_text() or ""))
            return
        if tag == "meta" and any(name == "http-equiv" for name, _ in attrs):
            return
        kept = self._kept(attrs)
        if tag == "link" and dict(attrs).get("rel") not in _LOOKS:
            return
        if tag in _CONTROLS:
            kept.append(("disabled", None))
        # The names of an SVG's elements have capitals, which only the text of the tag still has.
        name = (self.get_starttag_text() or f"<{tag}")[1 : len(tag) + 1]
        self.made.append(f"<{name}{''.join(map(_attribute, kept))}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if not self._within and self.made and self.made[-1].endswith(">"):
            self.made[-1] = f"{self.made[-1][:-1]}/>"
        elif self._within == tag:
            self._within = ""

    def _kept(self, attrs: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
        kept: list[tuple[str, str | None]] = []
        for name, value in attrs:
            if name in _ADDRESSES:
                address = self._leads_to(value or "")
                if address is not None and name in ("href", "src"):
                    kept.append((name, address))
            elif _NAME.fullmatch(name) and not name.startswith("on") and name != "style":
                kept.append((name, value))
        return kept

    def handle_endtag(self, tag: str) -> None:
        if self._within:
            self._within = "" if tag == self._within else self._within
        elif _NAME.fullmatch(tag):
            self.made.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._within:
            # A tag too broken for this parser comes as text, and text it stays for every browser.
            self.made.append(data.replace("<", "&lt;"))

    def handle_entityref(self, name: str) -> None:
        self.handle_data(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.handle_data(f"&#{name};")

    def handle_decl(self, decl: str) -> None:
        self.made.append(f"<!{decl}>")


def _attribute(attribute: tuple[str, str | None]) -> str:
    name, value = attribute
    return f" {name}" if value is None else f' {name}="{escape(value)}"'
