"""JSON Schemas for editors: current, valid, and of one mind with the forms."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import pytest

from core.declaration.form_fields import Form, Key
from core.declaration.json_schema import FILE_KINDS, KINDS, json_schema, schema_text, write_schemas
from core.declaration.strict_yaml import read_text
from core.errors import BadRequest
from core.fields import FieldTypes

ROOT = Path(__file__).parents[2]
FILES = [
    ("module", "manifest.yaml"),
    ("menus", "menus.yaml"),
    ("access", "access.yaml"),
    ("entity", "entities/*.yaml"),
    ("workflow", "workflows/*.yaml"),
    ("view", "views/*.yaml"),
    ("dashboard", "dashboards/*.yaml"),
]


@pytest.mark.parametrize("kind", FILE_KINDS)
def test_schema_files_are_what_the_forms_say(kind):
    written = (ROOT / "docs" / "schemas" / f"{kind}.json").read_text()
    assert written == schema_text(kind, FieldTypes()), (
        "write them anew: python -m core.declaration.json_schema"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_schema_is_a_schema(kind):
    jsonschema_rs.meta.validate(json_schema(kind, FieldTypes()))


@pytest.mark.parametrize(("kind", "pattern"), FILES)
def test_files_of_our_modules_satisfy_their_schema(kind, pattern):
    validator = jsonschema_rs.validator_for(json_schema(kind, FieldTypes()))
    for path in sorted((ROOT / "modules").glob(f"*/{pattern}")):
        value = read_text(path.read_text(), path.name).value
        assert not [f"{path.name}: {e.message}" for e in validator.iter_errors(value)]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("entity", {"entity": "p.q", "lable": "X"}),
        ("entity", {"entity": "P"}),
        ("entity", {"entity": "p.q", "fields": {"a": {"type": "text", "max_length": "x"}}}),
        ("entity", {"entity": "p.q", "fields": {"a": {"type": "galaxy"}}}),
        ("view", {"view": "p.q.list", "columns": "name"}),
        ("menu", {"menu": "p.q", "weight": "x"}),
        ("access", {"roles": {"r": {"grants": [{"entity": "p.q", "actions": ["read"], "scope": "mine"}]}}}),
        ("module", {"module": "p", "version": "1.0.0"}),
    ],
)
def test_schemas_refuse_what_the_forms_refuse(kind, body):
    assert not jsonschema_rs.validator_for(json_schema(kind, FieldTypes())).is_valid(body)


def test_unknown_kind_is_refused():
    with pytest.raises(BadRequest, match="There is no schema galaxy"):
        json_schema("galaxy")


def test_schemas_are_written_into_a_folder(tmp_path):
    assert [p.name for p in write_schemas(tmp_path / "schemas", FieldTypes())] == [
        f"{k}.json" for k in FILE_KINDS
    ]


def _forms(form, seen):
    if type(form) not in seen:
        seen.add(type(form))
        yield form
        for key in form.keys.values():
            while (inner := getattr(key, "inner", None) or getattr(key, "long", None)) is not None:
                key = inner
            if hasattr(key, "form"):
                yield from _forms(key.form, seen)


def test_every_key_has_its_sentence_and_stands_in_the_reference():
    page = (ROOT / "docs" / "reference" / "metadata.md").read_text()
    seen: set[type[Form]] = set()
    keys: list[tuple[str, str, Key]] = [
        (type(form).__name__, name, key)
        for shapes in KINDS.values()
        for shape in shapes
        for form in _forms(shape(), seen)
        for name, key in form.keys.items()
    ]
    assert len(keys) > 60
    assert not [(form, name) for form, name, key in keys if not key.about]
    assert not [(form, name) for form, name, key in keys if f"| `{name}` | {key.about}" not in page]
