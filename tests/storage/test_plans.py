"""Plans: from documents to tables, and from one catalog to the next."""

from __future__ import annotations

import pytest

from core.errors import MetadataConflict, MetadataInvalid, ValidationFailed
from core.storage.apply import apply
from core.storage.physical import read_physical
from core.storage.plan import plan
from core.storage.steps import Lock, Way

PERSON = {
    "name": {"type": "text", "required": True, "search": True},
    "mail": {"type": "email", "unique": True},
}
SHOP = {
    "shop.person": PERSON,
    "shop.order": {
        "number": {"type": "sequence", "pattern": "O-{number:05}"},
        "buyer": {"type": "reference", "to": "shop.person", "on_delete": "restrict"},
        "total": {"type": "money"},
        "source": {"type": "reference_any", "to": ["shop.person", "shop.tag"]},
        "tags": {"type": "links", "to": "shop.tag"},
        "states": {"type": "multi_choice", "choices": {"a": {"label": "A"}}},
        "paper": {"type": "file"},
        "*title": "number",
    },
    "shop.tag": {"name": {"type": "text"}},
}


def test_new_entities_become_tables_with_references_indexes_and_checks(lab):
    plan_ = lab.change(SHOP)
    assert lab.columns("shop_order") == {
        "id",
        "version",
        "created_at",
        "created_by",
        "updated_at",
        "updated_by",
        "deleted_at",
        "number",
        "buyer",
        "total",
        "total_currency",
        "source__shop_person",
        "source__shop_tag",
        "states",
        "paper",
    }
    assert lab.columns("shop_person") >= {"name", "name_key", "mail"}
    assert lab.columns("shop_order__tags") == {"source", "target"}
    indexes = lab.indexes("shop_person")
    assert "UNIQUE" in indexes["u__shop_person__mail"]
    assert "deleted_at IS NULL" in indexes["u__shop_person__mail"]
    assert "gin_trgm_ops" in indexes["s__shop_person__name_key"]
    assert "sort_key(name), id" in indexes["o__shop_person__name"]
    assert "i__shop_order__buyer" in lab.indexes("shop_order")
    references = dict(
        lab.rows("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'")
    )
    assert references["shop_order_buyer_fkey"] == "FOREIGN KEY (buyer) REFERENCES shop_person(id)"
    assert "CASCADE" in references["shop_order__tags_source_fkey"]
    assert "REFERENCES core_file(id) ON DELETE SET NULL" in references["shop_order_paper_fkey"]
    assert all(step.way is not Way.ASIDE for step in plan_.steps)


def test_reference_to_any_refuses_two_targets_at_once(lab):
    lab.change(SHOP)
    (person,) = lab.insert("shop.person", {"name": "Sara"})
    (tag,) = lab.insert("shop.tag", {"name": "new"})
    lab.insert("shop.order", {"source__shop_person": person}, {"source__shop_tag": tag}, {})
    with pytest.raises(ValidationFailed) as refused:
        lab.insert("shop.order", {"source__shop_person": person, "source__shop_tag": tag})
    assert refused.value.problems[0].field == "source"


def test_the_same_catalog_again_needs_nothing(lab):
    lab.change(SHOP)
    with lab.unit() as uow:
        again = lab.plan(lab.build(SHOP), uow)
    assert again.is_empty
    assert str(again) == "nothing to do"


def test_new_field_on_a_filled_table_is_one_instant_step_with_its_reference_inline(lab):
    lab.change({"shop.tag": SHOP["shop.tag"], "shop.person": PERSON})
    lab.fill("shop.person", 1500, "name")
    todo = lab.change(
        {
            "shop.tag": SHOP["shop.tag"],
            "shop.person": {**PERSON, "tag": {"type": "reference", "to": "shop.tag"}},
        }
    )
    assert [str(step) for step in todo.steps] == [
        "add column shop_person.tag (instant; readers and writers wait)",
        "index shop_person (tag) for reference (build-aside; nobody waits)",
    ]
    found = lab.rows(
        "SELECT convalidated, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'shop_person_tag_fkey'"
    )
    assert found == [(True, "FOREIGN KEY (tag) REFERENCES shop_tag(id) ON DELETE SET NULL")]


def test_a_plan_prints_its_steps_with_way_and_lock(lab):
    todo = lab.change({"shop.person": PERSON})
    assert (
        str(todo).splitlines()[0]
        == "create table shop_person with 10 columns (instant; nobody knows the table yet)"
    )
    assert {step.lock for step in todo.makes_wait} == {Lock.WRITERS}


def test_removed_field_goes_to_the_trash_with_its_values_and_comes_back_with_them(lab):
    lab.change({"shop.person": PERSON})
    lab.insert("shop.person", {"name": "Sara", "mail": "sara@example.com"})
    lab.change({"shop.person": {"name": PERSON["name"]}})
    assert lab.rows("SELECT mail FROM shop_person") == [("sara@example.com",)]
    assert lab.rows("SELECT state FROM core_physical WHERE column_name = 'mail'") == [("trash",)]
    assert "mail" not in lab.tables.of(lab.catalog.entity("shop.person")).c
    todo = lab.change({"shop.person": PERSON})
    assert [type(step).__name__ for step in todo.steps] == ["Restore"]
    with pytest.raises(ValidationFailed):
        lab.insert("shop.person", {"mail": "sara@example.com"})


def test_field_of_another_type_never_gets_the_values_of_the_one_in_the_trash(lab):
    lab.change({"shop.person": {**PERSON, "score": {"type": "text", "unique": True}}})
    lab.insert("shop.person", {"score": "high"})
    lab.change({"shop.person": PERSON})
    lab.change({"shop.person": {**PERSON, "score": {"type": "integer", "unique": True}}})
    assert lab.rows("SELECT score, score$1 FROM shop_person") == [(None, "high")]
    assert lab.rows(
        "SELECT column_name, state, type FROM core_physical WHERE field = 'score' ORDER BY 1"
    ) == [("score", "active", "integer"), ("score$1", "trash", "text")]
    lab.insert("shop.person", {"score": 3})
    with pytest.raises(ValidationFailed):
        lab.insert("shop.person", {"score": 3})
    lab.change({"shop.person": PERSON})
    lab.change({"shop.person": {**PERSON, "score": {"type": "boolean"}}})
    assert {"score", "score$1", "score$2"} <= lab.columns("shop_person")


def test_money_leaves_the_trash_whole_or_not_at_all(lab):
    lab.change({"shop.person": {**PERSON, "fee": {"type": "money"}}})
    lab.insert("shop.person", {"fee": 5, "fee_currency": "IRR"})
    lab.change({"shop.person": PERSON})
    lab.change({"shop.person": {**PERSON, "fee": {"type": "integer"}}})
    lab.change({"shop.person": PERSON})
    lab.change({"shop.person": {**PERSON, "fee": {"type": "money"}}})
    assert lab.rows("SELECT fee, fee_currency FROM shop_person") == [(None, None)]


def test_amounts_that_are_always_in_one_currency_are_kept_to_it(lab):
    fixed = {**PERSON, "fee": {"type": "money", "currency": "EUR"}}
    lab.change({"shop.person": {**PERSON, "fee": {"type": "money"}}})
    lab.insert("shop.person", {"fee": 5, "fee_currency": "EUR"}, {"fee": None, "fee_currency": None})
    todo = lab.change({"shop.person": fixed})
    assert [str(step) for step in todo.steps] == [
        "check that shop_person.fee_currency holds nothing but EUR (check-then-enforce; readers and writers wait)"
    ]
    with pytest.raises(ValidationFailed) as refused:
        lab.insert("shop.person", {"fee": 5, "fee_currency": "USD"})
    assert [(problem.code, problem.field) for problem in refused.value.problems] == [
        ("not_acceptable", "fee")
    ]
    assert not lab.change({"shop.person": fixed}).steps
    lab.change({"shop.person": PERSON})
    lab.change({"shop.person": fixed})
    assert lab.rows("SELECT fee, fee_currency FROM shop_person ORDER BY fee") == [(5, "EUR"), (None, None)]
    lab.change({"shop.person": {**PERSON, "fee": {"type": "money"}}})
    lab.insert("shop.person", {"fee": 5, "fee_currency": "USD"})


def test_a_currency_that_not_all_amounts_are_in_is_refused(lab):
    lab.change({"shop.person": {**PERSON, "fee": {"type": "money"}}})
    lab.insert("shop.person", {"fee": 5, "fee_currency": "IRR"})
    with pytest.raises(MetadataInvalid, match=r"another value than EUR in shop_person\.fee_currency"):
        lab.change({"shop.person": {**PERSON, "fee": {"type": "money", "currency": "EUR"}}})
    assert lab.rows("SELECT version FROM core_catalog") == [(2,)]


def test_a_new_field_takes_the_name_of_one_in_the_trash_with_another_currency(lab):
    lab.change({"shop.person": {**PERSON, "fee": {"type": "money", "currency": "EUR"}}})
    lab.insert("shop.person", {"fee": 5, "fee_currency": "EUR"})
    lab.change({"shop.person": PERSON})
    with pytest.raises(MetadataInvalid):
        lab.change({"shop.person": {**PERSON, "fee": {"type": "money", "currency": "USD"}}})
    lab.change({"shop.person": {**PERSON, "fee": {"type": "integer"}}})
    lab.change({"shop.person": PERSON})
    lab.change({"shop.person": {**PERSON, "fee": {"type": "money", "currency": "USD"}}})
    lab.insert("shop.person", {"fee": 7, "fee_currency": "USD"})
    assert lab.rows("SELECT fee, fee_currency FROM shop_person ORDER BY fee") == [(7, "USD"), (None, None)]


def test_type_change_is_refused_with_both_types(lab):
    lab.change({"shop.person": {**PERSON, "score": {"type": "text"}}})
    with pytest.raises(MetadataInvalid, match=r"stored as text .* cannot become integer"):
        lab.change({"shop.person": {**PERSON, "score": {"type": "integer"}}})
    assert lab.rows("SELECT version FROM core_catalog") == [(2,)]


def test_reference_to_another_entity_is_a_change_of_type(lab):
    both = {"shop.tag": SHOP["shop.tag"], "shop.person": PERSON}
    lab.change({**both, "shop.x": {"to": {"type": "reference", "to": "shop.tag"}}})
    with pytest.raises(MetadataInvalid):
        lab.change({**both, "shop.x": {"to": {"type": "reference", "to": "shop.person"}}})


def test_text_and_email_share_a_column_and_may_change_into_each_other(lab):
    lab.change({"shop.person": {**PERSON, "other": {"type": "text"}}})
    todo = lab.change({"shop.person": {**PERSON, "other": {"type": "email"}}})
    assert not todo.steps
    assert lab.rows("SELECT type FROM core_physical WHERE column_name = 'other'") == [("email",)]


def test_decimal_and_percent_of_one_size_share_a_column_and_may_change_into_each_other(lab):
    size = {"digits": 6, "decimals": 3}
    lab.change({"shop.person": {**PERSON, "rate": {"type": "decimal", **size}}})
    lab.insert("shop.person", {"name": "Sara", "rate": 12.5})
    todo = lab.change({"shop.person": {**PERSON, "rate": {"type": "percent", **size}}})
    assert not todo.steps
    assert lab.rows("SELECT rate FROM shop_person") == [(12.5,)]
    with pytest.raises(MetadataInvalid, match="stored as percent"):
        lab.change({"shop.person": {**PERSON, "rate": {"type": "percent"}}})


def test_removed_entity_keeps_its_table_and_returns_with_its_records(lab):
    lab.change(SHOP)
    lab.insert("shop.tag", {"name": "kept"})
    todo = lab.change({})
    assert {type(step).__name__ for step in todo.steps} == {"Trash"}
    todo = lab.change(SHOP)
    assert {type(step).__name__ for step in todo.steps} == {"Restore"}
    assert lab.rows("SELECT name FROM shop_tag") == [("kept",)]


def test_what_a_disabled_module_owns_is_left_alone(lab):
    lab.change({"shop.person": PERSON})
    with lab.unit() as uow:
        uow.connection.exec_driver_sql("UPDATE core_physical SET owner = 'shop'")
        uow.connection.exec_driver_sql(
            "INSERT INTO core_module (name, version, state) VALUES ('shop', '1', 'disabled')"
        )
    assert lab.change({}).is_empty
    assert lab.rows("SELECT DISTINCT state FROM core_physical") == [("active",)]


def test_unique_index_that_is_no_longer_wanted_is_dropped(lab):
    lab.change({"shop.person": PERSON})
    lab.change({"shop.person": {**PERSON, "mail": {"type": "email"}}})
    assert "u__shop_person__mail" not in lab.indexes("shop_person")
    lab.insert("shop.person", {"mail": "a@example.com"}, {"mail": "a@example.com"})


INDEXED = {
    "shop.bill": {
        "number": {"type": "integer"},
        "sum": {"type": "money", "currency": "EUR"},
        "word": {"type": "text", "required": True},
        "*indexes": [["number", "-sum"], ["number", "word"], ["created_at"]],
    }
}


def test_index_of_a_list_gives_its_order_without_sorting(lab):
    lab.change(INDEXED)
    with lab.unit() as uow:
        uow.connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        for order in ("sum DESC NULLS LAST, id DESC", "sort_key(word), id"):
            asked = (
                f"SELECT id FROM shop_bill WHERE deleted_at IS NULL AND number = 1 ORDER BY {order} LIMIT 5"
            )
            plan = "\n".join(uow.connection.exec_driver_sql(f"EXPLAIN {asked}").scalars())
            assert "Sort" not in plan
            assert "Index Cond: (number = 1)" in plan


def test_index_of_a_list_goes_when_it_is_not_declared_any_more(lab):
    lab.change(INDEXED)
    both = {"ld__shop_bill__number__sum", "l__shop_bill__number__word", "l__shop_bill__created_at"}
    assert both <= set(lab.indexes("shop_bill"))
    lab.change({"shop.bill": {**INDEXED["shop.bill"], "*indexes": [["number", "-sum"]]}})
    assert both & set(lab.indexes("shop_bill")) == {"ld__shop_bill__number__sum"}


def test_deleted_records_do_not_take_unique_values(lab):
    lab.change({"shop.person": {**PERSON, "*unique_together": [["name", "mail"]]}})
    lab.insert("shop.person", {"name": "a", "mail": "a@example.com"})
    with pytest.raises(ValidationFailed) as refused:
        lab.insert("shop.person", {"name": "b", "mail": "a@example.com"})
    assert [(p.field, p.code) for p in refused.value.problems] == [("mail", "taken")]
    with lab.unit() as uow:
        uow.connection.exec_driver_sql("UPDATE shop_person SET deleted_at = now()")
    lab.insert("shop.person", {"name": "a", "mail": "a@example.com"})


def test_two_entities_never_share_a_table(lab):
    lab.change({"shop.big_tag": {"name": {"type": "text"}}})
    lab.change({})
    with lab.unit() as uow:
        todo = lab.plan(lab.build({"shop_big.tag": {"name": {"type": "text"}}}), uow)
    assert [problem.code for problem in todo.problems] == ["table_taken"]


def test_changed_targets_of_a_reference_to_any_change_its_check(lab):
    def orders(*names):
        return {
            **SHOP,
            "shop.order": {"source": {"type": "reference_any", "to": list(names)}, "*title": "id"},
        }

    lab.change(orders("shop.person", "shop.tag"))
    (person,) = lab.insert("shop.person", {"name": "Sara"})
    (tag,) = lab.insert("shop.tag", {"name": "new"})
    lab.insert("shop.order", {"source__shop_tag": tag})
    lab.change(orders("shop.person"))
    with lab.unit() as uow:
        uow.connection.exec_driver_sql(f"UPDATE shop_order SET source__shop_person = {person}")
    lab.change(orders("shop.person", "shop.tag"))
    assert lab.rows("SELECT source__shop_tag, source__shop_tag$1 FROM shop_order") == [(None, tag)]
    with pytest.raises(ValidationFailed):
        lab.insert("shop.order", {"source__shop_person": person, "source__shop_tag": tag})


def test_links_to_another_entity_get_another_table(lab):
    def orders(target):
        return {**SHOP, "shop.order": {"tags": {"type": "links", "to": target}, "*title": "id"}}

    lab.change(orders("shop.tag"))
    lab.change({**SHOP, "shop.order": {"*title": "id"}})
    todo = lab.change(orders("shop.person"))
    assert "set aside shop_order__tags, which is in the trash, as shop_order__tags$1" in str(todo)
    assert lab.columns("shop_order__tags$1") == lab.columns("shop_order__tags")


def test_a_plan_is_good_for_one_version_only(lab):
    lab.change({"shop.person": PERSON})
    with lab.unit() as uow:
        old = lab.plan(lab.build({"shop.person": {**PERSON, "score": {"type": "integer"}}}), uow)
    lab.change({"shop.person": {**PERSON, "rank": {"type": "integer"}}})
    with pytest.raises(MetadataConflict), lab.unit() as uow:
        apply(old, uow)


def test_unchanged_entities_are_not_looked_at_again(lab):
    lab.change(SHOP)
    new = lab.build({**SHOP, "shop.person": {**PERSON, "score": {"type": "integer"}}})
    with lab.unit() as uow:
        physical = read_physical(uow.connection, lab.types)
        assert str(plan(lab.catalog, new, physical)) == str(plan(None, new, physical))
    assert (
        str(plan(lab.catalog, new, physical))
        == "add column shop_person.score (instant; readers and writers wait)"
    )
