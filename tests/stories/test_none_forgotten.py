"""AS-22: ten thousand customers, some without an owner, a next step or a talk in sixty days, and one night.

What each list has to hold is worked out here from how the customers were made, by sets, not by the code under test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.identity import Identity
from core.kernel.actor import system_actor
from core.records.aggregation import Aggregating
from core.sdk import look_up
from core.storage import Database
from core.testing.site import actor_of
from core.testing.statements import counted
from modules.activities.forgotten import tell_forgotten
from modules.sales.customers import assign_customers

pytestmark = pytest.mark.modules

ACCOUNT, CONTACT, TOLD, WHY = (
    "contacts.account",
    "contacts.contact",
    "base.notification",
    "sales.customer_assignment",
)
FIRMS, PEOPLE = 9_800, 200
LISTS = ("unowned", "no_next_step", "quiet", "forgotten", "cared_for")
SELLER = ("base.member", "sales.rep", "activities.user")
NOW = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="session")
def site_modules():
    return ("sales", "l10n_fa")


@pytest.fixture
def house(desk, site, actor_as):
    """Three sellers and their leader, somebody who has left, and the rules: three shares, public bodies to nobody."""
    roles = {"chief": ("base.member", "sales.manager", "activities.user")}
    people = {
        name: actor_as(*roles.get(name, SELLER), login=f"{name}@example.com", name=name).id
        for name in ("ali", "sara", "reza", "chief", "gone")
    }
    sellers = [people[name] for name in ("ali", "sara", "reza", "gone")]
    desk.one("base.team", name="Sales", leader=people["chief"], members=sellers)
    for user in people.values():
        desk.update("base.user", user, time_zone="Asia/Tehran")
    system = system_actor("a test")
    with site.get(Database).unit(desk.catalog, system) as uow:
        site.get(Identity).set_active(system, people["gone"], False, uow=uow)
    members = [
        {"user": people["ali"], "weight": 2},
        {"user": people["sara"]},
        {"user": people["reza"], "paused": True},
    ]
    for name, gives, condition in (
        ("Firms", "companies", "kind != 'government'"),
        ("Persons", "contacts", None),
    ):
        values = {"name": name, "gives": gives, "condition": condition, "members": members}
        desk.one("sales.assignment_rule", **values)
    return people


@pytest.fixture
def customers(desk, house):
    """Ten thousand of them; return, by id, what is true of each company."""
    made = [_firm(n, house) for n in range(FIRMS)]
    rows = ({"name": f"Firm {n}", **firm["row"]} for n, firm in enumerate(made))
    created = desk.create(ACCOUNT, *rows)
    desk.create(ACCOUNT, *({"name": f"Prospect {n}", "owner": None} for n in range(50)))
    firms = dict(zip(created, made, strict=True))
    owned = [one for one, firm in firms.items() if firm["owner"] == house["reza"]]
    people = [{"last_name": f"Person {n}", "owner": None, "lifecycle": "customer"} for n in range(PEOPLE)]
    for person, account in zip(people[::2], owned, strict=False):
        person["companies"] = [{"account": account, "is_primary": True}]
    desk.create(CONTACT, *people)
    (kind, *_) = desk.column("activities.activity_type", "id", filter="category == 'task'")
    desk.create("activities.activity", *_activities(firms, kind))
    return firms


def _firm(n: int, house: Mapping[str, int]) -> dict:
    """Owners, steps and talks come round at different lengths, so that all cases meet."""
    owner = None if n % 5 == 0 else house["gone"] if n % 97 == 1 else house[("ali", "sara", "reza")[n % 3]]
    public = n % 50 == 0
    return {
        "owner": owner,
        "at_work": owner not in (None, house["gone"]),
        "step": n % 8 == 1,
        "talk": 59 if n % 6 == 1 else 61 if n % 60 == 3 else None,
        "public": public,
        "row": {"owner": owner, "lifecycle": "customer", "kind": "government" if public else "company"},
    }


def _activities(firms, kind):
    for account, firm in firms.items():
        same = {"type": kind, "subject": "Talk", "owner": None, "remind_minutes": None}
        same["record"] = {"entity": ACCOUNT, "id": account}
        if firm["step"]:
            yield {**same, "start_at": (NOW + timedelta(days=3)).isoformat()}
        if firm["talk"]:
            at = (NOW - timedelta(days=firm["talk"])).isoformat()
            yield {**same, "state": "done", "start_at": at, "done_at": at}


@pytest.fixture
def night(desk):
    """Run a job at a moment of the night or the morning: ``night(assign_customers)``."""

    def run(job, hour=2):
        now = NOW.astimezone(ZoneInfo("Asia/Tehran")).replace(hour=hour).astimezone(UTC)
        return desk.run_job(job, now)

    return run


def where(desk, entity, name):
    return desk.catalog.views[f"{entity}.list"].options["filters"][name]["where"]


def ids(desk, entity, condition):
    """Return all that the system finds, page by page."""
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        return {one["id"] for one in look_up(uow, entity, (), where=condition)}


def number(desk, name, entity=ACCOUNT, more=""):
    """Return how many a ready filter finds for whoever sits at the desk."""
    condition = f"({where(desk, entity, name)}){more}"
    counting = desk.site.get(Aggregating)
    (found,) = counting.aggregate(desk.actor, entity, (), ("count()",), condition, catalog=desk.catalog)
    return found["count()"]


def expected(firms):
    unowned = {one for one, firm in firms.items() if not firm["at_work"]}
    no_step = {one for one, firm in firms.items() if not firm["step"]}
    quiet = {one for one, firm in firms.items() if firm["talk"] != 59}
    forgotten = unowned | no_step | quiet
    lists = (unowned, no_step, quiet, forgotten, set(firms) - forgotten)
    return dict(zip(LISTS, lists, strict=True))


def digests(desk):
    found = desk.find(TOLD, "user", "title", "body", filter="kind == 'forgotten'", sort=("user",))
    return {one["user"].title: (int(one["title"].split()[0]), one["body"].splitlines()) for one in found}


@pytest.mark.covers("AS-22", "WE-16", "CD-52")
def test_of_ten_thousand_customers_none_is_forgotten(desk, house, customers, night, site):
    lists = expected(customers)
    for name in LISTS:
        assert ids(desk, ACCOUNT, where(desk, ACCOUNT, name)) == lists[name], name
    assert number(desk, "unowned", CONTACT) == PEOPLE

    with counted() as statements:
        done = night(assign_customers)
    public = {one for one, firm in customers.items() if firm["public"]}
    taken = lists["unowned"] - public
    assert done == {"given": len(taken) + PEOPLE, "left": len(public)}
    assert len(statements) < len(taken) / 4
    assert ids(desk, ACCOUNT, where(desk, ACCOUNT, "unowned")) == public
    _shares_are_exact(desk, house, taken)
    _why_is_kept(desk, house, customers, taken)
    assert night(assign_customers) == {"given": 0, "left": len(public)}

    with counted() as statements:
        assert night(tell_forgotten, hour=6)["told"] == 0
        assert night(tell_forgotten, hour=7) == _told(lists, public)
    assert len(statements) < 150
    assert night(tell_forgotten, hour=8)["told"] == 0
    _nothing_is_in_limbo(desk, site)


def _shares_are_exact(desk, house, taken):
    """Two to one between those who can; the people of known companies went with them."""
    given = Counter(_given(desk, "chosen"))
    whole = sum(given.values())
    assert whole == len(taken) + PEOPLE // 2
    assert abs(given[house["ali"]] - whole * 2 / 3) < 2
    assert given[house["reza"]] == 0
    assert _given(desk, "owner") == [house["reza"]] * (PEOPLE // 2)


def _given(desk, reason):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        return [one["user"].id for one in look_up(uow, WHY, ("user",), where=f"reason == '{reason}'")]


def _why_is_kept(desk, house, customers, taken):
    left_by = next(one for one in sorted(taken) if customers[one]["owner"] == house["gone"])
    rows = desk.get(ACCOUNT, left_by, "owner", "team", "assignments")
    (row,) = rows["assignments"]
    kept = desk.get(WHY, row["id"], "rule", "former", "reason", "able", "unable")
    assert (kept["rule"].title, kept["former"].id, kept["able"], kept["unable"]) == (
        "Firms",
        house["gone"],
        2,
        1,
    )
    assert rows["team"].title == "Sales"
    assert desk.history(ACCOUNT, left_by)[0].reason == "a customer without an owner is given to somebody"


def _told(lists, public):
    left = lists["no_next_step"] | lists["quiet"] | public
    return {"account": len(left), "contact": PEOPLE, "told": 4}


def _nothing_is_in_limbo(desk, site):
    """Every customer is in good hands, or in the one digest of somebody who finds as many as they were told of."""
    told = digests(desk)
    for name in ("ali", "sara", "reza"):
        own = desk.as_(actor_of(site, f"{name}@example.com"))
        mine = {e: number(own, "forgotten", e, f" and owner == {own.actor.id}") for e in (ACCOUNT, CONTACT)}
        assert told[name][0] == sum(mine.values())
        lines = {
            f"{words}: {number(own, kind, entity, f' and owner == {own.actor.id}')}"
            for entity, what in ((ACCOUNT, "Companies"), (CONTACT, "Contacts"))
            for kind, words in (
                ("no_next_step", f"{what} without a next step"),
                ("quiet", f"{what} not spoken to for too long"),
            )
        }
        assert lines == {line.replace(",", "") for line in told[name][1]}
    chief = desk.as_(actor_of(site, "chief@example.com"))
    assert told["chief"][0] == number(chief, "unowned") == number(desk, "unowned") > 0
    in_good_hands = number(desk, "cared_for") + number(desk, "cared_for", CONTACT)
    assert sum(count for count, _ in told.values()) + in_good_hands == FIRMS + PEOPLE
