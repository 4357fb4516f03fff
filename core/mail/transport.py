"""How mail leaves the site: by SMTP, or into files where it is developed."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from core.config import Settings
from core.mail.captured import Captured

TIMEOUT = 20.0
"""Seconds that a server gets for each answer."""


class Refused(Exception):
    """The server says that this mail can never be delivered: its address is wrong, or its content."""


class Later(Exception):
    """The server did not take the mail this time, and surely has not: it may be tried again."""


Mark = Callable[[], object]
"""Called before the point from which on nobody can say whether a mail has left."""


class Transport(Protocol):
    """Hands one mail over."""

    def send(self, message: EmailMessage, recipient: str, mark: Mark) -> None:
        """Hand over; raise `Refused` or `Later` where it was surely not taken."""


class Smtp:
    """Hands mail to a server: smtp:// (with STARTTLS where it is offered) or smtps://."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    def send(self, message: EmailMessage, recipient: str, mark: Mark) -> None:
        """Hand over one mail in a connection of its own."""
        data = message.as_bytes(policy=SMTP)
        server = self._connect()
        try:
            self._announce(server, str(message["From"].addresses[0].addr_spec), recipient)
            mark()
            code, text = server.data(data)
            _check(code, text)
        finally:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _announce(self, server: smtplib.SMTP, sender: str, recipient: str) -> None:
        """Say from whom and to whom; up to here nothing has been handed over."""
        try:
            server.ehlo_or_helo_if_needed()
            for code, text in (server.mail(sender), server.rcpt(recipient)):
                _check(code, text)
        except UnicodeEncodeError as refused:
            raise Refused(str(refused)) from refused
        except (OSError, smtplib.SMTPException) as failure:
            raise Later(str(failure)) from failure

    def _connect(self) -> smtplib.SMTP:
        host, secure = self._url.hostname or "localhost", self._url.scheme == "smtps"
        context = ssl.create_default_context()
        try:
            if secure:
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    host, self._url.port or 465, timeout=TIMEOUT, context=context
                )
            else:
                server = smtplib.SMTP(host, self._url.port or 25, timeout=TIMEOUT)
                server.ehlo()
                if server.has_extn("starttls"):
                    server.starttls(context=context)
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
        except (OSError, smtplib.SMTPException) as failure:
            raise Later(str(failure)) from failure
        return server


class Folder:
    """Writes each mail into a folder, to be looked at: file:///path."""

    def __init__(self, url: str) -> None:
        self._folder = Path(unquote(urlsplit(url).path))

    def send(self, message: EmailMessage, recipient: str, mark: Mark) -> None:
        """Write one mail; the same Message-ID is the same file."""
        mark()
        self._folder.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        (self._folder / f"{name}.eml").write_bytes(message.as_bytes())


def transport_of(settings: Settings) -> Transport | None:
    """Return the way out that the settings name, None where there is none; while a site is tested nothing leaves it."""
    if settings.testing:
        return Captured(settings.home)
    url = settings.mail_url
    if not url:
        return None
    return Folder(url) if url.startswith("file:") else Smtp(url)


def sender_of(url: str) -> str:
    """Return the address that mail comes from: ``?from=`` of the setting, else one at its server."""
    parts = urlsplit(url)
    for pair in parts.query.split("&"):
        name, _, value = pair.partition("=")
        if name == "from" and value:
            return formataddr(("Payvand", unquote(value)))
    return formataddr(("Payvand", f"payvand@{parts.hostname or 'localhost'}"))


def _check(code: int, text: bytes | str) -> None:
    """Raise what an answer means that does not accept."""
    if not 200 <= code < 300:
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        raise (Refused if 500 <= code < 600 else Later)(f"{code} {words}")
