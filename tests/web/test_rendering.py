"""What is kept of pages from one request to the next, and that nobody can tell."""

from __future__ import annotations

from decimal import Decimal

from flask import url_for
from markupsafe import Markup, escape

from core.metadata.specs import EntitySpec, FieldSpec
from core.web.addresses import Addresses
from core.web.table_cells import Cells, Column, KeptCells, Looks

VALUES = {"entity": "contacts.contact", "number": 12, "name": "a b/ç?", "field": "last_name", "template": 3}


class Views:
    """As much of `FieldViews` as cells ask for; what it is asked for is counted."""

    style, currency, today = "style", "IRR", None

    def __init__(self):
        self.asked = []

    def cell(self, spec, value):
        self.asked.append(value)
        return value


def cells(kept, views, *, name="row", root=""):
    columns = [Column(name="size", is_state=False, is_number=True, is_editable=False)]
    entity = EntitySpec(
        name="kit.item",
        label="Item",
        plural="Items",
        owner="kit",
        title="size",
        fields={"size": FieldSpec(entity="kit.item", name="size", type="decimal", label="Size")},
    )

    class Catalog:
        version, digest = 1, "d"

    looks = Looks(
        kept=kept,
        catalog=Catalog(),
        views=views,
        root=root,
        name=name,
        draw=lambda _column, view: Markup("<b>") + escape(repr(view)) + Markup("</b>"),
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
    assert views.asked == ["<", 1, Decimal("1.0"), Decimal("1.00"), None]
    assert [str(asked) for asked in views.asked[2:4]] == ["1.0", "1.00"]
    cells(kept, views).cells({"size": 1})
    assert len(views.asked) == 5
    cells(kept, views, root="/crm").cells({"size": 1})
    cells(kept, views, name="card").cells({"size": 1})
    assert len(views.asked) == 7


def test_parts_of_the_bar_are_kept_but_not_the_address_in_them(editor, kept):
    kept.add("contacts.contact", {"last_name": "Ali"})
    for search in ("a<b", "c"):
        page = editor.opens(f"/records/contacts.contact?q={search}").page
        states = {i["value"] for i in page.all("input") if i.get("name") == "state"}
        assert all(f"q={'a%3Cb' if search == 'a<b' else 'c'}" in state for state in states if state != "?")
        assert any(states)


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
