"""Files of other programs: `ImportSource` knows a sheet by its headers, `FileFormat` reads and writes a kind of file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from core.errors import Conflict
from core.i18n import Style
from core.metadata.specs import Label

Row: TypeAlias = "Mapping[str, object]"
"""Cells by the name of their column; what a column has no value for is missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportSource:
    """A program whose exports of an entity are known by the names of their columns.

    ``columns`` are those that its rows are brought to, each with what it is imported into; ``read`` brings a row
    there. A column that is imported into ``external_id`` holds by what the program itself knows the record.
    """

    name: str
    label: Label
    entity: str
    recognises: Callable[[Sequence[str]], bool]
    columns: Mapping[str, str]
    read: Callable[[Row], Row]


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFormat:
    """A kind of file that holds records of an entity.

    ``recognises`` looks at the first bytes. ``read`` gives the rows of a text, with ``columns`` as an `ImportSource`
    has them; a cell may be a `FieldRefused`, which is told at its row; a kind without it is only written. ``write``
    makes a file of the records of a list: it gets their ``fields``, of which those that the reader may not take along
    are missing; files are given as their bytes. ``code`` is by what an export asks for the kind, else its suffix.
    """

    name: str
    label: Label
    entity: str
    suffix: str
    mime: str
    recognises: Callable[[bytes], bool] = lambda _head: False
    columns: Mapping[str, str] = field(default_factory=dict)
    read: Callable[[str], Iterable[Row]] | None = None
    code: str = ""
    fields: tuple[str, ...] = ()
    write: Callable[[Iterable[Row], Style], Iterator[bytes]] | None = None

    @property
    def asked_as(self) -> str:
        """By what an export asks for this kind of file."""
        return self.code or self.suffix.removeprefix(".")


class ImportSources:
    """The sources of the enabled modules."""

    def __init__(self) -> None:
        self._sources: dict[str, ImportSource] = {}

    def fill(self, extra: Iterable[ImportSource] = ()) -> None:
        """Take these contributions of the enabled modules in place of those before."""
        self._sources = {}
        for source in extra:
            self.register(source)

    def register(self, source: ImportSource) -> None:
        """Add a source; a name that is taken is refused."""
        if source.name in self._sources:
            raise Conflict("There are two sources named {name}.", code="source_taken", name=source.name)
        self._sources = {**self._sources, source.name: source}

    def find(self, entity: str, header: Sequence[str]) -> ImportSource | None:
        """Return the source that an entity's sheet with this header comes from, or None."""
        of_entity = (one for one in self._sources.values() if one.entity == entity)
        return next((one for one in of_entity if one.recognises(header)), None)


class FileFormats:
    """The kinds of files of the enabled modules."""

    def __init__(self) -> None:
        self._formats: dict[str, FileFormat] = {}

    def fill(self, extra: Iterable[FileFormat] = ()) -> None:
        """Take these contributions of the enabled modules in place of those before."""
        self._formats = {}
        for format_ in extra:
            self.register(format_)

    def register(self, format_: FileFormat) -> None:
        """Add a kind of file; a name that is taken is refused."""
        if format_.name in self._formats:
            raise Conflict(
                "There are two kinds of files named {name}.", code="format_taken", name=format_.name
            )
        self._formats = {**self._formats, format_.name: format_}

    def of(self, entity: str) -> tuple[FileFormat, ...]:
        """Return the kinds of files that hold records of an entity."""
        return tuple(one for one in self._formats.values() if one.entity == entity)

    def find(self, entity: str, head: bytes) -> FileFormat | None:
        """Return the kind of file of an entity that begins like this, or None."""
        return next((one for one in self.of(entity) if one.read is not None and one.recognises(head)), None)
