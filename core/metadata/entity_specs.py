"""Merged trees become frozen entity specs, with the fields that every record has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from core.metadata.documents import digest_of, freeze
from core.metadata.duplicates import read_duplicates
from core.metadata.entity_merge import MergedEntity, Origin
from core.metadata.findings import Findings
from core.metadata.layers import items, mapping, text, texts
from core.metadata.names import humanized
from core.metadata.specs import (
    Administered,
    Choice,
    EntitySpec,
    FieldSpec,
    ImportColumn,
    Json,
    Label,
    PartRight,
    Reached,
    RollUp,
    RuleSpec,
)

FIELD_KEYS = frozenset(
    {
        "type",
        "label",
        "help",
        "required",
        "unique",
        "search",
        "duplicate_key",
        "read_only",
        "default",
        "choices",
        "choice_order",
        "computed",
        "rollup",
        "base_of",
        "rate_of",
        "merge",
        "visible_when",
        "required_when",
        "read_only_when",
        "readable_because",
        "copy_of",
        "import_names",
    }
)
"""Keys that every field type understands; all others are options of the type."""

ROLLUP_FUNCTIONS = ("count", "sum", "min", "max", "pick")

HUES = ("gray", "red", "orange", "amber", "green", "teal", "blue", "violet", "pink")
"""Names of the palette; a choice's colour is one of them, so that every theme can show it."""

_SYSTEM = (
    ("id", "integer", "ID", False),
    ("version", "integer", "Version", False),
    ("created_at", "datetime", "Created", False),
    ("created_by", "integer", "Created by", True),
    ("updated_at", "datetime", "Changed", False),
    ("updated_by", "integer", "Changed by", True),
    ("deleted_at", "datetime", "Deleted", True),
)


def entity_spec(merged: MergedEntity, findings: Findings) -> EntitySpec:
    """Return the frozen spec of a merged entity."""
    tree, document = merged.tree, merged.document
    fields = {f.name: f for f in system_fields(document.name)}
    for name, body in merged.fields.items():
        fields[name] = _field(merged, name, body, findings)
    label = _label(tree.get("label"), document.name)
    spec = EntitySpec(
        name=document.name,
        label=label,
        plural=_label(tree.get("plural"), document.name, label),
        title=text(tree.get("title")) or _guess_title(fields),
        owner=document.owner,
        fields=MappingProxyType(fields),
        rules=tuple(_rules(merged)),
        import_columns=MappingProxyType({c.name: c for c in _import_columns(merged)}),
        behaviours=merged.behaviours,
        icon=text(tree.get("icon"), "database"),
        image=text(tree.get("image")),
        part_of=text(tree.get("part_of")),
        part_rights=MappingProxyType(dict(_part_rights(tree))),
        administered=_administered(tree.get("administered")),
        reached=_reached(tree.get("reached")),
        duplicates=read_duplicates(tree.get("duplicates")),
        unique_together=tuple(texts(names) for names in items(tree.get("unique_together"))),
        indexes=tuple(texts(names) for names in items(tree.get("indexes"))),
        place=document.place,
    )
    return _digested(spec)


def system_fields(entity: str) -> Iterator[FieldSpec]:
    """Yield the seven fields that every record has, in their order."""
    for name, kind, label, nullable in _SYSTEM:
        yield FieldSpec(
            name=name,
            entity=entity,
            type=kind,
            label=label,
            system=True,
            read_only=True,
            required=not nullable,
            nullable=nullable,
        )


def _field(merged: MergedEntity, name: str, body: Mapping[str, Json], findings: Findings) -> FieldSpec:
    origin = merged.origins[("fields", name)]
    owner = origin.owner
    own = owner == merged.document.owner
    required = body.get("required") is True
    return FieldSpec(
        name=name,
        entity=merged.document.name,
        type=text(body.get("type")),
        owner=owner,
        place=origin.place,
        label=_label(body.get("label"), name),
        help=_label(body.get("help"), "", ""),
        required=required,
        unique=body.get("unique") is True,
        search=body.get("search") is True,
        duplicate_key=body.get("duplicate_key") is True,
        read_only=body.get("read_only") is True,
        default=freeze(body.get("default")),
        choices=tuple(_choices(body, origin, findings)),
        options=MappingProxyType({k: freeze(v) for k, v in body.items() if k not in FIELD_KEYS}),
        computed=text(body.get("computed")),
        rollup=_rollup(body.get("rollup"), origin, findings),
        base_of=text(body.get("base_of")),
        rate_of=text(body.get("rate_of")),
        merge=text(body.get("merge")),
        visible_when=text(body.get("visible_when")),
        required_when=text(body.get("required_when")),
        read_only_when=text(body.get("read_only_when")),
        readable_because=text(body.get("readable_because")),
        copy_of=text(body.get("copy_of")),
        import_names=texts(body.get("import_names")),
        joined=MappingProxyType(dict(merged.joined.get(name, {}))),
        nullable=not (own and required and name in merged.own_required),
    )


def _label(value: Json, name: str, default: Label | None = None) -> Label:
    """Return a label as written, a mapping by language frozen; without one the name in words."""
    if isinstance(value, str) and value:
        return value
    if isinstance(value, Mapping) and value:
        return MappingProxyType({k: v for k, v in value.items() if isinstance(v, str)})
    return humanized(name) if default is None else default


def _choices(body: Mapping[str, Json], origin: Origin, findings: Findings) -> Iterator[Choice]:
    written, first = mapping(body.get("choices")), texts(body.get("choice_order"))
    for name in dict.fromkeys([*(n for n in first if n in written), *written]):
        value = written[name]
        hue = text(mapping(value).get("hue"), "gray")
        if hue not in HUES:
            findings.add(
                origin.document,
                (*origin.at, "choices", name),
                "unknown_hue",
                "{hue} is not a colour of the palette: {known}.",
                hue=hue,
                known=HUES,
            )
            hue = "gray"
        hidden = mapping(value).get("hidden") is True
        yield Choice(name=name, label=_label(mapping(value).get("label"), name), hue=hue, hidden=hidden)


def _rollup(value: Json, origin: Origin, findings: Findings) -> RollUp | None:
    if value is None:
        return None
    body, at = mapping(value), (*origin.at, "rollup")
    functions = [name for name in ROLLUP_FUNCTIONS if name in body]
    if len(functions) != 1 or not text(body.get("from")) or not text(body.get("by")):
        findings.add(
            origin.document,
            at,
            "bad_rollup",
            "A roll-up says from which entity, by which of its references, and exactly one of {known}.",
            known=ROLLUP_FUNCTIONS,
        )
        return None
    function = functions[0]
    drawn = text(body.get(function))
    counts = function == "count"
    return RollUp(
        source=text(body.get("from")),
        by=text(body.get("by")),
        function=function,
        value="" if counts else drawn,
        where=(drawn or text(body.get("where"))) if counts else text(body.get("where")),
    )


def _administered(value: Json) -> Administered | None:
    body = mapping(value)
    return Administered(names=text(body.get("names")), when=text(body.get("when"))) if body else None


def _reached(value: Json) -> Reached | None:
    body = mapping(value)
    return Reached(by=texts(body.get("by")), until=text(body.get("until"))) if body else None


def _part_rights(tree: Mapping[str, Json]) -> Iterator[tuple[str, PartRight]]:
    for action, written in mapping(tree.get("part_rights")).items():
        body = mapping(written)
        yield action, PartRight(needs=text(body.get("needs"), "update"), when=text(body.get("when")))


def _rules(merged: MergedEntity) -> Iterator[RuleSpec]:
    for name, body in merged.rules.items():
        origin = merged.origins[("rules", name)]
        yield RuleSpec(
            name=name,
            refuse_when=text(body.get("refuse_when")),
            on=texts(body.get("on")),
            message=_label(body.get("message"), name, "This is not allowed."),
            owner=origin.owner,
            place=origin.place,
        )


def _import_columns(merged: MergedEntity) -> Iterator[ImportColumn]:
    for name, body in merged.import_columns.items():
        origin = merged.origins[("import_columns", name)]
        fixed, more = freeze(body.get("set")), freeze(body.get("more"))
        yield ImportColumn(
            name=name,
            into=text(body.get("list")),
            value=text(body.get("value")),
            shows=text(body.get("shows")),
            fixed=fixed if isinstance(fixed, Mapping) else MappingProxyType({}),
            more=more if isinstance(more, Mapping) else None,
            label=_label(body.get("label"), name, ""),
            import_names=texts(body.get("import_names")),
            owner=origin.owner,
            place=origin.place,
        )


def _guess_title(fields: Mapping[str, FieldSpec]) -> str:
    """Return the field that names a record where nobody said so: ``name``, else the first text, else its id."""
    if "name" in fields:
        return "name"
    return next((f.name for f in fields.values() if f.type in ("text", "sequence")), "id")


def _digested(spec: EntitySpec) -> EntitySpec:
    """Return the spec with the digest of everything that shapes its storage or its expressions; labels do not."""
    shape = [
        spec.name,
        spec.title,
        spec.part_of,
        spec.unique_together,
        [(key.name, key.same, key.where) for key in spec.duplicates.by] if spec.duplicates else None,
        [spec.duplicates.differ, spec.duplicates.ask] if spec.duplicates else None,
        [(c.name, c.of, c.how, c.where) for c in spec.duplicates.scan] if spec.duplicates else None,
        spec.indexes,
        [field_shape(f) for _, f in sorted(spec.fields.items())],
        [[r.name, r.refuse_when, r.on] for r in sorted(spec.rules, key=lambda rule: rule.name)],
        *([[spec.reached.by, spec.reached.until]] if spec.reached else []),
    ]
    return replace(spec, digest=digest_of(shape))


def field_shape(spec: FieldSpec) -> list[object]:
    """Return what of a field shapes its storage or its expressions, in a form that can be compared and hashed."""
    rollup = spec.rollup
    return [
        spec.name,
        spec.type,
        spec.required,
        spec.unique,
        spec.search,
        spec.duplicate_key,
        spec.read_only,
        spec.nullable,
        spec.default,
        spec.options,
        [c.name for c in spec.choices],
        spec.computed,
        spec.base_of,
        spec.rate_of,
        spec.visible_when,
        spec.required_when,
        spec.read_only_when,
        [rollup.source, rollup.by, rollup.function, rollup.value, rollup.where] if rollup else None,
    ]
