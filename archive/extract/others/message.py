"""Reading mail (eml): what a mail program shows of a message, and what it encloses."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.limits import MIB
from archive.extract.others.joining import joined
from archive.extract.others.mime import enclosed_in, header, opened, pages_told, parsed
from archive.extract.text.assemble import NO_TEXT
from archive.extract.text.characters import clean, squeezed
from archive.extract.text.concealed import Concealed

_SHOWN = (("from", "发件人"), ("to", "收件人"), ("cc", "抄送"))
# What a message says of how it came, which its readers do not see.
_ROUTE = frozenset(("received", "x-originating-ip", "x-sender", "x-mailer", "user-agent", "return-path"))
_BEIJING = timezone(timedelta(hours=8))
_TOLD = 20
# How much all that a message encloses may be together: it comes from a limited process in one piece.
_MOST = 60 * MIB
_MOST_FILES = 200


def extract(path: Path) -> Extraction:
    """Extract the text of a message as a mail program shows it: who wrote to whom and when, then its text."""
    message = parsed(path.read_bytes())
    found = opened(message)
    concealed = Concealed()
    told: list[str] = []
    lines = [f"{label}：{value}" for name, label in _SHOWN if (value := header(message, name))]
    day = ""
    if when := header(message, "date"):
        try:
            sent = parsedate_to_datetime(when)
            sent = (sent if sent.tzinfo else sent.replace(tzinfo=UTC)).astimezone(_BEIJING)
        except (ValueError, TypeError, IndexError, OverflowError):
            lines.append(f"发送时间：{when}")
        else:
            day = sent.date().isoformat()
            lines.append(f"发送时间：{sent:%Y-%m-%d %H:%M}")
    texts = [body.read() for body in found.bodies]
    if found.events:
        said = squeezed("".join(line for text in texts for line in text.paragraphs))
        texts.append(Extraction(None, tuple(each for each in found.events if squeezed(each) not in said)))
    whole = joined(lines, texts)
    for body in found.others:
        _compare(body.read(), whole, concealed)
    concealed.add("密送", header(message, "bcc"))
    if any(key.lower() in _ROUTE for key, _ in message.raw_items()):
        told.append("邮件原件带有收发路径等邮件头，正文不显示，随原件一并公开；不宜公开的，请改用邮件的打印稿。")
    if found.enclosed:
        names = "、".join(f"“{name}”" for name, _ in found.enclosed[:_TOLD])
        more = "等" if len(found.enclosed) > _TOLD else ""
        told.append(f"邮件带有 {len(found.enclosed)} 个附件（{names}{more}），请核对是否都在本件的附件中。")
    told += [*found.told, *pages_told(found)]
    told += [each for text in texts for each in text.warnings if each != NO_TEXT]
    if not any(text.title or text.paragraphs for text in texts):
        told.append(NO_TEXT)
    return replace(
        whole,
        title=header(message, "subject") or next((text.title for text in texts if text.title), None),
        warnings=tuple(dict.fromkeys(told)),
        page_date=day or whole.page_date,
        concealed=(*(each for text in texts for each in text.concealed), *concealed.lines),
    )


def enclosed(path: Path, media_type: str) -> tuple[dict[str, object], bytes]:
    """Return the names and sizes of what a message encloses, and the contents one after another."""
    names: list[str] = []
    sizes: list[int] = []
    contents: list[bytes] = []
    for name, content in enclosed_in(parsed(path.read_bytes())):
        names.append(name)
        sizes.append(len(content))
        contents.append(content)
        if sum(sizes) > _MOST or len(names) > _MOST_FILES:
            raise ExtractionFailed(
                f"邮件的附件超过 {_MOST_FILES} 个，或者合计超过 {_MOST // MIB} MB。请把附件另存，与邮件正文分开提交。"
            )
    return {"names": names, "sizes": sizes}, b"".join(contents)


def _compare(other: Extraction, shown: Extraction, concealed: Concealed) -> None:
    """List what another form of the text says that the one that is shown doesn't."""
    seen = squeezed("".join(shown.paragraphs))
    for line in (other.title or "", *other.paragraphs):
        if squeezed(line) not in seen:
            concealed.add("邮件的另一种正文", clean(line))
