"""Settings, read once from the environment and passed on explicitly.

========================= ==========================================================  =====================
variable                  meaning                                                     default
========================= ==========================================================  =====================
``GONGKAI_DATA``          folder of originals, catalogue and index                    ``gongkai-data``
``GONGKAI_DATABASE_URL``  the catalogue's SQLAlchemy URL                              SQLite in that folder
``GONGKAI_ENGINE_URL``    ``whoosh:`` (index in that folder) or ``whoosh:/folder``    ``whoosh:``
``GONGKAI_SITE_NAME``     the name on the pages                                       政府信息公开检索 of the
                                                                                      county in ``site.toml``
``GONGKAI_GAPS_K``        how often a search without hits was made before staff may   3
                          read it; at least 2
``GONGKAI_CACHE_MB``      megabytes of postings that a serving process keeps          96
``GONGKAI_OCR_SECONDS``   how long tesseract, if it is installed, may read a          25
                          picture; 0: pictures are kept without text
``GONGKAI_ADDRESS``       the site's public address, https://… , for addresses used   from the request
                          elsewhere (QR codes, feeds, site map)
``GONGKAI_TERMINALS``     addresses and networks of public query terminals, between   none
                          commas: ``10.1.2.3,10.1.7.0/24``
``GONGKAI_PROXIES``       number of your own reverse proxies in front, whose          0
                          ``X-Forwarded-*`` headers are trusted
``GONGKAI_RATE``          requests per minute allowed from one address; 0: no limit   300
``GONGKAI_KEYS``          folder of the keys of the seals                             ``keys`` in that folder
========================= ==========================================================  =====================

``GONGKAI_STAFF_DATABASE_URL`` is the SQLAlchemy URL of the staff's database, by default SQLite in the data folder.
Only the desk and the commands about accounts open it. ``GONGKAI_LEAST_QUERIES`` (2) and ``GONGKAI_LEAST_PLACES`` (1)
say what a search record has before an answer may rest on it that nothing is there. ``GONGKAI_CORRECTION_DAYS``, by
default 20, are the working days in which a correction that somebody asks for is decided;
``GONGKAI_REEVALUATION_MONTHS``, by default 12, are the months after which what is withheld is evaluated again.

``gongkai nightly`` makes its backups in ``GONGKAI_BACKUP`` (none without it), keeps the newest ``GONGKAI_BACKUP_KEEP``
(14), and ends what may take until the morning at ``GONGKAI_NIGHT_UNTIL`` (06:00). Between the times of day in
``GONGKAI_REBUILD_HOURS`` (``22:00-06:00``; by default always) an index that answers is built anew by itself. With
``GONGKAI_CHECK_LINKS`` (``yes``; by default ``no``) it asks other sites whether what documents link to is there.

A night that failed is told by mail through ``GONGKAI_MAIL_SERVER`` (``smtp://[user:password@]host[:port]``, or
``smtps:``) from ``GONGKAI_MAIL_FROM`` to ``GONGKAI_MAIL_TO``, and as JSON to the address ``GONGKAI_WEBHOOK``; neither
by default.
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from archive.chinese.dates import time_of_day
from archive.errors import BadSettings
from archive.store.folder import CATALOGUE, KEYS, STAFF
from indexer import gaps

# Requests computed at once. Others wait their turn, but network input and output never wait. A page is mostly Python,
# which runs one thread at a time: four are no faster than two, and each request takes longer (four users at 50,000
# documents: p95 73 ms with one thread, 76 to 90 with two, 99 to 147 with four). Two, so that one rare slow query does
# not keep everybody waiting.
THREADS = 2


SITE_NAME = "政府信息公开检索"
SECOND_FACTOR = {"required": True, "optional": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one installation. ``data`` is absolute."""

    data: Path
    database_url: str
    engine_url: str
    site_name: str = SITE_NAME
    gaps_k: int = gaps.K
    cache_mb: int = 96
    ocr_seconds: int = 25
    address: str = ""
    terminals: tuple[IPv4Network | IPv6Network, ...] = ()
    proxies: int = 0
    rate: int = 300
    keys: Path = Path()
    staff_database_url: str = ""
    # Whether those who decide sign in with a second factor; if not, it is theirs to set up.
    second_factor: bool = True
    # What a search record has before an answer may say that nothing is there.
    least_queries: int = 2
    least_places: int = 1
    # Working days; the regulation gives none.
    correction_days: int = 20
    # After how many months what is withheld is evaluated again.
    reevaluation_months: int = 12
    # What the night goes by.
    backup: Path | None = None
    backup_keep: int = 14
    night_until: time = time(6)
    # Between which times of day an index that answers may be built anew; None: at any.
    rebuild_hours: tuple[time, time] | None = None
    # Whether the night asks other sites whether what documents link to is there.
    check_links: bool = False
    mail_server: str = ""
    mail_from: str = ""
    mail_to: tuple[str, ...] = ()
    webhook: str = ""

    @classmethod
    def at(cls, data: Path) -> "Settings":
        """Return the defaults, with everything inside one folder."""
        data = data.absolute()
        return cls(
            data,
            f"sqlite:///{data / CATALOGUE}",
            "whoosh:",
            keys=data / KEYS,
            staff_database_url=f"sqlite:///{data / STAFF}",
        )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings. Raises BadSettings with the variable's name when a value can't be used."""
        plain = cls.at(_folder("GONGKAI_DATA", environment.get("GONGKAI_DATA") or "gongkai-data"))
        if plain.data.exists() and not plain.data.is_dir():
            raise BadSettings(f"GONGKAI_DATA 应当是一个文件夹，而 {plain.data} 不是。")

        def whole(name: str, usual: int, least: int, most: int) -> int:
            return _whole(name, environment.get(name) or str(usual), least, most)

        return cls(
            plain.data,
            environment.get("GONGKAI_DATABASE_URL") or plain.database_url,
            _engine("GONGKAI_ENGINE_URL", environment.get("GONGKAI_ENGINE_URL") or plain.engine_url),
            environment.get("GONGKAI_SITE_NAME") or plain.site_name,
            whole("GONGKAI_GAPS_K", plain.gaps_k, 2, 1000),
            whole("GONGKAI_CACHE_MB", plain.cache_mb, 1, 1 << 20),
            # Must stay below the time limit of a whole extraction.
            whole("GONGKAI_OCR_SECONDS", plain.ocr_seconds, 0, 50),
            _address("GONGKAI_ADDRESS", environment.get("GONGKAI_ADDRESS") or ""),
            _networks("GONGKAI_TERMINALS", environment.get("GONGKAI_TERMINALS") or ""),
            whole("GONGKAI_PROXIES", plain.proxies, 0, 5),
            whole("GONGKAI_RATE", plain.rate, 0, 1_000_000),
            _folder("GONGKAI_KEYS", environment.get("GONGKAI_KEYS") or str(plain.keys)),
            environment.get("GONGKAI_STAFF_DATABASE_URL") or plain.staff_database_url,
            _one("GONGKAI_SECOND_FACTOR", environment.get("GONGKAI_SECOND_FACTOR") or "required", SECOND_FACTOR),
            whole("GONGKAI_LEAST_QUERIES", plain.least_queries, 1, 9),
            whole("GONGKAI_LEAST_PLACES", plain.least_places, 0, 9),
            whole("GONGKAI_CORRECTION_DAYS", plain.correction_days, 1, 60),
            whole("GONGKAI_REEVALUATION_MONTHS", plain.reevaluation_months, 1, 60),
            _folder("GONGKAI_BACKUP", place) if (place := environment.get("GONGKAI_BACKUP")) else None,
            whole("GONGKAI_BACKUP_KEEP", plain.backup_keep, 1, 10_000),
            _clock("GONGKAI_NIGHT_UNTIL", environment.get("GONGKAI_NIGHT_UNTIL") or "06:00"),
            _hours("GONGKAI_REBUILD_HOURS", environment.get("GONGKAI_REBUILD_HOURS") or ""),
            _one("GONGKAI_CHECK_LINKS", environment.get("GONGKAI_CHECK_LINKS") or "no", {"yes": True, "no": False}),
            *_mail(environment),
            _webhook("GONGKAI_WEBHOOK", environment.get("GONGKAI_WEBHOOK") or ""),
        )

    @property
    def index_folder(self) -> Path:
        """Where an embedded engine keeps its generations. Raises BadSettings for an unknown engine."""
        # Loads the engine, which a command that only reads the settings need not wait for.
        from indexer.engines.opening import index_folder

        return index_folder(self.engine_url, self.data)


def _folder(name: str, text: str) -> Path:
    """Read a folder. A file of variables is read by no shell: ``~`` is taken for it, and nothing else."""
    if text[0] in "\"'" or "$" in text:
        raise BadSettings(
            f"{name} 为 {text}，而这里没有 shell 来解释引号和 $。请直接写文件夹的完整路径，如 /srv/gongkai。"
        )
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise BadSettings(
            f"{name} 为“{text}”，而没有这个用户的主目录。请写文件夹的完整路径，如 /srv/gongkai。"
        ) from error


def _engine(name: str, text: str) -> str:
    engine, colon, place = text.partition(":")
    return f"{engine}{colon}{_folder(name, place)}" if engine == "whoosh" and place.strip("/") else text


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise BadSettings(f"{name} 为“{text}”，应为 {least} 到 {most} 之间的整数。")
    return int(text)


def _one(name: str, text: str, words: Mapping[str, bool]) -> bool:
    if text not in words:
        raise BadSettings(f"{name} 为“{text}”，应为 {' 或 '.join(words)}。")
    return words[text]


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Read addresses and networks between commas. Raises ValueError."""
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def within(address: str | None, known: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Tell whether an address is one of these; what is no address is none."""
    try:
        asking = ip_address(address or "")
    except ValueError:
        return False
    return any(asking in network for network in known)


def _networks(name: str, text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return networks(text)
    except ValueError as error:
        raise BadSettings(f"{name} 为“{text}”，应为以逗号隔开的地址或网段，如 10.1.2.3,10.1.7.0/24。") from error


def _clock(name: str, text: str) -> time:
    try:
        return time_of_day(text)
    except ValueError as error:
        raise BadSettings(f"{name} 为“{text}”，应为钟点，如 06:00。") from error


def _hours(name: str, text: str) -> tuple[time, time] | None:
    if not text:
        return None
    begin, _, end = text.partition("-")
    try:
        hours = time_of_day(begin.strip()), time_of_day(end.strip())
    except ValueError as error:
        raise BadSettings(f"{name} 为“{text}”，应为从几时到几时，如 22:00-06:00。") from error
    if hours[0] == hours[1]:
        raise BadSettings(f"{name} 为“{text}”，起止不应相同；任何时候都可以的，不要设置。")
    return hours


def _mail(environment: Mapping[str, str]) -> tuple[str, str, tuple[str, ...]]:
    """Read where mail is sent through, from whom and to whom: all three or none."""
    names = ("GONGKAI_MAIL_SERVER", "GONGKAI_MAIL_FROM", "GONGKAI_MAIL_TO")
    server, sender, to = (environment.get(name) or "" for name in names)
    receivers = tuple(each.strip() for each in to.split(",") if each.strip())
    if not any((server, sender, receivers)):
        return "", "", ()
    if missing := [name for name, value in zip(names, (server, sender, receivers), strict=True) if not value]:
        raise BadSettings(f"要发邮件提醒，还须设置 {'、'.join(missing)}。")
    try:
        parts = urlsplit(server)
        usable = parts.scheme in ("smtp", "smtps") and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        # A password in it is not repeated.
        raise BadSettings("GONGKAI_MAIL_SERVER 应为邮件服务器的地址，如 smtp://mail.example.gov.cn:25。")
    for name, each in (("GONGKAI_MAIL_FROM", sender), *(("GONGKAI_MAIL_TO", each) for each in receivers)):
        if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", each):
            raise BadSettings(f"{name} 为“{each}”，应为电子邮件地址，几个之间以逗号隔开。")
    return server, sender, receivers


def _webhook(name: str, text: str) -> str:
    usable = text.isascii() and text.isprintable() and " " not in text and "@" not in text.split("?")[0]
    if text and not (usable and _is_web(text)):
        # What makes it secret is not repeated.
        raise BadSettings(
            f"{name} 应为接收提醒的网址，如 https://oa.example.gov.cn/notify：不含用户名，其中的汉字写成 %E9 的形式。"
        )
    return text


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(parts.scheme in ("http", "https") and parts.hostname and parts.port != 0)
    except ValueError:
        return False


def _address(name: str, text: str) -> str:
    if text and (not _is_web(text) or urlsplit(text).path.strip("/") or urlsplit(text).query):
        raise BadSettings(f"{name} 为“{text}”，应为网站的地址，如 https://gongkai.example.gov.cn。")
    return text.rstrip("/")
