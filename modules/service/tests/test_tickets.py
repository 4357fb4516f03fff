"""How tickets go: whose they are, when they were answered, what solving asks for, and who is warned."""

from __future__ import annotations

import pytest

from core.contributions.asking import asking_at
from core.errors import AccessDenied, NotFound, TransitionRefused, ValidationFailed
from core.storage import Database
from core.studio import Studio
from core.testing.site import actor_of
from modules.service.caution import caution

TICKET, ACTIVITY = "service.ticket", "activities.activity"
ROLES = ("base.member", "service.agent", "activities.user")


@pytest.fixture
def her(desk):
    """A customer: a person of a company."""
    account = desk.one("contacts.account", name="Sepehr")
    return desk.one("contacts.contact", last_name="Karimi", companies=[{"account": account}])


@pytest.fixture
def ticket(desk, her):
    """Make a ticket of hers."""
    return lambda on=desk, **values: on.one(TICKET, **{"subject": "No sound", "contact": her, **values})


@pytest.fixture
def agent(site, actor_as):
    """Make an agent of support: ``agent("anna")``."""

    def make(name, *roles):
        actor_as(*(roles or ROLES), login=f"{name}@example.com", name=name.title())
        return actor_of(site, f"{name}@example.com")

    return make


@pytest.fixture
def warned(site, desk):
    """Return what the caution on a record says to somebody, as sentences."""

    def ask(entity, record, actor=desk.actor):
        with site.get(Database).unit(desk.catalog, actor) as uow:
            found = caution(desk.catalog.entity(entity), record, asking_at(uow))
            return [f"{told['sentence']} {told['subject']}" for p in found for told in p.values["tickets"]]

    return ask


def answered_at(desk, number):
    return desk.get(TICKET, number, "first_response_at")["first_response_at"]


def test_a_ticket_has_a_number_and_is_one_of_its_persons_company_and_of_nobody_yet(desk, her, ticket):
    found = desk.get(TICKET, ticket(), "number", "account", "owner", "team", "state", "title")
    assert found["number"].startswith("T-")
    assert found["title"] == f"No sound · {found['number']}"
    assert (found["account"].title, found["owner"], found["team"]) == ("Sepehr", None, None)
    assert desk.get("contacts.contact", her, "open_ticket_count")["open_ticket_count"] == 1
    with pytest.raises(ValidationFailed, match="Say whose ticket it is"):
        desk.one(TICKET, subject="Nobody's")


def test_whoever_takes_a_ticket_on_has_it_and_others_do_not_see_it_any_more(desk, ticket, agent):
    anna, nima, number = agent("anna"), agent("nima"), ticket()
    for one in (anna, nima):
        assert desk.as_(one).column(TICKET, "id") == [number]
    desk.as_(anna).move(TICKET, number, "start")
    assert desk.get(TICKET, number, "owner")["owner"].id == anna.id
    assert answered_at(desk, number) is None
    assert desk.as_(nima).column(TICKET, "id") == []
    with pytest.raises((AccessDenied, NotFound)):
        desk.as_(nima).move(TICKET, number, "wait")
    assert desk.as_(agent("chief", "base.member", "service.manager")).column(TICKET, "id") == [number]


def test_the_first_time_somebody_was_in_touch_answers_a_ticket_and_a_call_in_vain_does_not(desk, ticket):
    kinds = {one["category"]: one["id"] for one in desk.find("activities.activity_type", "id", "category")}
    number = ticket()
    about = {"entity": TICKET, "id": number}

    def done(kind, **values):
        one = desk.one(ACTIVITY, type=kinds[kind], subject="About it", record=about)
        desk.move(ACTIVITY, one, "finish", result_note="…", **values)

    done("task", result_code="other")
    done("call", result_code="not_reached")
    assert answered_at(desk, number) is None
    done("call", result_code="reached")
    first = answered_at(desk, number)
    assert first is not None
    done("call", result_code="reached")
    assert answered_at(desk, number) == first


def test_solving_asks_for_the_kind_and_what_solved_it_and_opening_again_for_a_reason(desk, ticket):
    number = ticket()
    with pytest.raises(TransitionRefused):
        desk.move(TICKET, number, "solve", resolution="New cable")
    desk.move(TICKET, number, "solve", kind="fault", resolution="New cable")
    solved = desk.get(TICKET, number, "state", "solved_at", "first_response_at")
    assert (solved["state"], solved["solved_at"]) == ("solved", solved["first_response_at"])
    desk.move(TICKET, number, "close")
    with pytest.raises(TransitionRefused):
        desk.move(TICKET, number, "reopen")
    before = desk.get(TICKET, number, "number")
    desk.move(TICKET, number, "reopen", reason="It is gone again")
    again = desk.get(TICKET, number, "state", "reopen_count", "solved_at", "closed_at")
    assert again == {"state": "in_progress", "reopen_count": 1, "solved_at": None, "closed_at": None}
    assert desk.get(TICKET, number, "number") == before


def test_the_caution_tells_the_worst_first_what_is_open_and_nothing_of_the_ticket_one_looks_at(
    desk, her, ticket, warned
):
    mild, bad = ticket(subject="Colour"), ticket(subject="On fire", severity="critical")
    over = ticket(subject="Over")
    desk.move(TICKET, over, "solve", kind="fault", resolution="Done")
    person = desk.get("contacts.contact", her, "account") | {"id": her}
    told = warned("contacts.contact", person)
    assert [sentence.rpartition(". ")[2] for sentence in told] == ["On fire", "Colour"]
    assert "Severity: Critical. State: New." in told[0]
    assert warned("contacts.account", {"id": person["account"].id}) == told
    assert warned(ACTIVITY, {"id": 9, "account": person["account"]}) == told
    assert warned(ACTIVITY, {"id": 9}) == []
    own = {"id": bad, "account": person["account"]}
    assert [s.rpartition(". ")[2] for s in warned(TICKET, own)] == ["Colour"]
    assert mild != bad


def test_colleagues_see_the_tickets_of_their_own_customers_only(desk, site, ticket, her, agent, warned):
    seller = agent("sara", "base.member", "contacts.reader", "service.colleague")
    desk.one("base.team", name="North", members=[seller.id])
    seller = actor_of(site, "sara@example.com")
    number = ticket()
    assert desk.as_(seller).column(TICKET, "id") == []
    assert warned("contacts.contact", {"id": her}, seller) == []
    desk.update("contacts.contact", her, owner=seller.id)
    assert desk.as_(seller).column(TICKET, "id") == [number]
    assert len(warned("contacts.contact", {"id": her}, seller)) == 1
    written = ticket(desk.as_(seller), subject="She says it is loud")
    of_nobody = {"owner": None, "team": None, "account": None}
    assert desk.get(TICKET, written, *of_nobody) == of_nobody, "the company is out of their sight"


def test_the_caution_sees_a_bad_ticket_behind_many_slight_ones_and_knows_the_severities_of_the_site(
    desk, site, her, ticket, warned
):
    desk.create(TICKET, *({"subject": f"Colour {n}", "contact": her} for n in range(22)))
    ticket(subject="On fire", severity="critical")
    person = desk.get("contacts.contact", her, "account") | {"id": her}

    def first():
        return warned("contacts.contact", person)[0]

    assert first().endswith("On fire")
    choices = {name: {"label": {"en": name.title()}} for name in ("minor", "major", "critical", "blocker")}
    site.get(Studio).change_field(desk.actor, TICKET, "severity", {"choices": choices})
    ticket(subject="All is lost", severity="blocker")
    told = first()
    assert told.endswith("All is lost")
    assert "Severity: Blocker." in told


def test_whoever_supports_makes_companies_without_a_word_on_what_they_may_owe(desk, agent):
    for name, role in (("anna", "service.agent"), ("chief", "service.manager")):
        theirs = desk.as_(agent(name, "base.member", role))
        with pytest.raises((AccessDenied, ValidationFailed)):
            theirs.one("contacts.account", name="Deep", credit_limit={"amount": "5", "currency": "IRR"})
        with pytest.raises((AccessDenied, ValidationFailed)):
            theirs.one("contacts.account", name="Late", payment_terms_days=90)
        assert theirs.one("contacts.account", name=f"Firm of {name}")
