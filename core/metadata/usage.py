"""Where an entity or a field is used: what would break if it went."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from core.errors import Place
from core.metadata.catalog import Catalog
from core.metadata.relations import follow, targets
from core.metadata.specs import EntitySpec, FieldSpec, GrantSpec, Json, RestrictionSpec, ViewSpec
from core.metadata.workflow_specs import WorkflowSpec

_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_PATH = re.compile(r"(?<![\w.$])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_OVER_LIST = re.compile(r"\b(?:any|all|none|count|sum|min|max)\s*\(")


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One document that names the thing: its kind and name, which part, and where it was written."""

    kind: str
    name: str
    part: str
    owner: str
    place: Place


def where_used(catalog: Catalog, entity: str, field: str = "") -> tuple[Use, ...]:
    """Return every use of a field, or of the whole entity where ``field`` is empty.

    Expressions are searched by their names: a name inside ``any(list, …)`` counts where the list leads to the
    entity, so rather one use too many is told than one too few.
    """
    uses = _entity_uses(catalog, entity) if not field else _field_uses(catalog, entity, field)
    return tuple(dict.fromkeys(sorted(uses, key=lambda u: (u.kind, u.name, u.part))))


def _of_cards(catalog: Catalog, entity: str, field: str = "") -> Iterator[Use]:
    """Yield the cards of dashboards that tell of an entity, or name one of its fields."""
    for dashboard in catalog.dashboards.values():
        for card in dashboard.cards:
            sort = (name.removeprefix("-") for name in card.sort)
            named = {*card.columns, *sort, card.group_by, card.measure.partition("(")[2].rstrip(")")}
            own = card.entity == entity and (not field or field in named)
            if own or (field and mentions(catalog, card.entity, card.where, entity, field)):
                yield Use(
                    kind="dashboard",
                    name=dashboard.name,
                    part=f"cards.{card.name}",
                    owner=dashboard.owner,
                    place=card.place,
                )


def _entity_uses(catalog: Catalog, entity: str) -> Iterator[Use]:
    yield from _of_cards(catalog, entity)
    for other in catalog.entities.values():
        for spec in other.fields.values():
            source = spec.rollup.source if spec.rollup else ""
            if other.name != entity and entity in (*targets(spec), source):
                yield _of_field(spec, "type")
    for view in catalog.views.values():
        if view.entity == entity:
            yield Use(kind="view", name=view.name, part="entity", owner=view.owner, place=view.place)
    for menu in catalog.menus.values():
        if menu.entity == entity:
            yield Use(kind="menu", name=menu.name, part="entity", owner=menu.owner, place=menu.place)
    for workflow in catalog.workflows.values():
        if workflow.entity == entity:
            yield Use(
                kind="workflow",
                name=workflow.name,
                part="entity",
                owner=workflow.owner,
                place=workflow.place,
            )
    yield from _rights_uses(catalog, entity)


def _rights_uses(catalog: Catalog, entity: str) -> Iterator[Use]:
    for restriction in catalog.restrictions.values():
        if restriction.entity == entity:
            yield _of_restriction(restriction, "entity")
    for role, grant in _grants(catalog):
        if grant.entity == entity:
            yield Use(kind="role", name=role, part="grants", owner=grant.owner, place=grant.place)


def _field_uses(catalog: Catalog, entity: str, field: str) -> Iterator[Use]:
    yield from _of_cards(catalog, entity, field)
    for other in catalog.entities.values():
        yield from _in_entity(catalog, other, entity, field)
    for view in catalog.views.values():
        for part in _in_view(catalog, view, entity, field):
            yield Use(kind="view", name=view.name, part=part, owner=view.owner, place=view.place)
    for workflow in catalog.workflows.values():
        for part, place in _in_workflow(catalog, workflow, entity, field):
            yield Use(kind="workflow", name=workflow.name, part=part, owner=workflow.owner, place=place)
    for restriction in catalog.restrictions.values():
        if mentions(catalog, restriction.entity, restriction.when, entity, field):
            yield _of_restriction(restriction, "when")
    for role, grant in _grants(catalog):
        listed = (*grant.read, *grant.edit, *(name for name, _ in grant.masked))
        named = grant.entity == entity and field in {n.removeprefix("!") for n in listed}
        written = (grant.when, *(when for _, when in grant.masked))
        if named or any(mentions(catalog, grant.entity, text, entity, field) for text in written):
            yield Use(
                kind="role",
                name=role,
                part="fields" if named else "when",
                owner=grant.owner,
                place=grant.place,
            )


def _in_entity(catalog: Catalog, other: EntitySpec, entity: str, field: str) -> Iterator[Use]:
    if other.name == entity:
        for part, names in (
            ("title", (other.title,)),
            ("part_of", (other.part_of,)),
            ("unique_together", tuple(n for group in other.unique_together for n in group)),
            ("indexes", tuple(n.lstrip("+-") for group in other.indexes for n in group)),
        ):
            if field in names:
                yield Use(kind="entity", name=other.name, part=part, owner=other.owner, place=other.place)
    for rule in other.rules:
        if (other.name == entity and field in rule.on) or mentions(
            catalog, other.name, rule.refuse_when, entity, field
        ):
            yield Use(
                kind="entity", name=other.name, part=f"rules.{rule.name}", owner=rule.owner, place=rule.place
            )
    for spec in other.fields.values():
        if (other.name, spec.name) != (entity, field):
            for part in _in_field(catalog, spec, entity, field):
                yield _of_field(spec, part)


def _in_field(catalog: Catalog, spec: FieldSpec, entity: str, field: str) -> Iterator[str]:
    if spec.type == "list" and entity in targets(spec) and spec.option("by") == field:
        yield "by"
    if spec.rollup:
        rollup = spec.rollup
        own = rollup.source == entity and field in (rollup.by, rollup.value)
        if own or mentions(catalog, rollup.source, rollup.where, entity, field):
            yield "rollup"
    for option in ("by", "date", "rate_date"):
        if spec.type in ("sequence", "money") and spec.entity == entity and spec.option(option) == field:
            yield option
    if spec.entity == entity and spec.exchanged == field:
        yield "base"
    for option in ("when", "frozen_when"):
        if mentions(catalog, spec.entity, str(spec.option(option) or ""), entity, field):
            yield option
    for key in ("computed", "visible_when", "required_when", "read_only_when", "copy_of"):
        if mentions(catalog, spec.entity, getattr(spec, key), entity, field):
            yield key


def _in_view(catalog: Catalog, view: ViewSpec, entity: str, field: str) -> Iterator[str]:
    for section in view.sections:
        for item in section.items:
            shown = follow(catalog.entities, view.entity, item.name)
            below = shown is not None and entity in targets(shown) and field in item.columns
            if below or _passes(catalog, view.entity, item.name, entity, field):
                yield f"{section.name}.{item.name}"
    for key, value in view.options.items():
        for text in _texts(value):
            if mentions(catalog, view.entity, text, entity, field):
                yield key


def _in_workflow(
    catalog: Catalog, workflow: WorkflowSpec, entity: str, field: str
) -> Iterator[tuple[str, Place]]:
    """Yield the parts of a workflow that name the field, each with where it was written."""
    home = catalog.entities.get(workflow.entity)
    state = home.fields.get(workflow.field) if home is not None else None
    of_target = state is not None and entity in targets(state) and field in (workflow.kind, workflow.order)
    if of_target or (workflow.entity == entity and workflow.field == field):
        yield "field", workflow.place
    if state is not None and any(
        mentions(catalog, target, workflow.among.replace("$record.", ""), entity, field)
        for target in (*targets(state), workflow.entity)
    ):
        yield "among", workflow.place
    for step in workflow.transitions.values():
        named = {*step.asked, *step.clear, *step.set, *(name for guard in step.guards for name in guard.on)}
        written = (*step.set.values(), *(guard.when for guard in step.guards))
        if (workflow.entity == entity and field in named) or any(
            mentions(catalog, workflow.entity, text, entity, field) for text in written
        ):
            yield f"transitions.{step.name}", step.place


def _texts(value: Json) -> Iterator[str]:
    """Yield the texts that may speak of fields; labels do not."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key != "label":
                yield from _texts(inner)


def mentions(catalog: Catalog, home: str, expression: str, entity: str, field: str) -> bool:
    """Tell whether an expression written on ``home`` names a field of ``entity``."""
    if not expression or field not in expression:
        return False
    bare = _TEXT.sub("''", expression)
    scopes = [home]
    if _OVER_LIST.search(bare) and home in catalog.entities:
        scopes += [
            t
            for f in catalog.entities[home].fields.values()
            if f.type in ("list", "links")
            for t in targets(f)
        ]
    return any(
        _passes(catalog, scope, path, entity, field) for path in _PATH.findall(bare) for scope in scopes
    )


def _passes(catalog: Catalog, home: str, path: str, entity: str, field: str) -> bool:
    """Tell whether a dotted path goes over, or ends at, the field."""
    parts = path.split(".")
    for end in range(1, len(parts) + 1):
        found = follow(catalog.entities, home, ".".join(parts[:end]))
        if parts[end - 1] == field and found is not None and found.entity == entity:
            return True
    return False


def _grants(catalog: Catalog) -> Iterable[tuple[str, GrantSpec]]:
    return [(role.name, grant) for role in catalog.roles.values() for grant in role.grants]


def _of_restriction(spec: RestrictionSpec, part: str) -> Use:
    return Use(kind="restriction", name=spec.name, part=part, owner=spec.owner, place=spec.place)


def _of_field(spec: FieldSpec, part: str) -> Use:
    return Use(
        kind="entity", name=spec.entity, part=f"fields.{spec.name}.{part}", owner=spec.owner, place=spec.place
    )
