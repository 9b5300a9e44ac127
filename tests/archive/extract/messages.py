"""Writing mail and saved web pages for the tests."""

import quopri
from collections.abc import Mapping
from email.message import EmailMessage

HEADERS = {"From": "张三 <zhang@example.cn>", "To": "李四 <li@example.cn>", "Subject": "关于供热的通知"}


def mail(text: str, headers: Mapping[str, str] | None = None) -> EmailMessage:
    """Return a message with a plain text."""
    message = EmailMessage()
    for name, value in {**HEADERS, "Message-ID": "<1@example.cn>", **(headers or {})}.items():
        message[name] = value
    message.set_content(text)
    return message


def page(*parts: tuple[str, str, str | bytes], headers: str = "") -> bytes:
    """Return a web page saved in one file: parts with their kind, their place, and their content."""
    found = b"MIME-Version: 1.0\r\n" + headers.encode("gb18030")
    found += b'Content-Type: multipart/related; type="text/html"; boundary="=_x"\r\n\r\n'
    for kind, place, content in parts:
        data = content.encode() if isinstance(content, str) else content
        about = f"--=_x\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n"
        found += f"{about}Content-Location: {place}\r\n\r\n".encode() + quopri.encodestring(data) + b"\r\n"
    return found + b"--=_x--\r\n"
