"""When two records are the same: what tells them apart, compared without regard to spelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.expressions import Env, Schema, check, compile_python, parse
from core.fields import FieldTypes
from core.metadata.specs import EntitySpec
from core.records.view import RecordView

Keys = Mapping[str, str]
"""Comparison keys by field; a field without a value is missing."""


class Identity:
    """The fields by which records of an entity are recognised.

    A field that is unique or a duplicate key decides by itself; the title, if it is a duplicate key, decides only
    for rows that have nothing better: many people share a name. Records that differ in a unique duplicate key are
    different whatever else they share.
    """

    def __init__(self, entity: EntitySpec, types: FieldTypes, schema: Schema) -> None:
        self._entity = entity
        self._types = types
        fields = [f for f in entity.fields.values() if f.duplicate_key or f.unique]
        self.fields = tuple(f.name for f in fields)
        self._weak = (
            entity.title if entity.title in self.fields and not entity.fields[entity.title].unique else ""
        )
        self._decisive = tuple(name for name in self.fields if name != self._weak)
        self._opposing = tuple(f.name for f in fields if f.duplicate_key and f.unique)
        self._computed = {
            f.name: compile_python(check(parse(f.computed), schema, entity.name))
            for f in fields
            if f.computed
        }

    def complete(self, values: Mapping[str, object], keys: dict[str, object], env: Env) -> None:
        """Add what is computed from the values; other records are not followed for that."""
        for name, read in self._computed.items():
            kind = self._types.get(self._entity.fields[name].type)
            view = RecordView(self._entity, values, lambda *_: [], lambda _: self._entity)
            value = kind.from_expression(self._entity.fields[name], read(view, env))
            if value is not None:
                keys[name] = value

    def compared(self, values: Mapping[str, object]) -> dict[str, str]:
        """Return the comparison keys of a row's or a record's values."""
        found: dict[str, str] = {}
        for name in self.fields:
            value = values.get(name)
            if value is not None:
                spec = self._entity.fields[name]
                key = self._types.get(spec.type).key(spec, value)
                if key is not None:
                    found[name] = key
        return found

    def asked(self, keys: Keys) -> tuple[str, ...]:
        """Return the fields by which twins of a row are to be looked for."""
        decisive = tuple(name for name in self._decisive if name in keys)
        return decisive or ((self._weak,) if self._weak in keys else ())

    def same(self, row: Keys, other: Keys) -> str:
        """Return the field that shows two records to be the same, empty where they are not."""
        if any(name in row and name in other and row[name] != other[name] for name in self._opposing):
            return ""
        return next((name for name in self.asked(row) if row[name] == other.get(name)), "")


@dataclass(slots=True)
class Known:
    """Rows of the file, or records, by their keys."""

    identity: Identity
    _entries: dict[tuple[str, str], list[tuple[int, Keys]]] = field(default_factory=dict)

    def twin(self, keys: Keys) -> tuple[str, int] | None:
        """Return what is the same as a row: the field that tells, and the number of the row or record."""
        for name in self.identity.asked(keys):
            for number, other in self._entries.get((name, keys[name]), ()):
                told_by = self.identity.same(keys, other)
                if told_by:
                    return told_by, number
        return None

    def add(self, number: int, keys: Keys) -> None:
        """Remember a row or record."""
        for place in keys.items():
            self._entries.setdefault(place, []).append((number, keys))

    def forget(self, number: int, keys: Keys) -> None:
        """Forget a row that could not be written after all."""
        for place in keys.items():
            self._entries[place] = [one for one in self._entries.get(place, ()) if one[0] != number]
