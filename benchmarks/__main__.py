"""`python -m benchmarks`: measure Payvand beside the yardstick and say which goals it reaches; see docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from benchmarks import hand_side
from benchmarks.data import DataSet, make_data
from benchmarks.duplicates.measuring import measure_duplicates, write_duplicates
from benchmarks.goals import Measured, judge
from benchmarks.hand_side import HandSide
from benchmarks.inside import measure_bulk
from benchmarks.once import (
    add_field,
    cold_start,
    import_hand,
    import_payvand,
    measure_batches,
    memory,
    strangers_see_nothing,
)
from benchmarks.payvand_data import Loaded, find_loaded
from benchmarks.payvand_side import DATABASE, PayvandSide
from benchmarks.place import RESULTS, Place
from benchmarks.processes import wait_until_answers
from benchmarks.report import windows_table, write_report
from benchmarks.rights.measuring import measure_rights
from benchmarks.rights.report import write_access
from benchmarks.rounds import run_rounds
from benchmarks.screens import measure_screens, screens_table, write_screens
from benchmarks.watching import measure_watching, write_watching
from benchmarks.where import where_time_goes
from benchmarks.windows import OPERATIONS, Windows

PORTS = {"hand": 8651, "hand on granian": 8652, "payvand": 8653}
PAIRS, QUICK_PAIRS = 7, 3
SECONDS, QUICK_SECONDS = 2.0, 1.0


def main() -> int:
    """Prepare, measure, tell; 1 where a row that decides is not reached."""
    options = _options()
    place, data = Place.of_environment(), make_data()
    place.start()
    try:
        match options.part:
            case "screens":
                return _screens(options, place)
            case "access":
                return _access(options, place)
            case "duplicates":
                return _duplicates(options, place)
            case "metrics":
                return _metrics(options, place)
        return _run(options, place, data)
    finally:
        place.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "part",
        nargs="?",
        choices=("all", "screens", "access", "duplicates", "metrics"),
        default="all",
        help="screens: the pages alone; access: what rights cost; duplicates: how well they are found; "
        "metrics: what counting costs a request",
    )
    parser.add_argument(
        "--quick", action="store_true", help="fewer and shorter windows: to look, not to decide"
    )
    parser.add_argument(
        "--only",
        default="",
        help="operations, import or pages with commas, such as read,list: to look, not to decide",
    )
    parser.add_argument(
        "--first", action="store_true", help="go before others on this machine during the windows (root)"
    )
    parser.add_argument("--fresh", action="store_true", help="load the data anew")
    return parser.parse_args()


def _run(options: argparse.Namespace, place: Place, data: DataSet) -> int:
    started = time.perf_counter()
    loaded = _prepare(place, data, fresh=options.fresh)
    say(f"data ready after {time.perf_counter() - started:.0f} s")
    hand = HandSide.on_gunicorn(place, data, PORTS["hand"])
    same_server = HandSide.on_granian(place, data, PORTS["hand on granian"])
    payvand = PayvandSide(place, data, loaded, PORTS["payvand"])
    pairs, seconds = (QUICK_PAIRS, QUICK_SECONDS) if options.quick else (PAIRS, SECONDS)
    found = Measured(windows=Windows(place, seconds, first=options.first))
    try:
        for other in (hand, same_server):
            other.start()
            wait_until_answers(other.port, other.alive.path, other.alive.headers)
        if options.only:
            payvand.start()
            wait_until_answers(payvand.port, payvand.alive.path, payvand.alive.headers)
            _look(found, options.only.split(","), payvand, hand, same_server, pairs)
            return 0
        _measure(found, place, payvand, hand, same_server, pairs)
    finally:
        for side in (hand, same_server, payvand):
            side.stop()
    say("where the time goes")
    parts = where_time_goes(place, payvand)
    say("pages")
    found.screens = measure_screens(place, say, quick=options.quick, first=options.first, fresh=options.fresh)
    rows = judge(found)
    about = _about(options, loaded, time.perf_counter() - started)
    write_screens(RESULTS, found.screens, about)
    say("\n" + write_report(RESULTS, found, rows, parts, about))
    return int(any(row.gate and not row.reached for row in rows))


def _look(
    found: Measured,
    names: Sequence[str],
    payvand: PayvandSide,
    hand: HandSide,
    same_server: HandSide,
    pairs: int,
) -> None:
    """Measure some operations, and tell what was found without keeping it."""
    if "import" in names:
        theirs, ours = import_hand(hand), import_payvand(payvand)
        say(f"import of 10,000 rows: {ours:.2f} s, by hand {theirs:.2f} s, {ours / theirs:.1f} x")
    operations = [name for name in names if name != "import"]
    if operations:
        run_rounds(found.windows, (hand, same_server, payvand), operations, pairs, say)
        say("\n".join(windows_table(found.windows)))


def _screens(options: argparse.Namespace, place: Place) -> int:
    """Measure the pages alone; 1 where a budget is missed."""
    started, names = time.perf_counter(), [name for name in options.only.split(",") if name]
    found = measure_screens(
        place, say, names=names, quick=options.quick, first=options.first, fresh=options.fresh
    )
    seconds = time.perf_counter() - started
    if names:
        say("\n".join(screens_table(found)))
    else:
        say("\n" + write_screens(RESULTS, found, _machine(options, seconds)))
    return int(not all(one.reached for one in found))


def _access(options: argparse.Namespace, place: Place) -> int:
    """Measure what rights cost; 1 where it is more than it may be."""
    started = time.perf_counter()
    found = measure_rights(place, say, quick=options.quick, fresh=options.fresh)
    about = _machine(options, time.perf_counter() - started)
    say("\n" + write_access(RESULTS, found, about))
    return int(not found.kept)


def _duplicates(options: argparse.Namespace, place: Place) -> int:
    """Scan people who are made up for the pairs planted among them; 1 where too few are found or too many told."""
    started = time.perf_counter()
    found = measure_duplicates(place, say, quick=options.quick)
    about = _machine(options, time.perf_counter() - started)
    say("\n" + write_duplicates(RESULTS, found, about, quick=options.quick))
    return int(not all(one.kept for one in found))


def _metrics(options: argparse.Namespace, place: Place) -> int:
    """Measure what metrics cost; 1 where it is more than they may."""
    started = time.perf_counter()
    found = measure_watching(place, say, quick=options.quick)
    about = _machine(options, time.perf_counter() - started)
    say("\n" + write_watching(RESULTS, found, about, quick=options.quick))
    return int(not all(one.kept for one in found))


def _prepare(place: Place, data: DataSet, *, fresh: bool) -> Loaded:
    hand_side.load(place, data)
    loaded = find_loaded(place, data, fresh=fresh)
    place.copy(loaded.database, DATABASE)
    with place.connection(DATABASE) as connection:
        connection.execute("vacuum analyze")
    return loaded


def _measure(
    found: Measured, place: Place, payvand: PayvandSide, hand: HandSide, same_server: HandSide, pairs: int
) -> None:
    found.cold = [cold_start(payvand, first=found.windows.first) for _ in range(min(pairs, 3))]
    if not strangers_see_nothing(payvand):
        raise SystemExit(
            "Somebody of another team sees records: the rights are not on, there is nothing to measure."
        )
    found.idle_mib = memory(payvand)
    run_rounds(found.windows, (hand, same_server, payvand), OPERATIONS, pairs, say)
    found.batch = measure_batches(payvand, hand, pairs)
    found.bulk = measure_bulk(place, payvand.loaded, hand, pairs)
    found.hand_import_seconds, found.import_seconds = import_hand(hand), import_payvand(payvand)
    found.added = [add_field(payvand) for _ in range(3)]
    found.used_mib = memory(payvand)


def _about(options: argparse.Namespace, loaded: Loaded, seconds: float) -> Mapping[str, object]:
    return {
        **_machine(options, seconds),
        "loading 150,000 records through core.records": f"{loaded.seconds} s",
    }


def _interpreter() -> str:
    """Return which Python runs this, and whose: that of a distribution is built with optimizations, one's own often not."""
    whose = "of the system" if sys.base_prefix == "/usr" else "of its own build"
    return f"Python {platform.python_version()} {whose}"


def _machine(options: argparse.Namespace, seconds: float) -> Mapping[str, object]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": f"{'quick' if options.quick else 'whole'}, {seconds:.0f} s",
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, {_interpreter()}",
    }


def say(text: str) -> None:
    """Print at once: a run takes minutes."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
