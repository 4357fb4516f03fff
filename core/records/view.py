"""A record as expressions read it: own values at once, other records when a path asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from core.access.parts import target_step
from core.access.shares import RECORD, SHARE, SHARES
from core.kernel.values import AnyRef, FileRef, Ref
from core.metadata.specs import EntitySpec, FieldSpec
from core.records.change import Line

Fetch = Callable[[str, str, Sequence[int]], list[Mapping[str, object]]]
"""``fetch(entity, column, ids)``: the live records of ``entity`` whose ``column`` is one of ``ids``.

Instead of a column ``entity.field`` names links: the records that one of ``ids`` is linked to by them.
"""
NO_LINES: Mapping[str, Sequence[Line]] = MappingProxyType({})


class RecordView:
    """The reading that compiled expressions use (`core.expressions.View`).

    Conditions belong to the definitions, not to the person writing, so that what they follow is read with the
    system's eyes; only their verdict is shown. ``lines`` are lists that are not what is stored, and ``whole`` is
    the record whose line this one is.
    """

    def __init__(
        self,
        entity: EntitySpec,
        values: Mapping[str, object],
        fetch: Fetch,
        entity_of: Callable[[str], EntitySpec],
        *,
        lines: Mapping[str, Sequence[Line]] = NO_LINES,
        whole: tuple[str, RecordView] | None = None,
    ) -> None:
        self._entity = entity
        self._values = values
        self._fetch = fetch
        self._entity_of = entity_of
        self._lines = lines
        self._whole = whole

    def value(self, name: str) -> object:
        """Return the value of an own field in the form expressions compare."""
        found = self._values.get(name)
        if found is None and "__" in name:
            step = self._step(name)
            return None if step is None else step.id
        return plain(found)

    def follow(self, name: str) -> RecordView | None:
        """Return the record a reference points to, or None."""
        if self._whole is not None and self._whole[0] == name:
            return self._whole[1]
        ref = self._values.get(name)
        if isinstance(ref, Ref):
            target, number = str(self._entity.fields[name].option("to")), ref.id
        elif "__" in name and (step := self._step(name)) is not None:
            target, number = step.entity, step.id
        else:
            return None
        rows = self._fetch(target, "id", [number])
        return self._other(target, rows[0]) if rows else None

    def _step(self, name: str) -> AnyRef | None:
        """Return a reference to any of several where it points to the target that a step names (`target_step`)."""
        field = name.partition("__")[0]
        ref = self._values.get(field)
        return ref if isinstance(ref, AnyRef) and target_step(field, ref.entity) == name else None

    def items(self, name: str) -> Iterable[RecordView]:
        """Return the records of a list field or of links."""
        if name == SHARES:
            by = target_step(RECORD, self._entity.name)
            return [self._other(SHARE, row) for row in self._pointing(SHARE, by)]
        spec = self._entity.fields[name]
        if spec.type == "links":
            return self._linked(spec)
        source, by = str(spec.option("of")), str(spec.option("by"))
        entity, whole = self._entity_of(source), (by, self)
        found = self._lines.get(name)
        if found is None:
            column = column_of(spec, self._entity.name, entity)
            found = [Line(row) for row in self._pointing(source, column)]
        return [
            RecordView(entity, line.values, self._fetch, self._entity_of, lines=line.lines, whole=whole)
            for line in found
        ]

    def _linked(self, spec: FieldSpec) -> list[RecordView]:
        target, linked = str(spec.option("to")), self._values.get(spec.name)
        if linked is None:
            rows = self._pointing(target, f"{self._entity.name}.{spec.name}")
        else:
            ids = [ref.id for ref in linked if isinstance(ref, Ref)] if isinstance(linked, Sequence) else []
            rows = self._fetch(target, "id", ids) if ids else ()
        return [self._other(target, row) for row in rows]

    def _pointing(self, entity: str, column: str) -> Sequence[Mapping[str, object]]:
        """Return the records of an entity that point here; none points to what is not written yet."""
        own_id = self._values.get("id")
        return self._fetch(entity, column, [own_id]) if isinstance(own_id, int) and own_id else ()

    def _other(self, entity: str, values: Mapping[str, object]) -> RecordView:
        return RecordView(self._entity_of(entity), values, self._fetch, self._entity_of)


def column_of(spec: FieldSpec, whole: str, child: EntitySpec) -> str:
    """Return the column by which the records of a list point to the record of ``whole`` whose list it is."""
    by = str(spec.option("by"))
    return target_step(by, whole) if child.fields[by].type == "reference_any" else by


def plain(value: object) -> object:
    """Return what an expression compares: references and files are their ids."""
    if isinstance(value, (Ref, FileRef)):
        return value.id
    if isinstance(value, AnyRef):
        return (value.entity, value.id)
    return value
