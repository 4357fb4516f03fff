"""Kill the worker of an import at random moments, and look whether every row is there once.

Usage: kill_import.py [rows=10000] [kills=30] [seed=0]; runs on PAYVAND_TEST_PG, else on an embedded PostgreSQL.
The figures are those of ``docs/reference/reliability.md``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hammer import depot

from core.log import set_up
from tests.reliability.imports import import_killed


def main() -> int:
    """Import and kill; anything lost, doubled or half stops with an error."""
    rows, kills, seed = (int(given) for given in (*sys.argv[1:4], *("10000", "30", "0")[len(sys.argv) - 1 :]))
    set_up("error")
    begun = time.monotonic()
    with depot() as lent:
        hit = import_killed(lent, rows=rows, kills=kills, seed=seed)
    print(
        f"{rows} rows, worker killed {sum(hit.values())} times {dict(hit)}: each row once, doctor clean, "
        f"{time.monotonic() - begun:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
