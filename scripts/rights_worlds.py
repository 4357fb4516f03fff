"""Compare rights in many random worlds: SQL, Python and the naive reference of the tests.

Usage: rights_worlds.py [worlds=500] [first seed=0] [processes=one for each processor]; runs on PAYVAND_TEST_PG, else on
an embedded PostgreSQL.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.config import Settings
from core.storage.database import Database
from core.testing.postgres import TestPostgres, close_run, open_run
from tests.records_reading.conftest import Desk, build
from tests.records_reading.worlds_check import differences

PIECE = 50
"""Worlds that one desk sees; its statements go with it."""


def main() -> int:
    """Run the worlds; print what differs, and how many agree."""
    asked = [int(given) for given in sys.argv[1:]]
    worlds, first, processes = [*asked, *(500, 0, os.cpu_count() or 1)[len(asked) :]]
    run, begun, wrong, done = open_run(), time.monotonic(), 0, 0
    try:
        template = TestPostgres.of_run(run).template("records reading kit", build)
        pieces = [range(n, min(n + PIECE, first + worlds)) for n in range(first, first + worlds, PIECE)]
        with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
            for seeds, told in zip(
                pieces, pool.map(compared, [(run, template, p) for p in pieces]), strict=True
            ):
                wrong, done = wrong + len(told), done + len(seeds)
                print(*(line for lines in told.values() for line in lines), sep="\n", end="", flush=True)
                print(f"\r{done} of {worlds}", end="", file=sys.stderr, flush=True)
    finally:
        close_run(run)
    print(f"\n{worlds - wrong} of {worlds} worlds agree, {time.monotonic() - begun:.0f} s")
    return 1 if wrong else 0


def compared(piece: tuple[str, str, range]) -> dict[int, list[str]]:
    """Compare the worlds of some seeds in a database of their own; return what differs, by seed."""
    run, template, seeds = piece
    gc.set_threshold(
        50_000, 20, 20
    )  # statements are made of small things in circles, which live as long as a piece
    with _desk(TestPostgres.of_run(run), template) as desk:
        return {seed: told for seed in seeds if (told := list(differences(desk, seed)))}


@contextmanager
def _desk(pg: TestPostgres, template: str) -> Iterator[Desk]:
    with pg.database(template) as address:
        database = Database(Settings(threads=2), address)
        try:
            yield Desk(database)
        finally:
            database.close()
            pg.let_go()


if __name__ == "__main__":
    sys.exit(main())
