"""The schema in which rights are checked: references to any of several entities can be followed to each of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.access.parts import reference_targets, target_step
from core.access.shares import SHARE, SHARES, is_shareable
from core.expressions import ExpressionFunction, Schema, Type
from core.metadata.catalog import Catalog


class StepSchema:
    """A schema that also knows ``<field>__<table>``, one target of a reference to any of several entities, and shares."""

    def __init__(self, catalog: Catalog, schema: Schema) -> None:
        self._catalog = catalog
        self._schema = schema

    def type_of(self, entity: str, name: str) -> Type | None:
        """Return the type of a field or of such a step."""
        if "__" not in name:
            return self._schema.type_of(entity, name)
        if name == SHARES and is_shareable(self._catalog, entity):
            return Type("list", entity=SHARE)
        target = step_target(self._catalog, entity, name)
        return Type("reference", entity=target) if target else self._schema.type_of(entity, name)

    def names(self, entity: str) -> Iterable[str]:
        """Return the names of the fields; steps are not for people."""
        return self._schema.names(entity)

    @property
    def functions(self) -> Mapping[str, ExpressionFunction]:
        """The functions that modules bring, by name."""
        return self._schema.functions


def step_target(catalog: Catalog, entity: str, name: str) -> str | None:
    """Return the entity that such a step leads to, or None where ``name`` is no step."""
    spec = catalog.entities.get(entity)
    field = spec.fields.get(name.partition("__")[0]) if spec else None
    if field is None or field.type != "reference_any":
        return None
    return next((t for t in reference_targets(field) if target_step(field.name, t) == name), None)
