"""A worker that dies in the middle of an import: killed by itself at its n-th call of the database.

Usage: dying_import.py URL HOME FOLDER. Each line on standard input, ``{"job", "point"}``, is one life: a fork that
runs the job and kills itself there. Whether it died is told on standard output.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from core.exchange import running
from core.identity import Identity
from core.jobs.runner import Runner
from core.log import set_up
from core.storage.catalogs import Catalogs
from core.testing.site import open_site

CHUNK = 10


def dying(point: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what makes functions of the driver count their calls together and kill the process at one of them."""
    count = 0

    def counting(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == point:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **more)

        return called

    return counting


def live(url: str, home: Path, folder: Path, job: int, point: int) -> None:
    """Run the job, and die on the way."""
    site = open_site(url, home, [folder])
    runner = Runner(site, site.get(Identity).actor_of, site.get(Catalogs).current)
    counting = dying(point)
    with (
        patch.object(running, "CHUNK", CHUNK),
        patch.object(psycopg.Cursor, "execute", counting(psycopg.Cursor.execute)),
        patch.object(psycopg.Connection, "commit", counting(psycopg.Connection.commit)),
    ):
        runner.run(job, 0, lambda: False)


def main() -> None:
    """Live and die as told."""
    url, home, folder = sys.argv[1:4]
    set_up("error")
    for line in sys.stdin:
        told = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                live(url, Path(home), Path(folder), told["job"], told["point"])
                os._exit(0)
            except BaseException as error:  # noqa: BLE001  # told to whoever started us
                sys.stderr.write(f"{error!r}\n")
                os._exit(1)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps({"killed": os.WIFSIGNALED(status), "code": status}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
