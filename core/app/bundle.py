"""`make_bundle`: one archive that installs and starts Payvand on a machine without a network."""

from __future__ import annotations

import platform
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from core import __version__
from core.app.bundling.collecting import Source, check_folder
from core.app.bundling.own_wheel import own_wheel
from core.app.bundling.packing import check_free, lists, pack
from core.app.bundling.wheels import Wheel
from core.backup.archive import told_of_disk
from core.errors import BadRequest

Say = Callable[[str], object]

MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
OLDEST = (3, 11)
PYTHON = re.compile(r"(3)\.(\d{1,2})")


def make_bundle(
    target: Path | None, *, pythons: Sequence[str], wheels: Path | None, extra: Sequence[str], say: Say
) -> None:
    """Write the bundle; what is refused leaves no file.

    ``pythons`` are the versions of the targets ("3.11"), without any that which runs here. ``wheels`` is a folder to
    take everything from, without a network; ``extra`` are modules of the site: names of packages, or files of wheels.
    """
    chosen = _pythons(pythons)
    machine = MACHINES.get(platform.machine().lower(), platform.machine())
    top = f"payvand-{__version__}"
    path = (target or Path(f"{top}-linux-{machine}.tar.gz")).absolute()
    check_free(path)
    check_folder(wheels)
    modules = [_extra(name) for name in extra]
    with (
        told_of_disk(path),
        tempfile.TemporaryDirectory(prefix=".payvand-bundle-", dir=path.parent) as folder,
    ):
        source = Source(folder=wheels, staging=Path(folder))
        own = own_wheel(source)
        say(f"Payvand itself: {own.name}")
        needs = {}
        for python in chosen:
            needs[python] = source.collect(own, modules, python, machine)
            say(f"For Python {python}: {len(needs[python].wheels)} packages")
        found = {wheel.path.name: wheel for need in needs.values() for wheel in need.wheels}
        names = [Wheel.read(Path(name)).name if name.endswith(".whl") else name for name in modules]
        sha256 = pack(path, top, lists(__version__, machine, needs, names), list(found.values()))
    say(f"{path}: {path.stat().st_size // 2**20} MB for {machine}, SHA-256 {sha256}")


def _pythons(wanted: Sequence[str]) -> Sequence[str]:
    """Return the versions, each once; raise `BadRequest` for what is none, or older than Payvand needs."""
    for python in wanted:
        found = PYTHON.fullmatch(python)
        if found is None or (int(found[1]), int(found[2])) < OLDEST:
            raise BadRequest(
                "{python} is no version of Python for Payvand; write e.g. 3.11 or 3.13.",
                code="not_a_python",
                python=python,
            )
    return list(dict.fromkeys(wanted)) or ["{}.{}".format(*sys.version_info[:2])]


def _extra(name: str) -> str:
    """Return a file of a wheel with its whole path, and anything else as it is."""
    if not name.endswith(".whl"):
        return name
    return str(Wheel.read(Path(name).absolute()).path)
