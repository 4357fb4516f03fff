"""Computed fields and roll-ups: what may be drawn from what, into which type."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.fields import FUNCTIONS, result_types
from core.kernel.values import Money, Ref
from core.metadata.specs import RollUp
from tests.fields.rows import CHOICES, TYPES, catalog, entity, make


def line(kind, name, **more):
    return make(kind, name=name, entity="m.line", **more)


LINE = entity(
    "m.line",
    line("reference", "owner", options={"to": "m.thing"}),
    line("reference", "other", options={"to": "m.other"}),
    line("text", "name"),
    line("email", "email"),
    line("phone", "phone"),
    line("long_text", "notes"),
    line("integer", "count"),
    line("decimal", "rate"),
    line("money", "amount"),
    line("money", "dollars", options={"currency": "USD"}),
    line("boolean", "done"),
    line("date", "day"),
    line("datetime", "moment"),
    line("choice", "state", choices=CHOICES[:2]),
    line("multi_choice", "tags", choices=CHOICES),
    line("links", "links", options={"to": "m.other"}),
    line("file", "file"),
)
OTHER = entity("m.other", make("text", name="name", entity="m.other"))
THING = [
    make("integer", name="a"),
    make("integer", name="b"),
    make("text", name="name"),
    make("money", name="price"),
    make("reference", name="other", options={"to": "m.other"}),
    make("date", name="day"),
    make("choice", name="state", choices=CHOICES),
    make("list", name="lines", options={"of": "m.line", "by": "owner"}),
]


def problems(*specs):
    return list(TYPES.check_catalog(catalog(entity("m.thing", *THING, *specs), LINE, OTHER)))


def codes(*specs):
    return [problem.code for problem in problems(*specs)]


def rolled(kind, function, value="", where="", by="owner", source="m.line", **more):
    rollup = RollUp(source=source, by=by, function=function, value=value, where=where)
    return make(kind, rollup=rollup, **more)


FITTING = [
    ("integer", "count", ""),
    ("integer", "sum", "count"),
    ("decimal", "sum", "count"),
    ("decimal", "sum", "rate"),
    ("money", "sum", "amount"),
    ("integer", "min", "count"),
    ("decimal", "max", "count"),
    ("date", "min", "day"),
    ("datetime", "max", "moment"),
    ("money", "max", "amount"),
    ("text", "pick", "name"),
    ("email", "pick", "name"),
    ("email", "pick", "email"),
    ("text", "pick", "phone"),
    ("phone", "pick", "name"),
    ("long_text", "pick", "notes"),
    ("integer", "pick", "count"),
    ("money", "pick", "amount"),
    ("boolean", "pick", "done"),
    ("date", "pick", "day"),
]


@pytest.mark.parametrize(("kind", "function", "value"), FITTING)
def test_fitting_roll_ups_are_accepted(kind, function, value):
    assert codes(rolled(kind, function, value)) == []


@pytest.mark.parametrize(
    ("kind", "function", "value"),
    [
        ("decimal", "count", ""),
        ("text", "count", ""),
        ("integer", "sum", "rate"),
        ("money", "sum", "count"),
        ("decimal", "sum", "amount"),
        ("text", "sum", "name"),
        ("integer", "sum", "done"),
        ("boolean", "max", "done"),
        ("text", "min", "name"),
        ("date", "max", "moment"),
        ("choice", "max", "state"),
        ("text", "pick", "notes"),
        ("text", "pick", "count"),
        ("integer", "pick", "rate"),
        ("text", "pick", "links"),
        ("text", "pick", "file"),
    ],
)
def test_misfits_are_refused(kind, function, value):
    assert codes(rolled(kind, function, value, choices=CHOICES if kind == "choice" else ())) == ["misfit"]


def test_picked_choices_and_references_stay_what_they_are():
    assert codes(rolled("choice", "pick", "state", choices=CHOICES)) == []
    assert codes(rolled("choice", "pick", "state", choices=CHOICES[:1])) == ["misfit"]
    assert codes(rolled("reference", "pick", "other", options={"to": "m.other"})) == []
    assert codes(rolled("reference", "pick", "other", options={"to": "m.thing"})) == ["misfit"]


def test_a_fixed_currency_draws_only_from_the_same():
    assert codes(rolled("money", "sum", "dollars", options={"currency": "USD"})) == []
    assert codes(rolled("money", "sum", "dollars")) == []
    assert codes(rolled("money", "sum", "dollars", options={"currency": "IRR"})) == ["wrong_currency"]
    assert codes(rolled("money", "sum", "amount", options={"currency": "USD"})) == ["wrong_currency"]


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (rolled("integer", "average", "count"), "unknown_function"),
        (rolled("integer", "count", source="m.lin"), "unknown_entity"),
        (rolled("integer", "count", by="ownr"), "unknown_field"),
        (rolled("integer", "count", by="other"), "points_elsewhere"),
        (rolled("integer", "sum", "cout"), "unknown_field"),
        (rolled("integer", "sum"), "unknown_field"),
        (rolled("integer", "count", where="no_such == 1"), "unknown_field"),
        (rolled("integer", "count", required=True), "derived_flag"),
        (rolled("integer", "count", default=5), "derived_flag"),
        (rolled("integer", "count", computed="a"), "derived_twice"),
        (rolled("multi_choice", "pick", "tags", choices=CHOICES), "not_derivable"),
        (make("file", computed="a"), "not_derivable"),
        (make("sequence", options={"pattern": "{number}"}, computed="name"), "not_derivable"),
        (make("integer", computed="a + b", required_when="a > 1"), "derived_flag"),
        (make("integer", computed="a + b", read_only_when="a > 1"), "derived_flag"),
    ],
)
def test_what_makes_no_sense_is_refused(spec, code):
    assert codes(spec) == [code]


@pytest.mark.parametrize("name", ["list", "links", "reference_any", "multi_choice", "file", "sequence"])
def test_only_single_values_are_derived(name):
    assert not TYPES.get(name).derivable


def test_every_function_has_its_results():
    for function in FUNCTIONS:
        for kind in TYPES:
            assert result_types(function, kind.name) <= set(TYPES.names)
    assert result_types("median", "integer") == frozenset()


@pytest.mark.parametrize(
    ("kind", "computed"),
    [
        ("integer", "a + b"),
        ("decimal", "a / b"),
        ("text", "concat(name, ' x')"),
        ("boolean", "a > b"),
        ("date", "add_days(day, 3)"),
        ("money", "price * 2"),
        ("text", "other.name"),
        ("reference", "other"),
        ("choice", "state"),
        ("integer", "count(lines)"),
        ("choice", "if(a > b, 'new', 'old')"),
    ],
)
def test_fitting_expressions_are_accepted(kind, computed):
    more = (
        {"choices": CHOICES}
        if kind == "choice"
        else {"options": {"to": "m.other"}}
        if kind == "reference"
        else {}
    )
    assert codes(make(kind, computed=computed, **more)) == []


@pytest.mark.parametrize(
    ("kind", "computed"),
    [
        ("integer", "name"),
        ("text", "a"),
        ("boolean", "a"),
        ("date", "a"),
        ("money", "a"),
        ("integer", "no_such + 1"),
        ("integer", "a +"),
        ("reference", "a"),
        ("integer", "$old.a"),
        ("datetime", "day"),
    ],
)
def test_expressions_that_do_not_fit_are_refused_with_their_place(kind, computed):
    found = problems(make(kind, computed=computed, options={"to": "m.other"} if kind == "reference" else {}))
    assert found
    assert {problem.field for problem in found} == {"f"}
    assert all({"line", "column"} <= set(problem.params) for problem in found)


def test_no_value_depends_on_itself():
    assert codes(make("integer", computed="f + 1")) == ["circle"]
    assert codes(make("integer", name="f", computed="g"), make("integer", name="g", computed="f")) == [
        "circle"
    ]
    assert codes(make("integer", name="f", computed="a"), make("integer", name="g", computed="f")) == []


def test_circles_over_roll_ups_are_found():
    share = line("integer", "share", computed="owner.f")
    lines = entity("m.line", *LINE.fields.values(), share)
    thing = entity("m.thing", *THING, rolled("integer", "sum", "share"))
    found = list(TYPES.check_catalog(catalog(thing, lines, OTHER)))
    assert [problem.code for problem in found] == ["circle"]
    assert "m.line.share → m.thing.f" in found[0].text()


@pytest.mark.parametrize(
    ("kind", "result", "kept"),
    [
        ("integer", Decimal("2.5"), 3),
        ("integer", Decimal("-2.5"), -3),
        ("integer", 10**30, None),
        ("integer", None, None),
        ("integer", 7, 7),
        ("decimal", Decimal(1) / Decimal(3), Decimal("0.3333")),
        ("decimal", Decimal(10) ** 16, None),
        ("decimal", Decimal("9999999999999999.99999"), None),
        ("text", "x" * 300, "x" * 255),
        ("text", "  ", None),
        ("text", None, None),
        ("money", Money(Decimal("0.33333"), "USD"), Money(Decimal("0.3333"), "USD")),
        ("money", Money(Decimal(10) ** 17, "USD"), None),
        ("choice", "new", "new"),
        ("choice", "gone", None),
        ("reference", 5, Ref(5)),
        ("reference", Ref(5), Ref(5)),
        ("reference", None, None),
        ("boolean", True, True),
        ("money", None, None),
    ],
)
def test_results_are_rounded_to_their_field(kind, result, kept):
    more = (
        {"choices": CHOICES}
        if kind == "choice"
        else {"options": {"to": "m.other"}}
        if kind == "reference"
        else {}
    )
    assert TYPES.get(kind).from_expression(make(kind, **more), result) == kept
