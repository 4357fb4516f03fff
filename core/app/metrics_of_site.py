"""`lookups`: what the databases of the sites and their processes say of themselves, when somebody reads the metrics."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from prometheus_client.core import GaugeMetricFamily, Metric

from core import __version__
from core.app.scheduled import LATEST, Standing
from core.app.sites import Sites
from core.config import Settings
from core.errors import PayvandError
from core.jobs.service import ALIVE, worker_alive
from core.kernel.site import Site
from core.storage import Database

JOBS = """SELECT state, count(*), extract(epoch FROM now() - min(created_at))::float8 FROM core_job
WHERE state IN ('queued', 'running', 'failed') GROUP BY state"""

MAIL = """SELECT state, count(*), extract(epoch FROM now() - min(created_at))::float8 FROM core_mail
WHERE state IN ('waiting', 'sending', 'failed') GROUP BY state"""

SESSIONS = "SELECT count(*) FROM core_session WHERE expires_at > now()"

MODULES = "SELECT state, count(*) FROM core_module GROUP BY state"

PATIENCE, LIMITS = 2, "-c statement_timeout=2000 -c default_transaction_read_only=on"
"""How many seconds a site besides the first is waited for: one whose database hangs must not hide all others."""

Rows = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Looked:
    """One site: the label that it has, its settings, how its database is asked, and how many modules are set aside, if known."""

    host: str
    settings: Callable[[], Settings]
    asking: Callable[[], AbstractContextManager[Rows]]
    quarantined: int | None


def lookups(
    site: Site, processes: Mapping[str, Iterable[int]], quarantined: Mapping[str, int]
) -> Iterator[Metric]:
    """Yield all that is not counted by processes, of the first site and of those beside it.

    ``processes`` are the ids of those that live, by web and worker; ``quarantined`` counts modules that are set aside, in the
    sites that this process has open.
    """
    about = GaugeMetricFamily("payvand_info", "What runs here.", labels=("version", "python"))
    about.add_metric((__version__, platform.python_version()), 1)
    yield about
    for kind, ids in processes.items():
        yield from _memory(kind, ids)
    told = _Told()
    for looked in _sites(site, quarantined):
        _look(looked, told)
    yield from told.families.values()


class _Told:
    """The families, each with what was found of every site."""

    def __init__(self) -> None:
        self.families: dict[str, GaugeMetricFamily] = {}

    def one(self, name: str, about: str, host: str, value: float) -> None:
        self._family(name, about, "site").add_metric((host,), value)

    def many(self, name: str, about: str, host: str, values: Mapping[str, float]) -> None:
        family = self._family(name, about, "site", "state")
        for state, value in values.items():
            family.add_metric((host, state), value)

    def _family(self, name: str, about: str, *labels: str) -> GaugeMetricFamily:
        return self.families.setdefault(name, GaugeMetricFamily(name, about, labels=labels))


def _sites(site: Site, quarantined: Mapping[str, int]) -> Iterator[Looked]:
    """Yield the first site and those beside it that are open."""

    @contextmanager
    def first() -> Iterator[Rows]:
        with site.get(Database).reading() as reader:
            yield reader.rows

    yield Looked(host="", settings=lambda: site.settings, asking=first, quarantined=quarantined.get("", 0))
    sites = Sites(site.settings)
    if sites.several:
        address = site.get(Database).engine.url.render_as_string(hide_password=False)
        for declared in sites.listed():
            if declared.is_open:
                settings = partial(sites.settings_of, declared, address)
                yield Looked(
                    host=declared.host,
                    settings=settings,
                    asking=partial(_beside, settings),
                    quarantined=quarantined.get(declared.host),
                )


@contextmanager
def _beside(settings: Callable[[], Settings]) -> Iterator[Rows]:
    """Ask the database of a site that this process may not have open: by one connection, given back at once."""
    address = settings().database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(address, autocommit=True, connect_timeout=PATIENCE, options=LIMITS) as connection:
        yield lambda statement: connection.execute(statement).fetchall()


def _look(looked: Looked, told: _Told) -> None:
    """Ask a site; a database that does not answer is told as such, and the rest goes on."""
    found = _Told()
    try:
        with looked.asking() as rows:
            _ask(looked, rows, found)
    except (PayvandError, psycopg.Error):
        found = _Told()
    up = 1 if found.families else 0
    told.one("payvand_database_up", "1 where the database answers.", looked.host, up)
    for name, family in found.families.items():
        told.families.setdefault(name, family)
        if told.families[name] is not family:
            told.families[name].samples.extend(family.samples)


def _ask(looked: Looked, rows: Rows, told: _Told) -> None:
    host = looked.host
    _by_state(told, host, "payvand_jobs", "Jobs", rows(JOBS), ("queued", "running", "failed"))
    _by_state(told, host, "payvand_mails", "Mails", rows(MAIL), ("waiting", "sending", "failed"))
    lives = worker_alive(rows(ALIVE))
    told.one("payvand_worker_up", "1 where a worker was heard of lately.", host, 1 if lives else 0)
    sessions = int(rows(SESSIONS)[0][0])
    told.one("payvand_sessions", "Sessions that have not ended.", host, sessions)
    states = {str(row[0]): int(row[1]) for row in rows(MODULES)}
    aside = looked.quarantined
    counts = {"enabled": states.get("enabled", 0) - (aside or 0), "disabled": states.get("disabled", 0)}
    if aside is not None:
        counts["quarantined"] = aside
    told.many("payvand_modules", "Modules that are installed, as this process has them.", host, counts)
    if looked.settings().backups:
        now = datetime.now(UTC)
        made = Standing.of(rows(LATEST), now).made
        age = float("inf") if made is None else (now - made).total_seconds()
        told.one("payvand_backup_age_seconds", "Seconds since the last backup was made.", host, age)


def _by_state(
    told: _Told,
    host: str,
    name: str,
    what: str,
    rows: Iterable[tuple[str, int, float]],
    states: Iterable[str],
) -> None:
    found = {state: (count, age) for state, count, age in rows}
    told.many(name, f"{what} by state.", host, {state: found.get(state, (0, 0.0))[0] for state in states})
    told.many(
        f"{name}_oldest_seconds",
        f"Seconds since the oldest of them was made, by state. {what} that there are none of: 0.",
        host,
        {state: max(found.get(state, (0, 0.0))[1], 0.0) for state in states if state != "failed"},
    )


def _memory(kind: str, processes: Iterable[int]) -> Iterator[Metric]:
    """Tell what processes take; what they share is counted once (proportional set size)."""
    sizes = [_size(process) for process in processes]
    done = {"web": "answered something", "worker": "run a job"}[kind]
    yield _one(
        f"payvand_{kind}_processes",
        f"The {kind} processes on this machine that have {done}.",
        len(sizes),
    )
    yield _one(f"payvand_{kind}_memory_bytes", "Memory of those processes, shared parts once.", sum(sizes))


def _size(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # it has just ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)
