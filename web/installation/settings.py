"""Settings, read once from the environment and passed on explicitly.

========================= ==========================================================  =====================
variable                  meaning                                                     default
========================= ==========================================================  =====================
``GONGKAI_DATA``          folder of originals, catalogue and index                    ``gongkai-data``
``GONGKAI_DATABASE_URL``  the catalogue's SQLAlchemy URL                              SQLite in that folder
``GONGKAI_ENGINE_URL``    ``whoosh:`` (index in that folder) or ``whoosh:/folder``    ``whoosh:``
``GONGKAI_SITE_NAME``     the name on the pages                                       政府信息公开检索
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
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from archive.errors import BadSettings
from archive.store.folder import CATALOGUE, KEYS, STAFF
from indexer import gaps

# Requests computed at once. Others wait their turn, but network input and output never wait. A page is mostly Python,
# which runs one thread at a time: four are no faster than two, and each request takes longer (four users at 50,000
# documents: p95 73 ms with one thread, 76 to 90 with two, 99 to 147 with four). Two, so that one rare slow query does
# not keep everybody waiting.
THREADS = 2


SECOND_FACTOR = {"required": True, "optional": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one installation. ``data`` is absolute."""

    data: Path
    database_url: str
    engine_url: str
    site_name: str = "政府信息公开检索"
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

    @classmethod
    def at(cls, data: Path, site_name: str = "政府信息公开检索") -> "Settings":
        """Return the defaults, with everything inside one folder."""
        data = data.absolute()
        return cls(
            data,
            f"sqlite:///{data / CATALOGUE}",
            "whoosh:",
            site_name,
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


def _networks(name: str, text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise BadSettings(f"{name} 为“{text}”，应为以逗号隔开的地址或网段，如 10.1.2.3,10.1.7.0/24。") from error


def _address(name: str, text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query):
        raise BadSettings(f"{name} 为“{text}”，应为网站的地址，如 https://gongkai.example.gov.cn。")
    return text.rstrip("/")
