"""People and companies: who belongs where, what stands above what, and how they know one another."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, NotFound, ValidationFailed


@pytest.fixture
def companies(desk):
    return desk.create("contacts.account", *({"name": n} for n in ("Sepehr", "Golestan", "Kavir")))


def person(desk, *links, **values):
    return desk.one("contacts.contact", **{"last_name": "Rezaei", **values}, companies=list(links))


def main_company(desk, record):
    found = desk.get("contacts.contact", record, "account")["account"]
    return found.title if found else None


def test_a_person_belongs_to_several_companies_with_a_role_in_each(desk, companies):
    first, second, _ = companies
    record = person(
        desk,
        {"account": first, "role": "Buyer", "from_date": "2020-03-20"},
        {"account": second, "role": "Advisor"},
    )
    links = desk.get("contacts.contact", record, "companies")["companies"]
    assert [(link["account"].title, link["role"], link["is_primary"]) for link in links] == [
        ("Sepehr", "Buyer", True),
        ("Golestan", "Advisor", False),
    ]
    assert main_company(desk, record) == "Sepehr"
    assert desk.column("contacts.account", "contact_count") == [1, 1, 0]


def test_there_is_one_main_company_whatever_is_given(desk, companies):
    record = person(desk, *({"account": company, "is_primary": True} for company in companies))
    links = desk.get("contacts.contact", record, "companies")["companies"]
    assert [link["is_primary"] for link in links].count(True) == 1
    other = next(link for link in links if not link["is_primary"])
    desk.update("contacts.account_contact", other["id"], is_primary=True)
    assert main_company(desk, record) == other["account"].title


def test_who_has_left_a_company_has_another_main_one_or_none(desk, companies):
    first, second, _ = companies
    record = person(desk, {"account": first}, {"account": second})
    one, two = desk.get("contacts.contact", record, "companies")["companies"]
    desk.update("contacts.account_contact", one["id"], inactive=True)
    assert main_company(desk, record) == "Golestan"
    assert desk.column("contacts.account", "contact_count") == [0, 1, 0]
    desk.update("contacts.account_contact", two["id"], inactive=True)
    assert main_company(desk, record) is None


def test_deleting_a_company_deletes_no_people(desk, companies):
    first, second, _ = companies
    record = person(desk, {"account": first}, {"account": second})
    desk.delete("contacts.account", first)
    assert main_company(desk, record) == "Golestan"
    desk.restore("contacts.account", first)
    assert len(desk.get("contacts.contact", record, "companies")["companies"]) == 2
    assert desk.column("contacts.contact", "last_name") == ["Rezaei"]


def test_deleting_a_person_takes_what_is_part_of_them_and_brings_it_back(desk, companies):
    record = person(
        desk,
        {"account": companies[0]},
        points=[{"kind": "mobile", "value": "09121234567"}],
        addresses=[{"street": "Motahari", "city": "Tehran", "postal_code": "۱۹۶۸۹۰۰۰۰۰"}],
    )
    desk.delete("contacts.contact", record)
    assert (
        desk.find("contacts.contact_point")
        == desk.find("contacts.address")
        == desk.find("contacts.account_contact")
        == []
    )
    desk.restore("contacts.contact", record)
    found = desk.get("contacts.contact", record)
    assert (found["mobile"], found["account"].title, found["addresses"][0]["postal_code"]) == (
        "+989121234567",
        "Sepehr",
        "1968900000",
    )


def test_the_same_role_at_a_company_stands_once(desk, companies):
    record = person(desk, {"account": companies[0], "role": "Buyer"})
    with pytest.raises(ValidationFailed):
        desk.one("contacts.account_contact", contact=record, account=companies[0], role="Buyer")


def test_a_position_ends_after_it_began(desk, companies):
    with pytest.raises(ValidationFailed) as refused:
        person(desk, {"account": companies[0], "from_date": "2024-01-02", "to_date": "2024-01-01"})
    assert [p.field for p in refused.value.problems] == ["companies.0.to_date"]


def test_the_full_name_follows_its_parts(desk):
    record = person(desk, first_name="Ali")
    assert desk.get("contacts.contact", record, "full_name")["full_name"] == "Ali Rezaei"
    desk.update("contacts.contact", record, first_name=None)
    assert desk.get("contacts.contact", record, "full_name")["full_name"] == "Rezaei"


def test_codes_keep_their_zeros_are_stored_in_plain_digits_and_stand_once(desk):
    person(desk, code="۰۰۱۲", national_code="0012345679")
    assert desk.column("contacts.contact", "code") == ["0012"]
    with pytest.raises(ValidationFailed) as refused:
        person(desk, code="0012", national_code="٠٠١٢٣٤٥٦٧٩")
    assert "taken" in {p.code for p in refused.value.problems}


def test_a_company_cannot_be_part_of_itself(desk, companies):
    top, middle, low = companies
    desk.update("contacts.account", middle, parent=top)
    desk.update("contacts.account", low, parent=middle)
    for above in (top, middle, low):
        with pytest.raises(ValidationFailed) as refused:
            desk.update("contacts.account", top, parent=above)
        assert [(p.code, p.field) for p in refused.value.problems] == [("circle", "parent")]
    desk.update("contacts.account", low, parent=top)


def test_a_person_needs_no_company_and_can_be_an_account(desk):
    record = person(desk)
    assert main_company(desk, record) is None
    household = desk.one("contacts.account", name="Rezaei family", kind="household", primary_contact=record)
    assert desk.get("contacts.account", household, "primary_contact")["primary_contact"].title == "Rezaei"


def relate(desk, name, start, end, **words):
    kinds = {k["name"]: k["id"] for k in desk.find("contacts.relationship_type", "id", "name")}
    kind = kinds.get(name) or desk.one("contacts.relationship_type", name=name, **words)
    ends = {
        "from_record": {"entity": start[0], "id": start[1]},
        "to_record": {"entity": end[0], "id": end[1]},
    }
    return desk.one("contacts.relationship", type=kind, **ends)


def test_a_relationship_reads_from_both_ends(desk, companies):
    ali, sara = person(desk, last_name="Ali"), person(desk, last_name="Sara")
    record = relate(desk, "Manages", ("contacts.contact", ali), ("contacts.contact", sara))
    found = desk.get("contacts.relationship", record, "title", "inverse_title")
    assert (found["title"], found["inverse_title"]) == ("Manages", "Reports to")
    assert [r["title"] for r in desk.get("contacts.contact", ali, "relationships")["relationships"]] == [
        found["title"]
    ]
    assert [
        r["inverse_title"]
        for r in desk.get("contacts.contact", sara, "inverse_relationships")["inverse_relationships"]
    ] == [found["inverse_title"]]
    between = relate(desk, "Supplies", ("contacts.account", companies[0]), ("contacts.contact", sara))
    assert desk.get("contacts.relationship", between, "inverse_title")["inverse_title"] == "Supplies"


@pytest.mark.covers("XR-01")
def test_titles_follow_the_kind_and_name_nobody(desk, companies):
    ali = person(desk, last_name="Ali")
    record = relate(
        desk,
        "Advises",
        ("contacts.contact", ali),
        ("contacts.account", companies[0]),
        inverse_name="Is advised by",
    )
    kind = desk.get("contacts.relationship", record, "type")["type"].id
    desk.update("contacts.relationship_type", kind, inverse_name="Listens to")
    found = desk.get("contacts.relationship", record, "title", "inverse_title")
    assert (found["title"], found["inverse_title"]) == ("Advises", "Listens to")
    assert [r["id"] for r in desk.find("contacts.relationship", "id", search="listens")] == [record]


def test_a_relationship_stands_once_and_has_two_ends(desk, companies):
    ali = person(desk)
    relate(desk, "Manages", ("contacts.contact", ali), ("contacts.account", companies[0]))
    with pytest.raises(ValidationFailed):
        relate(desk, "Manages", ("contacts.contact", ali), ("contacts.account", companies[0]))
    with pytest.raises(ValidationFailed) as refused:
        relate(desk, "Manages", ("contacts.contact", ali), ("contacts.contact", ali))
    assert [p.code for p in refused.value.problems] == ["same"]


def test_a_kind_of_relationship_in_use_stays(desk, companies):
    ali = person(desk)
    record = relate(desk, "Manages", ("contacts.contact", ali), ("contacts.account", companies[0]))
    kind = desk.get("contacts.relationship", record, "type")["type"].id
    with pytest.raises(Exception, match="still"):
        desk.delete("contacts.relationship_type", kind)


@pytest.fixture
def sales(desk, actor_as, site):
    """Two of the sales team and one of another."""
    from core.testing.site import actor_of

    roles = ("base.member", "contacts.editor")
    people = [actor_as(*roles, login=f"{name}@example.com") for name in ("anna", "ben", "carl")]
    desk.one("base.team", name="Sales", members=[people[0].id, people[1].id])
    desk.one("base.team", name="Support", members=[people[2].id])
    return [desk.as_(actor_of(site, f"{name}@example.com")) for name in ("anna", "ben", "carl")]


def test_records_belong_to_who_makes_them_and_to_their_team(sales):
    anna, ben, carl = sales
    record = person(anna, points=[{"kind": "mobile", "value": "09121234567"}])
    found = ben.get("contacts.contact", record, "owner", "team", "points")
    assert (found["owner"].title, found["team"].title, len(found["points"])) == (
        "anna@example.com",
        "Sales",
        1,
    )
    assert carl.find("contacts.contact") == carl.find("contacts.contact_point") == []
    with pytest.raises(NotFound):
        carl.get("contacts.contact", record)


def test_colleagues_change_each_others_records_and_delete_their_own(sales):
    anna, ben, carl = sales
    record = person(anna)
    ben.update(
        "contacts.contact", record, job_title="Buyer", points=[{"kind": "email", "value": "a@example.com"}]
    )
    with pytest.raises(AccessDenied):
        ben.delete("contacts.contact", record)
    with pytest.raises(NotFound):
        carl.update("contacts.contact", record, job_title="Spy")
    anna.delete("contacts.contact", record)


def test_a_record_given_to_somebody_without_a_team_of_its_own_goes_to_theirs(desk, sales):
    _anna, _ben, carl = sales
    record = desk.one("contacts.contact", last_name="Given", owner=carl.actor.id)
    assert desk.get("contacts.contact", record, "team")["team"].title == "Support"
    assert [c["last_name"] for c in carl.find("contacts.contact", "last_name")] == ["Given"]


def test_readers_only_read(desk, actor_as):
    reader = desk.as_(actor_as("base.member", "contacts.reader"))
    with pytest.raises(AccessDenied):
        reader.one("contacts.contact", last_name="No")
    with pytest.raises(AccessDenied):
        reader.one("contacts.relationship_type", name="No")
    assert reader.find("contacts.relationship_type", "name")
