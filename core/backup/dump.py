"""A dump: a site in open formats, as a folder or a zip file. What is written into it and read from it, part by part."""

from __future__ import annotations

import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Protocol, Self

from core.backup.archive import UNREADABLE, Draft, told_of_disk
from core.errors import BadRequest, Conflict

KIND = "payvand dump"
FORMAT = 1
SITE_FILE, README_FILE = "site.json", "README.md"
ZIP = ".zip"

TABLE_FILE = re.compile(r"(records|links|core)/[\w.]+\.jsonl", re.ASCII)
"""Where the rows of a table may be; whoever changes `site.json` leads nobody elsewhere."""

README = """# A site of Payvand in open formats

`payvand load` brings it into an empty site; any program reads it.

| file | holds |
|---|---|
| `site.json` | the version of Payvand, the modules, the settings that say what the data mean, and for each table its file, columns and rows |
| `documents/*.yaml` | what was made in the browser: fields, entities, views, roles |
| `records/<entity>.jsonl` | the records of an entity, one JSON object a line, also those in the trash (`deleted_at`) |
| `links/<table>.jsonl` | which records are linked with which |
| `core/account.jsonl` | who may sign in, and with which roles; passwords only where they were asked for, as hashes |
| `core/history.jsonl` | who changed what, when |
| `core/external_id.jsonl` | by which keys other systems know the records |
| `core/file.jsonl`, `files/<sha256>` | names and kinds of files, and their contents |
| `core/sequence.jsonl` | the next numbers of quotes and the like |
| `core/merge.jsonl`, `core/redirect.jsonl` | records that were merged |

All text is UTF-8. `id` is the number of a record, and references hold such numbers. Moments are ISO 8601 in UTC, dates are those of
the Gregorian calendar, amounts and other decimals are exact: read them as decimals. The currency of the amount `price` is
`price_currency`. A column `…_key` holds what searches look at and follows from its text.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableDump:
    """One table: where its rows are, and what they are of."""

    file: str
    table: str
    entity: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteDump:
    """What `site.json` says."""

    version: str
    settings: Mapping[str, str]
    modules: Mapping[str, str]
    asleep: tuple[str, ...]
    documents: int
    tables: tuple[TableDump, ...]
    sequences: Mapping[str, tuple[int, bool]]
    files: int
    missing: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are in all tables."""
        return sum(table.rows for table in self.tables)

    def written(self) -> bytes:
        """Return it as it stands in the dump."""
        body = {"kind": KIND, "format": FORMAT, **asdict(self)}
        return (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def read(cls, text: bytes, place: str) -> Self:
        """Read it again; raise `BadRequest` where it is something else."""
        try:
            body: dict[str, Any] = json.loads(text)
            if body.pop("kind") != KIND or body.pop("format") != FORMAT:
                raise KeyError
            if not all(TABLE_FILE.fullmatch(one["file"]) for one in body["tables"]):
                raise ValueError
            body["tables"] = tuple(
                TableDump(**(one | {"columns": tuple(one["columns"])})) for one in body["tables"]
            )
            body["sequences"] = {name: (int(n), bool(c)) for name, (n, c) in body["sequences"].items()}
            body["asleep"], body["missing"] = tuple(body["asleep"]), tuple(body["missing"])
            return cls(**body)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise not_a_dump(place) from None


class Sink(Protocol):
    """Where a dump is written."""

    def member(self, name: str, *, packed: bool = True) -> AbstractContextManager[Callable[[bytes], object]]:
        """Open a part for writing."""

    def add(self, name: str, content: bytes) -> object:
        """Write a small part at once."""


class FolderSink:
    """A dump that is written as a folder; it takes its name when it is whole."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._draft = target.with_name(f".{target.name}.partial")

    def __enter__(self) -> Self:
        if self._target.exists():
            raise Conflict(
                "{file} exists already; name another file.", code="file_exists", file=str(self._target)
            )
        with told_of_disk(self._target):
            shutil.rmtree(self._draft, ignore_errors=True)
            self._draft.mkdir(mode=0o700)
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        try:
            if kind is None:
                with told_of_disk(self._target):
                    self._draft.rename(self._target)
        finally:
            shutil.rmtree(self._draft, ignore_errors=True)

    @contextmanager
    def member(self, name: str, *, packed: bool = True) -> Iterator[Callable[[bytes], object]]:
        """Open a part for writing; nothing is packed in a folder."""
        path = self._draft / name
        with told_of_disk(self._target):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                yield file.write
                file.flush()
                os.fsync(file.fileno())

    def add(self, name: str, content: bytes) -> None:
        """Write a small part at once."""
        with self.member(name) as write:
            write(content)


class Source:
    """A dump that is read, from a folder or a zip file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None

    def __enter__(self) -> Self:
        try:
            if not self.path.is_dir():
                self._zip = zipfile.ZipFile(self.path)
            with self.open(SITE_FILE) as file:
                self.site = SiteDump.read(file.read(), str(self.path))
        except (*UNREADABLE, FileNotFoundError):
            raise not_a_dump(str(self.path)) from None
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._zip is not None:
            self._zip.close()

    def open(self, name: str) -> IO[bytes]:
        """Open a part for reading: a file that is in the dump itself, not one that a link leads to."""
        if self._zip is not None:
            return self._zip.open(name)
        path = (self.path / name).resolve()
        if not (path.is_relative_to(self.path.resolve()) and path.is_file()):
            raise FileNotFoundError(name)
        return path.open("rb")

    def names(self, folder: str) -> list[str]:
        """Return the parts in a folder of the dump, in order."""
        if self._zip is not None:
            start = re.compile(rf"{folder}/[^/]+")
            return sorted(name for name in self._zip.namelist() if start.fullmatch(name))
        return sorted(f"{folder}/{path.name}" for path in (self.path / folder).glob("*") if path.is_file())

    @contextmanager
    def reading(self, name: str) -> Iterator[IO[bytes]]:
        """Open a part for reading, and tell where it is broken or missing."""
        try:
            with self.open(name) as file:
                yield file
        except (*UNREADABLE, FileNotFoundError):
            raise broken(str(self.path), name) from None


def sink(target: Path) -> AbstractContextManager[Sink]:
    """Return where a dump is written: a zip file where the name ends so, else a folder."""
    return Draft(target) if target.suffix == ZIP else FolderSink(target)


def not_a_dump(place: str) -> BadRequest:
    """Return the refusal of what is something else."""
    return BadRequest(
        "{file} is not a whole dump of Payvand that this version knows.", code="not_a_dump", file=place
    )


def broken(place: str, part: str) -> BadRequest:
    """Return the refusal of a dump of which a part is missing or cannot be read."""
    return BadRequest(
        "The dump {file} is not whole: {part} is missing or cannot be read.",
        code="dump_broken",
        file=place,
        part=part,
    )
