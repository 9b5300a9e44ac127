"""The parts of one installation, wired together."""

import logging
from dataclasses import dataclass

from archive.decisions import review
from archive.store import folder
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from indexer.analyzer import Analyzer
from indexer.asking.synonyms import OWN_NAME, PACKAGED, SynonymFile
from indexer.engine import Engine
from indexer.engines.opening import open_engine
from indexer.gaps import Gaps
from web.installation import county
from web.installation.county import County
from web.installation.settings import Settings
from web.installation.typing_aids import TypingAids

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    catalogue: Catalogue
    blobs: Blobs
    analyzer: Analyzer
    engine: Engine
    synonyms: SynonymFile
    typing_aids: TypingAids
    gaps: Gaps
    county: County

    def close(self) -> None:
        self.engine.close()
        self.catalogue.close()


def open_services(settings: Settings, serving: bool = False, analyzer: Analyzer | None = None) -> Services:
    """Open an installation that ``making.make`` or a restore has made. Raises BadSettings, NoArchive, WrongUser.

    When ``serving``, people wait for answers, so typing aids are made in the background. ``analyzer`` is one that is
    already loaded.
    """
    # Refuse an engine that this version lacks before anything is written.
    _ = settings.index_folder
    folder.require_owner(settings.data)
    folder.require_archive(settings.data)
    stated = county.load(settings.data)
    analyzer = analyzer or Analyzer()
    synonyms = SynonymFile(PACKAGED, settings.data / OWN_NAME)
    catalogue = Catalogue(settings.database_url, settings.data, keys=settings.keys)
    engine = open_engine(settings.engine_url, settings.data, analyzer, settings.cache_mb << 20, catalogue.keys)
    for id in review.reapply_withdrawals(catalogue):
        log.warning("文件 %s 曾经撤回，而数据库不知道（可能是恢复的旧备份），已再次撤回。", id)
    return Services(
        settings=settings,
        catalogue=catalogue,
        blobs=Blobs(settings.data / "blobs"),
        analyzer=analyzer,
        engine=engine,
        synonyms=synonyms,
        typing_aids=TypingAids(engine, analyzer, synonyms, background=serving),
        gaps=Gaps(settings.data, settings.gaps_k, analyzer.is_word),
        county=stated,
    )
