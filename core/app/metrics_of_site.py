"""`OfSite`: what the database of a site and its processes say of themselves, when somebody reads the metrics."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric

from core import __version__
from core.app.scheduled import LATEST, Standing
from core.errors import PayvandError
from core.hooks import Plugins
from core.jobs.service import ALIVE, worker_alive
from core.kernel.site import Site
from core.storage import Database, Reader

JOBS = """SELECT state, count(*), extract(epoch FROM now() - min(created_at))::float8 FROM core_job
WHERE state IN ('queued', 'running', 'failed') GROUP BY state"""

MAIL = """SELECT state, count(*), extract(epoch FROM now() - min(created_at))::float8 FROM core_mail
WHERE state IN ('waiting', 'sending', 'failed') GROUP BY state"""

SESSIONS = "SELECT count(*) FROM core_session WHERE expires_at > now()"

MODULES = "SELECT state, count(*) FROM core_module GROUP BY state"


class OfSite:
    """What is looked up; a database that does not answer is told as such, and the rest goes on."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def families(self, processes: Iterable[int]) -> Iterator[Metric]:
        """Yield everything that is not counted by processes."""
        about = GaugeMetricFamily("payvand_info", "What runs here.", labels=("version", "python"))
        about.add_metric((__version__, platform.python_version()), 1)
        yield about
        yield from _memory(processes)
        try:
            with self._site.get(Database).reading() as reader:
                found = list(self._asked(reader))
        except PayvandError:
            found = []
        yield _one("payvand_database_up", "1 where the database answers.", 1 if found else 0)
        yield from found

    def _asked(self, reader: Reader) -> Iterator[Metric]:
        yield from _by_state("payvand_jobs", "Jobs", reader.rows(JOBS), ("queued", "running", "failed"))
        yield from _by_state("payvand_mails", "Mails", reader.rows(MAIL), ("waiting", "sending", "failed"))
        alive = worker_alive(reader.rows(ALIVE))
        yield _one("payvand_worker_up", "1 where a worker was heard of lately.", 1 if alive else 0)
        yield _one("payvand_sessions", "Sessions that have not ended.", int(reader.value(SESSIONS)))
        states = {str(row[0]): int(row[1]) for row in reader.rows(MODULES)}
        quarantined = len(self._site.get(Plugins).quarantined)
        counts = {
            "enabled": states.get("enabled", 0) - quarantined,
            "disabled": states.get("disabled", 0),
            "quarantined": quarantined,
        }
        yield _many("payvand_modules", "Modules that are installed, as this process has them.", counts)
        if self._site.settings.backups:
            made = Standing.of(reader.rows(LATEST)).made
            age = float("inf") if made is None else (datetime.now(UTC) - made).total_seconds()
            yield _one("payvand_backup_age_seconds", "Seconds since the last backup was made.", age)


def _by_state(
    name: str, what: str, rows: Iterable[tuple[str, int, float]], states: Iterable[str]
) -> Iterator[Metric]:
    found = {state: (count, age) for state, count, age in rows}
    yield _many(name, f"{what} by state.", {state: found.get(state, (0, 0.0))[0] for state in states})
    yield _many(
        f"{name}_oldest_seconds",
        f"Seconds since the oldest of them was made, by state. {what} that there are none of: 0.",
        {state: max(found.get(state, (0, 0.0))[1], 0.0) for state in states if state != "failed"},
    )


def _memory(processes: Iterable[int]) -> Iterator[Metric]:
    """Tell what the web processes take; what they share is counted once (proportional set size)."""
    sizes = [_size(process) for process in processes]
    yield _one(
        "payvand_web_processes", "Web processes on this machine that have answered something.", len(sizes)
    )
    yield _one("payvand_web_memory_bytes", "Memory of those processes, shared parts once.", sum(sizes))


def _size(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # it has just ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def _one(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(name, about, value=value)


def _many(name: str, about: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=("state",))
    for state, value in values.items():
        family.add_metric((state,), value)
    return family
