"""A worker in a process of its own, for tests that kill it: `python -m tests.jobs.toiling HOME` with DATABASE_URL."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.app.compose import build_site
from core.app.work import work
from core.config import Settings
from core.jobs import JobContext, Jobs, Task
from core.kernel.actor import system_actor
from core.log import set_up
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs

FIXTURE_MODULES = Path(__file__).parent.parent / "fixtures" / "modules"
STEPS = 5
BLOCK = 3


Reached = Callable[[JobContext, int], object]


def toil(reached: Reached) -> Task:
    """Return a task that adds one shelf a step, and tells which step is committed."""

    def run(context: JobContext) -> Mapping[str, Any]:
        system = system_actor("toil")
        site = context.site
        done = int(str((context.checkpoint or {}).get("done", 0)))
        for step in range(done + 1, STEPS + 1):
            with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
                site.get(Records).create(system, "kit.shelf", [{"name": f"Shelf {step}"}], uow=uow)
                context.keep(uow, {"done": step}, done=step)
            reached(context, step)
            context.report(step, STEPS)
        return {"shelves": STEPS}

    return Task(name="kit.toil", run=run)


def _stay_at_the_block(context: JobContext, step: int) -> None:
    sys.stdout.write(f"{step}\n")
    sys.stdout.flush()
    while step == BLOCK:
        context.report(step)


def main() -> None:
    """Work until killed."""
    set_up("error")
    sys.path.append(str(FIXTURE_MODULES))
    site = build_site(Settings.from_environment(), role="worker", folders=[FIXTURE_MODULES])
    site.get(Catalogs).current()
    site.get(Jobs).register(toil(_stay_at_the_block))
    work(site)


if __name__ == "__main__":
    main()
