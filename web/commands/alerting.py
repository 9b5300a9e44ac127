"""Telling somebody elsewhere that a night or a drill failed: by mail, and by a JSON object sent to an address."""

import errno
import json
import smtplib
import socket
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.client import HTTPException
from threading import Thread
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from archive.reasons import why
from web.installation.settings import Settings

# For one answer, and for all that is sent one way: who answers a byte at a time must not keep a night from its end.
SECONDS, LONGEST = 30.0, 120.0


def tell(
    settings: Settings, summary: str, what: str = "夜间任务没有全部做成", details: str = "gongkai nightly --last"
) -> list[str]:
    """Send what failed to those who are set, with the command that shows more.

    Returns a sentence for each way that did not work, which ends nothing.
    """
    subject = f"{settings.site_name}：{what}"
    summary = f"{summary}\n\n详情：{details}"
    problems = []
    for what, is_set, send in (
        ("邮件提醒", bool(settings.mail_server), _mail),
        ("提醒（GONGKAI_WEBHOOK）", bool(settings.webhook), _post),
    ):
        if is_set and (problem := _problem(send, settings, subject, summary)):
            problems.append(f"{what}没有发出：{problem}。")
    return problems


def _problem(send: Callable[[Settings, str, str], None], settings: Settings, subject: str, summary: str) -> str:
    """Send, and return why that did not work, "" if it did."""
    found = ["对方没有及时答复"]

    def attempt() -> None:
        try:
            send(settings, subject, summary)
            found.append("")
        except (OSError, HTTPException, ValueError) as error:
            found.append(_why(error))

    sending = Thread(target=attempt, daemon=True)
    sending.start()
    sending.join(LONGEST)
    return found[-1]


def _why(error: Exception) -> str:
    """Return a clause that says what is wrong, which quotes neither an answer nor what was sent."""
    match error:
        case HTTPError():
            moved = 300 <= error.code < 400
            return "对方转到了别的网址，请直接写最终的网址" if moved else f"对方答复 {error.code}"
        case URLError() if isinstance(error.reason, Exception):
            return _why(error.reason)
        case smtplib.SMTPAuthenticationError():
            return "邮件服务器不接受用户名和密码"
        case smtplib.SMTPRecipientsRefused():
            return f"邮件服务器不接受收件人 {'、'.join(error.recipients)}"
        case smtplib.SMTPResponseException() if error.smtp_code > 0:
            return f"邮件服务器答复 {error.smtp_code}"
        case smtplib.SMTPException() | HTTPException():
            return "对方没有按约定答复，请核对地址和端口"
        case socket.gaierror():
            return "找不到这个主机名，请核对"
        case ssl.SSLError():
            return "没有建立加密连接，请核对端口和对方的证书"
        case TimeoutError():
            return "对方没有及时答复"
        case ConnectionError():
            return "对方拒绝或者中断了连接，请核对地址和端口"
        case OSError(errno=errno.ENETUNREACH | errno.EHOSTUNREACH):
            return "网络不通，请检查网络"
    return why(error)


def _mail(settings: Settings, subject: str, summary: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, settings.mail_from, ", ".join(settings.mail_to)
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid()
    where = f"数据目录：{settings.data}\n机器：{socket.gethostname()}\n"
    message.set_content(f"{summary}\n{where}")
    server = urlsplit(settings.mail_server)
    secure, host = server.scheme == "smtps", str(server.hostname)
    context = ssl.create_default_context()
    opened = (
        smtplib.SMTP_SSL(host, server.port or 465, timeout=SECONDS, context=context)
        if secure
        else smtplib.SMTP(host, server.port or 25, timeout=SECONDS)
    )
    with opened as connection:
        connection.ehlo()
        if not secure and connection.has_extn("starttls"):
            connection.starttls(context=context)
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
        if refused := connection.send_message(message):
            # The others have got it.
            raise smtplib.SMTPRecipientsRefused(refused)


def _post(settings: Settings, subject: str, summary: str) -> None:
    told = {"site": settings.site_name, "subject": subject, "text": summary}
    body = json.dumps(told, ensure_ascii=False).encode()
    request = Request(settings.webhook, body, {"Content-Type": "application/json; charset=utf-8"})  # noqa: S310  # http(s), see the settings
    with build_opener(_NoOther).open(request, timeout=SECONDS) as answer:
        answer.read(1024)


class _NoOther(HTTPRedirectHandler):
    """Follows to no other address: there urllib would ask for a page, and send nothing."""

    def redirect_request(self, *_: object) -> None:
        return None
