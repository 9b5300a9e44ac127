"""Proposals at the desk: an entry says also whether its reply is public as it should be."""

from collections.abc import Mapping

from archive.errors import GongkaiError
from archive.registers.books import proposals
from archive.registers.books.book import Entry
from archive.registers.books.columns import text
from web.http.current import services
from web.staff.books.pages import pages


def _about(entry: Entry) -> Mapping[str, object]:
    id, public = text(entry.facts, "document"), text(entry.facts, "public")
    if not id:
        return {"heed": ["答复写明公开，还没有写明答复文件。"] if public == proposals.OPEN else []}
    try:
        services().catalogue.public(id)
    except GongkaiError:
        return {"heed": ["答复写明公开，而答复文件现在没有公开。"] if public == proposals.OPEN else []}
    return {"heed": ["答复写明不公开，而答复文件已经公开，请核对。"] if public == proposals.CLOSED else []}


proposing = pages(proposals.SPEC, _about)
