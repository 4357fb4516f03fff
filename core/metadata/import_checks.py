"""Import columns must lead into lines that exist, and may not hide a field that people type."""

from __future__ import annotations

from core.metadata.documents import Document, Path
from core.metadata.findings import Findings
from core.metadata.merge import Merged
from core.metadata.names import FIELD_NAME, suggestions
from core.metadata.specs import EntitySpec, ImportColumn


def check_import_columns(merged: Merged, entity: EntitySpec, findings: Findings) -> None:
    """Check what an entity declares of sheets that are imported into it."""
    for column in entity.import_columns.values():
        document, at = merged.origin(entity.name, "import_columns", column.name)
        _check_name(entity, column, findings, document, at)
        _check_shows(entity, column, findings, document, at)
        target = _line_entity(merged, entity, column)
        if target is None:
            lists = tuple(f.name for f in entity.fields.values() if f.type == "list")
            findings.add(
                document,
                (*at, "list"),
                "unknown_list",
                "{entity} has no list {name}. Lists are: {known}.",
                entity=entity.name,
                name=column.into,
                known=lists or ("none",),
            )
            continue
        for key, names in (
            ("value", (column.value,)),
            ("set", tuple(column.fixed)),
            ("more", tuple(column.more or ())),
        ):
            for name in names:
                if name not in target.fields:
                    findings.unknown_field(document, (*at, key), target, name)


def _check_name(
    entity: EntitySpec, column: ImportColumn, findings: Findings, document: Document, at: Path
) -> None:
    own = entity.fields.get(column.name)
    if not FIELD_NAME.fullmatch(column.name):
        findings.add(
            document,
            at,
            "bad_name",
            "{name} cannot be a column name: small letters, digits and _, at most 48, a letter first.",
            name=column.name,
        )
    elif own is not None and not own.derived:
        findings.add(
            document,
            at,
            "taken",
            "{entity} has a field {name} already, into which sheets are imported.",
            entity=entity.name,
            name=column.name,
        )


def _check_shows(
    entity: EntitySpec, column: ImportColumn, findings: Findings, document: Document, at: Path
) -> None:
    shown = entity.fields.get(column.shows)
    if column.shows and (shown is None or not shown.derived):
        derived = [f.name for f in entity.fields.values() if f.derived]
        findings.add(
            document,
            (*at, "shows"),
            "unknown_field",
            "{entity} has no derived field {name}. Perhaps: {nearest}.",
            entity=entity.name,
            name=column.shows,
            nearest=suggestions(column.shows, derived),
        )


def _line_entity(merged: Merged, entity: EntitySpec, column: ImportColumn) -> EntitySpec | None:
    field = entity.fields.get(column.into)
    if field is None or field.type != "list":
        return None
    return merged.entities.get(str(field.option("of")))
