"""Which fields may be computed or rolled up, from what, and into which type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from core.errors import Problem
from core.fields.base import FieldType
from core.fields.lists import check_points_here
from core.fields.money import fixed_currency
from core.fields.references import check_target
from core.fields.refusal import spec_problem
from core.metadata.catalog import Catalog
from core.metadata.names import nearest
from core.metadata.specs import FieldSpec, RollUp

FUNCTIONS = ("count", "sum", "min", "max", "pick")

LINES = frozenset({"text", "email", "phone", "url", "sequence"})
"""Kinds of one-line text, which may be picked into one another."""

_RESULTS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "sum": {
        "integer": frozenset({"integer", "decimal"}),
        "decimal": frozenset({"decimal"}),
        "percent": frozenset({"percent", "decimal"}),
        "money": frozenset({"money"}),
    },
    "min": {
        "integer": frozenset({"integer", "decimal"}),
        "decimal": frozenset({"decimal"}),
        "percent": frozenset({"percent", "decimal"}),
        "money": frozenset({"money"}),
        "date": frozenset({"date"}),
        "datetime": frozenset({"datetime"}),
    },
}
"""For a function: type of the value drawn from → types of field it may be kept in."""


def result_types(function: str, source: str) -> frozenset[str]:
    """Return the field types that can keep a roll-up of values of type ``source``."""
    match function:
        case "count":
            return frozenset({"integer"})
        case "sum" | "min" | "max":
            return _RESULTS["sum" if function == "sum" else "min"].get(source, frozenset())
        case "pick":
            return LINES - {"sequence"} if source in LINES else frozenset({source})
        case _:
            return frozenset()


def check_derived(
    spec: FieldSpec, kind: FieldType, catalog: Catalog, types: Mapping[str, FieldType]
) -> Iterable[Problem]:
    """Check the definition of a computed or rolled-up field, its expressions aside."""
    if not kind.derivable:
        yield spec_problem(
            spec,
            "not_derivable",
            "{field}: a field of type {type} cannot be computed or rolled up.",
            type=spec.type,
        )
        return
    if spec.computed and spec.rollup:
        yield spec_problem(spec, "derived_twice", "{field}: choose either computed or rollup.")
    for flag, written in (
        ("required", spec.required),
        ("default", spec.default is not None),
        ("required_when", bool(spec.required_when)),
        ("read_only_when", bool(spec.read_only_when)),
    ):
        if written:
            yield spec_problem(
                spec,
                "derived_flag",
                "{field}: nobody enters this value, so that {flag} has no meaning.",
                flag=flag,
            )
    if spec.exchanged:
        yield from _check_exchanged(spec, catalog)
    if spec.rollup:
        yield from _check_rollup(spec, spec.rollup, catalog, types)


def _check_exchanged(spec: FieldSpec, catalog: Catalog) -> Iterable[Problem]:
    amount = catalog.entities[spec.entity].fields.get(spec.exchanged)
    wanted = "money" if spec.base_of else "decimal"
    if amount is None or not amount.option("base") or spec.type != wanted:
        yield spec_problem(
            spec,
            "no_amount",
            "{field}: only a field of type {type} beside an amount with the option {option} can be this.",
            type=wanted,
            option="base",
        )


def _check_rollup(
    spec: FieldSpec, rollup: RollUp, catalog: Catalog, types: Mapping[str, FieldType]
) -> Iterable[Problem]:
    if rollup.function not in FUNCTIONS:
        yield spec_problem(
            spec, "unknown_function", "{field}: a roll-up is one of {functions}.", functions=FUNCTIONS
        )
        return
    unknown = [*check_target(spec, "from", rollup.source, catalog)]
    yield from unknown
    if unknown:
        return
    yield from check_points_here(spec, "by", rollup.source, rollup.by, catalog)
    if rollup.function == "count":
        if spec.type != "integer":
            yield _misfit(spec, rollup, "", ("integer",))
    else:
        yield from _check_value(spec, rollup, catalog, types)


def _check_value(
    spec: FieldSpec, rollup: RollUp, catalog: Catalog, types: Mapping[str, FieldType]
) -> Iterable[Problem]:
    fields = catalog.entities[rollup.source].fields
    value = fields.get(rollup.value)
    if value is None:
        yield spec_problem(
            spec,
            "unknown_field",
            "{field}: {entity} has no field {value} to draw from. Perhaps: {nearest}.",
            entity=rollup.source,
            value=rollup.value or "?",
            nearest=nearest(rollup.value, fields) or tuple(fields)[:12],
        )
        return
    kind = types.get(value.type)
    if kind is None:
        return  # the field drawn from is told of at its own place
    fitting = result_types(rollup.function, value.type) if kind.storable else frozenset()
    if spec.type in fitting:
        yield from _check_kinship(spec, value)
    else:
        yield _misfit(spec, rollup, value.type, tuple(sorted(fitting)))


def _check_kinship(spec: FieldSpec, value: FieldSpec) -> Iterable[Problem]:
    """Types that fit are not enough: amounts share a currency, references a target, choices their options."""
    if spec.type == "money":
        yield from _check_currency(spec, value)
    elif spec.type == "reference" and spec.option("to") != value.option("to"):
        yield spec_problem(
            spec,
            "misfit",
            "{field}: it points to {to}, but what is picked points to {other}.",
            to=str(spec.option("to")),
            other=str(value.option("to")),
        )
    elif spec.type == "choice" and not {c.name for c in value.choices} <= {c.name for c in spec.choices}:
        yield spec_problem(spec, "misfit", "{field}: what is picked has choices that this field has not.")


def _check_currency(spec: FieldSpec, value: FieldSpec) -> Iterable[Problem]:
    """A roll-up that fixes its currency can only draw from amounts in that currency."""
    fixed = fixed_currency(spec)
    if fixed and fixed_currency(value) != fixed:
        yield spec_problem(
            spec,
            "wrong_currency",
            "{field}: it takes amounts in {currency} only, but {value} of {entity} does not say the same.",
            currency=fixed,
            value=value.name,
            entity=value.entity,
        )


def _misfit(spec: FieldSpec, rollup: RollUp, source: str, fitting: tuple[str, ...]) -> Problem:
    if not fitting:
        return spec_problem(
            spec,
            "misfit",
            "{field}: there is no {function} of a field of type {source}.",
            function=rollup.function,
            source=source,
        )
    return spec_problem(
        spec,
        "misfit",
        "{field}: a {function} cannot be kept in a field of type {type}; use: {fitting}.",
        function=rollup.function,
        type=spec.type,
        fitting=fitting,
    )
