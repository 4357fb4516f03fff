"""What columns can be imported into: fields, lines of list fields, and references by another name of their record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.access import Access, FieldRights
from core.i18n import Localization, Style, fold
from core.kernel.actor import Actor
from core.metadata.catalog import Catalog
from core.metadata.names import humanized
from core.metadata.specs import EntitySpec, FieldSpec, ImportColumn, Label

EMBEDDED = frozenset({"file", "image"})
"""Types whose values only kinds of files of their own hold, as bytes."""

UNFIT = frozenset({"list", "reference_any"})
"""Types whose values do not fit into one cell."""

RECORD_ID = "id"
EXTERNAL_ID = "external_id"
"""The column by which another program knows its records."""

EXTERNAL = FieldSpec(name=EXTERNAL_ID, entity="", type="text", label="ID in the other program", system=True)
UNIT = "unit"
"""Behind a dot and the name of an amount: the column with the unit of that amount."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What a column can be mapped to.

    ``path`` names it in a mapping. ``spec`` is the field whose type reads the cell, ``store`` the one that takes it:
    they differ where a line's value is shown by a derived field. ``line`` is the import column of a line;
    ``part`` what stands behind the dot of a path: the unique field by which a reference names its record, or
    ``unit``. ``labels`` are joined for people; ``names`` are other headers under which it is recognised.
    """

    path: str
    spec: FieldSpec
    store: FieldSpec
    labels: tuple[Label, ...]
    line: ImportColumn | None = None
    part: str = ""
    names: tuple[str, ...] = ()

    @property
    def shows(self) -> str:
        """The field of the entity whose value the column gives; empty where a line's value is not shown."""
        return self.path if self.line is None and not self.part else self.line.shows if self.line else ""

    def label(self, style: Style) -> str:
        """Return the label as this reader sees it."""
        return ": ".join(style.label(label) for label in self.labels)


def find_targets(actor: Actor, entity: str, catalog: Catalog, access: Access) -> dict[str, Target]:
    """Return what the actor may import into, by path, in the order in which it is offered."""
    spec, rights = catalog.entity(entity), access.fields(actor, entity, catalog)
    found = [
        target
        for field in spec.fields.values()
        if field.name in rights.editable and field.type not in UNFIT
        for target in _of_field(actor, field, catalog, access)
    ]
    found += _of_lines(actor, spec, rights, catalog, access)
    found += [
        Target(path=field.name, spec=field, store=field, labels=(field.label,), names=field.import_names)
        for field in spec.fields.values()
        if field.name in rights.editable and lines_of(field, catalog) is not None
    ]
    found.append(Target(path=EXTERNAL_ID, spec=EXTERNAL, store=EXTERNAL, labels=(EXTERNAL.label,)))
    return {target.path: target for target in found}


def _of_field(actor: Actor, field: FieldSpec, catalog: Catalog, access: Access) -> Iterator[Target]:
    yield Target(path=field.name, spec=field, store=field, labels=(field.label,), names=field.import_names)
    if field.type == "money":
        yield Target(
            path=f"{field.name}.{UNIT}", spec=field, store=field, labels=(field.label, "Unit"), part=UNIT
        )
    if field.type == "reference":
        other = catalog.entity(str(field.option("to")))
        readable = access.fields(actor, other.name, catalog).readable
        for named in other.fields.values():
            if named.unique and named.name != other.title and readable.get(named.name) is True:
                yield Target(
                    path=f"{field.name}.{named.name}",
                    spec=field,
                    store=field,
                    part=named.name,
                    labels=(field.label, named.label),
                )


def _of_lines(
    actor: Actor, spec: EntitySpec, rights: FieldRights, catalog: Catalog, access: Access
) -> Iterator[Target]:
    for column in spec.import_columns.values():
        into = spec.fields.get(column.into)
        if into is None or into.type != "list" or into.name not in rights.editable:
            continue
        line = catalog.entity(str(into.option("of")))
        editable = access.fields(actor, line.name, catalog).editable
        store = line.fields.get(column.value)
        if (
            store is None
            or store.type in UNFIT | EMBEDDED
            or not editable.issuperset({column.value, *column.fixed})
        ):
            continue
        shown = spec.fields.get(column.shows)
        label = column.label or (shown.label if shown else store.label)
        # A reference is read by its own field: the derived one says the same of it.
        reads = shown if shown is not None and shown.type != "reference" else store
        yield Target(
            path=column.name, spec=reads, store=store, labels=(label,), line=column, names=column.import_names
        )


def lines_of(field: FieldSpec, catalog: Catalog) -> EntitySpec | None:
    """Return the entity of a list whose lines are parts of their record and fit into one cell together."""
    if field.type != "list" or field.read_only:
        return None
    lines = catalog.entity(str(field.option("of")))
    return lines if lines.part_of == field.option("by") else None


def line_fields(field: FieldSpec, lines: EntitySpec) -> list[FieldSpec]:
    """Return what is told of the lines of a list in one cell."""
    return [
        one
        for one in lines.fields.values()
        if one.name != field.option("by")
        and one.type not in UNFIT | EMBEDDED | {"links"}
        and not (one.system or one.derived or one.read_only)
    ]


def line_targets(
    actor: Actor, target: Target, catalog: Catalog, access: Access, localization: Localization
) -> dict[str, Target]:
    """Return what the parts of a line in a cell mean, by their folded labels in all languages and by their names."""
    lines = lines_of(target.spec, catalog)
    found: dict[str, Target] = {}
    if lines is None:
        return found
    editable = access.fields(actor, lines.name, catalog).editable
    parts = [
        Target(path=one.name, spec=one, store=one, labels=(one.label,))
        for one in line_fields(target.spec, lines)
        if one.name in editable
    ]
    for part in parts:
        found.setdefault(fold(part.path), part)
    for part in parts:
        for name in headers_of(part, localization):
            found.setdefault(fold(name), part)
    return found


def find_keys(spec: EntitySpec, targets: dict[str, Target]) -> dict[str, FieldSpec]:
    """Return the paths by which present records can be found, with the fields that are looked up."""
    found = {RECORD_ID: spec.fields[RECORD_ID], EXTERNAL_ID: EXTERNAL}
    for path, target in targets.items():
        field = spec.fields.get(target.shows)
        if field is not None and (field.unique or field.duplicate_key or field.name == spec.title):
            found[path] = field
    return found


def headers_of(target: Target, localization: Localization) -> Iterator[str]:
    """Yield what a target is called in all languages of the site, the likeliest first; synonyms aside."""
    for code in localization.languages:
        yield ": ".join(_in_language(label, code, localization) for label in target.labels)
    yield ": ".join(
        label if isinstance(label, str) else next(iter(label.values()), "") for label in target.labels
    )
    yield target.path
    yield humanized(target.path)


def _in_language(label: Label, code: str, localization: Localization) -> str:
    return localization.messages.gettext(code, label) if isinstance(label, str) else label.get(code, "")
