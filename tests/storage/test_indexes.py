"""Indexes that are built aside, and the order of text."""

from __future__ import annotations

import pytest

from core.i18n.collation import Collation
from core.storage.collations import apply_collation
from core.storage.indexes import build_index, pending_indexes

PERSON = {"name": {"type": "text"}, "mail": {"type": "text"}}


def pending(lab):
    with lab.database.engine.connect() as connection:
        return [(p.index.name, p.state) for p in pending_indexes(connection)]


def build(lab, name):
    return build_index(lab.database.engine, name, lab.catalog, lab.tables)


@pytest.fixture
def filled(lab):
    lab.change({"shop.person": PERSON})
    lab.fill("shop.person", 1200, "name", "'نام ' || n")
    return lab


def test_index_on_many_rows_is_pending_until_a_job_builds_it(filled):
    filled.change({"shop.person": {**PERSON, "mail": {"type": "text", "unique": True}}})
    assert pending(filled) == [("u__shop_person__mail", "pending")]
    assert "u__shop_person__mail" not in filled.indexes("shop_person")
    assert build(filled, "u__shop_person__mail")
    assert "UNIQUE" in filled.indexes("shop_person")["u__shop_person__mail"]
    assert pending(filled) == []
    assert build(filled, "u__shop_person__mail"), "asking again is no mistake"


def test_unique_index_over_repeated_values_fails_with_their_number_and_can_be_built_later(filled):
    with filled.unit() as uow:
        uow.connection.exec_driver_sql("UPDATE shop_person SET mail = 'same' WHERE id IN (1, 2)")
    filled.change({"shop.person": {**PERSON, "mail": {"type": "text", "unique": True}}})
    assert not build(filled, "u__shop_person__mail")
    assert filled.rows("SELECT state, problem FROM core_index WHERE kind = 'unique'") == [
        ("failed", "1 values occur more than once")
    ]
    assert "u__shop_person__mail" not in filled.indexes("shop_person")
    with filled.unit() as uow:
        uow.connection.exec_driver_sql("UPDATE shop_person SET mail = 'other' WHERE id = 2")
    assert build(filled, "u__shop_person__mail")


def test_what_a_killed_build_left_behind_is_removed_first(filled):
    filled.change({"shop.person": {**PERSON, "mail": {"type": "text", "unique": True}}})
    with filled.unit() as uow:
        uow.connection.exec_driver_sql("CREATE INDEX u__shop_person__mail ON shop_person (name)")
    assert build(filled, "u__shop_person__mail")
    assert "UNIQUE" in filled.indexes("shop_person")["u__shop_person__mail"]


def test_text_that_becomes_searchable_gets_keys_and_an_index_aside(filled):
    filled.change({"shop.person": {**PERSON, "name": {"type": "text", "search": True}}})
    assert pending(filled) == [
        ("k__shop_person__name_key", "pending"),
        ("s__shop_person__name_key", "pending"),
    ]
    assert all(build(filled, name) for name, _ in pending(filled))
    assert filled.rows("SELECT count(*), min(name_key) FROM shop_person WHERE name_key IS NOT NULL") == [
        (1200, "نام1")
    ]
    assert "gin" in filled.indexes("shop_person")["s__shop_person__name_key"]


def test_keys_of_a_field_that_was_searchable_before_are_made_anew(filled):
    searchable = {"shop.person": {**PERSON, "name": {"type": "text", "search": True}}}
    filled.change(searchable)
    build(filled, "k__shop_person__name_key")
    filled.change({"shop.person": PERSON})
    filled.change(searchable)
    assert filled.rows("SELECT count(name_key) FROM shop_person") == [(0,)]
    assert ("k__shop_person__name_key", "pending") in pending(filled)


def test_another_collation_orders_at_once_and_has_its_indexes_rebuilt(filled):
    assert "o__shop_person__name" in filled.indexes("shop_person")
    swapped = Collation(name="swapped", source="ab", target="ba", drop="-")
    with filled.unit() as uow:
        assert apply_collation(swapped, uow)
        assert not apply_collation(swapped, uow)
    assert filled.rows("SELECT x FROM unnest(array['A', '-b', 'c']) x ORDER BY sort_key(x)") == [
        ("-b",),
        ("A",),
        ("c",),
    ]
    assert "o__shop_person__name" not in filled.indexes("shop_person")
    assert pending(filled) == [("o__shop_person__name", "pending")]
    assert build(filled, "o__shop_person__name")


def test_an_index_on_an_amount_brings_its_currency_so_that_sums_read_no_record(lab):
    fields = {"stage": {"type": "integer"}, "worth": {"type": "money"}, "hope": {"type": "money"}}
    lab.change({"shop.deal": {**fields, "*indexes": [["stage", "-worth"], ["stage", "hope", "-worth"]]}})
    one, two = sorted(text for name, text in lab.indexes("shop_deal").items() if name.startswith("ld__"))
    assert "(stage, hope, worth DESC NULLS LAST, id DESC) INCLUDE (hope_currency, worth_currency)" in one
    assert "(stage, worth DESC NULLS LAST, id DESC) INCLUDE (worth_currency)" in two


def test_an_index_of_sums_leaves_out_a_currency_that_is_always_the_same(lab):
    fields = {
        "stage": {"type": "integer"},
        "worth": {"type": "money", "currency": "EUR"},
        "hope": {"type": "money"},
    }
    lab.change({"shop.deal": {**fields, "*indexes": [["stage", "+worth"], ["stage", "+hope"]]}})
    assert any("(stage) INCLUDE (worth)" in text for text in lab.indexes("shop_deal").values())
    assert any("(stage, hope_currency) INCLUDE (hope)" in text for text in lab.indexes("shop_deal").values())
