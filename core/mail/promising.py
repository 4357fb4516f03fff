"""Promising a mail together with the job that hands it over."""

from __future__ import annotations

from core.jobs import Jobs
from core.mail.outbox import Mail, keep_mail
from core.storage import UnitOfWork

SEND = "mail.send"
_PROMISED = "mail.promised"


def promise_mail(uow: UnitOfWork, mail: Mail) -> bool:
    """Promise a mail: it leaves when, and only when, the unit of work is committed; False where its key was used before."""
    kept = keep_mail(uow, mail)
    if kept and uow.site is not None and uow.site.settings.mail_leaves and not uow.memo.get(_PROMISED):
        uow.memo[_PROMISED] = True
        uow.site.get(Jobs).defer(uow, SEND, {})
    return kept
