"""The one look at the database that the parts of a page share: read only, opened by the first, closed with the request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from flask import g

from core.errors import PayvandError
from core.kernel.site import Site
from core.log import get_logger
from core.storage import Database, UnitOfWork
from core.storage.failures import translating
from core.storage.unit import is_broken
from core.web.visit import Visit

HELD = "looking"


@contextmanager
def looking(site: Site, present: Visit) -> Iterator[UnitOfWork]:
    """Lend a unit of work that writes nothing; one whose connection is gone is given up for another."""
    uow = open_look()
    if uow is None:
        look_away()
        stack = ExitStack()
        unit = site.get(Database).unit(present.catalog, present.actor, channel="web", reading=True)
        uow = stack.enter_context(unit)
        setattr(g, HELD, (stack, uow))
    with translating(present.catalog):  # the unit outlives this block: its own translation comes too late
        yield uow


def open_look() -> UnitOfWork | None:
    """Return the look that the page has open and that can still be asked, if there is one."""
    held: tuple[ExitStack, UnitOfWork] | None = g.get(HELD)
    return None if held is None or is_broken(held[1]) else held[1]


def look_away(*_failure: object) -> None:
    """End the look, if there was one. Nothing was written, so that a connection that broke loses nothing."""
    held: tuple[ExitStack, UnitOfWork] | None = g.pop(HELD, None)
    if held is None:
        return
    try:
        held[0].close()
    except PayvandError as failure:  # the answer stands already
        get_logger("web").warning("look_not_closed", error=type(failure).__name__)
