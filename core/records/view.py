"""A record as expressions read it: own values at once, other records when a path asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from core.access.parts import target_step
from core.access.shares import RECORD, SHARE, SHARES
from core.kernel.values import AnyRef, FileRef, Ref
from core.metadata.specs import EntitySpec

Fetch = Callable[[str, str, Sequence[int]], list[Mapping[str, object]]]
"""``fetch(entity, column, ids)``: the live records of ``entity`` whose ``column`` is one of ``ids``."""


class RecordView:
    """The reading that compiled expressions use (`core.expressions.View`).

    Conditions belong to the definitions, not to the person writing, so that what they follow is read with the
    system's eyes; only their verdict is shown.
    """

    def __init__(
        self,
        entity: EntitySpec,
        values: Mapping[str, object],
        fetch: Fetch,
        entity_of: Callable[[str], EntitySpec],
    ) -> None:
        self._entity = entity
        self._values = values
        self._fetch = fetch
        self._entity_of = entity_of

    def value(self, name: str) -> object:
        """Return the value of an own field in the form expressions compare."""
        return plain(self._values.get(name))

    def follow(self, name: str) -> RecordView | None:
        """Return the record a reference points to, or None."""
        ref = self._values.get(name)
        if not isinstance(ref, Ref):
            return None
        target = str(self._entity.fields[name].option("to"))
        rows = self._fetch(target, "id", [ref.id])
        return self._other(target, rows[0]) if rows else None

    def items(self, name: str) -> Iterable[RecordView]:
        """Return the records of a list field or of links."""
        own_id = self._values.get("id")
        if name == SHARES:
            by = target_step(RECORD, self._entity.name)
            found = self._fetch(SHARE, by, [own_id]) if isinstance(own_id, int) and own_id else ()
            return [self._other(SHARE, row) for row in found]
        spec = self._entity.fields[name]
        if spec.type == "links":
            linked = self._values.get(name) or ()
            ids = [ref.id for ref in linked if isinstance(ref, Ref)] if isinstance(linked, Sequence) else []
            target = str(spec.option("to"))
            return [self._other(target, row) for row in self._fetch(target, "id", ids)] if ids else []
        if not isinstance(own_id, int) or not own_id:
            return []
        source, by = str(spec.option("of")), str(spec.option("by"))
        if self._entity_of(source).fields[by].type == "reference_any":
            by = target_step(by, self._entity.name)
        return [self._other(source, row) for row in self._fetch(source, by, [own_id])]

    def _other(self, entity: str, values: Mapping[str, object]) -> RecordView:
        return RecordView(self._entity_of(entity), values, self._fetch, self._entity_of)


def plain(value: object) -> object:
    """Return what an expression compares: references and files are their ids."""
    if isinstance(value, (Ref, FileRef)):
        return value.id
    if isinstance(value, AnyRef):
        return (value.entity, value.id)
    return value
