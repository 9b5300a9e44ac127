"""Making a new installation: the one place where an archive begins."""

from archive.registers.requests.persons_key import PersonsKeys
from archive.store import folder
from archive.store.catalogue import Catalogue
from archive.store.space import make_reserve
from web.installation.settings import Settings


def make(settings: Settings) -> bool:
    """Make the data folder (0700) and an empty catalogue. Return False when there is an archive: nothing changes then.

    Raises BadSettings, CatalogueLost, WrongUser, and NoArchive for a folder in which other things lie.
    """
    data = settings.data
    folder.require_maker(data)
    if folder.holds_archive(data):
        return False
    folder.require_place(data)
    # Refuse an engine that this version lacks before anything is written.
    _ = settings.index_folder
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o700)
    Catalogue(settings.database_url, data, keys=settings.keys).close()
    PersonsKeys(settings.keys).make()
    # The last step, because it is what the folder is known by.
    folder.mark(data)
    make_reserve(data, spare=1)
    return True
