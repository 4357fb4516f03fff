"""The schema of a record: every problem at once, and nothing hidden is named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ValidationFailed
from core.fields import record_schema
from core.kernel.values import Ref
from core.metadata.names import RESERVED_FIELDS
from tests.fields.rows import CHOICES, CONTEXT, TYPES, entity, make
from tests.fields.strategies import JSON

THING = entity(
    "m.thing",
    make("integer", name="id", system=True),
    make("integer", name="version", system=True),
    make("text", name="name", required=True),
    make("email", name="email"),
    make("integer", name="count", required=True, default=1),
    make("choice", name="state", choices=CHOICES),
    make("reference", name="owner", options={"to": "m.other"}),
    make("integer", name="double", computed="count * 2"),
    make("sequence", name="number", options={"pattern": "{number}"}),
    make("text", name="salary"),
    make("text", name="load"),
    make("text", name="fields"),
    make("text", name="context"),
)
WRITABLE = frozenset(THING.fields) - {"salary", "owner"}
READABLE = frozenset(THING.fields) - {"salary"}


def schema(partial=False, readable=READABLE):
    return record_schema(THING, WRITABLE, CONTEXT, partial, types=TYPES, readable=readable)


def found(values, **more):
    _, problems = schema(**more).check(values)
    return [(problem.field, problem.code) for problem in problems]


def test_good_values_are_read():
    values = schema().read({"name": " علي ", "email": "A@B.co", "load": "x", "fields": "y", "context": "z"})
    assert values == {"name": "علی", "email": "a@b.co", "load": "x", "fields": "y", "context": "z"}


def test_all_problems_are_told_at_once_with_their_fields():
    with pytest.raises(ValidationFailed) as failed:
        schema().read({"email": "x", "count": 1.5, "state": "gone", "nmae": "x", "id": 5})
    assert [(p.field, p.code) for p in failed.value.problems] == [
        ("count", "not_whole"),
        ("email", "not_an_email"),
        ("id", "protected"),
        ("name", "required"),
        ("nmae", "unknown_field"),
        ("state", "unknown_choice"),
    ]


def test_values_that_could_be_read_are_kept_beside_the_problems():
    values, problems = schema().check({"name": "x", "count": "5"})
    assert values == {"name": "x"}
    assert [p.field for p in problems] == ["count"]


def test_a_change_need_not_hold_everything_but_empties_nothing_required():
    assert found({}, partial=True) == []
    assert found({}, partial=False) == [("name", "required")]
    assert found({"name": None}, partial=True) == [("name", "required")]
    assert found({"name": "  "}, partial=True) == [("name", "required")]
    assert found({"count": None}, partial=True) == [("count", "required")]


@pytest.mark.parametrize("name", [*sorted(RESERVED_FIELDS), "double", "number", "owner"])
def test_protected_names_are_refused_as_such(name):
    assert found({"name": "x", name: 5}) == [(name, "protected")]


def test_hidden_names_answer_like_names_that_do_not_exist():
    hidden, missing = found({"name": "x", "salary": "5"}), found({"name": "x", "celery": "5"})
    assert [code for _, code in hidden] == [code for _, code in missing] == ["unknown_field"]
    _, problems = schema().check({"name": "x", "salry": "5"})
    assert "salary" not in problems[0].text()


def test_without_readable_names_only_those_of_every_record_are_protected():
    assert found({"name": "x", "owner": 5}, readable=()) == [("owner", "unknown_field")]
    assert found({"name": "x", "version": 5}, readable=()) == [("version", "protected")]


def test_the_nearest_writable_names_are_offered():
    _, problems = schema().check({"name": "x", "emial": "a@b.co"})
    assert problems[0].text() == "There is no field emial to write. Perhaps: email."


@pytest.mark.parametrize("body", [None, [], "x", 5, True, [{"name": "x"}], 1.5])
def test_a_record_is_an_object(body):
    assert found(body) == [(None, "not_an_object")]


def test_wild_names_are_made_safe_to_repeat():
    _, problems = schema().check({"name": "x", "\ud800\x00\u202e" + "y" * 500: 1})
    text = problems[0].text()
    json.dumps([text, problems[0].field], ensure_ascii=False).encode()
    assert len(text) < 200
    assert "\u202e" not in text


def test_references_to_others_stay_ids():
    full = record_schema(THING, frozenset(THING.fields), CONTEXT, True, types=TYPES)
    assert full.read({"owner": {"id": 5, "title": "x"}}) == {"owner": Ref(5)}


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(THING.fields)) | st.text(max_size=5), JSON, max_size=5) | JSON)
def test_any_body_is_read_or_refused_in_whole_sentences(body):
    _, problems = schema().check(body)
    for problem in problems:
        json.dumps([problem.text(), problem.field], ensure_ascii=False).encode()


def test_deep_bodies_are_refused_without_falling():
    deep: object = "x"
    for _ in range(10_000):
        deep = [deep]
    for name in ("name", "count", "state", "email"):
        assert found({"name": "x", name: deep})[0][0] == name
