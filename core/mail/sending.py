"""Handing over what waits in the outbox: one mail after the other, each claimed before it leaves.

A mail is locked while a server is asked whether it will take it, and marked as *sending*, for good, before it is
handed over. A worker that dies before the mark leaves it waiting; one that dies behind it leaves a mail of which
nobody knows whether it left: it is never sent again by itself, so that nobody gets it twice, and `doctor` tells of it.
What a server surely has not taken is tried again, later and later. A mail of what is told of records is written for each try
anew; where nothing is left that its reader may read it is withdrawn.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from smtplib import SMTPException
from typing import Any, TypeAlias

import sqlalchemy as sa

from core.jobs import JobContext
from core.kernel.site import Site
from core.log import get_logger
from core.mail.outbox import WAITS, Letter, is_due, subject_of
from core.mail.transport import Later, Mark, Refused, Transport, sender_of, transport_of
from core.metadata.specs import Json
from core.storage import Database
from core.storage.kernel_tables import mail as core_mail

WITHDRAWN: Mapping[str, Any] = {"state": "withdrawn", "error": None}


Write: TypeAlias = Callable[[Site, Mapping[str, Json]], Letter | None]
"""Writes a mail of what it is made of; None where it is not to be sent any more."""


def send_waiting(context: JobContext, write: Write) -> Mapping[str, Json]:
    """Hand over all mail that is due; a site without a way out leaves it waiting."""
    settings = context.site.settings
    transport, sent = transport_of(settings), 0
    while transport is not None:
        outcome = _one(context, transport, sender_of(settings.mail_url), write)
        if outcome is None:
            break
        sent += outcome
        context.report(sent)
    return {"sent": sent}


def _one(context: JobContext, transport: Transport, sender: str, write: Write) -> int | None:
    """Hand over one due mail that no other worker holds; None where there is none."""
    c, database = core_mail.c, context.site.get(Database)
    due = (
        sa.select(*c)
        .where(is_due(database.now()))
        .order_by(c.next_at, c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with database.engine.connect() as connection:
        row = connection.execute(due).mappings().one_or_none()
        if row is None:
            return None

        def mark() -> None:
            attempts = {"state": "sending", "attempts": row["attempts"] + 1}
            connection.execute(sa.update(core_mail).where(c.id == row["id"]).values(attempts))
            connection.commit()

        mail = _written(row, context.site, write)
        values = _hand_over(transport, mail, sender, database.now(), mark) if mail else WITHDRAWN
        connection.execute(sa.update(core_mail).where(c.id == row["id"]).values(values))
        connection.commit()
    return int(values["state"] == "sent")


def _written(row: sa.RowMapping, site: Site, write: Write) -> dict[str, Any] | None:
    """Return a mail with its words; None where its reader may read nothing of it any more."""
    if row["made_of"] is None:
        return dict(row)
    letter = write(site, row["made_of"])
    if letter is None:
        return None
    return {**row, "subject": subject_of(letter.subject), "text": letter.text, "html": letter.html}


def _hand_over(
    transport: Transport, row: Mapping[str, Any], sender: str, now: datetime, mark: Mark
) -> dict[str, Any]:
    """Return what is to be written down of one mail."""
    attempts = int(row["attempts"]) + 1
    try:
        transport.send(message_of(row, sender), row["recipient"], mark)
    except Refused as refused:
        return {"state": "failed", "attempts": attempts, "error": str(refused)[:500]}
    except Later as failure:
        return _again(attempts, now, str(failure)[:500])
    except (OSError, SMTPException) as failure:  # whether it left is not known: it is not sent again
        get_logger("mail").error("mail_in_doubt", mail=row["id"], error=repr(failure))
        return {"state": "failed", "attempts": attempts, "error": f"in doubt: {failure!r}"[:500]}
    return {"state": "sent", "attempts": attempts, "sent_at": now, "error": None}


def _again(attempts: int, now: datetime, error: str) -> dict[str, Any]:
    if attempts > len(WAITS):
        return {"state": "failed", "attempts": attempts, "error": error}
    return {"state": "waiting", "attempts": attempts, "next_at": now + WAITS[attempts - 1], "error": error}


def message_of(row: Mapping[str, Any], sender: str) -> EmailMessage:
    """Return a mail as it goes over the wire; no value of its can become a header of its own."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = row["recipient"]
    message["Subject"] = row["subject"]
    message["Message-ID"] = row["message_id"]
    message["Date"] = format_datetime(row["created_at"])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row["text"])
    if row["html"]:
        message.add_alternative(row["html"], subtype="html")
    for one in row["attachments"] or ():
        main, _, sub = str(one["mime"]).partition("/")
        data = base64.b64decode(one["data"])
        message.add_attachment(
            data, maintype=main or "application", subtype=sub or "octet-stream", filename=one["name"]
        )
    return message
