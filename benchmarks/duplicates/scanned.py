"""A table of people written through the one door, scanned by the job that everybody uses, and what it told."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.duplicates.truth import Pair, Truth
from core.access import Access
from core.app.work import work
from core.jobs import Jobs
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.records.duplicate_queue import MOST, DuplicateQueue
from core.records.scan_task import start_scan
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs

CONTACT, COMPANY = "contacts.contact", "contacts.account"
BATCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """The pairs by the places of their people, how long the scan took, and what the job said."""

    pairs: frozenset[Pair]
    seconds: float
    again: float
    result: Mapping[str, Any]


def scan_truth(site: Site, truth: Truth) -> Told:
    """Write the people, scan them, scan them again, and read the queue to its end."""
    system = system_actor("measurement")
    most = max(one.company for one in truth.people) + 1
    companies = _write(site, system, COMPANY, [{"name": f"Company {place}"} for place in range(most)])
    contacts = _write(site, system, CONTACT, list(truth.contacts(companies)))
    started = time.perf_counter()
    result = _scan(site, system)
    seconds, started = time.perf_counter() - started, time.perf_counter()
    _scan(site, system)
    places = {record: place for place, record in enumerate(contacts)}
    return Told(
        pairs=frozenset(
            (min(places[one], places[two]), max(places[one], places[two]))
            for one, two in _queue(site, system)
        ),
        seconds=seconds,
        again=time.perf_counter() - started,
        result=result,
    )


def _write(site: Site, system: Actor, entity: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    ids: list[int] = []
    catalog = site.get(Catalogs).current()
    for at in range(0, len(rows), BATCH):
        with site.get(Database).unit(catalog, system, reason="the data of the measurement") as uow:
            ids += [s.id for s in site.get(Records).create(system, entity, rows[at : at + BATCH], uow=uow)]
    return ids


def _scan(site: Site, system: Actor) -> Mapping[str, Any]:
    with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        job = start_scan(site.get(Access), site.get(Jobs), system, CONTACT, uow=uow)
    work(site, wait=False)
    status = site.get(Jobs).status(system, job)
    if status.state != "done":
        raise SystemExit(f"The scan ended as {status.state}: {status.error}")
    return status.result or {}


def _queue(site: Site, system: Actor) -> list[Pair]:
    found: list[Pair] = []
    cursor = ""
    while True:
        with site.get(Database).unit(site.get(Catalogs).current(), system, reading=True) as uow:
            page = site.get(DuplicateQueue).page(system, CONTACT, limit=MOST, cursor=cursor, uow=uow)
        found += [one.records for one in page.items]
        cursor = page.next
        if not cursor:
            return found
