"""The steps of a schema plan: what each does, how it is carried out, and whom it makes wait."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from core.storage.physical import IndexSpec
from core.storage.shapes import Need


class Way(StrEnum):
    """How a step is carried out."""

    INSTANT = "instant"
    CHECKED = "check-then-enforce"
    ASIDE = "build-aside"


class Lock(StrEnum):
    """Who waits while a step runs; all that run in the transaction take milliseconds."""

    NONE = "nobody waits"
    NEW = "nobody knows the table yet"
    WRITERS = "writers wait"
    ALL = "readers and writers wait"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Step:
    """One statement of a plan."""

    way: ClassVar[Way] = Way.INSTANT
    lock: ClassVar[Lock] = Lock.ALL
    table: str

    @property
    def sentence(self) -> str:
        """What the step does, for the preview."""
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{self.sentence} ({self.way}; {self.lock})"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CreateTable(Step):
    """A table with all its columns; references and indexes follow as steps of their own."""

    lock: ClassVar[Lock] = Lock.NEW
    columns: tuple[Need, ...]
    links: bool = False

    @property
    def sentence(self) -> str:
        return f"create table {self.table} with {len(self.columns)} columns"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AddColumn(Step):
    """An empty column; its reference comes inline, because only then nothing is scanned."""

    need: Need

    @property
    def sentence(self) -> str:
        return f"add column {self.table}.{self.need.record.column}"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AddReference(Step):
    """The foreign key of a column on a table that is new."""

    lock: ClassVar[Lock] = Lock.WRITERS
    need: Need

    @property
    def sentence(self) -> str:
        return f"make {self.table}.{self.need.record.column} refer to {self.need.references}"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class OneTarget(Step):
    """The check that at most one of the columns of a reference to any of several entities is set."""

    way: ClassVar[Way] = Way.CHECKED
    field: str
    columns: tuple[str, ...]
    replaces: bool = False

    @property
    def sentence(self) -> str:
        return f"check that at most one of {', '.join(self.columns)} on {self.table} is set"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class OneValue(Step):
    """The check that a column holds one value only, or none; lifted where the value is empty."""

    way: ClassVar[Way] = Way.CHECKED
    field: str
    column: str
    value: str

    @property
    def sentence(self) -> str:
        if not self.value:
            return f"let {self.table}.{self.column} hold any value"
        return f"check that {self.table}.{self.column} holds nothing but {self.value}"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SetAside(Step):
    """A column, or a table of links, in the trash gives its name to another one."""

    column: str
    new: str
    indexes: tuple[str, ...] = ()
    target: str | None = None

    @property
    def sentence(self) -> str:
        name = f"{self.table}.{self.column}" if self.column else self.table
        return f"set aside {name}, which is in the trash, as {self.new}"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CreateIndex(Step):
    """An index on a table with few rows."""

    lock: ClassVar[Lock] = Lock.WRITERS
    index: IndexSpec

    @property
    def sentence(self) -> str:
        return f"index {self.table} ({', '.join(self.index.columns)}) for {self.index.kind}"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BuildAside(CreateIndex):
    """An index on a table with many rows, or search keys of existing text: a job builds it while all work on."""

    way: ClassVar[Way] = Way.ASIDE
    lock: ClassVar[Lock] = Lock.NONE


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class KeepBeside(CreateIndex):
    """Values of records kept beside parts that point to them, filled for the parts there are."""

    @property
    def sentence(self) -> str:
        return f"keep {self.table}.{self.index.names[0]} beside what it is reached by"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ForgetBeside(Step):
    """Values that nobody wants beside parts any more."""

    index: IndexSpec

    @property
    def sentence(self) -> str:
        return f"no longer keep {self.table}.{self.index.names[0]} beside what it is reached by"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DropIndex(Step):
    """An index that nobody wants any more; what it was built from stays."""

    name: str

    @property
    def sentence(self) -> str:
        return f"drop index {self.name}"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trash(Step):
    """A column or table that no field uses any more: kept as it is, hidden."""

    lock: ClassVar[Lock] = Lock.NONE
    column: str

    @property
    def sentence(self) -> str:
        return f"put {self.table}.{self.column} in the trash"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Restore(Step):
    """A column or table out of the trash, with all it held."""

    lock: ClassVar[Lock] = Lock.NONE
    column: str

    @property
    def sentence(self) -> str:
        return f"bring back {self.table}.{self.column} from the trash"
