"""Half an hour of mixed load on the served product, and whether its memory stays flat.

Usage: soak.py [--minutes 30] [--warm-up 6] [--rate 12] [--keep]
Two web processes and a worker on an embedded PostgreSQL, the demo's data; pages, API, imports of 300 rows that are taken
back, exports and papers. Each process is looked at every 10 seconds after the warm-up: it fails where one takes in the
last third of the time over 5 % (and 4 MiB) more than in the first, dies, or an answer is wrong. ``--keep`` writes
``benchmarks/results/soak.md`` and ``soak.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.app.demo import PASSWORDS, read_passwords
from tests.reliability.memory import EACH, Growth, Watch
from tests.reliability.mixed_load import Mixed, under_load
from tests.reliability.product import product

ROOT = Path(__file__).resolve().parents[1]
BOUND = 1.05
"""A process may take so many times as much in the last third as in the first…"""

NOISE = 4.0
"""…and what grows by less than so many MiB is not told from noise."""

CHIEF = "admin@example.com"


def main() -> int:
    """Load it and look; return 1 where memory grew or an answer was wrong."""
    asked = _arguments()
    with product(processes=2, demo=True) as served:
        passwords = read_passwords(served.home / PASSWORDS)
        mixed = Mixed(served, served.token(CHIEF), served.sign_in(CHIEF, passwords[CHIEF]), rows=300)
        watch, end = Watch(served), time.monotonic() + asked.minutes * 60
        begun = datetime.now(UTC)
        with under_load(mixed, clients=4, rate=asked.rate):
            while time.monotonic() < end:
                watch.look()
                _say(watch, mixed)
                time.sleep(EACH)  # between two looks
    growth = watch.growth(asked.warm_up * 60)
    lines = report(begun, asked, mixed, growth)
    print("\n".join(lines))
    if asked.keep:
        _keep(lines, watch, growth)
    return 0 if not mixed.wrong and all(is_flat(one) for one in growth) else 1


def is_flat(growth: Growth) -> bool:
    """Tell whether a process has kept its size."""
    return growth.last <= growth.first * BOUND or growth.last - growth.first <= NOISE


def report(begun: datetime, asked: argparse.Namespace, mixed: Mixed, growth: Sequence[Growth]) -> list[str]:
    """Return the figures as a page."""
    requests = sum(len(times) for times in mixed.seconds.values())
    return [
        f"{asked.minutes:g} minutes of mixed load, {requests:,} requests, answers by status {dict(mixed.statuses)}.",
        f"Written by `scripts/soak.py`; the first {asked.warm_up:g} minutes are warming up and not counted.",
        "",
        "| process | first third, MiB | last third, MiB | ratio | most | MiB an hour | |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {one.name} | {one.first:.1f} | {one.last:.1f} | {one.ratio:.3f} | {one.most:.1f} | {one.slope:+.1f} | "
            f"{'flat' if is_flat(one) else 'GROWS'} |"
            for one in growth
        ),
        "",
        "| what | times | median, ms | 95 %, ms |",
        "|---|---|---|---|",
        *(_row(kind, times) for kind, times in sorted(mixed.seconds.items())),
        "",
        *(f"wrong: {one}" for one in mixed.wrong),
        f"at: {begun.isoformat(timespec='seconds')}  ",
        f"machine: {os.cpu_count()} cores, which other work shared",
    ]


def _row(kind: str, times: Sequence[float]) -> str:
    cuts = quantiles(times, n=20) if len(times) > 1 else [times[0]] * 19
    return f"| {kind} | {len(times):,} | {cuts[9] * 1000:.0f} | {cuts[18] * 1000:.0f} |"


def _say(watch: Watch, mixed: Mixed) -> None:
    sizes = ", ".join(f"{name} {found[-1]:.0f}" for name, found in watch.sizes.items())
    print(
        f"{watch.at[-1] - watch.at[0]:5.0f} s: {sizes}; {dict(mixed.statuses)}, {len(mixed.wrong)} wrong",
        flush=True,
    )


def _keep(lines: Sequence[str], watch: Watch, growth: Sequence[Growth]) -> None:
    results = ROOT / "benchmarks" / "results"
    (results / "soak.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = {
        "growth": [one.as_json() for one in growth],
        "seconds": [round(at - watch.at[0]) for at in watch.at],
        "mib": {name: [round(size, 1) for size in found] for name, found in watch.sizes.items()},
    }
    (results / "soak.json").write_text(json.dumps(told) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--warm-up", type=float, default=6.0)
    parser.add_argument("--rate", type=float, default=12.0)
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
