"""The expressions of documents must fit: rules, conditions on fields, conditions of grants, filters of lists.

What computed and rolled-up fields draw is checked with the fields themselves (`core.fields`); here only that it
does not depend on who looks and when, because it is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from core.errors import Place, Problem
from core.expressions import Checked, ExpressionInvalid, Schema, Type, compile_text, env_used
from core.metadata.catalog import Catalog
from core.metadata.layers import mapping, text
from core.metadata.specs import EntitySpec, FieldSpec
from core.metadata.workflow_specs import WorkflowSpec

OPTIONS = ("when", "frozen_when")
"""Options of field types that hold a condition on the record."""

SchemaOf: TypeAlias = Callable[[Catalog], Schema]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One condition as written: on which entity, under which key, and whether ``$old`` means something there.

    The name of an entity says that it is a record of that one. ``sql``: the database is asked.
    """

    entity: str
    text: str
    key: str
    place: Place
    old: bool | str = False
    sql: bool = False


def expression_checker(schema_of: SchemaOf) -> Callable[[Catalog], Iterable[Problem]]:
    """Return the checker of all conditions of a catalog."""

    def check_expressions(catalog: Catalog) -> Iterator[Problem]:
        schema = schema_of(catalog)
        for condition in conditions(catalog):
            if condition.entity in catalog.entities:
                yield from _refused(condition, schema)
        for entity in catalog.entities.values():
            for field in entity.fields.values():
                yield from _moving(field, schema)
        for workflow in catalog.workflows.values():
            yield from _of_workflow(workflow, catalog, schema)

    return check_expressions


def conditions(catalog: Catalog) -> Iterator[Condition]:
    """Yield every condition of a catalog but those of derived fields."""
    for entity in catalog.entities.values():
        yield from _of_entity(entity)
    yield from _of_rights(catalog)
    for dashboard in catalog.dashboards.values():
        for card in dashboard.cards:
            if card.where:
                yield Condition(
                    entity=card.entity, text=card.where, key=f"cards.{card.name}", place=card.place, sql=True
                )
    for view in catalog.views.values():
        for name, written in mapping(view.options.get("filters")).items():
            where = text(mapping(written).get("where"))
            if where:
                key = f"filters.{name}"
                yield Condition(
                    entity=view.entity, text=where, key=key, place=view.places.get(key, view.place), sql=True
                )


def _of_rights(catalog: Catalog) -> Iterator[Condition]:
    for role in catalog.roles.values():
        for grant in role.grants:
            if grant.when:
                yield Condition(entity=grant.entity, text=grant.when, key="when", place=grant.place, sql=True)
            for name, when in grant.masked:
                key = f"fields.masked.{name}"
                yield Condition(entity=grant.entity, text=when, key=key, place=grant.place, sql=True)
    for one in catalog.restrictions.values():
        if one.when:
            yield Condition(entity=one.entity, text=one.when, key="when", place=one.place, sql=True)


def _of_entity(entity: EntitySpec) -> Iterator[Condition]:
    for duplicate in entity.duplicates.by if entity.duplicates else ():
        if duplicate.where:
            lines = next((name.partition(".")[0] for name in duplicate.same if "." in name), "")
            of = text(entity.fields[lines].option("of")) if lines in entity.fields else entity.name
            key = f"duplicates.by.{duplicate.name}.where"
            yield Condition(entity=of, text=duplicate.where, key=key, place=entity.place, sql=True)
    for clue in entity.duplicates.scan if entity.duplicates else ():
        lines = next((name.partition(".")[0] for name in clue.of if "." in name), "")
        if clue.where and lines in entity.fields:
            of, key = text(entity.fields[lines].option("of")), f"duplicates.scan.{clue.name}.where"
            yield Condition(entity=of, text=clue.where, key=key, place=entity.place, sql=True)
    for rule in entity.rules:
        yield Condition(
            entity=entity.name, text=rule.refuse_when, key=f"rules.{rule.name}", place=rule.place, old=True
        )
    for action, right in entity.part_rights.items():
        if right.when:
            key = f"part_rights.{action}"
            yield Condition(entity=entity.name, text=right.when, key=key, place=entity.place, sql=True)
    if entity.administered is not None and entity.administered.when:
        text_of = entity.administered.when
        yield Condition(
            entity=entity.name, text=text_of, key="administered.when", place=entity.place, sql=True
        )
    for field in entity.fields.values():
        written: Mapping[str, str] = {
            "visible_when": field.visible_when,
            "required_when": field.required_when,
            "read_only_when": field.read_only_when,
            **{name: text(field.option(name)) for name in OPTIONS},
        }
        for key, expression in written.items():
            if expression:
                yield Condition(
                    entity=entity.name,
                    text=expression,
                    key=f"{field.name}.{key}",
                    place=field.place,
                    old=key != "visible_when",
                )


def _of_workflow(workflow: WorkflowSpec, catalog: Catalog, schema: Schema) -> Iterator[Problem]:
    """Yield what is wrong with the expressions of a workflow: among, guards, values to set."""
    entity = catalog.entities.get(workflow.entity)
    field = entity.fields.get(workflow.field) if entity is not None else None
    if entity is None or field is None:
        return
    target = str(field.option("to"))
    if workflow.among and target in catalog.entities:
        among = Condition(
            entity=target,
            text=workflow.among_condition,
            key="among",
            place=workflow.place,
            old=workflow.entity,
            sql=True,
        )
        yield from _refused(among, schema)
    for transition in workflow.transitions.values():
        for guard in transition.guards:
            if guard.when:
                key = f"transitions.{transition.name}.guards"
                yield from _refused(
                    Condition(entity=entity.name, text=guard.when, key=key, place=guard.place, old=True),
                    schema,
                )
        for name, written in transition.set.items():
            kind = schema.type_of(entity.name, name)
            key = f"transitions.{transition.name}.set.{name}"
            value = Condition(entity=entity.name, text=written, key=key, place=transition.place, old=True)
            yield from _refused(value, schema, kind) if kind is not None else ()


def _refused(condition: Condition, schema: Schema, expect: Type | str = "boolean") -> Iterator[Problem]:
    try:
        compile_text(condition.text, schema, condition.entity, expect, old=condition.old, sql=condition.sql)
    except ExpressionInvalid as invalid:
        for problem in invalid.problems:
            yield replace(problem, field=condition.key, place=condition.place)


def _moving(field: FieldSpec, schema: Schema) -> Iterator[Problem]:
    """Yield a problem where a stored value would depend on who looks, or on the clock."""
    written = [(field.computed, field.entity)] if field.computed else []
    if field.rollup and field.rollup.where:
        written.append((field.rollup.where, field.rollup.source))
    for expression, entity in written:
        checked = _compiled(expression, schema, entity)
        names = tuple(sorted(f"${name}" for name in env_used(checked))) if checked is not None else ()
        if names:
            yield Problem(
                code="moving",
                field=field.name,
                place=field.place,
                params={"field": f"{field.entity}.{field.name}", "names": names},
                message="{field} is stored and cannot depend on {names}, which change by themselves.",
            )


def _compiled(expression: str, schema: Schema, entity: str) -> Checked | None:
    """Return the checked expression; None where it is wrong, which is told with the field."""
    try:
        return compile_text(expression, schema, entity, old=False)
    except ExpressionInvalid:
        return None
