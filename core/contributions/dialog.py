"""The dialog of an operation: its fields as specs, and what was said in it as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.contributions.operation import Operation
from core.errors import MetadataInvalid, Problem, ValidationFailed
from core.fields import FieldTypes, LoadContext
from core.fields.schema import record_schema
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.metadata.entity_merge import MergedEntity, Origin
from core.metadata.entity_specs import entity_spec
from core.metadata.findings import Findings
from core.metadata.specs import EntitySpec

REFUSED = ("computed", "rollup", "visible_when", "required_when", "read_only_when", "unique")
"""What belongs to stored records and has no meaning in a dialog."""


def dialog_of(operation: Operation, types: FieldTypes, catalog: Catalog) -> EntitySpec:
    """Return the dialog's fields as an entity that is nowhere stored; raise `MetadataInvalid` with all problems."""
    fields = operation.fields(catalog) if callable(operation.fields) else operation.fields
    document = Document(
        owner=operation.module, kind="entity", name=operation.name, body={"fields": dict(fields)}
    )
    findings = Findings()
    spec = entity_spec(
        MergedEntity(
            document=document,
            tree={"label": operation.label},
            fields={name: dict(body) for name, body in fields.items()},
            origins={
                ("fields", name): Origin(owner=operation.module, document=document, at=("fields", name))
                for name in fields
            },
        ),
        findings,
    )
    problems = [finding.problem for finding in findings]
    problems += [p for name in fields for p in types.check(spec.fields[name], catalog)]
    problems += [
        Problem(
            code="not_in_dialog", field=name, message="{key} has no meaning in a dialog.", params={"key": key}
        )
        for name, body in fields.items()
        for key in REFUSED
        if key in body
    ]
    if problems:
        raise MetadataInvalid(problems=problems)
    return spec


def asked(dialog: EntitySpec) -> tuple[str, ...]:
    """Return the names of the fields that the dialog asks for, in order."""
    return tuple(f.name for f in dialog.fields.values() if not f.system)


def read_values(
    dialog: EntitySpec, values: Mapping[str, object], types: FieldTypes, context: LoadContext
) -> dict[str, Any]:
    """Return values in wire form as Python values, with defaults for what was not said."""
    names = asked(dialog)
    schema = record_schema(dialog, names, context, True, types=types, readable=names)
    read = dict(schema.read({**values}))
    for name in names:
        spec = dialog.fields[name]
        if name not in values and spec.default is not None and not _live(spec.default):
            read[name] = types.get(spec.type).load(spec, spec.default, context)
    return read


def check_said(
    dialog: EntitySpec, values: Mapping[str, Any], extra: Iterable[Problem] = ()
) -> dict[str, Any]:
    """Return all values of a dialog, None for what was left out; raise `ValidationFailed` for what is required."""
    problems = [
        *extra,
        *(
            Problem(code="required", message="This value is required.", field=name)
            for name in asked(dialog)
            if dialog.fields[name].required and values.get(name) in (None, "", (), [])
        ),
    ]
    if problems:
        raise ValidationFailed(problems=problems)
    return {name: values.get(name) for name in asked(dialog)}


def _live(default: object) -> bool:
    return isinstance(default, str) and default.startswith("$")
