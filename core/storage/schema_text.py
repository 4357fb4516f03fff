"""The tables, functions and indexes of a database as SQL: written by `pg_dump`, which knows them all."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from core.errors import Unavailable
from core.storage.embedded_binaries import SYSTEM_FOLDERS, WHEEL
from core.storage.engine import database_address

PROGRAM = "pg_dump"
OPTIONS = (
    "--schema-only --no-owner --no-privileges --no-comments --no-publications --no-subscriptions "
    "--no-security-labels --no-tablespaces --no-password --schema=public --encoding=UTF8"
)
NOT_OURS = re.compile(
    rb"^(-- Dumped .*|\\(un)?restrict \w+|SET transaction_timeout = 0;|CREATE SCHEMA public;)\n", re.MULTILINE
)
"""Lines that older servers refuse, that only psql understands, or that name versions and moments."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemaText:
    """What is made before the rows are there (tables, functions), and after them (indexes, keys, triggers)."""

    before: bytes
    after: bytes


def schema_text(address: str, major: int, snapshot: str | None = None) -> SchemaText:
    """Return the schema of a database of a server of this major version, as ``snapshot`` sees it."""
    program = _program(major)
    return SchemaText(
        before=_section(program, address, "pre-data", snapshot),
        after=_section(program, address, "post-data", snapshot),
    )


def _section(program: Path, address: str, section: str, snapshot: str | None) -> bytes:
    url = database_address(address).set(drivername="postgresql")
    seen = [f"--snapshot={snapshot}"] if snapshot else []
    where = url.set(password=None).render_as_string(hide_password=False)  # others may see the arguments
    done = subprocess.run(
        [program, *OPTIONS.split(), f"--section={section}", *seen, f"--dbname={where}"],
        capture_output=True,
        check=False,
        env=os.environ | {"PGPASSWORD": str(url.password or ""), "LC_ALL": "C"},
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines()
        raise Unavailable(
            "pg_dump cannot read the definitions of the tables: {why}",
            code="dump_failed",
            why=lines[0] if lines else str(done.returncode),
        )
    return NOT_OURS.sub(b"", done.stdout)


def _program(major: int) -> Path:
    """Return a `pg_dump` that is as new as the server: that of the same version first."""
    found = sorted((version != major, version, path) for version, path in _found() if version >= major)
    if found:
        return found[0][2]
    raise Unavailable(
        "There is no pg_dump for PostgreSQL {major} here; install the package postgresql-client-{major}.",
        code="no_dump_program",
        major=major,
    )


def _found() -> Iterator[tuple[int, Path]]:
    for path in dict.fromkeys(_places()):
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
        version = re.search(r"(\d+)", done.stdout.partition(")")[2])
        if done.returncode == 0 and version:
            yield int(version[1]), path


def _places() -> Iterator[Path]:
    spec = find_spec(WHEEL)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(folder) / "pginstall" / "bin" / PROGRAM).exists():
            yield path
    if on_path := shutil.which(PROGRAM):
        yield Path(on_path)
    for pattern in SYSTEM_FOLDERS:
        yield from sorted(Path("/").glob(f"{pattern}/{PROGRAM}"), reverse=True)
