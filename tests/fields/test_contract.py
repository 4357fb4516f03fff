"""The contract of field types: one table, every kind of field through every test."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from marshmallow import Schema

from core.errors import Problem
from core.expressions.types import KINDS, Type
from core.fields import ColumnSpec, FieldRefused, search_key
from tests.fields import rows_numbers, rows_records, rows_text, rows_times
from tests.fields.readers import READERS
from tests.fields.rows import CONTEXT, CONTEXTS, TYPES, Row, make

ROWS: tuple[Row, ...] = (*rows_text.ROWS, *rows_numbers.ROWS, *rows_times.ROWS, *rows_records.ROWS)


def named(row: Row) -> str:
    return f"{row.type}{'+' if row.spec.get('options') else ''}"


def each(part: str) -> pytest.MarkDecorator:
    """Parametrize a test by the cases that every row has under ``part``."""
    cases = [
        pytest.param(row, case, id=f"{named(row)}-{number}")
        for row in ROWS
        for number, case in enumerate(getattr(row, part))
    ]
    return pytest.mark.parametrize(("row", "case"), cases)


every_row = pytest.mark.parametrize("row", ROWS, ids=named)


def test_every_type_has_a_row():
    assert {row.type for row in ROWS} == set(TYPES.names)


@each("good")
@pytest.mark.covers("LO-08", "LO-09")
def test_good_json_is_read(row, case):
    given, expected = case
    loaded = row.kind.load(row.make(), given, CONTEXT)
    assert loaded == expected
    assert type(loaded) is type(expected)


@each("bad")
def test_bad_json_is_refused_with_a_reason(row, case):
    given, code = case
    with pytest.raises(FieldRefused) as refused:
        row.kind.load(row.make(), given, CONTEXT)
    assert refused.value.code == refused.value.reason == code
    assert_sentence(refused.value.problem("f"))


def assert_sentence(problem: Problem) -> None:
    """A sentence for people: whole, short, and safe to repeat in an answer."""
    text = problem.text()
    assert text[0].isupper() or problem.message.startswith("{")
    assert text.endswith((".", ")"))
    assert "{" not in text.replace('{"', "")
    assert len(text) < 400
    json.dumps(text, ensure_ascii=False).encode()
    for reader in READERS.values():
        assert reader.problem(problem)


@each("wire")
def test_values_are_written_to_the_wire(row, case):
    value, expected = case
    written = row.kind.dump(row.make(), value)
    assert written == expected
    assert json.loads(json.dumps(written)) == expected


@each("typed")
@pytest.mark.covers("LO-08")
def test_typed_and_imported_text_is_read(row, case):
    reader, given, expected = case
    parsed = row.kind.parse(row.make(), given, CONTEXTS[reader])
    assert parsed == expected
    assert type(parsed) is type(expected)


@each("typed_bad")
def test_wrong_text_is_refused_with_a_reason(row, case):
    reader, given, code = case
    with pytest.raises(FieldRefused) as refused:
        row.kind.parse(row.make(), given, CONTEXTS[reader])
    assert refused.value.code == code
    assert_sentence(refused.value.problem("f"))


@each("values")
def test_what_is_written_reads_back_the_same(row, case):
    if row.type == "sequence":
        assert row.kind.dump(row.make(), case) == case
        return
    again = row.kind.load(row.make(), json.loads(json.dumps(row.kind.dump(row.make(), case))), CONTEXT)
    assert row.kind.equal(again, case)


@each("shown")
@pytest.mark.covers("LO-08")
def test_values_are_shown_in_the_readers_way(row, case):
    reader, value, expected = case
    assert row.kind.show(row.make(), value, READERS[reader]) == expected


@each("exported")
def test_values_become_typed_cells(row, case):
    reader, value, expected = case
    cell = row.kind.export(row.make(), value, READERS[reader])
    assert cell == expected
    assert type(cell) is type(expected)


@each("same")
def test_same_meanings_have_the_same_key(row, case):
    left, right = case
    key = row.kind.key(row.make(), left)
    assert key is not None
    assert key == row.kind.key(row.make(), right)


@each("different")
def test_different_meanings_have_different_keys(row, case):
    left, right = case
    assert row.kind.key(row.make(), left) != row.kind.key(row.make(), right)
    assert not row.kind.equal(left, right)
    assert row.kind.equal(left, left)


@every_row
def test_nothing_stays_nothing(row):
    spec, kind = row.make(), row.kind
    assert kind.dump(spec, None) is None
    assert kind.export(spec, None, READERS["fa"]) is None
    assert kind.key(spec, None) is None
    assert kind.show(spec, None, READERS["fa"]) == ""
    assert kind.equal(None, None)
    cells = kind.to_columns(spec, None)
    assert set(cells.values()) <= {None}
    if kind.storable:
        assert kind.from_columns(spec, cells) is None


@every_row
def test_columns_are_told_and_filled(row):
    columns = row.kind.columns(row.make())
    assert all(isinstance(column, ColumnSpec) for column in columns)
    assert bool(columns) is row.kind.storable
    for value in row.values:
        assert list(row.kind.to_columns(row.make(), value)) == [column.name for column in columns]


@every_row
def test_searched_text_has_a_key_column(row):
    spec = row.make(search=True)
    names = [column.name for column in row.kind.columns(spec)]
    assert ("f_key" in names) is row.kind.textual
    if row.kind.textual:
        value = row.values[0]
        assert row.kind.to_columns(spec, value) == {"f": value, "f_key": search_key(spec, value)}


@every_row
def test_expressions_know_the_kind(row):
    kind = row.kind.expression_type(row.make())
    assert isinstance(kind, Type)
    assert kind.kind in KINDS


@every_row
def test_marshmallow_reads_and_writes_by_the_type(row):
    spec = row.make()
    field = row.kind.schema_field(spec, CONTEXT)
    schema = Schema.from_dict({"f": field})()
    assert schema.validate({}) == {}
    for given, expected in row.good:
        assert schema.load({"f": given})["f"] == expected
    for given, code in row.bad:
        if given is None:
            continue  # null goes past the type
        [problem] = schema.validate({"f": given})["f"]
        assert isinstance(problem, Problem)
        assert problem.code == code
        assert problem.field == "f"
    for value, expected in row.wire:
        assert schema.dump({"f": value})["f"] == expected


@every_row
def test_required_fields_refuse_empty_values(row):
    if row.type == "sequence":
        return
    schema = Schema.from_dict({"f": row.kind.schema_field(row.make(required=True), CONTEXT, partial=False)})()
    assert [p.code for p in schema.validate({})["f"]] == ["required"]
    assert [p.code for p in schema.validate({"f": None})["f"]] == ["required"]
    for given, expected in row.good:
        if expected in (None, ()) and given is not None:
            assert [p.code for p in schema.validate({"f": given})["f"]] == ["required"]


@every_row
def test_the_wire_has_a_schema(row):
    schema = row.kind.wire_schema(row.make())
    assert "type" in schema or "oneOf" in schema
    json.dumps(schema)


@every_row
def test_controls_are_named(row):
    assert row.kind.control == row.control
    assert row.kind.about.endswith(".") or row.kind.about.endswith("}")


def test_typed_text_needs_a_reader():
    with pytest.raises(FieldRefused, match="language and a calendar"):
        TYPES.get("integer").parse(make("integer"), "5", CONTEXT)


def test_phones_take_the_region_and_area_code_of_the_site():
    kind, spec = TYPES.get("phone"), make("phone")
    assert kind.load(spec, "030 901820", replace(CONTEXT, region="DE")) == "+4930901820"
    assert kind.load(spec, "32345678", replace(CONTEXT, area_code="031")) == "+983132345678"
    with pytest.raises(FieldRefused, match="area code"):
        kind.load(spec, "88888888", replace(CONTEXT, area_code=""))


def test_money_without_a_currency_is_in_the_sites():
    loaded = TYPES.get("money").load(make("money"), "5", replace(CONTEXT, currency="EUR"))
    assert loaded.currency == "EUR"
