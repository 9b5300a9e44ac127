"""What holds instead of a document that no longer does: what ended it, or a search for what is in force."""

import logging
import re
from contextlib import suppress

from archive.decisions import relations, validity
from archive.decisions.relations import RelationKind
from archive.document import LAPSED, Document, Validity
from indexer.errors import IndexUnusable
from indexer.names import keys_of_title
from web.installation.services import Services
from web.search.find import matches
from web.search.params import SearchForm

log = logging.getLogger(__name__)
# Whose it is and of what kind, which is not what a title is about.
_WHOSE = re.compile(r"^(?:\w{2,6}?(?:自治县|[县市区旗省])(?=\w{4}))?(?:人民政府)?(?:办公室)?(?:关于)?")
_KIND = re.compile(
    r"(?:[（(][^（）()]{1,12}[）)]|试行|暂行|实施|管理|办法|规定|细则|规则|意见|方案|条例|制度|通知|通告|公告|决定|措施|工作|的)+$"
)
_SHORTEST, _LONGEST = 2, 30


def ended_by(services: Services, id: str) -> Document | None:
    """Return the public document that amended or repealed this one, as a person recorded or confirmed it."""
    found = [validity.ended_by(services.catalogue, id)]
    found += [
        other
        for kind, out, other in relations.confirmed(services.catalogue, id)
        if kind is RelationKind.REPEALS and not out
    ]
    documents = services.catalogue.public_many(other for other in found if other)
    return next((documents[other] for other in found if other in documents), None)


def instead(services: Services, document: Document) -> SearchForm | None:
    """Return a search for what is in force on a lapsed document's subject; None where there is nothing to find."""
    if document.metadata.validity not in LAPSED or not (words := subject(document.metadata.title)):
        return None
    form = SearchForm(q=words, filters={"validity": (Validity.IN_FORCE.value,)})
    with suppress(IndexUnusable):
        return form if matches(services, form) else None
    log.error("没有可用的索引，不能查找替代文件。")
    return None


def subject(title: str) -> str:
    """Return the words of a title that say what it is about, "" for none.

    >>> subject("关于印发《云溪县最低生活保障暂行办法》的通知"), subject("云溪县收费管理办法（试行）"), subject("通知")
    ('最低生活保障', '收费', '')
    """
    *_, name = keys_of_title(title)
    words = _KIND.sub("", _WHOSE.sub("", re.sub(r"[《》]", "", name)))
    return words if _SHORTEST <= len(words) <= _LONGEST else ""
