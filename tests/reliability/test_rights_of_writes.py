"""What travels with a record is held to the same rights as what is written alone."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, Conflict, NotFound, ValidationFailed, VersionConflict
from core.kernel.actor import system_actor

SYSTEM = system_actor("a test")


def codes(failure):
    return {(problem.field, problem.code) for problem in failure.value.problems}


@pytest.fixture
def bins(depot, keeper, other):
    """A bin of the keeper's with an item, and another keeper's with one."""
    (own,) = depot.create("depot.bin", {"name": "own", "items": [{"code": "a"}]}, actor=keeper)
    (foreign,) = depot.create("depot.bin", {"name": "foreign", "items": [{"code": "b"}]}, actor=other)
    items = dict(depot.rows("SELECT code, id FROM depot_item"))
    return own, foreign, items


def test_a_line_of_another_record_is_not_written_through_this_one(depot, keeper, bins):
    own, _, items = bins
    for given in ([{"id": items["b"], "code": "taken over"}], [{"id": 10**9, "code": "of nobody"}]):
        with pytest.raises(ValidationFailed) as failure:
            depot.update("depot.bin", own, {"items": given}, actor=keeper)
        assert codes(failure) == {("items", "no_such_line")}
        with pytest.raises(ValidationFailed) as failure:
            depot.create("depot.bin", {"name": "new", "items": given}, actor=keeper)
        assert codes(failure) == {("items", "no_such_line")}
    assert depot.rows("SELECT code FROM depot_item WHERE deleted_at IS NULL ORDER BY id") == [("a",), ("b",)]


def test_a_line_is_named_once_and_by_a_number(depot, keeper, bins):
    own, _, items = bins
    for given in (
        [{"id": items["a"], "code": "x"}, {"id": items["a"], "code": "y"}],
        [{"id": str(items["a"])}],
        [{"id": True, "code": "x"}],
        [{"id": {}, "code": "x"}],
        [{"id": -1, "code": "x"}],
    ):
        with pytest.raises(ValidationFailed) as failure:
            depot.update("depot.bin", own, {"items": given}, actor=keeper)
        assert {field for field, _ in codes(failure)} == {"items"}
    assert depot.rows("SELECT code FROM depot_item WHERE deleted_at IS NULL ORDER BY id") == [("a",), ("b",)]


def test_a_line_that_somebody_else_has_changed_meanwhile_is_not_overwritten(depot, keeper, bins):
    own, _, items = bins
    depot.update("depot.item", items["a"], {"weight": 5}, actor=keeper)
    with pytest.raises(VersionConflict):
        depot.update(
            "depot.bin", own, {"items": [{"id": items["a"], "version": 1, "weight": 7}]}, actor=keeper
        )
    depot.update("depot.bin", own, {"items": [{"id": items["a"], "version": 2, "weight": 7}]}, actor=keeper)
    assert depot.get("depot.item", items["a"])["weight"] == 7


def test_lines_that_the_writer_does_not_see_stay(depot, keeper, bins):
    own, _, _ = bins
    (private,) = depot.create("depot.item", {"code": "p", "private": True, "bin": own})
    depot.update("depot.bin", own, {"items": [{"code": "a"}, {"code": "p"}]}, actor=keeper)
    depot.update("depot.bin", own, {"items": []}, actor=keeper)
    left = depot.rows("SELECT id FROM depot_item WHERE deleted_at IS NULL AND code <> 'b'")
    assert left == [(private,)]


def test_links_that_the_writer_does_not_see_stay(depot, keeper, bins):
    own, _, _ = bins
    red, hidden = depot.create("depot.tag", {"name": "red"}, {"name": "hidden"})
    depot.update("depot.bin", own, {"tags": [red, hidden]})
    version = depot.get("depot.bin", own)["version"]
    assert depot.update("depot.bin", own, {"tags": [red]}, actor=keeper).version == version
    depot.update("depot.bin", own, {"tags": []}, actor=keeper)
    assert depot.rows("SELECT target FROM depot_bin__tags") == [(hidden,)]
    depot.update("depot.bin", own, {"tags": []})
    assert depot.rows("SELECT target FROM depot_bin__tags") == []


def test_a_new_record_takes_only_what_a_grant_to_create_names(depot, keeper):
    with pytest.raises(AccessDenied):
        depot.create("depot.box", {"name": "a", "seal": "forged"}, actor=keeper)
    (box,) = depot.create("depot.box", {"name": "a"}, actor=keeper)
    depot.update("depot.box", box, {"seal": "red"}, actor=keeper)


def test_nobody_writes_in_the_name_of_another(depot, keeper, other, bins):
    _, foreign, _ = bins
    for opener in (other, SYSTEM):
        with pytest.raises(AccessDenied):
            depot.write(
                lambda u: depot.records.create(keeper, "depot.item", [{"code": "c", "bin": foreign}], uow=u),
                opener,
            )


def test_references_are_held_to_the_rights_of_the_write_not_of_its_unit(depot, keeper, bins):
    _, foreign, _ = bins
    opener = keeper.elevate("a test")
    with pytest.raises(ValidationFailed) as failure:
        depot.write(
            lambda u: depot.records.create(keeper, "depot.item", [{"code": "c", "bin": foreign}], uow=u),
            opener,
        )
    assert codes(failure) == {("bin", "no_such_record")}


def test_problems_of_lines_are_told_where_the_lines_stand(depot, keeper, bins):
    own, _, _ = bins
    for lines, places in (
        ([{"code": "a"}, {"code": "new"}, {"weight": 1}], {("items.2.code", "required")}),
        ([{"code": "new", "weight": "x"}, {"code": "a", "weight": "y"}], {("items.1.weight", "wrong_type")}),
        (
            [{"weight": 1}, {"code": "a"}, {"weight": 1}],
            {("items.0.code", "required"), ("items.2.code", "required")},
        ),
    ):
        with pytest.raises(ValidationFailed) as failure:
            depot.update("depot.bin", own, {"items": lines}, actor=keeper)
        assert codes(failure) == places


def test_a_reference_to_any_points_only_where_it_may(depot, keeper, bins):
    own, _, items = bins
    for value in (
        {"entity": "depot.item", "id": items["a"]},
        {"entity": "nothing", "id": 1},
        {"entity": 5, "id": 1},
    ):
        with pytest.raises(ValidationFailed) as failure:
            depot.create("depot.box", {"name": "a", "near": value})
        assert {field for field, _ in codes(failure)} == {"near"}
    (box,) = depot.create("depot.box", {"name": "a", "near": None, "seal": ""}, actor=keeper)
    depot.update("depot.box", box, {"near": {"entity": "depot.bin", "id": own}}, actor=keeper)


def test_what_keeps_a_record_is_told_only_to_those_who_may_see_it(depot, keeper, bins):
    own, _, _ = bins
    depot.create("depot.safe", {"name": "s", "bin": own})
    with pytest.raises(Conflict) as told:
        depot.delete("depot.bin", own)
    assert (told.value.params["entity"], told.value.params["count"]) == ("depot.safe", 1)
    with pytest.raises(Conflict) as hidden:
        depot.delete("depot.bin", own, actor=keeper)
    assert "depot.safe" not in hidden.value.text()
    assert hidden.value.params == {}


def test_the_trash_of_others_is_out_of_reach(depot, keeper, other, bins):
    own, foreign, _ = bins
    depot.delete("depot.bin", foreign, actor=other)
    with pytest.raises(NotFound):
        depot.restore("depot.bin", foreign, actor=keeper)
    with pytest.raises(NotFound):
        depot.delete("depot.bin", own, foreign, actor=keeper)
    depot.restore("depot.bin", foreign, actor=other)
    assert depot.rows("SELECT count(*) FROM depot_bin WHERE deleted_at IS NULL") == [(2,)]
    assert depot.rows("SELECT count(*) FROM depot_item WHERE deleted_at IS NULL") == [(2,)]


def test_what_comes_back_from_the_trash_is_what_went_with_it(depot, keeper, bins):
    own, _, items = bins
    (private,) = depot.create("depot.item", {"code": "p", "private": True, "bin": own})
    depot.delete("depot.item", items["a"], actor=keeper)
    depot.delete("depot.bin", own, actor=keeper)
    depot.restore("depot.bin", own, actor=keeper)
    alive = depot.rows(f"SELECT id FROM depot_item WHERE deleted_at IS NULL AND bin = {own}")
    assert alive == [(private,)]
    assert depot.get("depot.bin", own)["filled"] == 1
