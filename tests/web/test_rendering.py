"""What is kept of pages from one request to the next, and that nobody can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote

import pytest
from flask import url_for
from markupsafe import Markup

from core.kernel.values import Ref
from core.metadata.specs import EntitySpec, FieldSpec
from core.web.addresses import Addresses
from core.web.marks import mark
from core.web.moulds import Mould, agreed, number_mark, text_mark
from core.web.table_cells import Cells, Column, KeptCells, Looks

VALUES = {"entity": "contacts.contact", "number": 12, "name": "a b/ç?", "field": "last_name", "template": 3}


class Views:
    """As much of `FieldViews` as cells ask for; what it is asked for is counted."""

    style, currency, today = "style", "IRR", None

    def __init__(self):
        self.asked = []

    def cell(self, spec, value):
        self.asked.append(value)
        return Seen(name=spec.name, type=spec.type, control=spec.type, value=value, text=str(value or ""))

    def reads(self, spec, value):
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """As much of `FieldView` as cells look at."""

    name: str
    type: str
    control: str
    value: object
    text: str


def bold(_column, view):
    return Markup("<b>{!r}</b>").format(view.value)


def cells(kept, views, *, name="row", root="", draw=bold, printed=(), kind="decimal"):
    columns = [Column(name="size", is_state=False, is_number=True, is_editable=False)]
    entity = EntitySpec(
        name="kit.item",
        label="Item",
        plural="Items",
        owner="kit",
        title="size",
        fields={"size": FieldSpec(entity="kit.item", name="size", type=kind, label="Size")},
    )

    class Catalog:
        version, digest = 1, "d"

    looks = Looks(
        kept=kept,
        catalog=Catalog(),
        views=views,
        root=root,
        name=name,
        draw=draw,
        prints=lambda control: control in printed,
    )
    return Cells(looks, entity, columns)


def test_addresses_are_those_of_flask(app):
    addresses, seen = Addresses(), 0
    with app.test_request_context("/"):
        for rule in app.url_map.iter_rules():
            values = {name: VALUES[name] for name in rule.arguments if name in VALUES}
            if "GET" not in rule.methods or len(values) < len(rule.arguments):
                continue
            assert addresses(rule.endpoint, **values) == url_for(rule.endpoint, **values)
            assert addresses(rule.endpoint, **values, q="x y") == url_for(rule.endpoint, **values, q="x y")
            seen += 1
        assert addresses("web.record_list", entity="سلام.x") == url_for("web.record_list", entity="سلام.x")
    assert seen > 20
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/crm"}):
        assert addresses("web.home") == url_for("web.home") == "/crm/"


def test_equal_values_of_a_column_are_rendered_once_and_others_apart():
    kept, views = KeptCells(), Views()
    table = cells(kept, views)
    assert table.cells({"size": "<"}) == "<b>&#39;&lt;&#39;</b>"
    for value in (1, 1, Decimal("1.0"), Decimal("1.00"), Decimal("1.0"), None):
        table.cells({"size": value})
    seen = [value for value in views.asked[1:] if value is not None]  # the first is for the mould
    assert seen == ["<", 1, Decimal("1.0"), Decimal("1.00")]
    assert [str(asked) for asked in seen[2:]] == ["1.0", "1.00"]
    asked = len(views.asked)
    cells(kept, views).cells({"size": 1})
    assert len(views.asked) == asked
    cells(kept, views, root="/crm").cells({"size": 1})
    cells(kept, views, name="card").cells({"size": 1})
    assert [value for value in views.asked[asked:] if value is not None] == [1, 1]


def test_long_texts_are_not_kept():
    kept, views = KeptCells(), Views()
    for _ in range(2):
        assert "x" * 3000 in cells(kept, views).cells({"size": "x" * 3000})
    assert views.asked.count("x" * 3000) == 2


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "a <b> & 'c' \"d\" 100%"),
        ("text", "\ue000\ue100\ue001 %(text)s"),
        ("datetime", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("reference", Ref(7, "R&D <x>")),
    ],
    ids=["special", "like_a_mark", "moment", "reference"],
)
def test_cells_of_a_template_that_prints_are_those_it_would_render_itself(kind, value):
    def draw(_column, view):
        if kind == "reference":
            return Markup('<a href="/r/{}"><bdi>{}</bdi> 5%</a>').format(view.value.id, view.value.title)
        told = view.value.isoformat() if kind == "datetime" else view.value
        return Markup('<a href="to:{}">{}</a> 5%').format(told, view.text)

    def shown(printed):
        return cells(KeptCells(), Views(), draw=draw, printed=printed, kind=kind).cells({"size": value})

    assert shown((kind,)) == shown(())


def test_a_template_that_looks_into_what_it_prints_renders_every_value_itself():
    def short(_column, view):
        return Markup("<b>{}</b>").format(view.text[:40])

    def first(_column, view):
        return Markup("<b>{}</b><i>{}</i>").format(view.text, view.text[:1])

    for draw, shown in ((short, "<b>" + "x" * 40 + "</b>"), (first, "<b>" + "x" * 60 + "</b><i>x</i>")):
        table = cells(KeptCells(), Views(), draw=draw, printed=("text",), kind="text")
        assert table.cells({"size": "x" * 60}) == shown


def test_a_mould_is_filled_where_its_marks_stood():
    marks = {"name": text_mark(0), "id": str(number_mark(0))}
    mould = Mould(f"<a href=/r/{marks['id']} title={marks['name']}>{marks['name']} 5%</a>", marks)
    assert mould.fill({"name": "n", "id": "8"}) == "<a href=/r/8 title=n>n 5%</a>"
    assert mould.names == ("id", "name", "name")
    assert Mould("5%", {}).fill({}) == "5%"
    assert agreed([mould, mould]) == mould
    assert agreed([mould, Mould("other", {})]) is None
    assert agreed([Mould(marks["name"][1:], marks)] * 2) is None


def test_parts_of_the_bar_are_kept_but_not_the_address_in_them(editor, kept):
    kept.add("contacts.contact", {"last_name": "Ali"})
    for search in ("a<b", "c"):
        page = editor.opens(f"/records/contacts.contact?q={search}").page
        states = {i["value"] for i in page.all("input") if i.get("name") == "state"}
        assert all(f"q={'a%3Cb' if search == 'a<b' else 'c'}" in state for state in states if state != "?")
        assert any(states)


def test_a_bar_that_is_kept_shows_to_each_their_own_views_and_the_token_of_their_own_page(person, kept):
    kept.add("contacts.contact", {"last_name": "Ali"})
    path = "/records/contacts.contact?sort=-last_name"
    roles = ("base.member", "contacts.manager")
    anna, ben = (person(*roles, login=f"{name}@example.com", name=name) for name in ("Anna", "Ben"))
    opened = anna.opens(path)
    form = opened.page.form(action="/records/contacts.contact/views")
    anna.submits(opened, form, {"name": "Only Anna's"})
    tokens = set()
    for who, name in ((anna, "Anna"), (ben, "Ben"), (anna, "Anna"), (ben, "Ben")):
        page = who.opens(path).page
        assert ("Only Anna's" in page.one("nav", cls="views").text) is (who is anna)
        assert page.one("button", cls="who").one("bdi").text == name
        tokens.add(page.form(action="/records/contacts.contact/views")["csrf"])
    assert len(tokens) == 4
    opened = ben.opens(path)
    form = opened.page.form(action="/records/contacts.contact/views")
    assert "Only Ben's" in ben.submits(opened, form, {"name": "Only Ben's"}).page.one("nav", cls="views").text


def test_no_word_that_people_write_is_taken_for_a_mark_of_what_is_kept(editor, kept):
    kept.add("contacts.contact", {"last_name": "Ali"})
    written = "".join(text_mark(place) for place in range(4)) + mark("state")[:1]
    page = editor.opens(f"/records/contacts.contact?q={quote(written)}").page
    assert page.one("input", type="search")["value"] == written


def test_the_menu_shows_where_one_is_and_to_each_their_own(editor, admin):
    for path, entity in (("/records/contacts.contact", "contact"), ("/records/contacts.account", "account")):
        current = [
            a["href"]
            for a in editor.opens(path).page.all("a")
            if a.get("aria-current") == "page" and "nav" in a.get("class", "")
        ]
        assert current == [path], entity
    assert "/modules" in admin.opens("/records/contacts.contact").response.text
    assert 'href="/modules"' not in editor.opens("/records/contacts.contact").response.text
