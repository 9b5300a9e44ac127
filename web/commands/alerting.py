"""Telling somebody elsewhere that a night failed: by mail, and by a JSON object sent to an address."""

import json
import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from archive.reasons import why
from web.installation.settings import Settings

SECONDS = 30.0


def tell(settings: Settings, summary: str) -> list[str]:
    """Send what failed to those who are set. Returns a sentence for each way that did not work, which ends nothing."""
    subject = f"{settings.site_name}：夜间任务没有全部做成"
    problems = []
    for what, is_set, send in (
        ("邮件提醒", bool(settings.mail_server), _mail),
        ("提醒（GONGKAI_WEBHOOK）", bool(settings.webhook), _post),
    ):
        try:
            if is_set:
                send(settings, subject, summary)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            told = why(error) if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException) else error
            problems.append(f"{what}没有发出：{told}")
    return problems


def _mail(settings: Settings, subject: str, summary: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, settings.mail_from, ", ".join(settings.mail_to)
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid()
    where = f"数据目录：{settings.data}\n机器：{socket.gethostname()}\n详情：gongkai nightly --last\n"
    message.set_content(f"{summary}\n\n{where}")
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
        connection.send_message(message)


def _post(settings: Settings, subject: str, summary: str) -> None:
    told = {"site": settings.site_name, "subject": subject, "text": summary}
    body = json.dumps(told, ensure_ascii=False).encode()
    request = Request(settings.webhook, body, {"Content-Type": "application/json; charset=utf-8"})  # noqa: S310  # http(s), see the settings
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  # likewise
        answer.read(1024)
