"""The way to what is public already, as an answer under article 36, item 1, tells it."""

from archive.document import Document

_ITEMS = "标题：{title}；{number}{day}网址：{address}；存档编号：{id}"


def way(document: Document, address: str) -> str:
    """Return the text for a letter: title, number, date, permanent address and archive number of a public document.

    ``address`` is that of the site, without a slash at the end; "" if it isn't known, and then a blank is left.
    """
    metadata = document.metadata
    when = metadata.written_on or metadata.published_on
    label = "成文日期" if metadata.written_on else "公开日期"
    items = _ITEMS.format(
        title=f"《{metadata.title.strip('《》')}》" if "《" not in metadata.title else metadata.title,
        number=f"文号：{metadata.number}；" if metadata.number else "",
        day=f"{label}：{when.year}年{when.month}月{when.day}日；" if when else "",
        address=f"{address or '（网站地址）'}/documents/{document.id}",
        id=document.id,
    )
    return f"您申请公开的信息已经主动公开。{items}。请打开上述网址查阅、下载，或者到政府信息查阅点按存档编号查阅。"
