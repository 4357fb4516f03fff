"""Mail that is kept instead of sent, while a site is tested: one file each, which every process of the site can read."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from typing import Any

FOLDER = Path("testing") / "mail"


class Captured:
    """Keeps each mail that would leave in a folder of the site; the order of their names is that in which they left."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def send(self, message: EmailMessage, recipient: str, mark: Callable[[], object]) -> None:
        """Keep one mail; whoever looks finds it whole or not at all."""
        del recipient  # it stands in the header To
        mark()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.time_ns():020}-{os.getpid()}"
        whole = self._folder / f"{name}.new"
        whole.write_bytes(message.as_bytes(policy=SMTP))
        whole.rename(self._folder / f"{name}.eml")

    def read(self, recipient: str = "") -> Iterator[dict[str, Any]]:
        """Yield what was kept, the first first: to, from, subject, text, html, headers, names of attachments, and when."""
        for path in sorted(self._folder.glob("*.eml")):
            kept = message_from_bytes(path.read_bytes(), policy=default)
            assert isinstance(kept, EmailMessage)  # which is what the policy makes
            if not recipient or str(kept["To"]).casefold() == recipient.casefold():
                yield _told(kept, int(path.name.partition("-")[0]))

    def forget(self) -> None:
        """Throw away what was kept."""
        for path in self._folder.glob("*.eml"):
            path.unlink(missing_ok=True)


def _told(message: EmailMessage, nanoseconds: int) -> dict[str, Any]:
    return {
        "to": str(message["To"]),
        "from": str(message["From"]),
        "subject": str(message["Subject"]),
        "text": _content(message, "plain"),
        "html": _content(message, "html"),
        "headers": {name: str(value) for name, value in message.items()},
        "attachments": [part.get_filename() or "" for part in message.iter_attachments()],
        "at": datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(),
    }


def _content(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return "" if body is None else str(body.get_content())
