"""The one look at the database that the parts of a page share: read only, opened by the first, closed with the request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import g
from psycopg.pq import TransactionStatus

from core.kernel.site import Site
from core.storage import Database, UnitOfWork
from core.storage.unit import driver_of
from core.web.visit import Visit

HELD = "looking"


@contextmanager
def looking(site: Site, present: Visit) -> Iterator[UnitOfWork]:
    """Lend a unit of work that writes nothing; one in which a statement has failed is given up for another."""
    held: tuple[ExitStack, UnitOfWork] | None = g.get(HELD)
    if held is not None and not _is_sound(held[1]):
        look_away()
        held = None
    if held is None:
        stack = ExitStack()
        unit = site.get(Database).unit(present.catalog, present.actor, channel="web", reading=True)
        held = (stack, stack.enter_context(unit))
        setattr(g, HELD, held)
    yield held[1]


def look_away(*_failure: object) -> None:
    """End the look, if there was one."""
    held: tuple[ExitStack, UnitOfWork] | None = g.pop(HELD, None)
    if held is not None:
        held[0].close()


def _is_sound(uow: UnitOfWork) -> bool:
    return driver_of(uow.connection).pgconn.transaction_status == TransactionStatus.INTRANS
