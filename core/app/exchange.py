"""The exchange room on offer: web processes know its part and its task, and load its code when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping

from core.jobs import JobContext, Task
from core.kernel.site import Site
from core.metadata.specs import Json

IMPORT = "exchange.import"
"""The task that imports a file."""


UNDO = "exchange.undo"
"""The task that takes an import back."""


def offer_exchange(site: Site) -> None:
    """Let ``site.get(Exchange)`` make the part on first use."""

    def make() -> object:
        from core.exchange.service import Exchange  # spreadsheets are not loaded at boot

        return Exchange(site)

    site.offer("core.exchange.service.Exchange", make)


def import_task() -> Task:
    """Return the task that imports a file."""
    return Task(name=IMPORT, run=_import)


def undo_task() -> Task:
    """Return the task that takes an import back."""
    return Task(name=UNDO, run=_undo)


def _undo(context: JobContext) -> Mapping[str, Json]:
    from core.exchange.undoing import run_undo  # the worker alone needs it

    return run_undo(context)


def _import(context: JobContext) -> Mapping[str, Json]:
    from core.exchange.running import run_import  # the worker alone needs it

    return run_import(context)
