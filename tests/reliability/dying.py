"""A process that dies in the middle of a change: killed by itself before or after its n-th statement.

Usage: dying.py URL HOME FOLDER. Each line on standard input, ``{"field", "point", "after"}``, is one life: a fork
that adds the field and kills itself there. It is told on standard output whether it died or came to its end.
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

from core.kernel.actor import system_actor
from core.log import set_up
from core.studio import Studio
from core.testing.site import open_site


def body(name: str) -> dict[str, Any]:
    """Return a field that needs a column, its search key and two indexes."""
    return {"name": name, "type": "text", "label": {"en": name}, "search": True, "unique": True}


def dies_at(point: int, *, after: bool) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what makes a function of the driver count its calls and kill the process at one of them."""
    count = 0

    def counting(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            here = count == point
            if here and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            answer = function(*args, **more)
            if here:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return called

    return counting


def live(url: str, home: Path, folder: Path, field: str, point: int, after: bool) -> None:
    """Add the field, and die on the way."""
    site = open_site(url, home, [folder])
    counting = dies_at(point, after=after)
    with (
        patch.object(psycopg.Cursor, "execute", counting(psycopg.Cursor.execute)),
        patch.object(psycopg.Cursor, "executemany", counting(psycopg.Cursor.executemany)),
        patch.object(psycopg.Connection, "commit", counting(psycopg.Connection.commit)),
    ):
        site.get(Studio).add_field(system_actor("dying"), "depot.bin", body(field))


def main() -> None:
    """Live and die as told."""
    url, home, folder = sys.argv[1:4]
    set_up("error")
    import alembic.operations  # noqa: F401  # loaded once, for all lives

    for line in sys.stdin:
        told = json.loads(line)
        child = os.fork()
        if child == 0:
            try:
                live(url, Path(home), Path(folder), told["field"], told["point"], told["after"])
                os._exit(0)
            except BaseException as error:  # noqa: BLE001  # told to whoever started us
                sys.stderr.write(f"{error!r}\n")
                os._exit(1)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps({"killed": os.WIFSIGNALED(status), "code": status}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
