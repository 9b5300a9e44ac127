"""Asking whether links of public documents open, politely, and never inside one's own network.

An address is resolved first and refused unless every address it has is a public one; the connection goes to just that
address, and each redirect is treated alike. Two are asked at once, each for at most 15 seconds, as robots.txt allows. A
site that turns programs away (403, 429, a challenge) says nothing about whether people see the page.
"""

import re
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Lock, Timer
from time import monotonic, sleep
from urllib.parse import quote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

from archive import VERSION
from archive.document import Document

# What the inspectors allow; at once; addresses that lead on; and bytes of a robots.txt.
SECONDS, AT_ONCE, HOPS, _ROBOTS = 15.0, 2, 8, 512 << 10
# Below it ports belong to other services, which no link of a document may have asked: mail, terminals.
_FREE_PORTS = 1024
# Seconds between two questions to one site.
PAUSE = 1.0
AGENT = f"gongkai/{VERSION}"
# As long as a finding can name.
_LONGEST = 500
_LINK = re.compile(r"https?://[^\s<>\"'“”‘’（）()【】《》，。；、！？|{}\\^`]+")
# Of IPv6 what the public network has. Outside are translations of IPv4 addresses, and forms that once were local.
_PUBLIC = ip_network("2000::/3")
# The government's own network (国家电子政务外网): allocated like public addresses, and none that the public reaches.
_GOVERNMENT = ip_network("59.192.0.0/10")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Of these a person may see the page all the same.
_UNSURE = frozenset({401, 402, 403, 407, 408, 425, 429, 451, 503})


class State(StrEnum):
    OPEN = "打得开"
    FAILED = "打不开"
    # Nothing is known of it.
    UNSURE = "说不准"


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a link, and why, as a clause. ``answered``: whether the other side was heard at all."""

    state: State
    why: str
    answered: bool = True


class _Refused(Exception):
    """An address that is not asked, with the reason."""


def of(document: Document) -> list[str]:
    """Return the links that a document has: where it came from, and what its text names."""
    named = (match.rstrip(".,;:!?") for match in _LINK.findall(document.text))
    found = dict.fromkeys([*filter(None, [document.metadata.source_url]), *named])
    return [each for each in found if len(each) <= _LONGEST and each.startswith(("http://", "https://"))]


class Asker:
    """Asks links. ``resolve`` and ``is_public`` are the network's, unless a test has its own."""

    def __init__(
        self,
        resolve: Callable[[str, int], Sequence[str]] | None = None,
        is_public: Callable[[str], bool] | None = None,
        pause: float = PAUSE,
    ) -> None:
        self._resolve = resolve or _resolved
        self._is_public = is_public or public
        self._pause = pause
        self._robots: dict[str, RobotFileParser | None] = {}
        self._last: dict[str, float] = {}
        self._lock = Lock()

    def all(self, links: Iterable[str], until: Callable[[], bool] = lambda: False) -> Iterator[tuple[str, Asked]]:
        """Ask links, two at once, until the time is over; yield each with what came of it."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            asked = pool.map(lambda link: None if until() else self.ask(link), wanted := [*links])
            yield from ((link, each) for link, each in zip(wanted, asked, strict=True) if each)

    def ask(self, link: str) -> Asked:
        """Ask one link, and those it leads on to."""
        ends, seen = monotonic() + SECONDS, set[str]()
        try:
            for _ in range(HOPS + 1):
                if link in seen:
                    return Asked(State.FAILED, "转来转去，没有终点")
                seen.add(link)
                if not self._may(link, ends):
                    return Asked(State.UNSURE, "对方的 robots.txt 不许程序访问")
                self._wait(link, ends)
                status, on, challenged, _ = self._get(link, ends, 0)
                if status not in _REDIRECTS or not on:
                    return _judged(status, challenged)
                link = urljoin(link, on)
            return Asked(State.FAILED, f"转了 {HOPS} 次以上")
        except _Refused as refused:
            return Asked(State.UNSURE, str(refused), answered=False)
        except ssl.SSLError:
            return Asked(State.UNSURE, "对方的证书不对")
        except socket.gaierror:
            return Asked(State.FAILED, "找不到这个主机名", answered=False)
        except TimeoutError:
            return Asked(State.FAILED, f"{SECONDS:.0f} 秒内没有打开", answered=False)
        except (OSError, HTTPException, ValueError):
            late = monotonic() >= ends
            why = f"{SECONDS:.0f} 秒内没有打开" if late else "连接不上，或者没有按约定答复"
            return Asked(State.FAILED, why, answered=False)

    def _get(self, link: str, ends: float, most: int) -> tuple[int, str, bool, bytes]:
        """Return status, where it leads on, whether a challenge stands before it, and up to ``most`` bytes."""
        parts = urlsplit(link)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _Refused("不是网页的网址")
        if parts.username or parts.password:
            raise _Refused("网址里有用户名或者密码")
        host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
        if port < _FREE_PORTS and port not in (80, 443):
            raise _Refused("不是网页的端口")
        addresses = self._resolve(host.encode("idna").decode() if not host.isascii() else host, port)
        if not addresses or not all(map(self._is_public, addresses)):
            raise _Refused("是内部网络的地址，没有访问")
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
        left = ends - monotonic()
        if left <= 0:
            raise TimeoutError
        with closing(socket.create_connection((addresses[0], port), timeout=left)) as opened:
            # Whoever answers a byte at a time has no more time than others. TLS takes the socket over: what is cut is
            # whichever has it by then.
            timer = Timer(max(0.0, ends - monotonic()), lambda: _cut(opened))
            timer.daemon = True
            timer.start()
            try:
                if parts.scheme == "https":
                    opened = ssl.create_default_context().wrap_socket(
                        opened, server_hostname=host, do_handshake_on_connect=False
                    )
                    opened.do_handshake()
                connection = HTTPConnection(host, port)
                connection.sock = opened
                connection.request(
                    "GET", path + query, headers={"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"}
                )
                answer: HTTPResponse = connection.getresponse()
                challenged = answer.headers.get("cf-mitigated") is not None
                return (
                    answer.status,
                    answer.headers.get("Location") or "",
                    challenged,
                    answer.read(most) if most else b"",
                )
            finally:
                timer.cancel()
                with suppress(OSError):
                    opened.close()

    def _may(self, link: str, ends: float) -> bool:
        """Tell whether a site's robots.txt allows a link. One that has none allows all."""
        parts = urlsplit(link)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            rules: RobotFileParser | None = RobotFileParser()
            try:
                self._wait(link, ends)
                status, on, _, raw = self._get(f"{site}/robots.txt", ends, _ROBOTS)
                if status in _REDIRECTS and on:
                    self._wait(urljoin(f"{site}/robots.txt", on), ends)
                    status, _, _, raw = self._get(urljoin(f"{site}/robots.txt", on), ends, _ROBOTS)
                if rules and status == 200:
                    rules.parse(raw.decode("utf-8", "replace").splitlines())
                else:
                    rules = None
            except (OSError, HTTPException, ValueError):
                # What is wrong shows when the link itself is asked.
                rules = None
            self._robots[site] = rules
        known = self._robots[site]
        return known is None or known.can_fetch(AGENT, link)

    def _wait(self, link: str, ends: float) -> None:
        site = urlsplit(link).netloc
        with self._lock:
            at = max(monotonic(), self._last.get(site, 0.0) + self._pause)
            self._last[site] = at
        sleep(min(max(0.0, at - monotonic()), max(0.0, ends - monotonic())))


def public(text: str) -> bool:
    """Tell whether an address is one of the public network, also behind a translation of it."""
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if isinstance(address, IPv6Address) and (address not in _PUBLIC or address.sixtofour or address.teredo):
        return False
    return address.is_global and not address.is_multicast and address not in _GOVERNMENT


def _judged(status: int, challenged: bool) -> Asked:
    if challenged or status in _UNSURE:
        return Asked(State.UNSURE, f"对方不答复程序（{status}）")
    return Asked(State.OPEN if status < 400 else State.FAILED, f"对方答复 {status}")


def _resolved(host: str, port: int) -> list[str]:
    return list(dict.fromkeys(str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)))


def _cut(opened: socket.socket) -> None:
    with suppress(OSError):
        opened.shutdown(socket.SHUT_RDWR)
