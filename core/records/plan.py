"""What a write needs to know of an entity, worked out once for each catalog version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from core.expressions import Checked, Env, Schema, View, check, compile_python, fields_used, parse
from core.expressions.types import BOOLEAN
from core.fields import FieldType, FieldTypes, SequencePattern, overrides, pattern_of
from core.metadata.base_amounts import base_name, rate_name
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec, RuleSpec
from core.metadata.workflow_specs import WorkflowSpec
from core.workflow import Flow, Machines

Reading = Callable[[View, Env], object]
Name = tuple[str, str]
"""An entity and a field of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Derived:
    """A field worked out from others of its record: by an expression, or an amount (or rate) by the rates of exchange.

    ``inputs`` are the fields of the same record that it reads.
    """

    spec: FieldSpec
    inputs: frozenset[str]
    checked: Checked | None = None
    read: Reading | None = None
    exchange: Exchange | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """How an amount is told in the site's currency: the names of its fields, and when its rate no longer moves."""

    amount: str
    base: str
    rate: str
    date: str = ""
    frozen_when: Reading | None = None
    fields: frozenset[Name] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule with its Python reading; ``late`` where it looks at rolled-up values."""

    spec: RuleSpec
    read: Reading
    late: bool
    fields: frozenset[Name]


@dataclass(frozen=True, kw_only=True, slots=True)
class Conditional:
    """``required_when``, ``read_only_when`` or ``visible_when`` of a field with its Python reading."""

    spec: FieldSpec
    checked: Checked
    read: Reading


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbered:
    """A sequence field with its pattern; ``when`` where the number waits for a condition."""

    spec: FieldSpec
    pattern: SequencePattern
    when: Reading | None = None
    fields: frozenset[Name] = frozenset()

    @property
    def by(self) -> str:
        """Name of the field whose values have a series each; empty where there is one series."""
        return str(self.spec.option("by") or "")

    @property
    def date(self) -> str:
        """Name of the field that the period is taken from; empty where it is the day of the write."""
        return str(self.spec.option("date") or "")

    @property
    def kept(self) -> bool:
        """True where a record with a number is never deleted."""
        return self.spec.option("kept") is True


@dataclass(frozen=True, kw_only=True, slots=True)
class EntityPlan:
    """The fields of an entity sorted by what a write does with them.

    ``kept`` are the names of all that a row keeps, and ``made`` the fields whose values are more than their cell.
    ``looks_into`` are the lists, of this entity and of others, into which anything looks that is asked when it is written,
    and those that must not be empty.
    """

    entity: EntitySpec
    types: Mapping[str, FieldType]
    kept: tuple[str, ...]
    made: tuple[FieldSpec, ...]
    stored: tuple[FieldSpec, ...]
    keyed: tuple[FieldSpec, ...]
    lists: tuple[FieldSpec, ...]
    links: tuple[FieldSpec, ...]
    references: tuple[FieldSpec, ...]
    sequences: tuple[Numbered, ...]
    required: tuple[FieldSpec, ...]
    computed: tuple[Derived, ...]
    rules: tuple[Rule, ...]
    required_when: tuple[Conditional, ...]
    read_only_when: tuple[Conditional, ...]
    visible_when: tuple[Conditional, ...] = ()
    flows: tuple[Flow, ...] = ()
    stands_for: tuple[WorkflowSpec, ...] = ()
    looks_into: frozenset[Name] = frozenset()

    @property
    def stored_names(self) -> tuple[str, ...]:
        """Names of the fields that have columns of their own."""
        return tuple(f.name for f in self.stored)

    @property
    def rolled_up(self) -> tuple[FieldSpec, ...]:
        """Fields drawn from other records."""
        return tuple(f for f in self.stored if f.rollup)


def build_plan(
    entity: EntitySpec,
    schema: Schema,
    types: FieldTypes,
    flows: tuple[Flow, ...] = (),
    stands_for: tuple[WorkflowSpec, ...] = (),
) -> EntityPlan:
    """Sort the fields of ``entity`` and compile its expressions."""
    of = {name: types.get(spec.type) for name, spec in entity.fields.items()}
    own = [f for f in entity.fields.values() if not f.system]
    stored = tuple(f for f in own if of[f.name].storable)
    rolled = frozenset(f.name for f in own if f.rollup)
    made = EntityPlan(
        entity=entity,
        types=of,
        kept=tuple(f.name for f in entity.fields.values() if f.system or of[f.name].storable),
        made=tuple(f for f in stored if overrides(of[f.name], "from_columns", "from_column")),
        stored=stored,
        keyed=tuple(f for f in stored if f.search and of[f.name].textual),
        lists=tuple(f for f in own if f.type == "list"),
        links=tuple(f for f in own if f.type == "links"),
        references=tuple(f for f in own if f.type in ("reference", "reference_any")),
        sequences=tuple(_numbered(f, entity, schema) for f in own if f.type == "sequence"),
        required=tuple(f for f in own if f.required and not f.derived and f.type != "sequence"),
        computed=_computed(entity, own, schema),
        rules=tuple(_rule(rule, entity, schema, rolled) for rule in entity.rules),
        required_when=_conditionals(entity, own, schema, "required_when"),
        read_only_when=_conditionals(entity, own, schema, "read_only_when"),
        visible_when=_conditionals(entity, own, schema, "visible_when"),
        flows=flows,
        stands_for=stands_for,
    )
    read = {name for name in _read_by(made) if _is_list(schema, name)}
    held = [spec for spec in (*made.required, *(c.spec for c in made.required_when)) if spec.type == "list"]
    return replace(made, looks_into=frozenset(read | {(entity.name, spec.name) for spec in held}))


def _read_by(plan: EntityPlan) -> frozenset[Name]:
    """Return every (entity, field) that is read when such a record is written."""
    checked = [d.checked for d in plan.computed if d.checked is not None]
    checked += [c.checked for c in (*plan.required_when, *plan.read_only_when, *plan.visible_when)]
    steps = [step for flow in plan.flows for step in flow.steps.values()]
    others = [one.fields for step in steps for one in step.conditions]
    others += [one.fields for step in steps for one in step.assignments]
    others += [rule.fields for rule in plan.rules] + [numbered.fields for numbered in plan.sequences]
    others += [d.exchange.fields for d in plan.computed if d.exchange is not None]
    return frozenset().union(*map(fields_used, checked), *others)


def _is_list(schema: Schema, name: Name) -> bool:
    found = schema.type_of(*name)
    return found is not None and found.kind == "list"


def _compile(text: str, entity: EntitySpec, schema: Schema, *, boolean: bool) -> Checked:
    return check(parse(text), schema, entity.name, BOOLEAN if boolean else None)


def _numbered(spec: FieldSpec, entity: EntitySpec, schema: Schema) -> Numbered:
    text = spec.option("when")
    if not isinstance(text, str):
        return Numbered(spec=spec, pattern=pattern_of(spec))
    checked = _compile(text, entity, schema, boolean=True)
    return Numbered(
        spec=spec, pattern=pattern_of(spec), when=compile_python(checked), fields=fields_used(checked)
    )


def _rule(rule: RuleSpec, entity: EntitySpec, schema: Schema, rolled: frozenset[str]) -> Rule:
    checked = _compile(rule.refuse_when, entity, schema, boolean=True)
    late = bool(_own_inputs(checked, entity) & rolled)
    return Rule(spec=rule, read=compile_python(checked), late=late, fields=fields_used(checked))


def _conditionals(
    entity: EntitySpec, own: list[FieldSpec], schema: Schema, attribute: str
) -> tuple[Conditional, ...]:
    found = []
    for spec in own:
        text: str = getattr(spec, attribute)
        if text:
            checked = _compile(text, entity, schema, boolean=True)
            found.append(Conditional(spec=spec, checked=checked, read=compile_python(checked)))
    return tuple(found)


def _computed(entity: EntitySpec, own: list[FieldSpec], schema: Schema) -> tuple[Derived, ...]:
    """Order derived fields so that each comes after those it reads (cycles keep the written order)."""
    waiting = {f.name: _derived(f, entity, schema) for f in own if f.computed or f.exchanged}
    ordered: list[Derived] = []
    while waiting:
        ready = [n for n, d in waiting.items() if not (d.inputs & waiting.keys()) - {n}] or list(waiting)
        ordered += [waiting.pop(name) for name in ready]
    return tuple(ordered)


def _derived(spec: FieldSpec, entity: EntitySpec, schema: Schema) -> Derived:
    if spec.computed:
        checked = _compile(spec.computed, entity, schema, boolean=False)
        inputs = _own_inputs(checked, entity)
        return Derived(spec=spec, inputs=inputs, checked=checked, read=compile_python(checked))
    amount = entity.fields[spec.exchanged]
    frozen, needed, read = None, {amount.name}, frozenset[Name]()
    text = amount.option("frozen_when")
    if isinstance(text, str):
        checked = _compile(text, entity, schema, boolean=True)
        frozen, read = compile_python(checked), fields_used(checked)
        needed |= _own_inputs(checked, entity)
    on = str(amount.option("rate_date") or "")
    exchange = Exchange(
        amount=amount.name,
        base=base_name(amount.name),
        rate=rate_name(amount.name),
        date=on,
        frozen_when=frozen,
        fields=read,
    )
    return Derived(spec=spec, inputs=frozenset({*needed, on} - {spec.name, ""}), exchange=exchange)


def _own_inputs(checked: Checked, entity: EntitySpec) -> frozenset[str]:
    return frozenset(name for of, name in fields_used(checked) if of == entity.name)


class Plans:
    """The plans of one site, kept while the entity and the catalog version stay."""

    def __init__(self, types: FieldTypes, schema_of: Callable[[Catalog], Schema]) -> None:
        self._types = types
        self._schema_of = schema_of
        self._machines = Machines(schema_of)
        self._plans: dict[str, tuple[int, EntityPlan]] = {}

    def of(self, catalog: Catalog, entity: str) -> EntityPlan:
        """Return the plan of an entity in this catalog."""
        spec = catalog.entity(entity)
        known = self._plans.get(entity)
        if known and known[0] == catalog.version and known[1].entity is spec:
            return known[1]
        flows = self._machines.of(catalog, entity)
        stands_for = catalog.workflows_over(entity)
        plan = build_plan(spec, self._schema_of(catalog), self._types, flows, stands_for)
        self._plans[entity] = (catalog.version, plan)
        return plan
