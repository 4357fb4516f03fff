"""`Flow`: a workflow compiled for one catalog, its expressions as Python readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.expressions import Env, Schema, View, compile_python, compile_text, fields_used
from core.expressions.types import BOOLEAN
from core.metadata.catalog import Catalog
from core.metadata.specs import Label
from core.metadata.workflow_specs import TransitionSpec, WorkflowSpec

Reading = Callable[[View, Env], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """An expression that must hold after a move; ``fields`` are all (entity, field) that it reads."""

    message: Label
    on: tuple[str, ...]
    read: Reading
    fields: frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """A field that a move fills, and with what; ``fields`` are all (entity, field) that it reads."""

    field: str
    read: Reading
    fields: frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A transition compiled: its conditions, the names of its guard functions, and what it fills."""

    spec: TransitionSpec
    conditions: tuple[Condition, ...]
    functions: tuple[str, ...]
    assignments: tuple[Assignment, ...]

    @property
    def action(self) -> str:
        """What must be granted to take it."""
        return f"transition:{self.spec.name}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Flow:
    """A workflow compiled. ``target`` is the entity that the state field refers to, empty where it is a choice."""

    spec: WorkflowSpec
    target: str
    steps: Mapping[str, Step]
    among: Reading | None

    @property
    def field(self) -> str:
        """The field that holds the state."""
        return self.spec.field


def compile_flow(workflow: WorkflowSpec, catalog: Catalog, schema: Schema) -> Flow:
    """Compile one workflow; the catalog has been checked."""
    field = catalog.entity(workflow.entity).fields[workflow.field]
    target = str(field.option("to")) if field.type == "reference" else ""
    among = None
    if workflow.among:
        checked = compile_text(workflow.among_condition, schema, target, BOOLEAN, old=workflow.entity)
        among = compile_python(checked)
    return Flow(
        spec=workflow,
        target=target,
        steps={t.name: _step(t, workflow.entity, schema) for t in workflow.transitions.values()},
        among=among,
    )


def _step(spec: TransitionSpec, entity: str, schema: Schema) -> Step:
    conditions = []
    for guard in spec.guards:
        if guard.when:
            checked = compile_text(guard.when, schema, entity, BOOLEAN)
            conditions.append(
                Condition(
                    message=guard.message,
                    on=guard.on,
                    read=compile_python(checked),
                    fields=fields_used(checked),
                )
            )
    return Step(
        spec=spec,
        conditions=tuple(conditions),
        functions=tuple(guard.function for guard in spec.guards if guard.function),
        assignments=tuple(_assignment(name, text, entity, schema) for name, text in spec.set.items()),
    )


def _assignment(name: str, text: str, entity: str, schema: Schema) -> Assignment:
    checked = compile_text(text, schema, entity, schema.type_of(entity, name))
    return Assignment(field=name, read=compile_python(checked), fields=fields_used(checked))


class Machines:
    """The compiled workflows of one site, kept while their catalog stays."""

    def __init__(self, schema_of: Callable[[Catalog], Schema]) -> None:
        self._schema_of = schema_of
        self._kept: tuple[Catalog, dict[str, tuple[Flow, ...]]] | None = None

    def of(self, catalog: Catalog, entity: str) -> tuple[Flow, ...]:
        """Return the workflows of an entity in this catalog; mostly none, at no cost."""
        workflows = catalog.workflows_of(entity)
        if not workflows:
            return ()
        kept = self._kept
        if kept is None or kept[0] is not catalog:
            kept = self._kept = (catalog, {})
        found = kept[1].get(entity)
        if found is None:
            schema = self._schema_of(catalog)
            found = kept[1][entity] = tuple(compile_flow(w, catalog, schema) for w in workflows)
        return found
