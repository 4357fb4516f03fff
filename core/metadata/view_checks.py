"""What views and menus name must exist."""

from __future__ import annotations

from collections.abc import Iterator

from core.metadata.collection_checks import check_calendar, check_chart
from core.metadata.documents import Document, Path
from core.metadata.findings import Findings
from core.metadata.generated import KANBAN
from core.metadata.kanban_checks import SUM_TYPES, check_kanban
from core.metadata.layers import items, mapping, text, texts
from core.metadata.merge import Merged
from core.metadata.relations import follow, targets
from core.metadata.specs import Json, ViewSpec
from core.metadata.view_merge import CARD, COLUMNS, RELATED

KIND_CHECKS = {KANBAN: check_kanban, "calendar": check_calendar, "chart": check_chart}
"""What only views of one kind have."""


def check_views(merged: Merged, findings: Findings) -> None:
    """Check that columns, items, sort keys and anchors are fields of the entity."""
    for view in merged.views.values():
        for document in merged.sources("view", view.name):
            for at, name in _named(document):
                if follow(merged.entities, view.entity, name) is None:
                    findings.unknown_field(document, at, merged.entities[view.entity], name)
            _check_totals(merged, findings, view, document)
            for at, name, column in _sub_columns(document):
                _check_sub_column(merged, findings, view, document, (at, name, column))
            _check_related(merged, findings, view, document)
        if view.kind in KIND_CHECKS:
            KIND_CHECKS[view.kind](merged, view, findings)


def _check_totals(merged: Merged, findings: Findings, view: ViewSpec, document: Document) -> None:
    """Check that what the last row of a list tells is of fields that can be measured."""
    entity = merged.entities[view.entity]
    for name in mapping(document.body.get("totals")):
        field = entity.fields.get(name)
        if field is None:
            findings.unknown_field(document, ("totals", name), entity, name)
        elif field.type not in SUM_TYPES:
            findings.add(
                document,
                ("totals", name),
                "not_measurable",
                "{name} is a {type}; only {known} can be added up.",
                name=name,
                type=field.type,
                known=tuple(sorted(SUM_TYPES)),
            )


def _check_related(merged: Merged, findings: Findings, view: ViewSpec, document: Document) -> None:
    """Check that what a form counts are references that point to its entity."""
    for key in RELATED:
        for index, written in enumerate(texts(document.body.get(key))):
            name, _, by = written.rpartition(".")
            entity = merged.entities.get(name)
            if entity is None:
                findings.unknown_entity(document, (key, str(index)), name, merged.entities)
                continue
            field = entity.fields.get(by)
            if field is None:
                findings.unknown_field(document, (key, str(index)), entity, by)
            elif view.entity not in targets(field):
                findings.add(
                    document,
                    (key, str(index)),
                    "not_pointing",
                    "{name} does not point to {entity}.",
                    name=written,
                    entity=view.entity,
                )


def _named(document: Document) -> Iterator[tuple[Path, str]]:
    """Yield every field name that a view document mentions, with its place."""
    body = document.body
    for only in (COLUMNS, CARD):
        for index, value in enumerate(items(body.get(only))):
            yield (only, str(index)), _item_name(value)
    for index, value in enumerate(texts(body.get("sort"))):
        yield ("sort", str(index)), value.removeprefix("-")
    for index, value in enumerate(items(body.get("items"))):
        if "add" in mapping(value):
            yield ("items", str(index)), text(mapping(value).get("add"))
    for name, section in mapping(body.get("sections")).items():
        for index, value in enumerate(items(mapping(section).get("items"))):
            yield ("sections", name, "items", str(index)), _item_name(value)


def _sub_columns(document: Document) -> Iterator[tuple[Path, str, str]]:
    for index, value in enumerate(items(document.body.get("items"))):
        for column in texts(mapping(value).get("columns")):
            yield ("items", str(index)), text(mapping(value).get("add")), column
    for name, section in mapping(document.body.get("sections")).items():
        for index, value in enumerate(items(mapping(section).get("items"))):
            for column in texts(mapping(value).get("columns")):
                yield ("sections", name, "items", str(index)), _item_name(value), column


def _check_sub_column(
    merged: Merged, findings: Findings, view: ViewSpec, document: Document, written: tuple[Path, str, str]
) -> None:
    at, name, column = written
    field = follow(merged.entities, view.entity, name)
    known = [merged.entities[t] for t in targets(field) if t in merged.entities] if field is not None else []
    if known and all(follow(merged.entities, entity.name, column) is None for entity in known):
        findings.unknown_field(document, (*at, "columns"), known[0], column)


def _item_name(value: Json) -> str:
    return value if isinstance(value, str) else text(mapping(value).get("name"))


def check_menus(merged: Merged, findings: Findings) -> None:
    """Check that menu entries open entities that exist."""
    for menu in merged.menus.values():
        if menu.entity and menu.entity not in merged.entities:
            document = merged.documents[("menu", menu.name)]
            findings.unknown_entity(document, ("entity",), menu.entity, merged.entities)
