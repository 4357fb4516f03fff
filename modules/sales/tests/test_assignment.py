"""Leads without an owner are given to somebody, and for everybody it is told why they were chosen or not."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError

import pytest

from core.errors import AccessDenied, ValidationFailed
from modules.sales import assigning

LEAD, RULE, LOG = "sales.lead", "sales.assignment_rule", "sales.assignment_log"


@pytest.fixture
def sellers(actor_as) -> Mapping[str, int]:
    """Three people who sell."""
    return {name: actor_as("base.member", "sales.rep", name=name).id for name in ("Ali", "Sara", "Reza")}


@pytest.fixture
def rule(desk, sellers):
    """Make a rule with these members, by name and what is said of each."""

    def make(members=None, **values) -> int:
        said = {name: {} for name in sellers} if members is None else members
        lines = [{"user": sellers[name], **more} for name, more in said.items()]
        return desk.one(RULE, **{"name": f"Rule {values.get('order', 1)}", "members": lines, **values})

    return make


def lead(desk, **values) -> int:
    return desk.one(LEAD, **{"last_name": "Karimi", "owner": None, **values})


def owner(desk, record):
    found = desk.get(LEAD, record, "owner")["owner"]
    return found.title if found else None


def told(desk, record):
    rows = desk.find(LOG, "user", "chosen", "reason", filter=f"lead == {record}", sort=("id",))
    return [(row["user"].title if row["user"] else None, row["chosen"], row["reason"]) for row in rows]


def test_a_lead_without_an_owner_is_given_to_whose_turn_it_is_and_takes_the_step(desk, rule):
    rule()
    record = lead(desk)
    found = desk.get(LEAD, record, "owner", "state", "assigned_at")
    assert (found["owner"].title, found["state"]) == ("Ali", "assigned")
    assert found["assigned_at"] is not None
    assert desk.history(LEAD, record)[0].action == "transition"


@pytest.mark.covers("CX-23")
def test_the_reason_stands_there_for_everybody(desk, rule):
    rule({"Ali": {"paused": True}, "Sara": {}, "Reza": {"weight": 0}})
    assert told(desk, lead(desk)) == [
        ("Ali", False, "paused"),
        ("Sara", True, "chosen"),
        ("Reza", False, "no_weight"),
    ]


def test_turns_go_on_where_they_stopped(desk, rule):
    rule({"Ali": {"weight": 1}, "Sara": {"weight": 2}, "Reza": {"weight": 3}})
    given = Counter(owner(desk, lead(desk)) for _ in range(12))
    assert given == {"Ali": 2, "Sara": 4, "Reza": 6}


def test_who_has_an_owner_already_is_left_alone(desk, rule, sellers):
    rule()
    record = lead(desk, owner=sellers["Reza"])
    assert (owner(desk, record), told(desk, record)) == ("Reza", [])
    assert desk.get(LEAD, record, "state")["state"] == "assigned"


def test_the_owner_of_a_known_company_comes_before_the_turn(desk, rule, sellers):
    rule()
    account = desk.one("contacts.account", name="Sepehr", owner=sellers["Reza"])
    record = lead(desk, account=account)
    assert told(desk, record) == [("Reza", True, "owner")]
    desk.update(RULE, desk.column(RULE, "id")[0], known_owner_first=False)
    assert owner(desk, lead(desk, account=account)) == "Ali"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"capacity_open": 1}, "full"),
        ({"capacity_30d": 1}, "full_30d"),
        ({"absent_from": "2020-01-01", "absent_to": "2999-01-01"}, "absent"),
        ({"absent_from": "2020-01-01"}, "absent"),
    ],
)
def test_who_cannot_take_one_is_passed_over(desk, rule, sellers, said, reason):
    rule({"Ali": said, "Sara": {}})
    if "capacity_30d" in said or "capacity_open" in said:
        assert owner(desk, lead(desk)) == "Ali"
    record = lead(desk)
    assert owner(desk, record) == "Sara"
    assert ("Ali", False, reason) in told(desk, record)


def test_who_came_back_takes_leads_again(desk, rule):
    rule({"Ali": {"absent_from": "2020-01-01", "absent_to": "2020-01-02"}})
    assert owner(desk, lead(desk)) == "Ali"


def test_who_finished_one_has_room_for_another(desk, rule):
    rule({"Ali": {"capacity_open": 1}})
    first = lead(desk)
    reason = desk.one("sales.disqualify_reason", name="Nobody there")
    waiting = lead(desk)
    assert owner(desk, waiting) is None
    desk.move(LEAD, first, "disqualify", disqualify_reason=reason)
    assert owner(desk, lead(desk)) == "Ali"


def test_the_first_rule_whose_condition_holds_decides(desk, rule):
    rule({"Ali": {}}, order=2)
    rule({"Sara": {}}, order=1, condition="city == 'Tehran'")
    assert owner(desk, lead(desk, city="Tehran")) == "Sara"
    assert owner(desk, lead(desk, city="Tabriz")) == "Ali"


def test_without_a_rule_or_with_nobody_it_waits_and_that_is_told(desk, rule):
    assert told(desk, lead(desk)) == [(None, False, "no_rule")]
    rule({"Ali": {"paused": True}})
    record = lead(desk)
    assert told(desk, record) == [("Ali", False, "paused"), (None, False, "nobody")]
    assert desk.get(LEAD, record, "state")["state"] == "new"


def test_the_one_with_least_to_do_is_chosen_where_the_rule_says_so(desk, rule, sellers):
    rule({"Ali": {}, "Sara": {}}, mode="least_open")
    for _ in range(3):
        lead(desk, owner=sellers["Ali"])
    record = lead(desk)
    assert owner(desk, record) == "Sara"
    assert ("Ali", False, "more_to_do") in told(desk, record)


def test_a_condition_that_cannot_be_read_is_refused(desk, rule):
    with pytest.raises(ValidationFailed) as refused:
        rule(condition="colour == 'red'")
    assert [(p.code, p.field) for p in refused.value.problems] == [("bad_condition", "condition")]


def test_who_chooses_by_a_rule_at_the_same_time_waits_for_the_one_before(desk, rule, monkeypatch):
    rule({"Ali": {}, "Sara": {}})
    both, real = Barrier(2), assigning.candidates

    def meet(*asked):
        with contextlib.suppress(BrokenBarrierError):
            both.wait(timeout=1)  # two meet here only where none of them waits at the rule
        return real(*asked)

    monkeypatch.setattr(assigning, "candidates", meet)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: lead(desk), range(2)))
    assert both.broken
    assert Counter(o.title for o in desk.column(LEAD, "owner")) == {"Ali": 1, "Sara": 1}


def test_leads_that_come_at_once_are_shared_out_exactly(desk, rule):
    rule()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: lead(desk), range(12)))
    owners = Counter(o.title for o in desk.column(LEAD, "owner"))
    assert owners == {"Ali": 4, "Sara": 4, "Reza": 4}


@pytest.mark.covers("CX-23")
def test_customers_without_an_owner_are_given_by_their_own_rules(desk, rule, sellers, actor_as):
    rule({"Ali": {}}, name="Leads", order=1)
    rule(
        {"Sara": {"capacity_open": 2}},
        name="Firms",
        order=2,
        gives="companies",
        condition="industry == 'Steel'",
    )
    rule({"Reza": {}}, name="Other firms", order=3, gives="companies", condition="industry == 'Food'")
    firms = [
        {"name": name, "industry": industry, "owner": None, "lifecycle": lifecycle}
        for name, industry, lifecycle in (
            ("S1", "Steel", "customer"),
            ("S2", "Steel", "customer"),
            ("S3", "Steel", "customer"),
            ("F1", "Food", "customer"),
            ("W1", "Wood", "customer"),
            ("P1", "Food", "prospect"),
        )
    ]
    ids = desk.create("contacts.account", *firms)
    chief = desk.as_(actor_as("base.member", "sales.manager", name="Chief"))
    done = chief.operate("contacts.account", "assign_company", *ids[:5])
    assert (done.params["number"], done.params["all"]) == (3, 5)
    found = {
        one["name"]: one["owner"].title
        for one in desk.find("contacts.account", "name", "owner")
        if one["owner"]
    }
    assert found == {"S1": "Sara", "S2": "Sara", "F1": "Reza"}
    rows = desk.find("sales.customer_assignment", "rule", "able", sort=("id",))
    assert [row["rule"].title for row in rows] == ["Firms", "Firms", "Other firms"]


def test_least_loaded_counts_the_customers_that_somebody_has(desk, rule, sellers):
    rule({"Ali": {}, "Sara": {}}, gives="companies", mode="least_open")
    had = [{"name": f"H{n}", "owner": sellers["Ali"], "lifecycle": "customer"} for n in range(2)]
    desk.create("contacts.account", *had)
    new = [{"name": f"N{n}", "owner": None, "lifecycle": "customer"} for n in range(4)]
    ids = desk.create("contacts.account", *new)
    desk.operate("contacts.account", "assign_company", *ids)
    have = Counter(one["owner"].title for one in desk.find("contacts.account", "owner"))
    assert have == {"Ali": 3, "Sara": 3}


def test_a_condition_is_read_against_what_the_rule_gives(desk, rule):
    rule({}, name="Firms", gives="companies", condition="industry == 'Steel'")
    with pytest.raises(ValidationFailed) as refused:
        rule({}, name="Leads", gives="leads", condition="industri == 'Steel'")
    assert refused.value.problems[0].code == "bad_condition"
    with pytest.raises(ValidationFailed):
        rule({}, name="People", gives="contacts", condition="size_band == 'small'")


def test_a_seller_may_not_assign_customers(desk, rule, actor_as):
    rule({"Ali": {}}, gives="companies")
    seller = actor_as("base.member", "sales.rep", name="Mina")
    firm = desk.one("contacts.account", name="Hers", owner=seller.id, lifecycle="customer")
    with pytest.raises(AccessDenied):
        desk.as_(seller).operate("contacts.account", "assign_company", firm)
