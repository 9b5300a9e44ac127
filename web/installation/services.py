"""The parts of one installation, wired together."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from archive import maintained
from archive.decisions import review
from archive.describe import taxonomy
from archive.errors import BadSettings, BadTaxonomy
from archive.store import folder
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.seals import Seals
from indexer import folding, lexicon
from indexer.analyzer import Analyzer
from indexer.asking.synonyms import OWN_NAME, PACKAGED, SynonymFile
from indexer.engine import Engine, Folds
from indexer.engines.opening import open_engine, open_staff_engine
from indexer.errors import BadLexicon
from indexer.gaps import Gaps
from indexer.lexicon import Lexicon
from indexer.names import Names
from web.installation import best_bets, county
from web.installation.best_bets import BadBestBets, BestBets
from web.installation.county import County
from web.installation.opinions import Opinions
from web.installation.settings import SITE_NAME, Settings
from web.installation.typing_aids import Made, TypingAids

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Services:
    settings: Settings
    catalogue: Catalogue
    blobs: Blobs
    engine: Engine
    synonyms: SynonymFile
    typing_aids: TypingAids
    folds: Made[Folds]
    names: Made[Names]
    gaps: Gaps
    opinions: Opinions
    county: County
    best_bets: maintained.Kept[BestBets]

    @property
    def analyzer(self) -> Analyzer:
        """What cuts text as the live index does. It changes with the index."""
        return self.engine.analyzer()

    def close(self) -> None:
        self.engine.close()
        self.catalogue.close()


def open_services(settings: Settings, serving: bool = False, analyzer: Analyzer | None = None) -> Services:
    """Open an installation that ``making.make`` or a restore has made. Raises BadSettings, NoArchive, WrongUser.

    When ``serving``, people wait for answers, so typing aids, folds and names are made in the background.
    ``analyzer`` is one that is already loaded.
    """
    # Refuse an engine that this version lacks before anything is written.
    _ = settings.index_folder
    folder.require_owner(settings.data)
    folder.require_archive(settings.data)
    stated = _county(settings.data)
    if settings.site_name == SITE_NAME:
        settings = replace(settings, site_name=stated.name + SITE_NAME)
    _add_lists(settings.data / taxonomy.OWN_NAME)
    analyzer = analyzer or Analyzer(_lexicon(settings.data / lexicon.OWN_NAME))
    synonyms = SynonymFile(PACKAGED, settings.data / OWN_NAME)
    catalogue = Catalogue(settings.database_url, settings.data, keys=settings.keys)
    engine = open_engine(settings.engine_url, settings.data, analyzer, settings.cache_mb << 20, catalogue.keys)
    for id in review.reapply_withdrawals(catalogue):
        log.warning("文件 %s 曾经撤回，而数据库不知道（可能是恢复的旧备份），已再次撤回。", id)
    return Services(
        settings=settings,
        catalogue=catalogue,
        blobs=Blobs(settings.data / "blobs"),
        engine=engine,
        synonyms=synonyms,
        typing_aids=TypingAids(engine, synonyms, background=serving),
        folds=Made(engine, folding.folds, background=serving),
        names=Made(engine, Names, background=serving),
        gaps=Gaps(settings.data, settings.gaps_k, lambda text: engine.analyzer().is_word(text)),
        opinions=Opinions(settings.data, settings.gaps_k),
        county=stated,
        best_bets=maintained.Kept(settings.data / best_bets.FILE, BestBets.load, BadBestBets, BestBets()),
    )


def engine_alone(settings: Settings) -> Engine:
    """Open the citizens' index without the catalogue beside it. Close it after use. Raises BadLexicon, BadSettings."""
    analyzer = Analyzer(Lexicon.load(settings.data / lexicon.OWN_NAME))
    return open_engine(settings.engine_url, settings.data, analyzer, 1 << 20, Seals(settings.keys))


def staff_engine(opened: Services) -> Engine:
    """Open the index of everything that staff may find, which lies beside the citizens'. Close it after use.

    No process that serves the public calls this. It is built with the lexicon of today.
    """
    words = _lexicon(opened.settings.data / lexicon.OWN_NAME)
    known = opened.analyzer
    analyzer = known if known.lexicon == words else Analyzer(words)
    return open_staff_engine(opened.settings.data, analyzer, opened.settings.cache_mb << 20, opened.catalogue.keys)


def _county(data: Path) -> County:
    """Load what the installation says of its county. A slip in it stops neither a search nor a withdrawal."""
    try:
        return county.load(data)
    except BadSettings as error:
        log.error("%s 页面上暂时没有查阅点和受理机构。", error)
        return County()


def _add_lists(own: Path) -> None:
    """Add the installation's own issuers, topics and genres. A file that can't be used stops the intake only."""
    try:
        taxonomy.use(own)
    except BadTaxonomy as error:
        log.error("%s 暂用随软件提供的分类表。", error)


def _lexicon(own: Path) -> Lexicon:
    """Load the lexicon of today. A line that can't be used stops nobody from searching or deciding.

    It does stop a rebuild of the index, see ``web.commands.jobs``.
    """
    try:
        return Lexicon.load(own)
    except BadLexicon as error:
        log.error("%s 检索沿用现有索引的词。", error)
        return Lexicon.bare()
