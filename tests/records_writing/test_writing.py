"""Creating and changing records: the whole pipeline against a real database."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from core.errors import AccessDenied, NotFound, ValidationFailed, VersionConflict
from core.hooks import hookimpl
from core.testing.statements import counted


def codes(failure: pytest.ExceptionInfo[ValidationFailed]) -> set[tuple[str | None, str]]:
    return {(p.field, p.code) for p in failure.value.problems}


def test_a_record_is_created_with_defaults_numbers_keys_and_history(world):
    (item,) = world.create(
        "kit.item",
        {"code": "علي‌رضا", "price": {"amount": "12.5", "currency": "EUR"}},
        actor=world.actor(7, "kit.keeper"),
    )
    row = world.row("kit.item", item)
    assert row["number"] == "I-0001"
    assert row["broken"] is False
    assert row["created_by"] == 7
    assert row["price"] == 12.5
    assert row["price_currency"] == "EUR"
    assert row["code_key"] == "علیرضا"
    ((action, actor, changes),) = world.query(
        f"select action, actor, changes from core_history where record_id = {item}"
    )
    assert (action, actor) == ("create", 7)
    assert changes["price"] == [None, {"amount": "12.5", "currency": "EUR"}]


def test_a_batch_costs_few_statements_and_numbers_run_on(world):
    (shelf,) = world.create("kit.shelf", {"name": "s"})
    with counted() as sent:
        ids = world.create(
            "kit.item", *[{"code": f"c{n}", "shelf": shelf, "broken": True, "reason": "r"} for n in range(50)]
        )
    assert 5 <= len(sent) <= 8, sent
    numbers = [row[0] for row in world.query("select number from kit_item order by id")]
    assert len(set(ids)) == 50
    assert numbers == [f"I-{n:04}" for n in range(1, 51)]


def test_a_batch_of_updates_costs_few_statements_and_leaves_alone_what_it_does_not_name(world):
    first, second = world.create(
        "kit.item", {"code": "a", "size": 1, "weight": 7}, {"code": "b", "size": 2, "weight": 8}
    )
    with world.unit() as uow, counted() as sent:
        world.records.update_many(
            world.system, "kit.item", {first: {"size": 3}, second: {"weight": 9}}, uow=uow
        )
    assert len(sent) == 3
    assert world.query("select size, weight, version from kit_item order by id") == [(3, 7, 2), (2, 9, 2)]


def test_single_writes_cost_few_statements(world):
    with counted() as sent:
        (label,) = world.create("kit.label", {"name": "a"})
    assert len(sent) == 2
    with counted() as sent:
        world.update("kit.label", label, {"name": "b"})
    assert len(sent) == 3


def test_all_problems_are_told_at_once(world):
    with pytest.raises(ValidationFailed) as failure:
        world.create("kit.item", {"size": "much", "colour": "red", "id": 4})
    assert codes(failure) >= {("code", "required"), ("colour", "unknown_field"), ("id", "protected")}
    assert any(field == "size" for field, _ in codes(failure))


def test_problems_of_a_batch_name_the_row(world):
    with pytest.raises(ValidationFailed) as failure:
        world.create("kit.item", {"code": "fine"}, {"code": None})
    assert codes(failure) == {("1.code", "required")}
    assert world.query("select count(*) from kit_item") == [(0,)]


def test_rules_and_conditions_refuse(world):
    with pytest.raises(ValidationFailed) as failure:
        world.create("kit.item", {"code": "a", "size": 101, "broken": True})
    assert codes(failure) == {("size", "rule.not_too_big"), ("reason", "required")}


def test_rules_look_at_the_lines_of_a_reference_to_any(world):
    first, second = world.create("kit.shelf", {"name": "a"}, {"name": "b"})
    world.create(
        "kit.note",
        {"about": {"entity": "kit.shelf", "id": first}, "text": "locked"},
        {"about": {"entity": "kit.shelf", "id": second}, "text": "free"},
    )
    with pytest.raises(ValidationFailed) as failure:
        world.update("kit.shelf", first, {"name": "c"})
    assert codes(failure) == {("name", "rule.not_locked")}
    world.update("kit.shelf", second, {"name": "c"})


def test_a_conditionally_read_only_value_cannot_change(world):
    (item,) = world.create("kit.item", {"code": "a", "broken": True, "reason": "fell", "weight": 3})
    with pytest.raises(ValidationFailed) as failure:
        world.update("kit.item", item, {"weight": 4})
    assert codes(failure) == {("weight", "read_only_now")}
    world.update("kit.item", item, {"weight": 3, "size": 5})


def test_an_update_writes_only_what_moves(world):
    (item,) = world.create("kit.item", {"code": "a", "size": 1})
    assert world.update("kit.item", item, {"size": 1}) == 1
    assert world.update("kit.item", item, {"size": 2}, version=1) == 2
    history = world.query(f"select action, changes from core_history where record_id = {item} order by id")
    assert [h[0] for h in history] == ["create", "update"]
    assert history[1][1] == {"size": [1, 2]}


@pytest.mark.covers("CD-54")
def test_a_stale_version_is_refused_and_tells_the_current_one(world):
    (item,) = world.create("kit.item", {"code": "a"})
    world.update("kit.item", item, {"size": 1}, version=1)
    with pytest.raises(VersionConflict) as failure:
        world.update("kit.item", item, {"size": 2}, version=1)
    assert failure.value.params["current"] == 2


def test_a_taken_unique_value_is_a_problem_of_its_field(world):
    world.create("kit.shelf", {"name": "north"})
    with pytest.raises(ValidationFailed) as failure:
        world.create("kit.shelf", {"name": "north"})
    assert {field for field, _ in codes(failure)} == {"name"}


def test_computed_and_rolled_up_values_follow(world):
    (shelf,) = world.create("kit.shelf", {"name": "north"})
    one, two = world.create(
        "kit.item",
        {"code": "one", "shelf": shelf, "price": {"amount": "10", "currency": "IRR"}},
        {"code": "two", "shelf": shelf, "price": {"amount": "5", "currency": "IRR"}},
    )
    row = world.row("kit.shelf", shelf)
    assert (row["filled"], row["worth"], row["worth_currency"]) == (2, 15, "IRR")
    assert (row["first_code"], row["first_code_key"], row["note"]) == ("one", "one", "north: one")
    assert row["version"] == 1
    world.update("kit.item", one, {"broken": True, "reason": "fell"})
    assert world.row("kit.shelf", shelf)["note"] == "north: two"
    (other,) = world.create("kit.shelf", {"name": "south"})
    world.update("kit.item", two, {"shelf": other})
    assert world.row("kit.shelf", shelf)["filled"] == 0
    assert world.row("kit.shelf", other)["first_code"] == "two"
    world.update("kit.item", two, {"price": {"amount": "5", "currency": "EUR"}})
    world.update("kit.item", one, {"shelf": other})
    assert world.row("kit.shelf", other)["worth"] is None


def test_rules_on_rolled_up_values_hold_after_the_lines_were_written(world):
    with pytest.raises(ValidationFailed) as failure:
        world.create("kit.shelf", {"name": "north", "items": [{"code": f"c{n}"} for n in range(4)]})
    assert codes(failure) == {("items", "rule.not_too_full")}
    assert world.query("select count(*) from kit_item") == [(0,)]


def test_nested_lists_are_compared_by_id_and_key(world):
    (shelf,) = world.create(
        "kit.shelf", {"name": "north", "items": [{"code": "a", "size": 1}, {"code": "b"}]}
    )
    before = dict(world.query("select code, id from kit_item"))
    world.update("kit.shelf", shelf, {"items": [{"code": "a", "size": 2}, {"code": "c"}]})
    after = dict(world.query("select code, id from kit_item where deleted_at is null"))
    assert after["a"] == before["a"]
    assert set(after) == {"a", "c"}
    assert world.row("kit.item", after["a"])["size"] == 2


def test_links_are_written_and_remembered(world):
    one, two = world.create("kit.label", {"name": "red"}, {"name": "blue"})
    (item,) = world.create("kit.item", {"code": "a", "labels": [one, two]})
    assert world.update("kit.item", item, {"labels": [two]}) == 2
    assert world.query(f"select target from kit_item__labels where source = {item}") == [(two,)]
    changes = world.query("select changes from core_history order by id desc limit 1")[0][0]
    assert changes == {"labels": [[one, two], [two]]}


def test_whoever_judges_a_change_is_told_of_the_links_that_it_writes(world):
    heard = []
    judge = SimpleNamespace(record_validate=hookimpl(lambda change: heard.append(change.links) or ()))
    world.plugins.register("judge", judge)
    one, two = world.create("kit.label", {"name": "red"}, {"name": "blue"})
    (item,) = world.create("kit.item", {"code": "a", "labels": [one, two]})
    world.update("kit.item", item, {"labels": [two]})
    world.update("kit.item", item, {"code": "b"})
    assert heard[2:] == [{"labels": ((), (one, two))}, {"labels": ((one, two), (two,))}, {}]


def test_a_reference_needs_a_target_that_the_writer_may_see(world):
    keeper = world.actor(7, "kit.keeper")
    (foreign,) = world.create("kit.shelf", {"name": "foreign", "owner": 8})
    (hidden,) = world.create("kit.label", {"name": "hidden"})
    with pytest.raises(ValidationFailed) as failure:
        world.create("kit.item", {"code": "a", "shelf": foreign, "labels": [hidden]}, actor=keeper)
    assert codes(failure) == {("shelf", "no_such_record"), ("labels", "no_such_record")}
    with pytest.raises(ValidationFailed) as missing:
        world.create("kit.item", {"code": "a", "shelf": 999_999}, actor=keeper)
    assert codes(missing) == {("shelf", "no_such_record")}


def test_rights_hold_before_and_after_a_write(world):
    keeper = world.actor(7, "kit.keeper")
    (own,) = world.create("kit.shelf", {"name": "own"}, actor=keeper)
    (foreign, public) = world.create(
        "kit.shelf", {"name": "foreign", "owner": 8}, {"name": "public", "owner": 8}
    )
    with pytest.raises(NotFound):
        world.update("kit.shelf", foreign, {"name": "mine"}, actor=keeper)
    with pytest.raises(AccessDenied):
        world.update("kit.shelf", public, {"name": "mine"}, actor=keeper)
    with pytest.raises(AccessDenied):
        world.update("kit.shelf", own, {"owner": 8}, actor=keeper)
    with pytest.raises(AccessDenied):
        world.create("kit.shelf", {"name": "gift", "owner": 8}, actor=keeper)
    with pytest.raises(AccessDenied):
        world.create("kit.label", {"name": "mine"}, actor=keeper)
    assert world.row("kit.shelf", own)["owner"] == 7


def test_a_field_that_cannot_be_read_answers_as_if_it_did_not_exist(world):
    keeper = world.actor(7, "kit.keeper")
    texts = set()
    for name in ("secret", "nothing"):
        with pytest.raises(ValidationFailed) as failure:
            world.create("kit.shelf", {"name": "a", name: "x"}, actor=keeper)
        (problem,) = failure.value.problems
        texts.add((problem.code, problem.message, tuple(problem.params.get("nearest") or ())))
    assert len(texts) == 1
