"""The outbox: mail that is to be sent, as rows in the transaction that wants it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.errors import Problem, ValidationFailed
from core.kernel.clock import latest
from core.metadata.specs import Json
from core.storage import UnitOfWork
from core.storage.kernel_tables import mail as core_mail

_ADDRESS = re.compile(r"[^@\s<>\"(),:;\\\[\]\x00-\x1f\x7f]{1,64}@[^@\s<>\"(),:;\\\[\]\x00-\x1f\x7f]{1,255}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
LONGEST_SUBJECT = 400
LONGEST_KEY = 200

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
"""How long a mail waits after each time that it was not taken; after the last it has failed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment:
    """A file that comes with a mail."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A mail to one address. ``key`` names it: of two with one key only the first is ever sent.

    What is told of records does not wait as words: ``made_of`` is what a letter is written of when it leaves.
    """

    to: str
    key: str
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    made_of: Mapping[str, Json] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MailState:
    """How a mail stands: waiting, sending (handed over, nobody knows whether it arrived), sent, failed or withdrawn."""

    state: str
    attempts: int
    error: str


def is_address(text: str) -> bool:
    """Tell whether a text is one e-mail address that a mail can be sent to."""
    return _ADDRESS.fullmatch(text) is not None and text.isascii()


def keep_mail(uow: UnitOfWork, mail: Mail) -> bool:
    """Put a mail into the outbox in this transaction; False where its key has been used before."""
    address = mail.to.strip()
    if not is_address(address):
        raise ValidationFailed(
            problems=[
                Problem(
                    code="bad_address",
                    message="{address} is no e-mail address.",
                    params={"address": address[:80]},
                )
            ]
        )
    statement = insert(core_mail).values(
        key=mail.key[:LONGEST_KEY],
        message_id=message_id(mail.key, address),
        recipient=address,
        subject=subject_of(mail.subject),
        text=mail.text,
        html=mail.html,
        attachments=[
            {"name": one.name, "mime": one.mime, "data": base64.b64encode(one.data).decode()}
            for one in mail.attachments
        ],
        made_of=None if mail.made_of is None else dict(mail.made_of),
        next_at=uow.now,
        created_at=uow.now,
    )
    made = uow.execute(statement.on_conflict_do_nothing(index_elements=["key"]).returning(core_mail.c.id))
    return made.scalar_one_or_none() is not None


def subject_of(text: str) -> str:
    """Return a text as a subject: in one line, which no header can follow."""
    return _CONTROL.sub(" ", text).strip()[:LONGEST_SUBJECT]


def mail_waits(uow: UnitOfWork) -> bool:
    """Tell whether there is mail to hand over now, and a way out."""
    if uow.site is None or not uow.site.settings.mail_leaves:
        return False
    c = core_mail.c
    due = sa.select(c.id).where(is_due(uow.now)).limit(1)
    return uow.execute(due).scalar_one_or_none() is not None


def is_due(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a mail waits for nothing: not for its moment, and not for one longer than it has to.

    The second is a mail whose moment was written before the clock was set back.
    """
    c = core_mail.c
    longest = sa.case(
        *((c.attempts == tried, latest(now, wait)) for tried, wait in enumerate(WAITS, start=1)),
        else_=latest(now),
    )
    return sa.and_(c.state == "waiting", sa.or_(c.next_at <= now, c.next_at > longest))


def message_id(key: str, address: str) -> str:
    """Return the Message-ID of a mail: always the same for the same key, so that servers know it again."""
    digest = hashlib.sha256(f"{key}\n{address}".encode()).hexdigest()[:40]
    return f"<{digest}@payvand.invalid>"


def state_of(uow: UnitOfWork, key: str) -> MailState | None:
    """Return how the mail with this key stands; None where there is none."""
    c = core_mail.c
    row = uow.execute(sa.select(c.state, c.attempts, c.error).where(c.key == key[:LONGEST_KEY])).one_or_none()
    return None if row is None else MailState(state=row[0], attempts=row[1], error=row[2] or "")


def failing(connection: sa.Connection) -> Iterable[tuple[str, int, str]]:
    """Return what keeps mail from leaving: state, how many, and the latest reason."""
    c = core_mail.c
    told = (
        sa.select(c.state, sa.func.count(), sa.func.max(c.error))
        .where(
            sa.or_(c.state == "failed", sa.and_(c.state == "waiting", c.attempts > 0), c.state == "sending")
        )
        .group_by(c.state)
        .order_by(c.state)
    )
    return [(row[0], row[1], row[2] or "") for row in connection.execute(told)]
