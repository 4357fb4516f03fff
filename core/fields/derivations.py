"""The expressions of computed and rolled-up fields: that they fit, and that no value depends on itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from core.errors import Problem
from core.expressions import Checked, ExpressionInvalid, compile_text, fields_used
from core.expressions.types import BOOLEAN, Type
from core.fields.base import FieldType
from core.fields.catalog_schema import CatalogSchema
from core.fields.refusal import spec_problem
from core.metadata.catalog import Catalog
from core.metadata.specs import FieldSpec

Spot: TypeAlias = tuple[str, str]
"""An entity and one of its fields."""


def check_expressions(spec: FieldSpec, kind: FieldType, schema: CatalogSchema) -> Iterable[Problem]:
    """Check that what is computed fits the field, and that a roll-up's condition fits the records it draws from."""
    try:
        tuple(_compiled(spec, kind, schema))
    except ExpressionInvalid as invalid:
        for problem in invalid.problems:
            yield replace(problem, field=spec.name, place=spec.place)


def check_circles(
    catalog: Catalog, types: Mapping[str, FieldType], schema: CatalogSchema
) -> Iterable[Problem]:
    """Tell of derived values that depend on themselves, each circle once."""
    inputs = {
        (e.name, f.name): _inputs(f, catalog, types, schema)
        for e in catalog.entities.values()
        for f in e.fields.values()
        if f.derived
    }
    told: set[Spot] = set()
    for start in sorted(inputs):
        circle = () if start in told else _circle(start, inputs)
        if circle:
            told.update(circle)
            spec = catalog.entities[start[0]].fields[start[1]]
            yield spec_problem(
                spec,
                "circle",
                "{field}: its value would depend on itself: {circle}.",
                circle=" → ".join(".".join(spot) for spot in (*circle, start)),
            )


def _compiled(spec: FieldSpec, kind: FieldType, schema: CatalogSchema) -> Iterator[Checked]:
    if spec.computed:
        yield compile_text(spec.computed, schema, spec.entity, _wanted(spec, kind), old=False)
    if spec.rollup and spec.rollup.where:
        yield compile_text(spec.rollup.where, schema, spec.rollup.source, BOOLEAN, old=False, sql=True)


def _wanted(spec: FieldSpec, kind: FieldType) -> Type:
    return replace(kind.expression_type(spec), folded=None)


def _inputs(
    spec: FieldSpec, catalog: Catalog, types: Mapping[str, FieldType], schema: CatalogSchema
) -> frozenset[Spot]:
    kind = types.get(spec.type)
    if kind is None:
        return frozenset()
    try:
        read = [fields_used(checked) for checked in _compiled(spec, kind, schema)]
    except ExpressionInvalid:
        return frozenset()
    exchanged = {(spec.entity, name) for name in exchange_inputs(spec, catalog)}
    drawn = {(spec.rollup.source, spec.rollup.value)} if spec.rollup and spec.rollup.value else set()
    return frozenset(drawn | exchanged).union(*read)


def exchange_inputs(spec: FieldSpec, catalog: Catalog) -> tuple[str, ...]:
    """Return the fields that an amount in the site's currency, or its rate, follows from; nothing for other fields."""
    amount = catalog.entities[spec.entity].fields.get(spec.exchanged)
    if amount is None:
        return ()
    on = amount.option("rate_date")
    return (amount.name, on) if isinstance(on, str) else (amount.name,)


def _circle(start: Spot, inputs: Mapping[Spot, frozenset[Spot]]) -> tuple[Spot, ...]:
    """Return the way from a field over what it reads back to itself, or nothing."""
    ways: list[tuple[Spot, ...]] = [(start,)]
    seen: set[Spot] = set()
    while ways:
        way = ways.pop()
        for spot in sorted(inputs[way[-1]]):
            if spot == start:
                return way
            if spot in inputs and spot not in seen:
                seen.add(spot)
                ways.append((*way, spot))
    return ()
