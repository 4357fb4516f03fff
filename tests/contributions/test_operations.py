"""Operations of modules: who is offered them, what is refused, that they are done once, and the way back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from core.contributions import Operation, Outcome
from core.contributions.asking import asking_at
from core.errors import AccessDenied, BadRequest, Conflict, NotFound, ValidationFailed
from core.kernel.actor import Scope
from core.storage import Database
from core.storage.catalogs import Catalogs
from tests.contributions.conftest import CRATE

SAID = {"weight": 5, "note": None, "fragile": False, "beside": None}


@pytest.fixture
def run(operations, unit):
    """Carry an operation out as somebody: ``run(actor, "seal", [1], weight=5)``."""

    def act(actor, short, ids, reason="", **values):
        with unit(actor) as uow:
            offered = operations.find(CRATE, short, uow.catalog)
            asking = asking_at(uow)
            outcome = operations.run(asking, offered, ids, {**SAID, **values}, reason=reason)
            return outcome, operations.undo_token(asking, offered, ids, outcome.undo)

    return act


@pytest.fixture
def offered(operations, site):
    def names(actor, number):
        catalog = site.get(Catalogs).current()
        found = operations.offers(actor, CRATE, number, catalog=catalog)
        with site.get(Database).unit(catalog, actor, reading=True) as uow:
            # A page tells it from what it has read already; a statement tells the same.
            assert operations.offers(actor, CRATE, number, catalog=catalog, uow=uow) == found
        return [o.operation.short for o in found]

    return names


def test_what_is_granted_and_holds_is_offered(offered, keeper, crate):
    assert offered(keeper.actor, crate()) == ["seal", "stamp"]
    assert offered(keeper.actor, crate(state="sealed")) == ["stamp"]


def test_what_is_not_granted_on_this_record_is_not_offered(offered, looker, crate):
    assert offered(looker.actor, crate()) == []


def test_a_key_that_is_made_for_reading_is_offered_nothing(offered, keeper, crate):
    key = replace(keeper.actor, scopes=(Scope(entity=CRATE, action="read"),))
    assert offered(key, crate()) == []


def test_an_operation_whose_condition_names_nothing_is_left_out(operations, site):
    catalog = site.get(Catalogs).current()
    assert [o.operation.short for o in operations.of(CRATE, catalog)] == ["fill", "seal", "stamp"]
    assert "no_such_field" in operations.left_out["handy.broken"].text()


@pytest.mark.parametrize(
    ("key", "value"), [("computed", "1"), ("visible_when", "true"), ("type", "no_such_type")]
)
def test_fields_that_cannot_be_in_a_dialog_leave_the_operation_out(operations, site, key, value):
    body = {"type": "integer", "label": "Size", key: value}
    operations.register(
        Operation(name="handy.odd", entity=CRATE, label="Odd", run=lambda _: Outcome(), fields={"size": body})
    )
    operations.of(CRATE, site.get(Catalogs).current())
    assert set(operations.left_out) == {"handy.broken", "handy.odd"}


def test_two_operations_of_one_name_are_refused(operations):
    twin = Operation(name="other.seal", entity=CRATE, label="Seal", run=lambda _: Outcome())
    with pytest.raises(Conflict):
        operations.register(twin)


def test_it_is_done_with_what_was_said(run, keeper, kept, crate):
    number = crate(weight=1)
    outcome, _ = run(keeper.actor, "seal", [number], weight=7, note="dry")
    assert outcome.result == {"sealed": [number]}
    found = kept.get(CRATE, number)
    assert (found["state"], found["weight"], found["note"]) == ("sealed", 7, "dry")


def test_the_reason_stands_in_the_history(run, keeper, desk, crate):
    number = crate()
    run(keeper.actor, "seal", [number], reason="It is full.")
    assert desk.history(CRATE, number)[0].reason == "It is full."


def test_a_record_out_of_sight_does_not_exist(run, kept, keeper):
    hidden = kept.add(CRATE, {"name": "Somebody's", "keeper": 99})[0]
    with pytest.raises(NotFound):
        run(keeper.actor, "seal", [hidden])
    with pytest.raises(NotFound):
        run(keeper.actor, "seal", [987654])
    assert kept.get(CRATE, hidden)["state"] == "open"


def test_a_record_that_one_may_only_read_is_refused(run, looker, kept, crate):
    number = crate()
    with pytest.raises(AccessDenied) as refused:
        run(looker.actor, "seal", [number])
    assert refused.value.params["action"] == "operation:seal"
    with pytest.raises(AccessDenied):
        run(looker.actor, "stamp", [number])
    assert kept.get(CRATE, number)["state"] == "open"


def test_where_the_condition_does_not_hold_it_is_refused(run, keeper, crate):
    number = crate(state="sealed")
    with pytest.raises(Conflict) as refused:
        run(keeper.actor, "seal", [number])
    assert refused.value.reason == "operation_refused"


def test_what_is_required_must_be_said(run, keeper, crate):
    with pytest.raises(ValidationFailed) as refused:
        run(keeper.actor, "seal", [crate()], weight=None)
    assert [problem.field for problem in refused.value.problems] == ["weight"]


def test_a_record_that_is_named_in_a_dialog_must_be_in_sight(run, kept, keeper, crate):
    from core.kernel.values import Ref

    hidden = kept.add(CRATE, {"name": "Somebody's", "keeper": 99})[0]
    with pytest.raises(ValidationFailed) as refused:
        run(keeper.actor, "seal", [crate()], beside=Ref(hidden))
    assert [problem.field for problem in refused.value.problems] == ["beside"]


def test_many_are_done_together_or_not_at_all(run, keeper, kept, crate):
    ids = [crate(), crate("Second"), crate("Third", state="sealed")]
    with pytest.raises(Conflict):
        run(keeper.actor, "seal", ids)
    assert kept.get(CRATE, ids[0])["state"] == "open"
    run(keeper.actor, "seal", ids[:2])
    assert [kept.get(CRATE, number)["state"] for number in ids] == ["sealed"] * 3


@pytest.mark.parametrize(("short", "ids"), [("seal", []), ("stamp", [1, 2]), ("fill", [1]), ("seal", [1, 1])])
def test_it_takes_as_many_records_as_it_is_made_for(run, keeper, crate, short, ids):
    crate()
    with pytest.raises(BadRequest):
        run(keeper.actor, short, ids, name="New")


def test_it_is_taken_back_once_by_the_one_who_did_it(operations, run, unit, keeper, person, kept, crate):
    number = crate()
    _, token = run(keeper.actor, "seal", [number])
    other = person("handy.chief", login="chief@example.com")

    def undo(actor):
        with unit(actor) as uow:
            offered = operations.find(CRATE, "seal", uow.catalog)
            return operations.undo(asking_at(uow), offered, token)

    with pytest.raises(NotFound):
        undo(other.actor)
    undo(keeper.actor)
    assert kept.get(CRATE, number)["state"] == "open"
    with pytest.raises(Conflict):
        undo(keeper.actor)


def test_the_way_back_ends(operations, run, unit, keeper, crate, site, monkeypatch):
    _, token = run(keeper.actor, "seal", [crate()])
    later = site.get(Database).now() + timedelta(hours=1)
    monkeypatch.setattr(site.get(Database), "_clock", lambda: later)
    with unit(keeper.actor) as uow, pytest.raises(NotFound) as ended:
        operations.undo(asking_at(uow), operations.find(CRATE, "seal", uow.catalog), token)
    assert ended.value.reason == "link_expired"


def test_started_twice_at_once_it_is_done_once(site, run, keeper, crate):
    number, start = crate(), Barrier(2)

    def act(_):
        start.wait()
        try:
            run(keeper.actor, "seal", [number])
        except Conflict:
            return "late"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, range(2))) == ["done", "late"]


def test_an_operation_of_a_behaviour_is_on_every_entity_that_has_it(operations, site):
    greet = Operation(name="handy.greet", behaviour="greeted", label="Greet", run=lambda call: None)
    operations.register(greet)
    catalog = site.get(Catalogs).current()
    greeted = {name for name, entity in catalog.entities.items() if "greeted" in entity.behaviours}
    found = {
        offered.operation.entity
        for name in catalog.entities
        for offered in operations.of(name, catalog)
        if offered.operation.short == "greet"
    }
    assert found == greeted == {CRATE}


def test_an_operation_is_for_an_entity_or_for_a_behaviour():
    for places in ({}, {"entity": CRATE, "behaviour": "greeted"}):
        with pytest.raises(ValueError, match="for an entity, or for all with a behaviour"):
            Operation(name="handy.lost", label="Lost", run=lambda call: None, **places)


def test_the_key_of_an_operation_is_one_letter():
    with pytest.raises(ValueError, match="one letter from A to Z"):
        Operation(name="handy.lost", entity=CRATE, label="Lost", run=lambda call: None, key="Ctrl L")
