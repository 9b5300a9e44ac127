"""The edition: which state of the public collection a page shows, and since when. Caches rely on it.

An edition changes with everything that can change a page: a publication or withdrawal (as soon as it is acknowledged),
a new live generation of the index, an index that has become stale, nights that failed, the day, the synonyms and best
bets, what the installation says of itself, and the program. It depends on nothing hidden.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from archive import VERSION
from archive.chinese.dates import OFFICE_TIME, office_today
from archive.reasons import why
from archive.store import publications
from indexer.errors import IndexUnusable
from web.installation import nights
from web.installation.services import Services

# Jobs run every night, so an index older than this means that one has failed.
_STALE = timedelta(hours=36)
_STAMP = "brought-up"
# A stamp is a line of about 25 characters. The clocks of two machines that share a folder may differ a little.
_LONGEST_STAMP = 64
_FIRST, _AHEAD = datetime(2000, 1, 1, tzinfo=UTC), timedelta(minutes=5)
_PROGRAM = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition, named by ``token``. ``as_of`` is when the index was last up to date; ``stale`` means too long ago.

    ``doubt`` says why ``as_of`` is unknown though it was recorded, otherwise "". ``night`` is when all jobs of a night
    were last done; ``late`` means too long ago. ``changed_at`` is when the collection last changed; ``today`` is the
    date at the office.
    """

    token: str
    as_of: datetime | None
    stale: bool
    doubt: str
    night: datetime | None
    late: bool
    changed_at: datetime | None
    today: date


def edition(services: Services) -> Edition:
    """Return the current edition. Raises KeyUnusable where nothing can be checked before it is shown."""
    services.catalogue.check_key()
    try:
        index = services.engine.generation()
        services.folds.current()
        services.names.current()
    except IndexUnusable:
        index = "none"
    as_of, doubt = stamped(services.settings.data)
    night = nights.last_good(services.settings.data)
    late = nights.is_late(night)
    last, changed_at = publications.last(services.catalogue)
    services.synonyms.current()
    services.best_bets.current()
    settings = services.settings
    itself = settings.site_name, settings.address, services.county, design()
    stale = as_of is not None and datetime.now(UTC) - as_of > _STALE
    beside = (
        services.typing_aids.made,
        services.folds.made,
        services.names.made,
        services.synonyms.stamp,
        services.best_bets.stamp,
        office_today(),
    )
    about = last, index, changed_at, as_of, stale, doubt, late, *beside, *itself
    token = hashlib.sha256(repr(about).encode()).hexdigest()[:16]
    return Edition(
        token,
        as_of.astimezone(OFFICE_TIME) if as_of else None,
        stale,
        doubt,
        night.astimezone(OFFICE_TIME) if night else None,
        late,
        changed_at,
        office_today(),
    )


def stamp(data: Path) -> None:
    """Record that the index is up to date with the archive now."""
    fresh = data / f".{_STAMP}"
    fresh.write_text(datetime.now(UTC).isoformat(timespec="seconds") + "\n", encoding="ascii")
    fresh.replace(data / _STAMP)


@cache
def design() -> str:
    """Return a name for this program with its pages, style and scripts. Each release has its own."""
    digest = hashlib.sha256(VERSION.encode())
    for folder in ("archive", "indexer", "web"):
        for path in sorted((_PROGRAM / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def stamped(data: Path) -> tuple[datetime | None, str]:
    """Return when the index was last up to date, and why that is not known if a record of it can't be believed."""
    path = data / _STAMP
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            told = lines.read(_LONGEST_STAMP).strip()
    except FileNotFoundError:
        return None, ""
    except OSError as error:
        return None, f"数据截至的时间读不出来（{_STAMP}：{why(error)}）。"
    try:
        stamped = datetime.fromisoformat(told)
        if _FIRST <= stamped <= datetime.now(UTC) + _AHEAD:
            return stamped, ""
    except (ValueError, TypeError):
        # No time, or one without a zone.
        pass
    return None, f"数据截至的时间不可信（{_STAMP} 写的不是一个过去的时间），请核对本机时钟，再运行 gongkai reindex。"
