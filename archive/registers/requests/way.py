"""The way to what is public already, as an answer under article 36, item 1, tells it."""

from collections.abc import Iterable

from archive.document import Document

_ITEMS = "标题：{title}；{number}{day}网址：{address}；存档编号：{id}。"
# Stands where the site's address isn't known. No letter is sent with it.
NO_SITE = "（网站地址）"
_HOW = "可以打开上述网址查阅、下载，也可以到政府信息查阅点按存档编号查阅。"


def way(documents: Iterable[Document], address: str) -> str:
    """Return the text for a letter: of each public document title, number, date, permanent address, archive number.

    The letter itself says before that it is public. ``address`` is that of the site, without a slash at the end; "" if
    it isn't known, and ``NO_SITE`` stands in its place.
    """
    return "\n".join([*(_items(document, address) for document in documents), _HOW])


def _items(document: Document, address: str) -> str:
    metadata = document.metadata
    when = metadata.written_on or metadata.published_on
    label = "成文日期" if metadata.written_on else "公开日期"
    return _ITEMS.format(
        title=f"《{metadata.title.strip('《》')}》" if "《" not in metadata.title else metadata.title,
        number=f"文号：{metadata.number}；" if metadata.number else "",
        day=f"{label}：{when.year}年{when.month}月{when.day}日；" if when else "",
        address=f"{address or NO_SITE}/documents/{document.id}",
        id=document.id,
    )
