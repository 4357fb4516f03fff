"""One function judges what is arrangement: documents of every kind go through it, and what it does not know it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from core.errors import PayvandError
from core.lifecycle.changes import Definitions
from core.metadata.documents import Document
from core.metadata.specs import SITE, ModuleSpec
from core.studio.arrangement import Arranger
from tests.access.kit import catalog_of
from tests.studio.test_arrangement import MORE

ITEM = "kit.item"
CATALOG = catalog_of({})
HIDDEN = {"price", "label", "shelf.rent"}
KIT = ModuleSpec(name="kit", version="1.0", label="Kit")


def site(kind: str, name: str, body: Mapping[str, Any], owner: str = SITE) -> Document:
    key = "extends" if kind == "extend" else kind
    return Document(owner=owner, kind=kind, name=name, body={key: name, **body})


def judged(before: list[Document], after: list[Document], **more: Any) -> str:
    """Return with which code somebody who does not read prices is refused; nothing where they may do it."""
    arranger = Arranger(
        entity=CATALOG.entity(ITEM),
        catalog=CATALOG,
        reads=lambda path: path not in HIDDEN,
        reads_text=lambda text: "price" not in text,
    )
    old = Definitions(modules=(KIT,), documents=tuple(before))
    new = Definitions(modules=(KIT,), documents=tuple(after), **more)
    try:
        arranger.judge(old, new)
    except PayvandError as refused:
        return refused.reason
    return ""


def patch(**body: Any) -> Document:
    return site("extend", ITEM, body)


def listed(**body: Any) -> Document:
    return site("extend", f"{ITEM}.list", body)


@pytest.mark.parametrize(
    "document",
    [
        site("extend", "kit.shelf", {"label": {"en": "S"}}),
        site("extend", "kit.shelf.list", {"label": {"en": "S"}}),
        site("extend", "role:kit.reader", {"grants": []}),
        site("extend", "restriction:kit.near", {"disabled": True}),
        site("extend", "workflow:kit.item.state", {"label": {"en": "W"}}),
        site("extend", "menu:kit.items", {"hidden": True}),
        site("extend", "dashboard:kit.home", {"label": {"en": "D"}}),
        site("role", "x.role", {"grants": []}),
        site("restriction", "x.free", {"entity": ITEM, "when": "true"}),
        site("workflow", "x.way", {"entity": ITEM}),
        site("view", f"{ITEM}.list", {"columns": ["price"]}),
        site("entity", "x.thing", {}),
        site("entity", ITEM, {}),
        site("menu", "x.menu", {}),
        site("dashboard", "x.home", {}),
        site("extend", ITEM, {"label": {"en": "I"}}, owner="kit"),
        site("role", "kit.reader", {"administrator": True}, owner="kit"),
    ],
)
def test_documents_of_any_other_kind_entity_or_owner_are_more(document):
    assert judged([], [document]) == "not_arrangement"
    assert judged([document], []) == "not_arrangement"


def test_modules_stay_as_they_are():
    assert judged([], [], disabled=(KIT,)) == "not_arrangement"
    assert judged([], [], site_may_sleep=True) == "not_arrangement"
    assert judged([], []) == ""


def test_every_key_of_an_entity_but_its_names_is_more():
    assert judged([], [patch(label={"en": "I"}, plural={"en": "Is"}, base={"label": "Item"})]) == ""
    for key in (
        "title",
        "icon",
        "behaviours",
        "rules",
        "duplicates",
        "indexes",
        "unique_together",
        "import_columns",
    ):
        assert judged([], [patch(**{key: ["x"]})]) == "not_arrangement"
        assert judged([patch(**{key: ["x"]})], [patch(label={"en": "I"})]) == "not_arrangement", (
            "nor taken back"
        )


def test_what_an_administrator_said_is_not_taken_back():
    said = {"name": {"required": True}}
    assert judged([patch(fields=said)], [patch(fields={})]) == "not_arrangement"
    assert (
        judged([patch(fields=said)], [patch(fields={"name": {"required": True, "help": {"en": "H"}}})]) == ""
    )
    computed = {"x_sum": {"type": "integer", "computed": "size * 2"}}
    assert judged([patch(fields=computed)], [])
    assert judged([patch(fields={"price": {"label": {"en": "P"}}})], []) == "unknown_field"


@pytest.mark.parametrize("key", MORE)
def test_every_key_of_a_field_that_decides_is_more_in_a_new_field_and_in_one_that_is_there(key):
    plain = {"type": "text", "label": {"en": "N"}}
    assert judged([], [patch(fields={"x_n": plain})]) == ""
    assert judged([], [patch(fields={"x_n": {**plain, key: MORE[key]}})]) == "not_arrangement"
    assert judged([patch(fields={"x_n": plain})], [patch(fields={"x_n": {**plain, key: MORE[key]}})])
    assert judged([], [patch(fields={"name": {key: MORE[key]}})]) == "not_arrangement"
    assert judged([patch(fields={"name": {key: MORE[key]}})], []) == "not_arrangement"


def test_views_show_nothing_out_of_sight_and_hide_nothing_of_it():
    for verb in ("add", "hide", "show"):
        for name in ("price", "label", "shelf.rent"):
            assert judged([], [listed(items=[{verb: name}])]) == "not_arrangement"
            assert judged([listed(items=[{verb: name}])], []) == "not_arrangement"
        assert judged([], [listed(items=[{verb: "size"}])]) == ""
    assert judged([], [listed(items=[{"move": "price", "after": "size"}])]) == "", (
        "where it stands tells nothing"
    )
    turned = [{"hide": "price"}, {"show": "price"}]
    assert judged([listed(items=turned)], [listed(items=turned[::-1])]) == "not_arrangement"
    columns = {"add": "pieces", "columns": ["name"]}
    assert judged([], [listed(items=[columns])]) == "not_arrangement"
    assert judged([listed(items=[columns])], [listed(items=[{**columns, "section": "main"}])]) == ""
    assert judged([], [listed(sort=["-price"])]) == "unknown_field"
    assert judged([listed(sort=["-price"])], [listed(sort=["-price", "name"])]) == ""
    for key in ("group_by", "totals", "related", "counts", "limit", "measure", "among", "hue_by", "columns"):
        assert judged([], [listed(**{key: "state"})]) == "not_arrangement"
    assert (
        judged([], [listed(sections={"x_a": {"label": {"en": "A"}, "items": ["price"]}})])
        == "not_arrangement"
    )
    assert judged([], [listed(filters={"mine": {"where": "size > 3"}})]) == "not_arrangement"
