"""Best bets: what staff want shown above the results of searches that they name.

They are lines of ``best-bets.tsv`` in the data folder, with four or five columns that tabs divide. Lines with "#" are
notes. ::

    # 检索词（几个用“、”隔开）  标题  地址  说明  到哪天为止（可以不写）
    低保、低保怎么办	最低生活保障怎样申请	3gzu453nyovp	向户籍所在地的镇人民政府提出申请。	2027-12-31

The address is a document's id, a page of this site (``/guide``, ``/search?q=…``), or an https address elsewhere. A
search has a bet if it is, but for spaces, punctuation and words of courtesy, one of its texts.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from pathlib import Path
from urllib.parse import urlsplit

from archive import maintained
from archive.chinese.dates import of_iso
from archive.chinese.text import normalise
from archive.errors import GongkaiError
from archive.plain import one_line

FILE = "best-bets.tsv"
MOST_LINES = 1000
MOST_ASKED = 30
LONGEST_ASKED = 40
LONGEST_TITLE = 80
LONGEST_TEXT = 200
LONGEST_ADDRESS = 500
_COLUMNS = (4, 5)
_ID = re.compile(r"(?:/documents/)?([0-9a-z]{1,32})")
# The pages that may be named. Files, and what programs read, are none.
_PAGE = re.compile(r"/(?:guide|guide/application|help|about|accessibility|browse/[^?#]+|search\?[^#]+)?(?:#[\w-]+)?")
# Another address of this site's documents would go round the question whether they are public.
_DOCUMENT_ELSEWHERE = re.compile(r"/documents/[2-7a-z]{12}(?:/|$)")
# What people write around what they ask, which makes no difference.
COURTESY = r"[\W_]+|请问|你好|您好|谢谢|麻烦|一下|[的呢吗啊呀]"
_COURTESY = re.compile(COURTESY)


class BadBestBets(GongkaiError):
    """A line of the file of best bets that can't be used; ``line`` counts from 1. ``field`` names its column."""

    def __init__(self, line: int, reason: str, field: str = "") -> None:
        super().__init__(f"检索推荐表第 {line} 行：{reason}")
        self.line = line
        self.reason = reason
        self.field = field


class Place(Enum):
    """What an address leads to."""

    DOCUMENT = auto()
    PAGE = auto()
    ELSEWHERE = auto()


@dataclass(frozen=True, slots=True)
class BestBet:
    """A line of the file. ``address`` is a document's id where ``place`` says so. ``until`` is the last day."""

    line: int
    asked: tuple[str, ...]
    title: str
    place: Place
    address: str
    text: str
    until: date | None = None


class BestBets:
    """An immutable table of them, by what is asked."""

    def __init__(self, bets: Iterable[BestBet] = ()) -> None:
        self.all = tuple(bets)
        self._by_asked: dict[str, list[BestBet]] = {}
        for bet in self.all:
            for form in dict.fromkeys(map(asked, bet.asked)):
                self._by_asked.setdefault(form, []).append(bet)

    @classmethod
    def load(cls, path: Path) -> "BestBets":
        """Load a file; where there is none, there are no bets. Raises BadBestBets, or OSError."""
        return cls.read(maintained.read(path) or b"")

    @classmethod
    def read(cls, raw: bytes) -> "BestBets":
        """Read what a file holds. Raises BadBestBets."""
        bets = []
        for at, said in lines_of(raw):
            bets.append(bet_of(at, said))
            if len(bets) > MOST_LINES:
                raise BadBestBets(at, f"超过 {MOST_LINES} 行，请删去不再需要的。")
        return cls(bets)

    def of(self, typed: str, today: date) -> list[BestBet]:
        """Return the bets of a search that are in effect today, in the order of the file."""
        return [bet for bet in self._by_asked.get(asked(typed), ()) if bet.until is None or today <= bet.until]


def asked(typed: str) -> str:
    """Return what a search asks, without what makes no difference.

    >>> asked("请问 低保怎么办的呢？") == asked("低保怎么办")
    True
    """
    return _COURTESY.sub("", normalise(typed))


def lines_of(raw: bytes) -> Iterator[tuple[int, str]]:
    """Yield the lines that are neither empty nor notes, with their numbers. Raises BadBestBets for what is no text."""
    try:
        # Editors on Windows write a byte order mark.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadBestBets(line, "不是 UTF-8 编码，请另存为 UTF-8。") from error
    for at, said in enumerate(text.split("\n"), 1):
        if (said := said.strip("\r ")).strip() and not said.startswith("#"):
            yield at, said


def bet_of(line: int, said: str) -> BestBet:
    """Read a line. Raises BadBestBets."""
    columns = [one_line(column) for column in said.split("\t")]
    if len(columns) not in _COLUMNS:
        wanted = "应有 4 或 5 栏（检索词、标题、地址、说明、截止日期），用制表符分隔"
        raise BadBestBets(line, f"{wanted}，这里有 {len(columns)} 栏。")
    typed, title, address, text, until = (*columns, "")[:5]
    told = (("标题", "title", title, LONGEST_TITLE), ("说明", "text", text, LONGEST_TEXT))
    for name, field, value, longest in told:
        if not value or len(value) > longest:
            raise BadBestBets(line, f"{name}应为 1 至 {longest} 个字，这里有 {len(value)} 个字。", field)
    place, to = _place(line, address)
    return BestBet(line, tuple(_asked(line, typed)), title, place, to, text, _until(line, until))


def _asked(line: int, typed: str) -> Iterator[str]:
    each = [part.strip() for part in typed.split("、") if part.strip()]
    if not 1 <= len(each) <= MOST_ASKED:
        raise BadBestBets(line, f"检索词应有 1 至 {MOST_ASKED} 个，用“、”隔开，这里有 {len(each)} 个。", "asked")
    for part in each:
        if len(part) > LONGEST_ASKED:
            raise BadBestBets(line, f"检索词“{part[:10]}…”超过 {LONGEST_ASKED} 个字。", "asked")
        if not asked(part):
            raise BadBestBets(line, f"检索词“{part}”只有标点和虚词，请写明要检索的词。", "asked")
        yield part


def _place(line: int, address: str) -> tuple[Place, str]:
    if len(address) <= LONGEST_ADDRESS and not re.search(r"[\s\"<>\\@]", address):
        if match := _ID.fullmatch(address):
            return Place.DOCUMENT, match[1]
        if _PAGE.fullmatch(address):
            return Place.PAGE, address
        try:
            parts = urlsplit(address)
            host = parts.hostname
        except ValueError:
            host = None
        if host and "." in host and parts.scheme == "https":
            if _DOCUMENT_ELSEWHERE.match(parts.path):
                raise BadBestBets(line, "本站的文件请直接写文件编号，不写网址：撤回以后就不再显示。", "address")
            return Place.ELSEWHERE, address
    can = "文件编号（如 3gzu453nyovp）、本站页面（如 /guide）或者 https:// 开头的网址"
    raise BadBestBets(line, f"地址“{address[:40]}”不能用，应为{can}。", "address")


def _until(line: int, until: str) -> date | None:
    try:
        return of_iso(until) if until else None
    except ValueError as error:
        raise BadBestBets(line, f"截止日期“{until[:20]}”应写成 2027-12-31 的样子。", "until") from error
