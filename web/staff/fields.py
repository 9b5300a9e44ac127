"""What is known of a document, field by field: the value, where it was read, what is missing, and what may be typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import select

from archive.decisions import corrections
from archive.describe import fields, required, roll, taxonomy
from archive.document import Document, Validity
from archive.store.catalogue import Catalogue
from archive.store.tables import versions

# In the order of a disclosure catalogue.
_ORDER = (
    *("title", "number", "issuer", "written_on", "published_on", "genre", "topic", "column", "index_code"),
    *("validity", "effective_on", "expires_on", "public_until", "source_url"),
)
_HINTS = {
    "number": "如“云政发〔2019〕3号”；没有文号的留空",
    "issuer": "几个机构联合发文的，用顿号隔开",
    "topic": "有二级主题的，一级、二级之间用“/”隔开",
    "column": "上级、下级栏目之间用“/”隔开",
    "public_until": "名单类公示期满的那一天，如 2019-01-31；过了这一天，公众就看不到了，原件继续保存",
}
_MOST = 200
# For how many seconds the columns are kept, and until when those of each catalogue are.
_KEPT = 60.0
_COLUMNS: WeakKeyDictionary[Catalogue, tuple[float, list[str]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Field:
    """A field on a document's page. ``choices`` are all that it may be, ``suggestions`` what it often is."""

    name: str
    label: str
    value: str
    read_from: str
    missing: bool
    hint: str
    choices: Sequence[str] = ()
    suggestions: Sequence[str] = ()


def of(catalogue: Catalogue, document: Document) -> list[Field]:
    """Return the fields of a document."""
    metadata, lists = document.metadata, _suggestions(catalogue)
    texts = (document.text, *(part.text for part in document.attachments))
    missing = required.missing(metadata, lists_persons=roll.lists_persons(texts))
    return [
        Field(
            name=name,
            label=corrections.LABELS[name],
            value=str(getattr(metadata, name) or ""),
            read_from=metadata.sources.get(name, ""),
            missing=name in missing,
            hint=_HINTS.get(name, "如 2019-01-31" if name in fields.DAYS else ""),
            choices=[each.value for each in Validity] if name == "validity" else (),
            suggestions=lists.get(name, ()),
        )
        for name in _ORDER
    ]


def _suggestions(catalogue: Catalogue) -> dict[str, list[str]]:
    known = taxonomy.load()
    return {
        "genre": [each.name for each in known.genres],
        "topic": [each.name for each in known.topics],
        "issuer": [each.name for each in known.issuers][:_MOST],
        "column": _columns(catalogue),
    }


def _columns(catalogue: Catalogue) -> list[str]:
    """Return the columns that versions are in, as they were a minute ago at most: PostgreSQL reads all for them."""
    now = monotonic()
    until, known = _COLUMNS.get(catalogue, (now, []))
    if now >= until:
        column = select(versions.c.column).where(versions.c.column.is_not(None)).distinct().limit(_MOST)
        with catalogue.reading() as connection:
            known = sorted(connection.scalars(column))
        _COLUMNS[catalogue] = now + _KEPT, known
    return known
