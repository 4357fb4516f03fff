"""Forms are drawn from what was drawn before, and nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import g

from core.fields import FieldTypes
from core.kernel.values import AnyRef, Money, Ref
from core.metadata.specs import Choice, FieldSpec
from core.records.compiled import Kept
from core.web.fields import FieldViews
from core.web.form_drawing import Drawing
from core.web.form_rows import Row, SubTable
from core.web.pages import Pages
from core.web.visit import open_visit

TRICKY = ("<b>&\"'", "\ue0000 raw\ue000", "\ue000-1 rows\ue000", "880017440093000000", "علی", "x")
DAYS = (date(2026, 3, 21), date(2024, 1, 1))
MOMENTS = (datetime(2026, 3, 21, 8, tzinfo=UTC), datetime(2020, 12, 31, 23, 59, tzinfo=UTC))
REFS = (
    Ref(880017440093000000, "x"),
    Ref(5, "<i>"),
    Ref(5, None),
    Ref(7, ""),
    Ref(880017440093000001, "880017440093000000"),
)
CHOICES = (Choice(name="a", label="A", hue="red"), Choice(name="b", label="<B>", hue="blue"))
VALUES = {
    "text": TRICKY,
    "long_text": TRICKY,
    "rich_text": (*TRICKY, "<p>a</p>"),
    "email": TRICKY,
    "phone": TRICKY,
    "url": TRICKY,
    "sequence": TRICKY,
    "integer": (0, 1, -7, 10**12),
    "decimal": (Decimal(0), Decimal("1.50")),
    "percent": (Decimal(0), Decimal("12.5")),
    "money": (Money(Decimal(0), "IRR"), Money(Decimal(12345), "IRR"), Money(Decimal("1.5"), "USD")),
    "date": DAYS,
    "datetime": MOMENTS,
    "boolean": (True, False),
    "choice": ("a", "b"),
    "multi_choice": (("a",), ("a", "b"), ()),
    "reference": REFS,
    "reference_any": tuple(AnyRef("contacts.contact", one.id, one.title) for one in REFS),
    "links": ((), REFS[:2], REFS[1:2]),
}
OPTIONS = {
    "reference": {"to": "contacts.contact"},
    "reference_any": {"to": ["contacts.contact", "contacts.account"]},
    "links": {"to": "contacts.contact"},
    "sequence": {"pattern": "X-{number}"},
}


def spec_of(kind, **more):
    return FieldSpec(
        entity="kit.item",
        name="_".join(("one", *more)),
        type=kind,
        label="<One>",
        options=OPTIONS.get(kind, {}),
        choices=CHOICES if "choice" in kind else (),
        **more,
    )


@pytest.fixture
def drawn(app, site):
    """The drawing of a form, its macros as they draw without it, and views of fields."""
    with app.test_request_context("/"):
        from flask import request

        g.visit = visit = open_visit(site, request, "visitor")
        renderer = site.get(Pages).renderer
        pieces = renderer._pieces_of(visit.catalog)
        env = pieces.environment
        context = {
            "widget": lambda mode, f, **o: pieces.widget(visit.style, mode, f, **o),
            "_": visit.style._,
        }
        macros = env.get_template("_form_parts.html").make_module({**context, "style": visit.style})
        frame = env.get_template("widgets/_frame.html").module
        views = FieldViews(site.get(FieldTypes), visit.style, "IRR")
        yield Drawing(Kept(512), "way", pieces.is_of_core), macros, frame, views


@pytest.mark.parametrize("kind", list(VALUES))
def test_a_field_looks_as_if_it_were_drawn_for_itself(drawn, kind):
    drawing, macros, frame, views = drawn
    for read_only in (False, True):
        for more in ({}, {"required": True}, {"help": "<Help>"}):
            for value in (None, *VALUES[kind], None, *reversed(VALUES[kind])):
                view = views.field(spec_of(kind, **more), value, read_only=read_only)
                for shown in (
                    view,
                    replace(view, conditional=True, locked=True),
                    replace(view, raw="<typed>"),
                ):
                    plain = macros.item(shown, frame, "One")
                    assert drawing.item(macros, frame, shown, "One") == plain, (kind, value, more)


def test_a_field_with_a_mistake_is_drawn_for_itself(drawn):
    drawing, macros, frame, views = drawn
    view = views.field(spec_of("text"), "x", errors=("Too <short>",))
    assert "Too &lt;short&gt;" in drawing.item(macros, frame, view)
    assert "Too" not in drawing.item(macros, frame, replace(view, errors=()))


@pytest.mark.parametrize("read_only", [False, True])
def test_rows_look_as_if_they_were_drawn_for_themselves(drawn, read_only):
    drawing, macros, frame, views = drawn
    columns = [spec_of(kind) for kind in ("text", "reference", "choice", "money")]
    rows = [("x", REFS[0], "a", None), ("<b>", REFS[2], "b", VALUES["money"][1]), (None, None, None, None)]

    def row(number, values, record="", version=""):
        prefix = f"lines-{number}-"
        cells = (
            views.field(replace(spec, name=f"c{n}"), value, prefix=prefix, read_only=read_only)
            for n, (spec, value) in enumerate(zip(columns, values, strict=True))
        )
        return Row(number=str(number), id=record, version=version, cells=tuple(cells))

    view = views.field(replace(spec_of("text"), name="lines"), None, read_only=read_only, span=True)
    for count in (0, 1, 3, 2):
        lines = tuple(row(n, values, f"{n + 40}", f"{n}") for n, values in enumerate(rows[:count]))
        spare, pattern = row(count, rows[2]), row("__n__", rows[2])
        table = SubTable(view=view, headings=spare.cells, rows=lines, spare=spare, pattern=pattern)
        line = macros.told if read_only else macros.line
        parts = [line(table, one, frame) for one in lines]
        parts += [] if read_only else [line(table, spare, frame, "no-js")]
        plain = macros.item(
            table,
            frame,
            "",
            type(parts[0] if parts else "")().join(parts),
            "" if read_only else line(table, pattern, frame),
            count + 1,
        )
        assert drawing.item(macros, frame, table) == plain
