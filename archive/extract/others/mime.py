"""Taking apart mail and web archives (RFC 5322, 2045 to 2047, 2557): headers, what is shown, what is enclosed."""

import codecs
import email
import email.header
import html as entities
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from email import policy
from email.errors import HeaderParseError
from email.message import Message
from html import unescape
from urllib.parse import unquote

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.others import invitation, plain
from archive.extract.others.joining import of_frames
from archive.extract.text.characters import clean
from archive.extract.text.charset import decode
from archive.extract.webpage import html
from archive.extract.webpage.files import Saved, address_from
from archive.extract.webpage.page import parse

_ALIASES = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030"}
_LOCKED = frozenset(("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"))
_PAGES = ("text/html", "application/xhtml+xml")
_SIGNATURES = frozenset(("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature"))
_PACKS = frozenset(("application/ms-tnef", "application/vnd.ms-tnef"))
# Bytes of a header that are no ASCII, as the parser keeps them.
_BYTES = re.compile("[\udc80-\udcff]")
_LINK = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_BASE = re.compile(r"<base\b[^>]*>", re.IGNORECASE)
_FRAMESET = re.compile(r"<frameset\b", re.IGNORECASE)
_END_OF_STYLE = re.compile(r"</style", re.IGNORECASE)
# Encodings in which Chinese is written in bytes of ASCII, so that nothing but the message tells them.
_SEVEN_BITS = re.compile(r"hz|utf-7|iso2022")
# Where a page names what it shows, unlike what it links to; and what in that may be an address.
_SHOWING = re.compile(r"<(?!a\s|/)[^<>]*>|\burl\([^()<>]*\)", re.IGNORECASE)
_TOKEN = re.compile(r"""[^\s"'()<>]+""")
_DEPTH = 20
_LOCK = "邮件经过加密，无法读取。请解密后另存，再重新提交。"
_SEALED = "邮件连同正文封装在数字签名（smime.p7m）里，无法读取。请在邮件软件里打开，另存为不带签名的邮件后重新提交。"
_SIGNED = "-- "
_LOST = "邮件正文有字节无法识别，已显示为替换符，请与原件核对。"
_NESTED = "邮件嵌套过深，无法读取。请把其中的邮件另存，分开提交。"
_SIGNATURE = "邮件带有数字签名，没有验证，也没有作为附件收入；签名随邮件原件保留。"
_PACK = (
    "邮件带有 Outlook 专用格式的附件包（winmail.dat），其中的内容（可能有附件）没有读出，也没有收入。"
    "请在 Outlook 中打开邮件，把其中的附件另存，与邮件正文分开提交；或者请发件人改用 HTML 或纯文本格式重发。"
)
_INVITATION = "邮件带有日程邀请，其主题、时间、地点等已列在正文之后，没有作为附件收入，请与原件核对。"
_NO_INVITATION = "邮件带有日程邀请，其中没有读出日程，也没有作为附件收入，请在邮件软件里打开核对。"
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Body:
    """A text that is shown, as HTML or plain, with the warnings of its decoding, and the pages in its frames."""

    text: str
    is_html: bool
    warnings: tuple[str, ...] = ()
    saved: Saved = field(default_factory=Saved)
    frames: "tuple[Body, ...]" = ()

    def read(self, whole: bool = True) -> Extraction:
        """Read the text; ``whole`` for a page that is all document, without a site around it."""
        if self.is_html:
            page = html.from_text(self.text, self.warnings, whole, self.saved)
            return of_frames(page, [frame.read(whole) for frame in self.frames]) if self.frames else page
        return plain.from_text(self.text, self.warnings)


@dataclass(slots=True)
class Opened:
    """What a message holds: bodies in order, other forms of them that are not shown, what is enclosed, pages beside.

    ``events`` are lines of invitations, and ``told`` is what a reviewer should know of parts that are no attachments.
    """

    bodies: list[Body] = field(default_factory=list)
    others: list[Body] = field(default_factory=list)
    enclosed: list[tuple[str, bytes]] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    pages: int = 0
    # By what names a page shows what is enclosed, at its place among that.
    _shown_as: dict[int, list[str]] = field(default_factory=dict)

    def enclose(self, name: str, content: bytes, shown_as: list[str]) -> None:
        self._shown_as[len(self.enclosed)] = shown_as
        self.enclosed.append((name, content))

    def add(self, other: "Opened") -> None:
        """Add all that another holds but its bodies."""
        self._shown_as |= {len(self.enclosed) + at: names for at, names in other._shown_as.items()}
        self.others += other.others
        self.enclosed += other.enclosed
        self.events += other.events
        self.told += other.told
        self.pages += other.pages

    def leave_out_shown(self) -> None:
        """Leave out what the bodies show, as pictures in their text, of what is enclosed."""
        shown: set[str] = set()
        for body in self.bodies if any(self._shown_as.values()) else ():
            for place in _SHOWING.findall(body.text) if body.is_html else ():
                shown.update(unquote(entities.unescape(each)) for each in _TOKEN.findall(place))
        self.enclosed = [each for at, each in enumerate(self.enclosed) if shown.isdisjoint(self._shown_as.get(at, ()))]
        self._shown_as.clear()


def parsed(data: bytes) -> Message:
    """Parse a message. Raises ExtractionFailed for one that is nested too deeply."""
    try:
        return email.message_from_bytes(data.removeprefix(b"\xef\xbb\xbf"), policy=policy.compat32)
    except RecursionError as error:
        raise ExtractionFailed(_NESTED) from error


def header(message: Message, name: str) -> str:
    """Return a header as it is read, in whatever encoding it is written; "" if it is absent."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name), "")
    return decoded(raw)


def decoded(raw: str) -> str:
    """Decode the words of a header."""
    unfolded = re.sub(r"\r?\n[ \t]*", " ", raw)
    try:
        parts = email.header.decode_header(unfolded)
    except (HeaderParseError, ValueError):
        parts = [(unfolded, None)]
    return clean("".join(_word(*part) for part in parts))


def _word(word: bytes | str, charset: str | None) -> str:
    if isinstance(word, str) and not _BYTES.search(word):
        return word
    data = word.encode("utf-8", "surrogateescape") if isinstance(word, str) else word
    charset = _known(charset)
    if charset:
        try:
            return data.decode(_ALIASES.get(charset.lower(), charset))
        except UnicodeDecodeError:
            pass
    try:
        return decode(data, charset).text
    except ExtractionFailed:
        # A name is too short to tell its encoding by.
        return data.decode("gb18030", "replace")


def _known(charset: str | None) -> str | None:
    """Return the name of an encoding if there is one of that name for text; a message may state anything."""
    try:
        return charset if charset and b"x".decode(charset, "replace") else None
    except (LookupError, ValueError):
        return None


def opened(message: Message) -> Opened:
    """Take a message apart. Raises ExtractionFailed for one that is encrypted, or nested too deeply."""
    return _opened(message, 0)


def _opened(message: Message, depth: int) -> Opened:
    found = Opened()
    _open(message, found, depth)
    found.leave_out_shown()
    return found


def _open(part: Message, found: Opened, depth: int) -> None:
    kind = part.get_content_type()
    if kind in _LOCKED or depth > _DEPTH:
        is_sealed = str(part.get_param("smime-type", "")).lower() == "signed-data"
        raise ExtractionFailed(_NESTED if kind not in _LOCKED else _SEALED if is_sealed else _LOCK)
    if kind == "message/rfc822":
        inner = part.get_payload()
        # One that is cut off has no message in it.
        if isinstance(inner, list) and inner and isinstance(inner[0], Message):
            name = header(inner[0], "subject") or "转发的邮件"
            # Opened first, which bounds how deep it is.
            within = _opened(inner[0], depth + 1).enclosed
            found.enclosed.append((f"{_named(part, name)}.eml".replace(".eml.eml", ".eml"), inner[0].as_bytes()))
            found.enclosed += within
    elif kind == "message/delivery-status":
        # Nothing but groups of headers (RFC 3464).
        stated = "\n".join(
            f"{key}: {decoded(str(value))}" for each in _children(part) for key, value in each.raw_items()
        )
        found.bodies.append(Body(stated, is_html=False))
    elif kind == "multipart/alternative":
        _open_one(_children(part), found, depth)
    elif kind == "multipart/related":
        _open_related(part, found, depth)
    elif part.is_multipart():
        for each in _children(part):
            _open(each, found, depth + 1)
    elif kind in (*_PAGES, "text/plain") and not _is_enclosed(part):
        found.bodies.append(_body(part))
    else:
        _enclose(part, found)


def _enclose(part: Message, found: Opened) -> None:
    """Add what is enclosed, unless it is of the message itself: a signature, an invitation, a pack of Outlook's."""
    kind, name, content = part.get_content_type(), decoded(_file_name(part)).lower(), _content(part)
    if kind in _SIGNATURES or name.endswith(".p7s"):
        found.told.append(_SIGNATURE)
    elif kind in _PACKS or name == "winmail.dat":
        found.told.append(_PACK)
    elif kind == "text/calendar" or name.endswith(".ics"):
        try:
            lines, left = invitation.lines_of(_text(content, _known(part.get_content_charset()) or "utf-8")[0])
        except ExtractionFailed:
            lines, left = [], 0
        found.events += lines
        found.told.append(_INVITATION if lines else _NO_INVITATION)
        if left:
            found.told.append(f"日程过多，另有 {left} 项没有列入正文，请在邮件软件里打开核对。")
    elif content or name:
        found.enclose(_named(part, f"附件{len(found.enclosed) + 1}"), content, _names(part))


def _open_one(choices: list[Message], found: Opened, depth: int) -> None:
    """Open the best of several forms of a text: the last that has HTML, else the first (RFC 2046, 5.1.4)."""
    held = []
    for each in choices:
        inner = Opened()
        _open(each, inner, depth + 1)
        held.append(inner)
    shown = next((form for form in reversed(held) if any(body.is_html for body in form.bodies)), None)
    shown = shown or next((form for form in held if form.bodies), None)
    for form in held:
        if form is shown:
            found.bodies += form.bodies
        else:
            found.others += form.bodies
        found.add(form)


def _open_related(part: Message, found: Opened, depth: int) -> None:
    """Open a page and what belongs to it: pictures it shows, its style sheets, pages in its frames (RFC 2387, 2557)."""
    children = _children(part)
    start = str(part.get_param("start") or "").strip("<>")
    root = next((each for each in children if start and _identity(each) == start), None)
    root = root or next((each for each in children if _may_be_root(each)), None)
    if root is None:
        for each in children:
            _open(each, found, depth + 1)
        return
    before = len(found.bodies)
    _open(root, found, depth + 1)
    outer = str(part.get("Content-Location") or part.get("Content-Base") or "")
    own = address_from(outer, str(root.get("Content-Location") or ""))
    parts = {address: each for each in children if each is not root for address in _addresses(each, outer or own)}
    related = _Related(parts)
    found.bodies[before:] = [related.completed(body, own) for body in found.bodies[before:]]
    for each in children:
        kind = each.get_content_type()
        if each is root or each in related.framed or kind == "text/css":
            continue
        if kind in _PAGES and not _is_enclosed(each):
            found.pages += 1
        elif each.get_content_maintype() == "multipart" or kind == "message/rfc822":
            _open(each, found, depth + 1)
        elif not _is_furniture(each):
            _open(each, found, depth + 1)


class _Related:
    """The parts that are saved with a page, by their addresses; those that are read in frames are noted."""

    def __init__(self, parts: Mapping[str, Message]) -> None:
        self._parts = parts
        self._addresses = frozenset(parts)
        self._pages = frozenset(address for address, each in parts.items() if each.get_content_type() in _PAGES)
        self.framed: set[Message] = set()

    def completed(self, body: Body, place: str, depth: int = 0) -> Body:
        """Return a page with its style sheets in it, and with the pages in its frames if it is one of frames."""
        if not body.is_html:
            return body
        base = _BASE.search(body.text)
        saved = Saved(address_from(place, _attribute(base[0], "href")) if base else place, self._addresses, self._pages)
        frames = []
        if _FRAMESET.search(body.text) and depth < _DEPTH and not body.saved.parts:
            for frame in parse(body.text).iter("frame"):
                address = saved.address(frame.get("src") or "")
                part = self._parts.get(address) if address in self._pages else None
                if part is not None and part not in self.framed:
                    self.framed.add(part)
                    frames.append(self.completed(_body(part), address, depth + 1))
        text = self._with_sheets(body.text, saved)
        # What is saved with it alone is nearer.
        return (
            replace(body, text=text) if body.saved.parts else replace(body, text=text, saved=saved, frames=(*frames,))
        )

    def _with_sheets(self, page: str, saved: Saved) -> str:
        """Put the style sheets that a page takes from the archive into it, each once."""
        used: set[Message] = set()

        def put(link: re.Match[str]) -> str:
            part = self._parts.get(saved.address(_attribute(link[0], "href")))
            if part is None or part.get_content_type() != "text/css":
                return link[0]
            text = "" if part in used else _body(part).text
            used.add(part)
            return f"<style>{_END_OF_STYLE.sub('', text)}</style>"

        return _LINK.sub(put, page)


def _attribute(tag: str, name: str) -> str:
    """Return an attribute of a tag in the source of a page; "" if it is absent."""
    found = re.search(rf"""\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)'|([^"'\s>]+))""", tag, re.IGNORECASE)
    return unescape(next(filter(None, found.groups()), "")) if found else ""


def _children(part: Message) -> list[Message]:
    inner = part.get_payload()
    return [each for each in inner if isinstance(each, Message)] if isinstance(inner, list) else []


def _may_be_root(part: Message) -> bool:
    return part.get_content_type() in (*_PAGES, "multipart/alternative")


def _identity(part: Message) -> str:
    return str(part.get("Content-ID") or "").strip("<> \r\n")


def _names(part: Message) -> list[str]:
    """Return the addresses by which a page refers to a part of its archive."""
    identity, place = _identity(part), str(part.get("Content-Location") or "").strip()
    return [each for each in (f"cid:{identity}" if identity else "", place) if each]


def _addresses(part: Message, base: str) -> set[str]:
    """Return the addresses of a part as they may be resolved."""
    return {address_from(each, name) for name in _names(part) for each in (base, "")}


def _is_enclosed(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_file_name(part))


def _file_name(part: Message) -> str:
    """Return the name that a part states for what is in it, also one in plain bytes as many programs write it."""
    about = Message(policy.compat32)
    for key, value in part.raw_items():
        if key.lower() in ("content-disposition", "content-type"):
            written = str(value)
            about[key] = _word(written, None) if _BYTES.search(written) else written
    try:
        return about.get_filename() or ""
    except ValueError:
        # An encoding with a character of control in its name.
        return ""


def _is_furniture(part: Message) -> bool:
    """Tell whether a part of a saved page is none that anybody encloses: it has a place of its own, and no name."""
    return part.get("Content-Location") is not None and not _is_enclosed(part)


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _body(part: Message) -> Body:
    is_html = part.get_content_type() != "text/plain"
    text, warnings = _text(_content(part), _known(part.get_content_charset()))
    if str(part.get_param("format", "")).lower() == "flowed" and not is_html:
        text = _flowed(text, without_blank=str(part.get_param("delsp", "")).lower() == "yes")
    return Body(text, is_html, warnings)


def _text(content: bytes, charset: str | None) -> tuple[str, tuple[str, ...]]:
    if charset and content.isascii() and _SEVEN_BITS.match(codecs.lookup(charset).name):
        text = content.decode(charset, "replace")
        return text, (_LOST,) if "\ufffd" in text else ()
    found = decode(content, charset) if content.strip() else None
    return (found.text, found.warnings) if found else ("", ())


def _flowed(text: str, without_blank: bool) -> str:
    """Join the lines that a program broke: those that end with a blank, but for that before a signature (RFC 3676)."""
    lines: list[str] = []
    goes_on = False
    for line in text.splitlines():
        line = line.removeprefix(" ")
        # A quotation does not go on with what is none.
        if goes_on and not line.startswith(">") and not lines[-1].startswith(">") and line != _SIGNED:
            lines[-1] += line
        else:
            lines.append(line)
        goes_on = line.endswith(" ") and line != _SIGNED
        if goes_on and without_blank:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _named(part: Message, otherwise: str) -> str:
    """Return the name of what is enclosed, without a folder."""
    name = decoded(_file_name(part)) or otherwise
    name = re.sub(r"[\x00-\x1f]", "", name.replace("\\", "/").rpartition("/")[2]).strip(". ") or otherwise
    stem, dot, suffix = name.rpartition(".")
    return name if len(name) <= _LONGEST_NAME else f"{(stem or suffix)[: _LONGEST_NAME - 10]}{dot}{suffix[:8]}"


def enclosed_in(message: Message) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of what a message encloses, also in messages within it; each name once."""
    used: set[str] = set()
    for name, content in opened(message).enclosed:
        stem, dot, suffix = name.rpartition(".")
        shown, number = name, 1
        while shown.lower() in used:
            number += 1
            shown = f"{stem or suffix}（{number}）{dot + suffix if dot else ''}"
        used.add(shown.lower())
        yield shown, content


def pages_told(found: Opened) -> list[str]:
    """Return what a reviewer should know of pages that are not read."""
    return [f"其中另有 {found.pages} 个网页（框架等），没有收入正文，请在浏览器中核对。"] if found.pages else []
