"""Records that a module brings: ``data/`` what it needs, ``demo/`` what one can play with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import MetadataInvalid, Param, Problem, ValidationFailed, fill
from core.kernel.actor import Actor
from core.lifecycle.data_files import KEEP_IN_SYNC, DataFile, read_data
from core.lifecycle.data_keys import MARK, Keys, Known, named
from core.lifecycle.data_values import translated, written_out
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.query import MAX_LIMIT, Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import UnitOfWork

Values = Mapping[str, Any]


class DataLoader:
    """Loads a module's records through the one door, as the system."""

    def __init__(self, records: Records, reading: Reading) -> None:
        self._records = records
        self._reading = reading

    def load(
        self, module: str, folder: Path, actor: Actor, uow: UnitOfWork, known: Known | None = None
    ) -> int:
        """Load all files of a folder in the order of their names; return how many records were written.

        References are written as keys (``@key`` of this module, ``@module:key`` of another); ``known`` adds keys
        that are not in files, such as the accounts of the demo. A record that somebody has deleted stays deleted.
        """
        written = 0
        for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
            file = read_data(path)
            if file.entity not in uow.catalog.entities:
                raise _refused(file, "unknown_entity", "There is no entity {name}.", name=file.entity)
            load = _Load(file=file, actor=actor, uow=uow, keys=Keys(module, uow, known or {}))
            load.keys.fetch(file.records)
            written += self._create(load)
            if file.policy == KEEP_IN_SYNC:
                written += self._update(load)
        return written

    def _create(self, load: _Load) -> int:
        """Create what is not there yet; a record may name one that stands above it in the same file."""
        new = [r for r in load.file.records if load.keys.own(str(r["key"])) is None]
        load.written = frozenset(str(r["key"]) for r in new)
        for batch in _batches(new):
            with _telling(load.file):
                rows = [load.values(record) for record in batch]
                saved = self._records.create(load.actor, load.file.entity, rows, uow=load.uow)
            load.keys.remember(
                load.file.entity, {str(r["key"]): s.id for r, s in zip(batch, saved, strict=True)}
            )
        return len(new)

    def _update(self, load: _Load) -> int:
        """Bring what was loaded before to what the file says now."""
        present = {
            load.keys.own(str(r["key"])): r for r in load.file.records if str(r["key"]) not in load.written
        }
        changes: dict[int, Values] = {}
        living = [number for number in present if number is not None]
        for start in range(0, len(living), MAX_LIMIT):
            some = living[start : start + MAX_LIMIT]
            query = Query(fields=("id",), filter=f"id in {some}", limit=MAX_LIMIT)
            page = self._reading.find(
                load.actor, load.file.entity, query, catalog=load.uow.catalog, uow=load.uow
            )
            changes |= {
                number: load.values(present[number])
                for number in some
                if number in {item["id"] for item in page.items}
            }
        with _telling(load.file):
            saved = (
                self._records.update_many(load.actor, load.file.entity, changes, uow=load.uow)
                if changes
                else []
            )
        return sum(bool(one.changed) for one in saved)


@dataclass(kw_only=True, slots=True)
class _Load:
    """The loading of one file."""

    file: DataFile
    actor: Actor
    uow: UnitOfWork
    keys: Keys
    written: frozenset[str] = frozenset()

    def values(self, record: Values) -> dict[str, Any]:
        """Return a record's values with keys replaced by the ids they stand for."""
        return self._replaced(
            self.uow.catalog.entity(self.file.entity), {k: v for k, v in record.items() if k != "key"}
        )

    def _replaced(self, entity: EntitySpec, values: Values) -> dict[str, Any]:
        return {
            name: self._value(entity.fields[name], value) if name in entity.fields else value
            for name, value in values.items()
        }

    def _value(self, spec: FieldSpec, value: Any) -> Any:
        if spec.type == "list" and isinstance(value, list | tuple):
            child = self.uow.catalog.entity(str(spec.option("of")))
            return [self._replaced(child, line) for line in value]
        if spec.type == "links" and isinstance(value, list | tuple):
            return [self._reference(spec, one) for one in value]
        if spec.type in ("reference", "reference_any"):
            return self._reference(spec, value)
        if spec.name in self.file.translate and isinstance(value, str):
            return translated(value, self.uow)
        return written_out(spec, value, self.uow)

    def _reference(self, spec: FieldSpec, value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith(MARK):
            return value
        found = self.keys.find(value)
        if found is None:
            raise _refused(
                self.file,
                "unknown_key",
                "{field} names the record {key}, which is not loaded.",
                field=spec.name,
                key=value,
            )
        entity, number = found
        return {"entity": entity, "id": number} if spec.type == "reference_any" else number


def _batches(records: list[Values]) -> Iterator[list[Values]]:
    """Yield records in batches, so that a record comes after those of the same file that it names."""
    batch: list[Values] = []
    keys: set[str] = set()
    for record in records:
        if keys.intersection(text.removeprefix(MARK) for text in named(record)):
            yield batch
            batch, keys = [], set()
        batch.append(record)
        keys.add(str(record["key"]))
    if batch:
        yield batch


@contextmanager
def _telling(file: DataFile) -> Iterator[None]:
    """Tell what a record lacks together with the file that holds it."""
    try:
        yield
    except ValidationFailed as refused:
        raise MetadataInvalid(
            problems=[
                Problem(
                    code=p.code,
                    message="{field}: {reason}",
                    place=file.place,
                    params={"field": p.field or file.entity, "reason": fill(p.message, p.params)},
                )
                for p in refused.problems
            ]
        ) from refused


def _refused(file: DataFile, code: str, message: str, **params: Param) -> MetadataInvalid:
    return MetadataInvalid(problems=[Problem(code=code, message=message, params=params, place=file.place)])
