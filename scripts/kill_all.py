"""Kill the web server, its processes, the worker and the database while clients write, and reckon up what was acknowledged.

Usage: kill_all.py [kills=100] [writes=20000] [--keep]; `payvand serve` on an embedded PostgreSQL of its own, which its own
supervisor brings back. ``--keep`` writes ``benchmarks/results/kills.md``.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.reliability.killing import kill_under_load

ROOT = Path(__file__).resolve().parents[1]
ABOUT = (
    "Written by `scripts/kill_all.py`: entries, values, numbers, history, jobs, what jobs made and mails in the outbox are "
    "compared with what was acknowledged, one by one."
)


def main() -> int:
    """Kill; return 1 where anything was lost, doubled, or asked for by nobody."""
    given = [word for word in sys.argv[1:] if word != "--keep"]
    kills, writes = (int(word) for word in (*given, *("100", "20000")[len(given) :]))
    begun, at = time.monotonic(), datetime.now(UTC)
    told, killed, wrong = kill_under_load(kills=kills, writes=writes, say=_say)
    waits = sorted(killed.waits)
    outcome = "0 lost, 0 doubled, 0 that nobody asked for" if not wrong else f"{len(wrong)} wrong"
    lines = [
        f"{told.count:,} writes acknowledged to 8 clients under {killed.what.total()} × `kill -9`: {outcome}.",
        ABOUT,
        "",
        "| killed | times |",
        "|---|---|",
        *(f"| {what} | {times} |" for what, times in killed.what.items()),
        "",
        "| acknowledged | |",
        "|---|---|",
        *(f"| {kind} | {count:,} |" for kind, count in told.kinds.items()),
        "",
        f"answers: {dict(told.statuses)}  ",
        f"written again after a kill: median {waits[len(waits) // 2]:.1f} s, at most {waits[-1]:.1f} s  ",
        f"took: {time.monotonic() - begun:.0f} s  ",
        f"at: {at.isoformat(timespec='seconds')}  ",
        f"machine: {os.cpu_count()} cores, which other work shared",
        *(f"wrong: {one}" for one in wrong[:200]),
    ]
    print("\n".join(lines))
    if "--keep" in sys.argv:
        (ROOT / "benchmarks" / "results" / "kills.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if wrong else 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
