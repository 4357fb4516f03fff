"""A burst of load: wrk replays a file of requests with so many clients, and tells what it saw."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.place import ROOT


def replay(path: Path, port: int, *, clients: int, seconds: float, start: int = 0) -> Mapping[str, float]:
    """Send the requests of a file in turn for so many seconds; numbers in their bodies begin with ``start``."""
    done = subprocess.run(
        [
            "wrk",
            "-t1",
            f"-c{clients}",
            f"-d{seconds:g}s",
            "--timeout",
            "30s",
            "-s",
            str(ROOT / "replay.lua"),
            f"http://127.0.0.1:{port}/",
        ],
        env={**os.environ, "REQUESTS": str(path), "START": str(start)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"wrk: {done.stdout[-1000:]}{done.stderr[-1000:]}")
    found: Mapping[str, float] = json.loads(done.stdout.partition("JSON ")[2].partition("\n")[0])
    return found
