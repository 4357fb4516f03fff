"""What a derived field is drawn from."""

from __future__ import annotations

from collections.abc import Sequence

from core.expressions import Schema, check, fields_used, parse
from core.expressions.types import BOOLEAN
from core.metadata.specs import FieldSpec


def computed_inputs(field: FieldSpec, schema: Schema) -> Sequence[tuple[str, str]]:
    """Return (entity, field) of everything a computed field reads; an amount in the site's currency reads the amount."""
    if field.exchanged:
        return ((field.entity, field.exchanged),)
    return sorted(fields_used(check(parse(field.computed), schema, field.entity)))


def rollup_inputs(field: FieldSpec, schema: Schema) -> Sequence[tuple[str, str]]:
    """Return (entity, field) of everything a rolled-up field is drawn from."""
    rollup = field.rollup
    if rollup is None:
        return ()
    used = {(rollup.source, rollup.by)}
    if rollup.value:
        used.add((rollup.source, rollup.value))
    if rollup.where:
        used |= set(fields_used(check(parse(rollup.where), schema, rollup.source, BOOLEAN)))
    return sorted(used)
