"""What is to be told at a document of its scans: pages that wait to be recognised, or were since it came in."""

from collections.abc import Iterator

from archive import recognition
from archive.document import Attachment, Document, recognised_pages
from archive.extract.pdf.recognised import is_text
from archive.extract.recognition.picture import RECOGNISABLE
from archive.extract.text.assemble import page_list
from archive.store.recognitions import Recognitions


def told(document: Document, kept: Recognitions) -> list[str]:
    """Return a sentence for each file with pages that only recognising can read, and what to do."""
    parts: tuple[Document | Attachment, ...] = (document, *document.attachments)
    return [sentence for part in parts for sentence in _told(part, kept)]


def _told(part: Document | Attachment, kept: Recognitions) -> Iterator[str]:
    if part.file.media_type not in RECOGNISABLE:
        return
    known = kept.of(part.file.digest)
    name = f"《{part.file.name}》第"
    if known.missing:
        how = "夜间自动识别" if recognition.available() else "识别的组件没有安装，请告诉维护人员运行 ./run ocr"
        yield f"待识别：{name} {page_list(known.missing)} 页是没有文字的图像，{how}。"
    read = recognised_pages(part.places)
    if since := [number for number, page in sorted(known.pages.items()) if number not in read and is_text(page)]:
        yield (
            f"已识别：{name} {page_list(since)} 页的文字由机器识别出来了，还没有收进这一版；"
            "重新读取原件后成为新的一版，再审查。"
        )
