"""Hammer one site with races and with random requests, and count what went wrong.

Usage: hammer.py [rounds=200] [requests=3000]; runs on PAYVAND_TEST_PG, else on an embedded PostgreSQL.
The figures are those of ``docs/reference/reliability.md``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.log import set_up
from core.testing.postgres import TestPostgres, close_run, open_run
from core.testing.site import close_site, open_site, prepare_site
from tests.reliability.conftest import MODULES, Depot
from tests.reliability.races import moving_items, numbered_items, same_value, same_version, wrong_bins
from tests.reliability.requests import Caller, send_random

THREADS = 8


@contextmanager
def depot() -> Iterator[Depot]:
    """Lend a site with the depot on it."""
    run = open_run()
    try:
        with tempfile.TemporaryDirectory() as home, TestPostgres.of_run(run).database() as url:
            site = open_site(url, Path(home), [MODULES])
            prepare_site(site, ["depot"])
            yield Depot(site)
            close_site(site)
    finally:
        close_run(run)


def race(lent: Depot, rounds: int) -> bool:
    """Run the races; print how they ended."""
    versions = sum((same_version(lent) for _ in range(rounds)), Counter[str]())
    print(f"12 writers with one version, {rounds} rounds: {dict(versions)}", flush=True)
    values = sum((same_value(lent) for _ in range(rounds)), Counter[str]())
    print(f"16 inserts of one unique value, {rounds} rounds: {dict(values)}", flush=True)
    numbers = numbered_items(lent, each=rounds)
    gapless = numbers == list(range(1, len(numbers) + 1))
    print(
        f"{len(numbers)} numbers by {THREADS} threads: {'each once, no gap' if gapless else 'WRONG'}",
        flush=True,
    )
    moves: Counter[str] = Counter()
    for seed in range(max(1, rounds // 10)):
        moves += moving_items(lent, steps=25, seed=seed)
    wrong = wrong_bins(lent)
    print(f"roll-ups under {THREADS} threads: {dict(moves)}, wrong after a recount: {len(wrong)}", flush=True)
    gave_up = [what for what in moves if what.startswith("gave up")]
    return (
        versions == Counter(won=rounds, refused=11 * rounds)
        and values == Counter(won=rounds, refused=15 * rounds)
        and gapless
        and not wrong
        and not gave_up
    )


def ask(lent: Depot, requests: int) -> bool:
    """Send random requests as an ordinary user and as an administrator; print the answers by status."""
    good = True
    for role in ("depot.keeper", "depot.chief"):
        answers = send_random(Caller.of(lent, role), requests, seed=0)
        broken = {status: n for status, n in answers.items() if status >= 500}
        print(f"{requests} random requests as {role}: {dict(sorted(answers.items()))}", flush=True)
        good = good and not broken
    return good


def main() -> int:
    """Hammer; return 1 if anything went wrong."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    set_up("error")
    begun = time.monotonic()
    with depot() as lent:
        good = race(lent, rounds) if rounds else True
        good = ask(lent, requests) and good
    print(f"{'all well' if good else 'WRONG'}, {time.monotonic() - begun:.0f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
