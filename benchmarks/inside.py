"""What has no address of its own yet, measured through `core.records` in this process: changing 1,000 records at once."""

from __future__ import annotations

import time

from benchmarks.data import OPPORTUNITIES
from benchmarks.hand_side import HandSide
from benchmarks.once import Pairs, timed
from benchmarks.payvand_data import Loaded, site_home
from benchmarks.payvand_side import DATABASE
from benchmarks.place import Place
from benchmarks.requests import Line
from core.app.compose import build_site
from core.config import Settings
from core.identity import Identity
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs


def measure_bulk(place: Place, loaded: Loaded, hand: HandSide, pairs: int) -> Pairs:
    """Change 1,000 opportunities in one transaction, in turn with one request to the other side."""
    site = build_site(Settings(home=site_home(place), database_url=place.url(DATABASE)))
    found, line = Pairs(), Line(hand.port)
    database, records = site.get(Database), site.get(Records)
    try:
        catalog, actor = site.get(Catalogs).current(), site.get(Identity).actor_of(loaded.people[1])
        for number in range(pairs + 1):
            theirs = timed(line, hand.bulk(number))
            first = number * 1000 % OPPORTUNITIES + 1
            started = time.perf_counter()
            with database.unit(catalog, actor) as uow:
                changes = {i: {"description": f"bulk {number}"} for i in range(first, first + 1000)}
                records.update_many(actor, "bench.opportunity", changes, uow=uow)
            ours = time.perf_counter() - started
            if number:  # the first one warms up
                found.hand.append(theirs)
                found.payvand.append(ours)
    finally:
        database.close()
    return found
