"""Wheels from elsewhere: by the pip of this environment, for the machine that is meant, not for this one."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.app.bundling.wheels import Needed, Wheel, needed
from core.errors import BadRequest, Unavailable

OLDEST_GLIBC, NEWEST_GLIBC = 5, 36
"""Second numbers of the glibc that wheels may ask for: up to that of Debian 12."""

ROUNDS = 4
"""pip reads conditions of packages as of the Python it runs in; what another one needs besides is asked for anew."""

STEADY = "315532800"
"""The moment, in seconds, that files in wheels built here are said to be of: the first that zip files know."""

NO_ROOM = "No space left on device"
NO_NETWORK = (
    "NewConnectionError",
    "Temporary failure in name resolution",
    "ConnectTimeoutError",
    "ProxyError",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where packages come from: a folder of wheels, or with None what pip is set up to ask; ``staging`` is ours."""

    folder: Path | None
    staging: Path

    def collect(self, own: Path, extra: Sequence[str], python: str, machine: str) -> Needed:
        """Return the wheels of Payvand (``own``), of pip and of ``extra`` with all they need; raise where any is missing."""
        target = self.staging / f"wheels-{python}"
        wanted, asked = [str(own), "pip", *extra], 0
        while True:
            self.pip("download", "--dest", str(target), *_platforms(python, machine), *self._pins(), *wanted)
            wheels = [Wheel.read(path) for path in sorted(target.glob("*.whl"))]
            roots = [Wheel.read(own).name, "pip", *map(_name, extra)]
            found = needed(wheels, roots, python, machine)
            asked += 1
            if not found.missing:
                return found
            if asked == ROUNDS:
                break
            wanted += [f"{need.name}{need.specifier}" for need in found.missing]
        raise Unavailable(
            "For Python {python} there are no fitting wheels of: {names}.",
            code="wheels_missing",
            python=python,
            names=tuple(str(need.name) for need in found.missing),
        )

    def pip(self, command: str, *arguments: str) -> None:
        """Run pip; what it refuses is told in one sentence."""
        if importlib.util.find_spec("pip") is None:
            raise Unavailable(
                "A bundle is made by pip, which this environment has not: install it.", code="no_pip"
            )
        where = [] if self.folder is None else ["--no-index", "--find-links", str(self.folder.absolute())]
        quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2", "--timeout", "20"]
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment |= {"TMPDIR": str(self.staging), "SOURCE_DATE_EPOCH": STEADY, "LC_ALL": "C"}
        done = subprocess.run(
            [sys.executable, "-m", "pip", command, *quiet, *where, *arguments],
            env=environment,
            cwd=self.staging,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise self._refused(done.stdout + done.stderr)

    def _refused(self, words: str) -> Unavailable:
        if NO_ROOM in words:
            return Unavailable(
                "There is no room left on the disk for {file}.", code="disk_full", file=str(self.staging)
            )
        if any(sign in words for sign in NO_NETWORK):
            return Unavailable(
                "The packages cannot be downloaded: there is no network here. Where wheels lie in a folder, name it by --wheels.",
                code="no_network",
            )
        lines = [line.partition("ERROR: ")[2] for line in words.splitlines() if line.startswith("ERROR: ")]
        told = " ".join(lines[-2:]) or words.strip()[-500:]
        if self.folder is not None:
            return Unavailable(
                "In {folder} something is missing: {why}",
                code="wheels_missing",
                folder=str(self.folder),
                why=told,
            )
        return Unavailable("The packages cannot be collected: {why}", code="not_collected", why=told)

    def _pins(self) -> Sequence[str]:
        """Ask for the releases that run here, which are those that were tried; a folder holds what it holds."""
        if self.folder is not None:
            return ()
        path = self.staging / "constraints.txt"
        installed = {
            found.name: found.version
            for found in importlib.metadata.distributions()
            if found.name not in ("payvand", "pip") and "+" not in found.version
        }
        path.write_text("".join(f"{name}=={version}\n" for name, version in sorted(installed.items())))
        return ("--constraint", str(path))


def check_folder(folder: Path | None) -> None:
    """Raise `BadRequest` where the folder has no wheels."""
    if folder is not None and not any(folder.glob("*.whl")):
        raise BadRequest("{folder} holds no wheels.", code="no_wheels", folder=str(folder))


def _name(asked: str) -> str:
    return Wheel.read(Path(asked)).name if asked.endswith(".whl") else asked


def _platforms(python: str, machine: str) -> list[str]:
    tags = [f"manylinux_2_{glibc}_{machine}" for glibc in range(NEWEST_GLIBC, OLDEST_GLIBC - 1, -1)]
    tags += [f"{legacy}_{machine}" for legacy in ("manylinux2014", "manylinux2010", "manylinux1")]
    options = ["--only-binary", ":all:", "--implementation", "cp", "--python-version", python]
    return [*options, *(word for tag in tags for word in ("--platform", tag))]
