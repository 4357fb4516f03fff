"""JSON Schemas of the documents, so that editors complete and check them: ``python -m core.declaration.json_schema``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from core.declaration import forms
from core.declaration.access_forms import (
    AccessForm,
    ExtendRestrictionForm,
    ExtendRoleForm,
    RestrictionForm,
    RoleForm,
)
from core.declaration.dashboard_forms import DashboardForm, ExtendDashboardForm
from core.declaration.form_fields import Form
from core.declaration.workflow_forms import ExtendWorkflowForm, WorkflowForm
from core.errors import BadRequest
from core.fields import FieldTypes, options_schema
from core.metadata.specs import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"

KINDS: Mapping[str, tuple[type[Form], ...]] = {
    "module": (forms.ModuleForm,),
    "entity": (forms.EntityForm, forms.ExtendEntityForm),
    "view": (forms.ViewForm, forms.ExtendViewForm),
    "workflow": (WorkflowForm, ExtendWorkflowForm),
    "dashboard": (DashboardForm, ExtendDashboardForm),
    "menus": (forms.MenusForm,),
    "access": (AccessForm,),
    "menu": (forms.MenuForm,),
    "role": (RoleForm,),
    "restriction": (RestrictionForm,),
    "extend": (
        forms.ExtendEntityForm,
        forms.ExtendViewForm,
        ExtendRoleForm,
        ExtendRestrictionForm,
        forms.ExtendMenuForm,
        ExtendWorkflowForm,
        ExtendDashboardForm,
    ),
}
"""Schemas by name; the first six are what files hold, the others single documents of the API."""

FILE_KINDS = ("module", "entity", "view", "workflow", "dashboard", "menus", "access")


def json_schema(kind: str, field_types: FieldTypes | None = None) -> dict[str, Json]:
    """Return the JSON Schema of a kind of document; with field types, their options are completed too."""
    if kind not in KINDS:
        raise BadRequest(
            "There is no schema {kind}. There are: {known}.",
            code="unknown_kind",
            kind=kind[:80],
            known=tuple(KINDS),
        )
    shapes = [form().json_schema() for form in KINDS[kind]]
    if field_types is not None:
        for shape in shapes:
            _complete_fields(shape, field_types)
    body: dict[str, Json] = shapes[0] if len(shapes) == 1 else {"oneOf": list(shapes)}
    return {"$schema": DIALECT, "title": f"Payvand {kind}", **body}


def schema_text(kind: str, field_types: FieldTypes) -> str:
    """Return the schema as the file that editors read."""
    return json.dumps(json_schema(kind, field_types), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def write_schemas(folder: Path, field_types: FieldTypes) -> Iterable[Path]:
    """Write the schemas of all kinds of files into a folder and return what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind in FILE_KINDS:
        path = folder / f"{kind}.json"
        path.write_text(schema_text(kind, field_types), encoding="utf-8")
        written.append(path)
    return written


def _complete_fields(shape: dict[str, Json], types: FieldTypes) -> None:
    """Tell editors the options of each field type, once its ``type`` is written."""
    properties = shape.get("properties")
    fields = properties.get("fields") if isinstance(properties, dict) else None
    inner = fields.get("additionalProperties") if isinstance(fields, dict) else None
    if not isinstance(inner, dict) or not isinstance(inner.get("properties"), dict):
        return
    known = sorted(types, key=lambda kind: kind.name)
    described = inner["properties"]
    assert isinstance(described, dict)  # looked at two lines above
    described["type"] = {
        "description": "Kind of value; leave it out to change a field that exists.",
        "anyOf": [{"const": kind.name, "description": kind.about} for kind in known],
    }
    conditions: list[Json] = [
        {
            "if": {"properties": {"type": {"const": kind.name}}, "required": ["type"]},
            "then": {"properties": options_schema(kind.options)},
        }
        for kind in known
        if kind.options
    ]
    inner["allOf"] = conditions


if __name__ == "__main__":
    for file in write_schemas(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/schemas"), FieldTypes()):
        sys.stdout.write(f"{file}\n")
