"""Where processes count: files in one folder of each machine, a folder of their own for those that run jobs."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from prometheus_client import values

PLACE = "PROMETHEUS_MULTIPROC_DIR"
"""Where the library looks for its folder."""

OF_WORKERS = "workers"


def folder_of(home: Path) -> Path:
    """Return the folder for the web processes of this machine; several may share a home, not their process ids."""
    return home / "metrics" / socket.gethostname()


def workers_of(home: Path) -> Path:
    """Return the folder for what runs jobs on this machine, for whichever site."""
    return folder_of(home) / OF_WORKERS


def count_into(folder: Path) -> None:
    """Let this process count into files of its own in a folder; a process counts into one."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ[PLACE] = str(folder)
    # Chosen when the library was loaded, before the folder was known.
    values.ValueClass = values.MultiProcessValue()  # type: ignore[no-untyped-call]  # it has no types


def alive(folder: Path) -> set[int]:
    """Return the ids of the processes that count into a folder and live."""
    return {pid for pid in map(_process, folder.glob("*.db")) if _lives(pid)}


def tidy(folder: Path, *, all_of_the_dead: bool = False) -> None:
    """Remove what dead processes have left: what they have in hand, which is nothing any more; at a start, their counts too."""
    for path in folder.glob("*.db" if all_of_the_dead else "gauge_live*.db"):
        if not _lives(_process(path)):
            path.unlink(missing_ok=True)


def _process(path: Path) -> int:
    number = path.stem.rpartition("_")[2]
    return int(number) if number.isdecimal() else 0


def _lives(process: int) -> bool:
    return process > 0 and Path(f"/proc/{process}").exists()
