"""Whoever acts with all rights says why, and the history keeps who, and for what reason."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, PayvandError


def test_what_is_done_with_all_rights_stands_in_the_history_with_its_reason(world):
    person = world.actor(7)
    with world.unit(person) as uow:
        with pytest.raises(AccessDenied):
            world.records.create(person, "kit.item", [{"code": "A1"}], uow=uow)
        system = person.elevate("the stock is counted")
        (item,) = world.records.create(system, "kit.item", [{"code": "A1"}], uow=uow)
        world.records.update(system, "kit.item", item.id, {"size": 3}, version=None, uow=uow)
        world.records.delete(system, "kit.item", [item.id], uow=uow)
    told = world.query("select action, actor, reason from core_history order by id")
    assert told == [(action, 7, "the stock is counted") for action in ("create", "update", "delete")]


def test_what_a_person_says_stands_before_why_the_system_helped(world):
    person = world.actor(7)
    with world.database.unit(world.catalog, person, reason="he rang") as uow:
        world.records.create(person.elevate("the stock is counted"), "kit.item", [{"code": "A1"}], uow=uow)
    assert world.query("select actor, reason from core_history") == [(7, "he rang")]


def test_elevation_ends_with_the_actor_that_was_elevated(world):
    person = world.actor(7)
    person.elevate("the stock is counted")
    assert person.elevated is None
    with world.unit(person) as uow, pytest.raises(PayvandError):
        world.records.create(person, "kit.item", [{"code": "A1"}], uow=uow)
