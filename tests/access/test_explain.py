"""Explanations: what they name, and that they agree with what is decided."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

import pytest

from core.access.explain import Asked, explain
from core.access.explain_words import Words
from core.expressions import Env, compile_python, unparse
from core.kernel.actor import Scope
from tests.access.kit import ENTITIES, access, catalog_of, grant, person
from tests.access.kit_ties import COPIES, INPUTS, ROLLED
from tests.access.reference_fields import ADMINISTRATOR
from tests.access.worlds import random_actor, random_world
from tests.records_reading.worlds_check import WorldView

ME = person(1, "kit.tester", teams=(1,))
NEAR = {"label": "Near", "entity": "kit.item", "when": "team in $teams"}


def env_of(actor):
    return Env(
        user=actor.id,
        team=actor.team,
        teams=actor.teams,
        teams_below=actor.teams_below or actor.teams,
        now=datetime(2026, 3, 21, tzinfo=UTC),
        today=date(2026, 3, 21),
    )


def told(grants, action="read", field="", values=None, actor=ME, sees=lambda _: True, **more):
    """Explain to somebody what a role with these grants may do with an item of these values."""
    catalog = catalog_of({"kit.tester": grants, "kit.head": []}, **more)

    def holds(condition):
        return compile_python(condition)(Item(values), env_of(actor)) is True

    asked = Asked(entity="kit.item", action=action, field=field)
    found = explain(access(), actor, asked, catalog, holds=None if values is None else holds, sees=sees)
    words = Words(found, catalog, str)
    return found, [p.code for p in words.why()], [p.code for p in words.remedies()]


class Item:
    """A record that follows nothing."""

    def __init__(self, values):
        self._values = values

    def value(self, name):
        return self._values.get(name)

    def follow(self, name):
        return None

    def items(self, name):
        return []


def test_a_record_of_another_team_is_told_apart_from_one_that_does_not_fit():
    grants = [grant(scope="team", when="size > 3")]
    found, why, help_ = told(grants, values={"owner": 2, "team": 2, "size": 5})
    assert (found.decision, why, help_) == (False, ["scope_team"], ["hand_over", "share", "give_role"])
    found, why, _ = told(grants, values={"owner": 1, "team": 2, "size": 1})
    assert (found.decision, why) == (False, ["condition"])
    parts = [(c.why, unparse(c.condition.node), c.holds) for c in found.reasons[0].clauses]
    assert parts == [("scope", "owner == $user or team in $teams", True), ("condition", "size > 3", False)]
    found, why, help_ = told(grants, values={"owner": 1, "team": 2, "size": 5})
    assert (found.decision, why, help_) == (True, ["granted"], ["take_role"])


def test_without_a_record_it_depends():
    found, why, _ = told([grant(scope="own")])
    assert (found.decision, why, found.reasons[0].holds) == (None, ["depends"], None)
    assert told([grant()])[0].decision is True


def test_what_nobody_granted_is_told_as_such():
    assert told([], values={})[1] == ["not_granted"]
    assert told([grant(read=["name"])], field="size", values={})[1] == ["field_not_granted"]
    assert told([grant(actions=["update"])], "update", "label", values={})[1] == ["not_typed"]


def test_a_mask_is_named_where_it_hides():
    found, why, _ = told([grant(masked={"note": "size > 3"})], field="note", values={"size": 5})
    assert (found.decision, why) == (False, ["masked"])
    assert told([grant(masked={"note": "size > 3"})], field="note", values={"size": 1})[0].decision is True
    assert told([grant(masked={"note": "size > 3"})], values={"size": 5})[0].decision is True


def test_a_field_drawn_from_what_is_hidden_says_so():
    found, why, _ = told([grant(read=["*", "!note"])], field="label", values={})
    assert (found.decision, why) == (False, ["drawn"])


def test_a_restriction_is_named_over_the_grants():
    found, why, help_ = told([grant()], values={"team": 2}, restrictions={"kit.near": NEAR})
    assert (found.decision, why, help_) == (False, ["restricted"], ["except_role", "give_role"])
    assert [(r.kind, r.holds) for r in found.reasons] == [("grant", True), ("restriction", False)]
    assert told([grant()], values={"team": 1}, restrictions={"kit.near": NEAR})[0].decision is True
    broken = {**NEAR, "when": "colour == 1"}
    assert told([grant()], restrictions={"kit.near": broken}, strict=False)[1] == ["restricted"]


def test_a_restriction_that_looks_at_what_the_asker_may_not_read_is_told_as_one_that_may_be_why():
    for team, restricted in ((2, True), (1, False)):
        found, why, help_ = told(
            [grant()], values={"team": team}, restrictions={"kit.near": NEAR}, sees=lambda _: False
        )
        reason = found.reasons[1]
        assert (reason.hidden, reason.holds, found.decision) == (True, None, not restricted)
        assert why == (["restriction_hidden"] if restricted else ["granted"])
        assert ("except_role" in help_) is restricted
    masked = [grant(masked={"note": "team == 2"})]
    _, why, _ = told(masked, field="note", values={"team": 2}, restrictions={"kit.near": NEAR})
    assert "restriction_hidden" not in why


def test_a_share_is_a_reason_of_its_own_and_helps_only_where_no_restriction_holds():
    guest = person(1, "kit.tester", shared=frozenset({"kit.item"}))
    found, why, _ = told([grant(scope="own")], actor=guest, values={"owner": 2}, sees=lambda _: False)
    own, share = found.reasons
    assert (own.hidden, share.grant.scope, share.hidden, share.holds) == (True, "shared", False, False)
    assert (found.decision, why) == (False, ["grant_hidden"])
    helps = told([grant(scope="own")], values={"owner": 2, "team": 2})[2]
    bound = told([grant(scope="own")], values={"owner": 2, "team": 2}, restrictions={"kit.near": NEAR})[2]
    assert "share" in helps
    assert "share" not in bound


def test_administrators_and_keys_come_before_all_grants():
    boss = person(1, "kit.administrator")
    found, why, _ = told([], actor=boss, values={})
    assert (found.decision, why, [r.kind for r in found.reasons]) == (
        True,
        ["administrator"],
        ["administrator"],
    )
    key = person(1, "kit.tester", scopes=(Scope(entity="kit.shelf"),))
    found, why, help_ = told([grant()], actor=key)
    assert (found.decision, why, help_) == (False, ["key"], ["other_key"])


def test_a_role_that_came_with_another_is_told_with_its_way():
    found, _, _ = told([grant()], actor=person(1, "kit.head"), implies={"kit.head": ["kit.tester"]})
    assert found.reasons[0].way == ("kit.head", "kit.tester")


def test_what_the_asker_may_not_know_of_is_neither_told_nor_judged():
    def hides(condition):
        return ("kit.item", "note") not in condition.fields

    for note in ("a", "b"):
        found, why, _ = told(
            [grant(when="note == 'a' and size > 3")], values={"note": note, "size": 1}, sees=hides
        )
        clauses = found.reasons[0].clauses
        assert [(c.seen, c.holds) for c in clauses] == [(False, None), (True, False)]
        assert (found.reasons[0].holds, found.reasons[0].hidden, why) == (None, True, ["condition"])


@pytest.mark.parametrize("seed", range(40))
def test_explanations_agree_with_the_reference_and_with_their_own_reasons(seed):
    random = Random(seed)
    world = random_world(random)
    catalog = catalog_of(world.roles, implies=world.implies, restrictions=world.restrictions)
    part = access()
    for _ in range(3):
        actor = random_actor(random, world)
        for entity in ENTITIES:
            for number, record in world.records[entity].items():
                action = random.choice(("read", "update", "delete", "export"))
                fields = ["", *(f for f in ENTITIES[entity]["fields"] if action in ("read", "update"))]
                asked = Asked(entity=entity, action=action, field=random.choice(fields))
                view = WorldView(world, entity, record)

                def holds(condition, view=view, actor=actor):
                    return compile_python(condition)(view, env_of(actor)) is True

                found = explain(part, actor, asked, catalog, holds=holds)
                expected = _reference(world, actor, asked, record)
                assert found.decision is expected, (seed, number, actor.roles, asked)
                assert _from_reasons(found) in (expected, None), (seed, number, actor.roles, asked)
                assert Words(found, catalog, str).why()
                at_large = explain(part, actor, asked, catalog).decision
                assert at_large in (expected, None), (seed, actor.roles, asked)


def _reference(world, actor, asked, record):
    if not asked.field:
        return world.may(actor, asked.entity, asked.action, record)
    if asked.action == "read":
        return world.may(actor, asked.entity, "read", record) and world.shows(
            actor, asked.entity, record, asked.field
        )
    untyped = {("kit.trace", "item"), ("kit.cut", "item"), *INPUTS, *ROLLED, *COPIES}
    return (
        (asked.entity, asked.field) not in untyped
        and world.may(actor, asked.entity, "update", record)
        and (ADMINISTRATOR in actor.roles or world.gives(actor, asked.entity, record, asked.field, "update"))
    )


def _from_reasons(found):
    """Return what the reasons alone come to; None of what rests on other fields."""
    if (found.asked.entity, found.asked.field) in {*INPUTS, *ROLLED, *COPIES} or not found.typed:
        return None
    first = found.reasons[0].kind if found.reasons else ""
    if first in ("administrator", "key"):
        return None if found.asked.field else first == "administrator"
    grants = [r for r in found.reasons if r.kind == "grant"]
    free = all(r.holds for r in found.reasons if r.kind == "restriction")
    return free and any(r.holds and r.gives for r in grants)
