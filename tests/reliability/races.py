"""Races on a real site, one round at a time: the tests run a few rounds, ``scripts/hammer.py`` many."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from core.errors import PayvandError, ValidationFailed, VersionConflict
from tests.reliability.conftest import Depot

Outcome = object
"""What a piece of work returned, or what it raised."""

WRONG_BINS = """
SELECT b.id, b.filled, b.weight, b.first_code, r.* FROM depot_bin b CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE i.broken IS NOT TRUE) AS filled, coalesce(sum(i.weight), 0) AS weight,
           (array_agg(i.code ORDER BY i.id) FILTER (WHERE i.broken IS NOT TRUE))[1] AS first_code
    FROM depot_item i WHERE i.bin = b.id AND i.deleted_at IS NULL) r
WHERE (b.filled, b.weight, b.first_code) IS DISTINCT FROM (r.filled, r.weight, r.first_code)
"""


def together(works: Sequence[Callable[[], object]]) -> list[Outcome]:
    """Start all at the same moment; return what each returned or raised."""
    everybody = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> Outcome:
        everybody.wait()
        try:
            return work()
        except PayvandError as refused:
            return refused

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def same_version(depot: Depot, writers: int = 12) -> Counter[str]:
    """Let many change one record of which all have seen the same version; return how it ended for them."""
    (number,) = depot.create("depot.bin", {"name": f"bin {random.random()}"})

    def write(n: int) -> Callable[[], object]:
        return lambda: depot.update("depot.bin", number, {"remark": f"by {n}"}, version=1)

    ends = together([write(n) for n in range(writers)])
    winners = [n for n, end in enumerate(ends) if not isinstance(end, PayvandError)]
    stored = depot.get("depot.bin", number)
    assert stored["version"] == 1 + len(winners)
    assert [stored["remark"]] == [f"by {n}" for n in winners]
    return Counter("won" if n in winners else _name(end, VersionConflict) for n, end in enumerate(ends))


def same_value(depot: Depot, writers: int = 16) -> Counter[str]:
    """Let many insert the same unique value; return how it ended for them."""
    name = f"unique {random.random()}"
    ends = together([lambda: depot.create("depot.bin", {"name": name})] * writers)
    for end in ends:
        if isinstance(end, ValidationFailed):
            assert [(p.field, p.code) for p in end.problems] == [("name", "taken")]
    assert depot.rows(f"SELECT count(*) FROM depot_bin WHERE name = '{name}'") == [(1,)]
    return Counter(_name(end, ValidationFailed) if isinstance(end, PayvandError) else "won" for end in ends)


def moving_items(depot: Depot, *, threads: int = 8, steps: int = 12, seed: int = 0) -> Counter[str]:
    """Add, move, change and delete items of a few bins all at once; return what was done and what was given up."""
    bins = depot.create("depot.bin", *({"name": f"{seed} {n} {random.random()}"} for n in range(3)))
    done: Counter[str] = Counter()

    def work(thread: int) -> Callable[[], object]:
        chance, mine = random.Random(f"{seed} {thread}"), []

        def once(step: int) -> str:
            act = chance.choice(("add", "add", "move", "change", "delete", "through")) if mine else "add"
            if act == "add":
                values = {
                    "code": f"{thread}-{step}",
                    "bin": chance.choice(bins),
                    "weight": chance.randrange(100),
                }
                mine.extend(depot.create("depot.item", values))
            elif act == "move":
                depot.update("depot.item", chance.choice(mine), {"bin": chance.choice([*bins, None])})
            elif act == "change":
                values = {"weight": chance.randrange(100), "broken": chance.random() < 0.5}
                depot.update("depot.item", chance.choice(mine), values)
            elif act == "delete":
                depot.delete("depot.item", mine.pop(chance.randrange(len(mine))))
            else:
                depot.update("depot.bin", chance.choice(bins), {"remark": f"{thread}-{step}"})
            return act

        def run() -> None:
            for step in range(steps):
                try:
                    done[once(step)] += 1
                except PayvandError as refused:
                    done[f"gave up: {refused.reason}"] += 1

        return run

    together([work(n) for n in range(threads)])
    return done


def wrong_bins(depot: Depot) -> list[tuple[Any, ...]]:
    """Return the bins whose rolled-up values are not what a recount gives."""
    return depot.rows(WRONG_BINS)


def numbered_items(depot: Depot, *, threads: int = 8, each: int = 12) -> list[int]:
    """Create items in single writes and batches all at once; return their numbers in order."""

    def work(thread: int) -> Callable[[], object]:
        def run() -> None:
            for step in range(each):
                size = 1 if step % 3 else 3
                depot.create("depot.item", *({"code": f"n{thread}-{step}-{n}"} for n in range(size)))

        return run

    ends = together([work(n) for n in range(threads)])
    assert ends == [None] * threads, ends
    return sorted(int(number[2:]) for (number,) in depot.rows("SELECT number FROM depot_item"))


def _name(end: object, wanted: type[PayvandError]) -> str:
    return "refused" if isinstance(end, wanted) else f"wrong: {end!r}"
