"""Compare rights in many random worlds: SQL, Python and the naive reference of the tests.

Usage: rights_worlds.py [worlds=500] [first seed=0]; runs on PAYVAND_TEST_PG, else on an embedded PostgreSQL.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.config import Settings
from core.storage.database import Database
from core.testing.postgres import TestPostgres, close_run, open_run
from tests.records_reading.conftest import Desk, build
from tests.records_reading.worlds_check import differences


def main() -> int:
    """Run the worlds; print what differs, and how many agree."""
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    run, begun, wrong = open_run(), time.monotonic(), 0
    try:
        pg = TestPostgres.of_run(run)
        with pg.database(pg.template("records reading kit", build)) as address:
            database = Database(Settings(threads=2), address)
            desk = Desk(database)
            for seed in range(first, first + worlds):
                told = list(differences(desk, seed))
                wrong += bool(told)
                for one in told:
                    print(one, flush=True)
            database.close()
    finally:
        close_run(run)
    print(f"{worlds - wrong} of {worlds} worlds agree, {time.monotonic() - begun:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
