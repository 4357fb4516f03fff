"""A lead becomes a company, a person and an opportunity: once, with what is known attached, and exactly undoable."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest

from core.contributions.asking import asking_at
from core.contributions.operations import Operations
from core.errors import AccessDenied, Conflict, ValidationFailed
from core.kernel.values import Ref
from core.records.duplicates import DuplicatesFound
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import actor_of

LEAD, OPPORTUNITY = "sales.lead", "sales.opportunity"
ACCOUNT, CONTACT = "contacts.account", "contacts.contact"
MADE = (ACCOUNT, CONTACT, OPPORTUNITY)
PARTS = ("contacts.contact_point", "contacts.account_contact", "contacts.address")


@pytest.fixture
def rep(actor_as, desk, site):
    """Somebody who sells, with a team."""
    made = actor_as("base.member", "sales.rep", login="rep@example.com")
    desk.one("base.team", name="North", members=[made.id])
    return actor_of(site, "rep@example.com")


@pytest.fixture
def lead(desk, rep):
    """Make a lead of the seller, with these values."""

    def make(**values):
        start = {
            "first_name": "Sara",
            "last_name": "Karimi",
            "company_name": "Sepehr",
            "mobile": "09121234567",
            "email": "sara@sepehr.example",
            "city": "Tehran",
            "est_amount": {"amount": "500", "currency": "IRR"},
            "owner": rep.id,
        }
        return desk.one(LEAD, **{**start, **values})

    return make


@pytest.fixture
def run(site, rep):
    """Carry an operation on a lead out: ``run("convert", lead, name="…")``."""
    operations = site.get(Operations)

    def act(short, record, actor=rep, **values):
        with site.get(Database).unit(site.get(Catalogs).current(), actor) as uow:
            offered = operations.find(LEAD, short, uow.catalog)
            given = dict.fromkeys(offered.fields) | values
            return operations.run(asking_at(uow), offered, [record], given, reason="")

    return act


def counts(desk):
    return {entity: len(desk.find(entity, "id", limit=200)) for entity in (*MADE, *PARTS)}


@pytest.mark.covers("SA-02")
def test_a_lead_becomes_a_company_a_person_and_an_opportunity(desk, lead, run, rep):
    record = lead()
    outcome = run("convert", record)
    made = outcome.result
    assert (outcome.entity, outcome.id) == (OPPORTUNITY, made["opportunity"])
    contact = desk.get(CONTACT, made["contact"], "full_name", "mobile", "email", "account", "owner")
    assert (contact["full_name"], contact["mobile"]) == ("Sara Karimi", "+989121234567")
    assert (contact["email"], contact["account"].id) == ("sara@sepehr.example", made["account"])
    deal = desk.get(OPPORTUNITY, made["opportunity"], "account", "primary_contact", "amount", "owner", "lead")
    assert (deal["account"].id, deal["primary_contact"].id) == (made["account"], made["contact"])
    assert (int(deal["amount"].amount), deal["owner"].id, deal["lead"].id) == (500, rep.id, record)
    kept = desk.get(LEAD, record, "state", "converted_account", "converted_opportunity")
    assert (kept["state"], kept["converted_opportunity"].id) == ("converted", made["opportunity"])


def test_a_second_call_is_told_the_first_result(desk, lead, run):
    record = lead()
    first = run("convert", record)
    before = counts(desk)
    second = run("convert", record, name="Another")
    assert {**second.result, "first": True} == first.result
    assert second.message == "This lead was converted already."
    assert counts(desk) == before


def test_started_twice_at_once_there_is_one_result(desk, lead, run):
    record, start = lead(), Barrier(4)

    def at_once(_):
        start.wait()
        return run("convert", record).result

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(at_once, range(4)))
    assert len({result["opportunity"] for result in results}) == 1
    assert sorted(result["first"] for result in results) == [False, False, False, True]
    assert len(desk.find(OPPORTUNITY, "id")) == 1


def test_what_is_known_is_attached_and_not_made_again(desk, lead, run):
    account = desk.one(ACCOUNT, name="سپهر")
    person = desk.one(
        CONTACT,
        last_name="Other spelling",
        points=[{"kind": "mobile", "value": "0912 123 4567"}],
        companies=[{"account": account, "is_primary": True}],
    )
    made = run("convert", lead(email=None), actor=desk.actor).result
    assert (made["contact"], made["account"], made["made"]) == (person, account, [OPPORTUNITY])


def test_a_company_is_known_again_by_its_name_in_any_spelling(desk, lead, run, rep):
    account = desk.one(ACCOUNT, name="كيان پرداز", owner=rep.id)
    assert run("convert", lead(company_name="کیان پرداز")).result["account"] == account


def test_what_somebody_may_not_see_is_neither_attached_nor_made_again(desk, lead, run):
    desk.one(ACCOUNT, name="Sepehr")
    record, before = lead(), counts(desk)
    with pytest.raises(DuplicatesFound) as refused:
        run("convert", record)
    assert [twin.title for twin in refused.value.twins] == [""]
    assert counts(desk) == before


def test_who_wants_another_one_of_a_name_that_is_there_is_held_back(desk, lead, run, rep):
    desk.one(ACCOUNT, name="Sepehr", owner=rep.id)
    with pytest.raises(DuplicatesFound):
        run("convert", lead(), new_account=True)


def test_who_chooses_gets_what_they_chose(desk, lead, run, rep):
    desk.one(ACCOUNT, name="Sepehr", owner=rep.id)
    other = desk.one(ACCOUNT, name="Other", owner=rep.id)
    assert run("convert", lead(), account=Ref(other)).result["account"] == other


def test_a_person_without_a_company_is_a_customer_of_their_own(desk, lead, run):
    made = run("convert", lead(company_name=None)).result
    found = desk.get(ACCOUNT, made["account"], "name", "kind")
    assert (found["name"], found["kind"]) == ("Sara Karimi", "person")


def test_without_an_opportunity_there_is_none(desk, lead, run):
    made = run("convert", lead(), with_opportunity=False).result
    assert (made["opportunity"], desk.find(OPPORTUNITY, "id")) == (None, [])


def test_what_hangs_on_the_lead_goes_along_and_comes_back(desk, lead, run):
    record = lead()
    about = {"entity": LEAD, "id": record}
    note = desk.one("base.note", record=about, body="Wants a demo")
    kind = desk.column("activities.activity_type", "id")[0]
    call = desk.one("activities.activity", type=kind, subject="Call", record=about)
    made = run("convert", record).result
    for entity, number in (("base.note", note), ("activities.activity", call)):
        moved = desk.get(entity, number, "record")["record"]
        assert (moved.entity, moved.id) == (OPPORTUNITY, made["opportunity"])
    run("undo_conversion", record)
    for entity, number in (("base.note", note), ("activities.activity", call)):
        back = desk.get(entity, number, "record")["record"]
        assert (back.entity, back.id) == (LEAD, record)


def test_undone_everything_is_as_before_and_it_can_be_converted_again(desk, lead, run):
    record, before = lead(), None
    before = counts(desk)
    fields = ("state", "converted_at", "converted_account", "converted_contact", "converted_opportunity")
    run("convert", record)
    outcome = run("undo_conversion", record)
    assert (len(outcome.result["deleted"]), outcome.result["kept"]) == (3, [])
    assert counts(desk) == before
    assert desk.get(LEAD, record, *fields) == dict.fromkeys(fields) | {"state": "qualified"}
    assert run("convert", record).result["first"] is True


@pytest.mark.parametrize("touch", ["changed", "noted", "line"])
def test_what_somebody_works_with_stays(desk, lead, run, touch):
    record = lead()
    made = run("convert", record).result
    deal = made["opportunity"]
    if touch == "changed":
        desk.update(OPPORTUNITY, deal, notes="Mine now")
    elif touch == "noted":
        desk.one("base.note", record={"entity": OPPORTUNITY, "id": deal}, body="Mine now")
    else:
        price = {"amount": "1", "currency": "IRR"}
        desk.one("sales.opportunity_line", opportunity=deal, description="A", unit_price=price)
    outcome = run("undo_conversion", record)
    assert [OPPORTUNITY, deal] in outcome.result["kept"]
    assert desk.get(OPPORTUNITY, deal, "state")["state"] == "open"
    assert desk.get(ACCOUNT, made["account"], "name")["name"] == "Sepehr"
    assert outcome.warnings


def test_what_was_attached_is_never_deleted(desk, lead, run, rep):
    account = desk.one(ACCOUNT, name="Sepehr", owner=rep.id)
    record = lead()
    run("convert", record)
    run("undo_conversion", record)
    assert desk.column(ACCOUNT, "id") == [account]


def test_after_the_days_it_stays_and_what_was_not_converted_cannot_be_undone(desk, lead, run):
    record = lead()
    with pytest.raises(Conflict) as refused:
        run("undo_conversion", record)
    assert refused.value.reason == "operation_refused"
    run("convert", record)
    (row,) = desk.find("sales.lead_conversion", "id")
    past = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    desk.update("sales.lead_conversion", row["id"], undo_until=past)
    with pytest.raises(Conflict) as late:
        run("undo_conversion", record)
    assert late.value.reason == "too_late"


def test_only_leads_that_somebody_works_on_are_converted_by_those_who_own_them(desk, lead, run, actor_as):
    gone = desk.one("sales.disqualify_reason", name="Gone")
    record = lead()
    desk.move(LEAD, record, "disqualify", disqualify_reason=gone)
    with pytest.raises(Conflict):
        run("convert", record)
    with pytest.raises(AccessDenied):
        run("convert", lead(owner=desk.actor.id, team=desk.column("base.team", "id")[0]))


def test_a_conversion_that_breaks_at_its_end_leaves_nothing(desk, lead, run, monkeypatch):
    record, before = lead(), counts(desk)

    def broken(*_):
        raise Conflict("on purpose")

    monkeypatch.setattr("modules.sales.converting._Conversion._step", broken)
    with pytest.raises(Conflict, match="on purpose"):
        run("convert", record)
    assert counts(desk) == before
    assert desk.get(LEAD, record, "state")["state"] == "assigned"


def test_a_lead_has_one_conversion_at_a_time(desk, lead, run):
    record = lead()
    run("convert", record)
    first = desk.get("sales.lead_conversion", desk.column("sales.lead_conversion", "id")[0])
    again = {name: first[name].isoformat() for name in ("converted_at", "undo_until")}
    with pytest.raises(ValidationFailed) as refused:
        desk.one("sales.lead_conversion", lead=record, conversion_key=first["conversion_key"], **again)
    assert [(p.field, p.code) for p in refused.value.problems] == [("conversion_key", "taken")]


def test_a_conversion_that_fails_leaves_nothing(desk, lead, run):
    record, before = lead(mobile=None, email=None), counts(desk)
    with pytest.raises(Conflict):
        run("convert", record)
    assert counts(desk) == before
    assert desk.get(LEAD, record, "state")["state"] == "assigned"
