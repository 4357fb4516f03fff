"""Quotes whose last day is over expire, each night."""

from __future__ import annotations

from collections.abc import Mapping

from core.sdk import JobContext, Json, look_up, records

EXPIRE = "sales.expire_quotes"
QUOTE = "sales.quote"
AT_ONCE = 200
OVER = "state == 'sent' and valid_until < $today"


def expire_quotes(context: JobContext) -> Mapping[str, Json]:
    """Expire what is over, some at a time; the day is that of the site's zone."""
    done = 0
    while True:
        with context.unit("the last day of the quote is over") as uow:
            found = [
                int(str(quote["id"]))
                for _, quote in zip(range(AT_ONCE), look_up(uow, QUOTE, ("id",), where=OVER), strict=False)
            ]
            for number in found:
                records(uow).transition(uow.actor, QUOTE, number, "expire", version=None, uow=uow)
        done += len(found)
        context.report(done)
        if len(found) < AT_ONCE:
            return {"expired": done}
