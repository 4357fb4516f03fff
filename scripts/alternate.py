"""Two web processes and a worker on one database: add a field by one, use it by the other, 200 times by default.

python scripts/alternate.py [--times 200]; the server is PAYVAND_TEST_PG or an embedded one.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the story lives with the tests

from core.identity import Identity
from core.kernel.actor import Scope, system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.postgres import TestPostgres, close_run, open_run
from core.testing.site import MODULES, close_site, make_account, open_site, prepare_site
from tests.stories.two_processes.alternation import Outcome, Web, alternate, processes

ENTITY = "contacts.contact"
LOGIN = "admin@example.com"


def main() -> int:
    """Run, tell what was found, and fail where anything was wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=200)
    times = options.parse_args().times
    run = open_run()
    try:
        with tempfile.TemporaryDirectory() as home, TestPostgres.of_run(run).database() as url:
            outcome = _run(Path(home), url, times)
    finally:
        close_run(run)
    for line in outcome.wrong[:20]:
        print(line)
    print(
        f"{outcome.alternations} alternations, {len(outcome.wrong)} wrong; "
        f"adding {_told(outcome.adding)}, using {_told(outcome.using)}"
    )
    return 1 if outcome.wrong or outcome.alternations != times else 0


def _run(home: Path, url: str, times: int) -> Outcome:
    key = _prepare(home, url)
    with processes(str(home), url, (), ("web", "web", "worker")) as ports:
        first, second = (Web(port, key) for port in ports)
        return alternate(
            first, second, ENTITY, {"first_name": "Anna", "last_name": "Alternating"}, times, _tell
        )


def _prepare(home: Path, url: str) -> str:
    site = open_site(url, home)
    try:
        prepare_site(site, MODULES)
        system = system_actor("two processes")
        account = make_account(site, LOGIN, ["base.administrator"])
        with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
            return site.get(Identity).create_key(system, account, "two processes", (Scope(),), uow=uow)
    finally:
        close_site(site)


def _tell(done: int) -> None:
    if done % 20 == 0:
        print(f"{done} done", flush=True)


def _told(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1000:.0f} ms (most {max(seconds) * 1000:.0f})"


if __name__ == "__main__":
    raise SystemExit(main())
