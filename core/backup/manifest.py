"""`Manifest`: what a backup holds, with the digest of each part; the last thing that is written into it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from core.errors import BadRequest

KIND = "payvand backup"
FORMAT = 1
"""Moves when older versions could not read an archive any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TablePart:
    """A table in a backup."""

    name: str
    columns: tuple[str, ...]
    rows: int
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Manifest:
    """What the backup is of, and what must be in it."""

    version: str
    revision: str
    postgres: int
    made_at: str
    settings: Mapping[str, str]
    modules: Mapping[str, str]
    before: str
    after: str
    secret: str
    tables: tuple[TablePart, ...]
    sequences: Mapping[str, tuple[int, bool]]
    files: int
    size: int
    missing: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.rows for table in self.tables)

    def written(self) -> bytes:
        """Return the manifest as it stands in the archive."""
        body = {"kind": KIND, "format": FORMAT, **asdict(self)}
        return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False).encode()

    @classmethod
    def read(cls, text: bytes, place: str) -> Self:
        """Read it again; raise `BadRequest` where it is none, or one of a later time."""
        try:
            body = json.loads(text)
            kind, number = body.pop("kind"), body.pop("format")
        except (ValueError, AttributeError, KeyError):
            raise not_a_backup(place) from None
        if kind != KIND:
            raise not_a_backup(place)
        if number != FORMAT:
            raise newer(place, str(body.get("version")))
        try:
            return cls(**(body | _parts(body)))
        except (TypeError, KeyError, ValueError, AttributeError):
            raise damaged(place, "manifest.json") from None


def _parts(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "tables": tuple(TablePart(**(one | {"columns": tuple(one["columns"])})) for one in body["tables"]),
        "sequences": {name: (int(last), bool(called)) for name, (last, called) in body["sequences"].items()},
        "missing": tuple(body["missing"]),
    }


def not_a_backup(place: str) -> BadRequest:
    """Return the refusal of a file that is something else, or the beginning of a backup."""
    return BadRequest(
        "{file} is not a whole backup of Payvand: it was cut off, or is another kind of file.",
        code="not_a_backup",
        file=place,
    )


def damaged(place: str, part: str) -> BadRequest:
    """Return the refusal of a backup of which a part is not what was written."""
    return BadRequest(
        "The backup {file} is damaged: {part} is not what was written. Take another one.",
        code="backup_damaged",
        file=place,
        part=part,
    )


def newer(place: str, version: str) -> BadRequest:
    """Return the refusal of what only a later version understands."""
    return BadRequest(
        "The backup {file} was made by Payvand {version}, which is newer than this one; update Payvand first.",
        code="backup_newer",
        file=place,
        version=version,
    )
