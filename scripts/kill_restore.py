"""Kill backups, restores, loads and upgrades at random moments, and look that the site is the old one or the new.

Usage: kill_restore.py [kills]; runs on PAYVAND_TEST_PG, else on an embedded PostgreSQL.
The figures are those of ``docs/reference/reliability.md``.
"""

from __future__ import annotations

import os
import random
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.app.backup import back_up
from core.app.dump import export, load
from core.app.initialize import initialize
from core.app.opening import open_site
from core.app.restore import restore
from core.config import Settings
from core.log import set_up
from core.storage.snapshots import Copied, Snapshot, connect
from core.testing.postgres import TestPostgres, close_run, open_run

KIT = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "modules"
CHANGE = b"UPDATE kit_shelf SET name = name || '!'"


def main() -> int:
    """Kill as often as asked; any half state stops with an error."""
    set_up("error")
    sys.path.append(str(KIT))
    kills, run = int(sys.argv[1]) if len(sys.argv) > 1 else 20, open_run()
    home = Path(tempfile.mkdtemp(prefix="payvand-kills-"))
    try:
        _kill(TestPostgres.of_run(run), home, kills)
    finally:
        close_run(run)
        shutil.rmtree(home)
    return 0


def _kill(pg: TestPostgres, home: Path, kills: int) -> None:
    settings = Settings(home=home / "site", database_url=pg.empty(), log_level="error")
    with open_site(settings, folders=[KIT]) as site:
        initialize(site, ["kit"], demo=True, say=len)
    target, out = home / "site.zip", home / "out"
    back_up(settings, target, verify=True, say=len)
    export(settings, out, passwords=True, folders=[KIT], say=len)
    first = _tables(settings)
    found: Counter[str] = Counter()
    for _ in range(kills):
        _changed(settings)
        found[_restored(settings, target, first)] += 1
        copy = home / f"{secrets.token_hex(4)}.zip"
        killed = _dies(partial(back_up, settings, copy, verify=False, say=len), 1.2)
        found[
            f"backup {'killed' if killed else 'ended'}, archive {'whole' if copy.exists() else 'absent'}"
        ] += 1
        if copy.exists():
            restore(settings, copy, replace=True, folders=[KIT], say=len)
            copy.unlink()
        found[_loaded(pg, home, out)] += 1
    for name, number in sorted(found.items()):
        print(f"{number:4} x {name}")


def _restored(settings: Settings, target: Path, first: Mapping[str, Copied]) -> str:
    """Kill a restore; the site must be the old one or the new, and the next restore must end well."""
    old = _tables(settings)
    killed = _dies(lambda: restore(settings, target, replace=True, folders=[KIT], say=len), 2.5)
    now = _tables(settings)
    if now not in (old, first):
        raise SystemExit("a restore that was killed left a site that is neither the old one nor the new")
    restore(settings, target, replace=True, folders=[KIT], say=len)
    if _tables(settings) != first:
        raise SystemExit("a restore after one that was killed did not bring the site back")
    return f"restore {'killed' if killed else 'ended'}, {'new' if now == first else 'old'} site"


def _loaded(pg: TestPostgres, home: Path, out: Path) -> str:
    """Kill a load; the next one must make a site whose export is the same."""
    place = home / secrets.token_hex(4)
    settings = Settings(home=place, database_url=pg.empty(), log_level="error")
    killed = _dies(lambda: load(settings, out, folders=[KIT], say=len), 2.5)
    if killed:
        load(settings, out, folders=[KIT], say=len)
    export(settings, place / "again", passwords=True, folders=[KIT], say=len)
    if _files(place / "again") != _files(out):
        raise SystemExit("a load after one that was killed did not make the same site")
    pg.drop(settings.database_url)
    shutil.rmtree(place)
    return f"load {'killed' if killed else 'ended'}, then the same site"


def _dies(work: Callable[[], object], longest: float) -> bool:
    """Do something in a process of its own that is killed after a random time; tell whether it was."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    # Chance decides only when it dies.
    timer = threading.Timer(random.uniform(0.05, longest), os.kill, (child, signal.SIGKILL))  # noqa: S311
    timer.start()
    _, status = os.waitpid(child, 0)
    timer.cancel()
    timer.join()
    return os.WIFSIGNALED(status)


def _tables(settings: Settings) -> Mapping[str, Copied]:
    with Snapshot.of(settings.database_url) as snapshot:
        return {table.name: snapshot.copy(table, len) for table in snapshot.tables()}


def _changed(settings: Settings) -> None:
    with connect(settings.database_url) as connection:
        connection.execute(CHANGE)


def _files(folder: Path) -> Sequence[tuple[str, bytes]]:
    return sorted((str(p.relative_to(folder)), p.read_bytes()) for p in folder.rglob("*") if p.is_file())


if __name__ == "__main__":
    begun = time.monotonic()
    code = main()
    print(f"all well, {time.monotonic() - begun:.0f} s")
    sys.exit(code)
