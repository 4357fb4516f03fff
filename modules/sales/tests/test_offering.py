"""Leads are given to people who are at work, and go on to the next where they are not taken up in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from modules.sales.offering import leads_wait, offer_leads

LEAD, RULE, LOG = "sales.lead", "sales.assignment_rule", "sales.assignment_log"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TODAY = datetime.now(UTC).strftime("%A").lower()


@pytest.fixture
def sellers(actor_as) -> Mapping[str, int]:
    """Three people who sell."""
    return {name: actor_as("base.member", "sales.rep", name=name).id for name in ("Ali", "Sara", "Reza")}


@pytest.fixture
def rule(desk, sellers):
    """Make a rule with these members, by name and what is said of each."""

    def make(members=("Ali", "Sara", "Reza"), **values) -> int:
        said = members if isinstance(members, Mapping) else {name: {} for name in members}
        lines = [{"user": sellers[name], **more} for name, more in said.items()]
        return desk.one(RULE, **{"name": f"Rule {values.get('order', 1)}", "members": lines, **values})

    return make


@pytest.fixture
def hours(desk, sellers):
    """Let somebody work on these days only, all day: ``hours("Ali", days)``."""

    def keep(name, *days) -> None:
        lines = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in days]
        calendar = desk.one("base.working_calendar", name=f"Days of {name}", time_zone="UTC", hours=lines)
        desk.update("base.user", sellers[name], working_calendar=calendar)

    return keep


@pytest.fixture
def later(desk):
    """Let the leads that wait be offered at a moment from now; return how many have somebody new."""

    def run(**away) -> int:
        moment = datetime.now(UTC) + timedelta(**away)
        with desk.unit_at(moment) as uow:
            if not leads_wait(uow):
                return 0
        return desk.run_job(offer_leads, moment)["offered"]

    return run


def lead(desk, **values) -> int:
    return desk.one(LEAD, **{"last_name": "Karimi", "owner": None, **values})


def owner(desk, record):
    found = desk.get(LEAD, record, "owner")["owner"]
    return found.title if found else None


def told(desk, record):
    rows = desk.find(LOG, "user", "reason", filter=f"lead == {record}", sort=("id",))
    return [(row["user"].title if row["user"] else None, row["reason"]) for row in rows]


@pytest.mark.covers("SA-20")
def test_who_is_not_at_work_is_passed_over_and_that_is_told(desk, rule, hours):
    others = [day for day in DAYS if day != TODAY]
    hours("Ali", *others)
    rule(("Ali", "Sara"))
    record = lead(desk)
    assert told(desk, record) == [("Ali", "off_hours"), ("Sara", "chosen")]
    desk.update(RULE, desk.column(RULE, "id")[0], present_only=False)
    assert told(desk, lead(desk))[0] == ("Ali", "chosen")


def test_a_holiday_counts_as_not_at_work(desk, rule, sellers):
    days = desk.one("base.holiday_set", name="Feasts")
    desk.one(
        "base.holiday", holiday_set=days, date=datetime.now(UTC).date().isoformat(), name="Feast", kind="full"
    )
    lines = [{"weekday": day, "start": "00:00", "end": "24:00"} for day in DAYS]
    calendar = desk.one(
        "base.working_calendar", name="Always but feasts", time_zone="UTC", hours=lines, holiday_sets=[days]
    )
    desk.update("base.user", sellers["Ali"], working_calendar=calendar)
    rule(("Ali", "Sara"))
    assert told(desk, lead(desk)) == [("Ali", "off_hours"), ("Sara", "chosen")]


def test_a_lead_that_nobody_can_take_now_is_offered_when_somebody_is_at_work(desk, rule, hours, later):
    tomorrow = DAYS[(DAYS.index(TODAY) + 1) % 7]
    hours("Ali", tomorrow)
    rule(("Ali",))
    record = lead(desk)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert desk.get(LEAD, record, "offer_again_at", "state") | {"id": 0, "version": 0} == {
        "offer_again_at": midnight + timedelta(minutes=1),
        "state": "new",
        "id": 0,
        "version": 0,
    }
    assert later(minutes=0) == 0
    assert later(days=1) == 1
    assert owner(desk, record) == "Ali"
    assert told(desk, record) == [("Ali", "off_hours"), (None, "nobody"), ("Ali", "chosen")]


def test_a_lead_without_a_rule_is_tried_again_without_being_told_again(desk, rule, later):
    record = lead(desk)
    assert later(minutes=20) == 0
    assert told(desk, record) == [(None, "no_rule")]
    rule(("Ali",))
    assert later(minutes=40) == 1
    assert owner(desk, record) == "Ali"


def test_a_member_takes_only_the_leads_that_they_are_meant_for(desk, rule):
    rule({"Ali": {"condition": "city == 'Tehran'"}, "Sara": {}})
    assert told(desk, lead(desk, city="Tabriz")) == [("Ali", "not_meant"), ("Sara", "chosen")]
    assert owner(desk, lead(desk, city="Tehran")) == "Ali"


def test_a_lead_that_is_not_taken_up_in_time_goes_to_the_next_and_never_back(desk, rule, later):
    rule(("Ali", "Sara"), accept_minutes=30)
    record = lead(desk)
    assert (owner(desk, record), later(minutes=29)) == ("Ali", 0)
    assert later(minutes=31) == 1
    assert owner(desk, record) == "Sara"
    assert told(desk, record)[-2:] == [("Ali", "not_taken_up"), ("Sara", "chosen")]
    assert later(minutes=90) == 0
    assert (owner(desk, record), told(desk, record)[-1]) == ("Sara", (None, "nobody"))
    assert desk.get(LEAD, record, "offer_again_at")["offer_again_at"] is None
    people = desk.find("base.notification", "user", filter="kind == 'sales.lead_assigned'", sort=("id",))
    assert [one["user"].title for one in people] == ["Ali", "Sara"]


def test_only_working_minutes_count_for_taking_up(desk, rule, hours, later):
    hours("Ali", TODAY)
    rule(("Ali", "Sara"), accept_minutes=24 * 60)
    record = lead(desk)
    assert owner(desk, record) == "Ali"
    assert later(days=2) == 0
    assert later(days=8) == 1
    assert owner(desk, record) == "Sara"


def test_who_begins_work_keeps_the_lead(desk, rule, later):
    rule(accept_minutes=30)
    record = lead(desk)
    desk.move(LEAD, record, "work")
    assert later(hours=5) == 0
    assert owner(desk, record) == "Ali"


def test_a_lead_that_a_leader_gave_to_somebody_is_not_taken_from_them(desk, rule, sellers, later):
    rule(accept_minutes=30)
    record = lead(desk)
    desk.update(LEAD, record, owner=sellers["Reza"])
    assert later(hours=5) == 0
    assert owner(desk, record) == "Reza"


def test_the_owner_of_a_known_company_has_it_first_and_not_for_ever(desk, rule, sellers, later):
    rule(("Ali", "Sara"), accept_minutes=30)
    account = desk.one("contacts.account", name="Sepehr", owner=sellers["Reza"])
    record = lead(desk, account=account)
    assert told(desk, record) == [("Reza", "owner")]
    assert later(minutes=31) == 1
    assert owner(desk, record) == "Ali"
