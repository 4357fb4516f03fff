"""Compare the readings of the expression language on random expressions: Python, PostgreSQL and the browser must agree.

python scripts/conformance.py [--count 20000] [--typed 4000] [--seed 1]; ``typed`` are expressions over lines that are typed and not
saved yet, which SQL reads once they are. The server is PAYVAND_TEST_PG or an embedded one, the browser's
interpreter runs in Node.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # the generator lives with the tests

from core.testing.postgres import TestPostgres, close_run, open_run
from tests.expressions.browser import Browser
from tests.expressions.conformance import Conformance, Outcome

PIECE = 500
"""Expressions for each world of random rows."""


def main() -> int:
    """Run, tell what was found, and fail where the readings differ."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=20_000)
    options.add_argument("--typed", type=int, default=4_000)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    run = open_run()
    try:
        started = time.monotonic()
        server = TestPostgres.of_run(run)
        outcomes = compared(server, given.count, given.seed)
        outcomes += compared(server, given.typed, given.seed, typing=True)
    finally:
        close_run(run)
    return told(outcomes, time.monotonic() - started)


def compared(server: TestPostgres, count: int, seed: int, *, typing: bool = False) -> list[Outcome]:
    """Compare ``count`` expressions, in pieces with rows of their own."""
    found: list[Outcome] = []
    with server.database() as url, Browser() as browser:
        engine = sa.create_engine(url)
        for start in range(0, count, PIECE):
            world = Conformance(engine, seed + start, browser, typing=typing)
            found.append(world.run(min(PIECE, count - start)))
            print(f"\r{start + found[-1].compared} of {count}", end="", file=sys.stderr, flush=True)
        engine.dispose()
    print(file=sys.stderr)
    return found


def told(outcomes: list[Outcome], seconds: float) -> int:
    """Print the result; return the exit code."""
    differences = [one for outcome in outcomes for one in outcome.differences]
    for text in sorted({d.text for d in differences}, key=len)[:20]:
        print(next(d for d in differences if d.text == text))
    total = sum(outcome.compared for outcome in outcomes)
    different = len({d.text for d in differences})
    print(f"{total} expressions, {different} differences, {seconds:.0f} s")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
