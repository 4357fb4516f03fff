"""People and companies that are there twice become one, with all that belongs to them, and two again."""

from __future__ import annotations

import pytest

from core.errors import Conflict
from core.records.merging import Merging
from core.storage import Database

CONTACT = "contacts.contact"


@pytest.fixture
def manager(desk, actor_as):
    return desk.as_(actor_as("base.member", "contacts.manager"))


def merge(desk, entity, winner, *losers, **how):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        return desk.site.get(Merging).merge(desk.actor, entity, winner, losers, uow=uow, **how)


def undo(desk, merged):
    with desk.site.get(Database).unit(desk.catalog, desk.actor) as uow:
        return desk.site.get(Merging).undo(desk.actor, merged.id, uow=uow)


def dump(site):
    found = {}
    with site.get(Database).reading() as reader:
        tables = reader.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'contacts%' OR table_name LIKE 'base%' ORDER BY 1"
        )
        for (table,) in tables:
            order = "source, target" if "__" in table else "id"
            found[table] = reader.rows(
                f"SELECT to_jsonb(t) - 'version' - 'updated_at' - 'updated_by' FROM {table} t ORDER BY {order}"
            )
    return found


def point(value, kind="mobile", **more):
    return {"kind": kind, "value": value, **more}


def test_a_person_keeps_one_main_number_of_each_kind_and_no_number_twice(desk, manager):
    one = desk.one(CONTACT, last_name="A", points=[point("09121111111"), point("a@example.com", "email")])
    two = desk.one(
        CONTACT,
        last_name="B",
        points=[point("0912 111 1111", invalid=True), point("09122222222"), point("b@example.com", "email")],
    )
    done = merge(manager, CONTACT, one, two)
    assert done.conflicts == 1
    points = desk.get(CONTACT, one)["points"]
    assert sorted(p["normal"] for p in points) == [
        "+989121111111",
        "+989122222222",
        "a@example.com",
        "b@example.com",
    ]
    assert sorted(p["kind"] for p in points if p["is_primary"]) == ["email", "mobile"]
    assert [p["invalid"] for p in points if p["normal"] == "+989121111111"] == [True]
    assert desk.get(CONTACT, one, "mobile", "email") | {"id": 0, "version": 0} == {
        "id": 0,
        "version": 0,
        "mobile": "+989121111111",
        "email": "a@example.com",
    }


def test_a_company_that_may_not_be_contacted_stays_so(desk, manager):
    one, two = desk.create("contacts.account", {"name": "A"}, {"name": "B", "do_not_contact": True})
    merge(manager, "contacts.account", one, two, choices={})
    assert desk.get("contacts.account", one)["do_not_contact"] is True


def test_a_relationship_between_the_two_goes_and_comes_back(desk, manager):
    (kind,) = desk.column("contacts.relationship_type", "id", filter="name == 'Colleague of'")
    one, two, three = desk.create(CONTACT, *({"last_name": n} for n in "ABC"))
    for start, end in ((one, two), (two, three)):
        desk.one(
            "contacts.relationship",
            type=kind,
            from_record={"entity": CONTACT, "id": start},
            to_record={"entity": CONTACT, "id": end},
        )
    before = dump(desk.site)
    done = merge(manager, CONTACT, one, two)
    links = [(r["from_record"].id, r["to_record"].id) for r in desk.find("contacts.relationship")]
    assert links == [(one, three)]
    undo(manager, done)
    assert dump(desk.site) == before


def test_people_with_five_hundred_children_become_one_and_two_again(desk, manager):
    company = desk.one("contacts.account", name="Sepehr")
    one = desk.one(
        CONTACT, last_name="A", national_code="0499370899", companies=[{"account": company, "role": "x"}]
    )
    two = desk.one(
        CONTACT,
        last_name="B",
        companies=[{"account": company, "role": "x"}, {"account": company, "role": "y"}],
    )
    for record, first, number in ((one, 0, 250), (two, 200, 350)):
        desk.create(
            "contacts.contact_point",
            *(
                {"owner": {"entity": CONTACT, "id": record}, **point(f"h{n}@example.com", "email")}
                for n in range(first, first + number)
            ),
        )
        desk.create(
            "contacts.address",
            *({"owner": {"entity": CONTACT, "id": record}, "street": f"s{n}"} for n in range(150)),
        )
        desk.create(
            "base.note", *({"record": {"entity": CONTACT, "id": record}, "body": f"n{n}"} for n in range(50))
        ) if "timeline" in desk.catalog.entity(CONTACT).behaviours else None
    before = dump(desk.site)
    done = merge(manager, CONTACT, one, two)
    # 350 addresses of mail and 150 places are 500 that hang on the record that goes; 50 of them are there already.
    assert done.moved >= 450
    assert done.conflicts >= 51
    undone = undo(manager, done)
    assert undone.kept == ()
    assert dump(desk.site) == before


def test_people_with_different_national_ids_are_not_merged(desk, manager):
    one, two = desk.create(
        CONTACT,
        {"last_name": "A", "national_code": "0499370899"},
        {"last_name": "A", "national_code": "0790419904"},
    )
    with pytest.raises(Conflict) as refused:
        merge(manager, CONTACT, one, two)
    assert refused.value.reason == "different"
