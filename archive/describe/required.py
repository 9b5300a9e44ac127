"""Which facts a disclosure catalogue must state of a document, by its kind. Source: domain rules 1.3 and 3.1.

The day of disclosure is stated when there is one, so it is not asked of what waits. The attribute is asked by the
review itself.
"""

from archive.describe import docnumber
from archive.describe.docnumber import NumberKind
from archive.document import Metadata

ALWAYS = ("title", "index_code", "issuer", "written_on", "genre", "topic", "column")
# Of a normative document (规范性文件) also since when, until when and whether it is in force.
NORMATIVE = ("number", "effective_on", "expires_on", "validity")


def missing(metadata: Metadata, lists_persons: bool = False) -> tuple[str, ...]:
    """Return the names of the fields that a document of this kind must state and does not.

    What ``lists_persons`` must state until when it is public.
    """
    asked = (*ALWAYS, *(NORMATIVE if is_normative(metadata) else ()), *(("public_until",) if lists_persons else ()))
    return tuple(name for name in asked if not getattr(metadata, name))


def is_normative(metadata: Metadata) -> bool:
    """Tell whether a document is in a column of normative documents, or has a number of their register.

    >>> is_normative(Metadata("关于停车的通知", column="法定主动公开内容/规范性文件"))
    True
    """
    registered = any(
        each.kind is NumberKind.REGISTRATION for number in metadata.numbers for each in docnumber.find(number)
    )
    return registered or "规范性文件" in (metadata.column or "")
