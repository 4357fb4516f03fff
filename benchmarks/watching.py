"""What metrics cost a request: the same requests of one site, with and without them, in turn within one process."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from werkzeug.test import Client

from benchmarks.payvand_data import site_home
from benchmarks.place import Place
from core.app.compose import build_site
from core.app.web import create_app
from core.config import Settings
from core.identity import Identity
from core.kernel.actor import Scope, system_actor
from core.kernel.site import Site
from core.lifecycle import Lifecycle
from core.log import set_up
from core.storage import Database, migrate
from core.storage.catalogs import Catalogs

BUDGET = 0.05
"""Of the processor time of a request, which metrics may take."""

ROUNDS, QUICK_ROUNDS = 60, 8
REQUESTS, QUICK_REQUESTS = 60, 15
WARM = 100

DATABASE = "payvand_watching"
INSTALLED = ("base", "contacts")
PATHS = {"an empty list over the API": "/api/v1/records/contacts.contact", "a page": "/sign-in"}
ROW = "| {name} | {without:.0f} | {with_it:.0f} | {more:+.0f} | {share:+.1%} | {verdict} |"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """Microseconds of processor time that one request took without metrics, and how many more with them."""

    name: str
    without: float
    more: float

    @property
    def share(self) -> float:
        """What metrics take of a request."""
        return self.more / self.without

    @property
    def kept(self) -> bool:
        """Tell whether that is no more than it may be."""
        return self.share <= BUDGET

    def row(self) -> dict[str, object]:
        """Return the figures by their names."""
        return {
            "name": self.name,
            "without": round(self.without, 1),
            "with_it": round(self.without + self.more, 1),
            "more": round(self.more, 1),
            "share": round(self.share, 4),
            "verdict": "kept" if self.kept else "missed",
        }


def cost_of(name: str, pairs: Sequence[tuple[float, float]]) -> Cost:
    """Return what comes of rounds, each of seconds a request without and with metrics, taken one after the other.

    The machine of a measurement is not the same for long: rounds are compared with the one beside them, and the median counts.
    """
    return Cost(
        name=name,
        without=statistics.median(off for off, _ in pairs) * 1e6,
        more=statistics.median(on - off for off, on in pairs) * 1e6,
    )


def measure_watching(place: Place, say: Callable[[str], None], *, quick: bool) -> list[Cost]:
    """Measure a new site, one path after the other: of requests that take little, metrics are the largest share."""
    set_up("error")  # as in use: no line of the log for each request, on either side
    place.create(DATABASE)
    settings = Settings(home=site_home(place), database_url=place.url(DATABASE))
    plain = build_site(settings, role="test")
    watched = build_site(replace(settings, metrics_token="m" * 32), role="test")
    try:
        migrate(plain.get(Database).engine)
        plain.get(Lifecycle).install(system_actor("measurement"), INSTALLED)
        headers = {"Authorization": f"Bearer {_key(plain)}"}
        sides = [create_app(site).test_client() for site in (plain, watched)]
        return [_measure(sides, name, path, headers, say, quick=quick) for name, path in PATHS.items()]
    finally:
        for site in (plain, watched):
            site.get(Database).close()
        place.drop(DATABASE)


def _measure(
    sides: Sequence[Client],
    name: str,
    path: str,
    headers: Mapping[str, str],
    say: Callable[[str], None],
    *,
    quick: bool,
) -> Cost:
    say(name)
    for side in sides:
        _seconds(side, path, headers, WARM)
    rounds, times = (QUICK_ROUNDS, QUICK_REQUESTS) if quick else (ROUNDS, REQUESTS)
    pairs = []
    for number in range(rounds):
        taken = {
            place: _seconds(sides[place], path, headers, times) / times
            for place in ((0, 1) if number % 2 else (1, 0))
        }
        pairs.append((taken[0], taken[1]))
    return cost_of(name, pairs)


def write_watching(results: Path, found: Sequence[Cost], about: Mapping[str, object], *, quick: bool) -> str:
    """Keep the figures of a whole run, and return them as a page."""
    rows = [one.row() for one in found]
    lines = [
        "# What metrics cost a request",
        "",
        "Microseconds of processor time of one process for each request, with `PAYVAND_METRICS_TOKEN` and without, in turn",
        "(`python -m benchmarks metrics`). What the database does meanwhile is not in it.",
        "",
        "| request | without, µs | with, µs | metrics, µs | share | |",
        "|---|---|---|---|---|---|",
        *(ROW.format(**row) for row in rows),
        "",
        f"Each may cost {BUDGET:.0%} of its request.",
        "",
        *(f"{name}: {value}  " for name, value in about.items()),
    ]
    text = "\n".join(lines).rstrip() + "\n"
    if not quick:
        (results / "metrics.md").write_text(text)
        (results / "metrics.json").write_text(
            json.dumps({"about": dict(about), "rows": rows}, indent=1) + "\n"
        )
    return text


def _key(site: Site) -> str:
    system = system_actor("measurement")
    with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        identity = site.get(Identity)
        account = identity.create_account(
            system, "watcher@example.com", None, ["base.administrator"], name="", uow=uow
        )
        return identity.create_key(system, account.id, "a key", [Scope()], uow=uow)


def _seconds(side: Client, path: str, headers: Mapping[str, str], times: int) -> float:
    """Return the seconds of processor time that so many requests took."""
    begun = time.process_time()
    for _ in range(times):
        answer = side.get(path, headers=headers, buffered=True)
        if answer.status_code != 200:
            raise SystemExit(f"{path}: {answer.status} instead of what was to be measured")
    return time.process_time() - begun
