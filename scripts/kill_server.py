"""Kill web processes and crash the database while clients write, and look what became of what they were told.

Usage: kill_server.py [kills=30] [crashes=20]; on an embedded PostgreSQL of its own that keeps what it confirms.
The figures are those of ``docs/reference/reliability.md``.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.log import set_up
from tests.reliability.outages import check_saved, crash_database, durable_depot, kill_processes


def main() -> int:
    """Kill and crash; anything lost or doubled stops with an error."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    crashes = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    set_up("error")
    begun = time.monotonic()
    with durable_depot() as (depot, _):
        log = kill_processes(depot, kills)
        check_saved(depot, log)
    print(
        f"web processes killed {kills} times: {len(log.saved)} saved, 0 lost, 0 doubled, {dict(log.statuses)}",
        flush=True,
    )
    with durable_depot() as (depot, embedded):
        log = crash_database(depot, embedded, crashes)
        check_saved(depot, log)
    print(
        f"database crashed {crashes} times: {len(log.saved)} saved, 0 lost, 0 doubled, {dict(log.statuses)}; all clients "
        f"save again within {max(log.waits):.2f} s after it answers"
    )
    print(f"all well, {time.monotonic() - begun:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
