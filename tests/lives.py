"""Processes that die on the way: each line a test sends is one life, a fork that may kill itself at some call."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from core.kernel.site import Site
from core.log import set_up
from core.storage import Database
from core.testing.site import open_site

ROOT = Path(__file__).parents[1]

Told: TypeAlias = Mapping[str, Any]
Lead: TypeAlias = Callable[[Told], Told]


@contextmanager
def lives(module: str, site: Site, modules: Path) -> Iterator[Lead]:
    """Start ``python -m module`` at the database of a site; lead one life after another and learn how each ended."""
    url = site.get(Database).engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", module, url, str(site.settings.home), str(modules)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        asked, answered = process.stdin, process.stdout
        assert asked is not None
        assert answered is not None

        def lead(told: Told) -> Told:
            asked.write(json.dumps(told) + "\n")
            asked.flush()
            ended: Told = json.loads(answered.readline())
            return ended

        yield lead
        asked.close()


def live_as_told(live: Callable[[Site, Told], None]) -> None:
    """Be such a process: fork for each line, live, tell whether it was killed."""
    url, home, folder = sys.argv[1:4]
    set_up("error")
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                live(open_site(url, Path(home), [Path(folder)]), json.loads(line))
                os._exit(0)
            except BaseException as error:  # noqa: BLE001  # told to whoever started us
                sys.stderr.write(f"{error!r}\n")
                os._exit(1)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(json.dumps({"killed": os.WIFSIGNALED(status), "code": status}) + "\n")
        sys.stdout.flush()


def dies_at(point: int, *, after: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what makes functions count their calls together and kill the process before or after one of them."""
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
