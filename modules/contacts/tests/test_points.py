"""Ways to reach somebody: as they were given, in one spelling to compare, exactly one of each kind the main one."""

from __future__ import annotations

import pytest

from core.errors import ValidationFailed

ONE_NUMBER = [
    "09121234567",
    "+989121234567",
    "۰۹۱۲ ۱۲۳ ۴۵۶۷",
    "00989121234567",
    "٠٩١٢١٢٣٤٥٦٧",
    "0912-123-4567",
    "+98 (912) 123 4567",
]


def contact(desk, *points, **values):
    return desk.one("contacts.contact", last_name="Rezaei", points=list(points), **values)


def points(desk, record_id, entity="contacts.contact"):
    return desk.get(entity, record_id, "points")["points"]


@pytest.mark.parametrize("written", ONE_NUMBER)
@pytest.mark.covers("CD-06")
def test_all_ways_to_write_a_number_are_one_number_and_what_was_given_is_kept(desk, written):
    record = contact(desk, {"kind": "mobile", "value": written})
    (point,) = points(desk, record)
    assert (point["normal"], point["number"], point["value"]) == ("+989121234567", "+989121234567", written)
    assert desk.get("contacts.contact", record, "mobile")["mobile"] == "+989121234567"


@pytest.mark.parametrize("wanted", [*ONE_NUMBER, "0912123", "4567", "+98912"])
@pytest.mark.parametrize("written", ["0912 123 4567", "+989121234567"])
@pytest.mark.covers("CD-06")
def test_a_person_is_found_by_any_way_to_write_the_number(desk, written, wanted):
    record = contact(desk, {"kind": "mobile", "value": written})
    contact(desk, {"kind": "mobile", "value": "09351112233"})
    found = desk.find("contacts.contact", "id", search=wanted.replace(" ", "").replace("00989", "+989"))
    assert [c["id"] for c in found] == [record]


@pytest.mark.parametrize(
    ("kind", "given", "normal"),
    [
        ("email", " Ali.Rezaei@Example.COM ", "ali.rezaei@example.com"),
        ("email", "info@شرکت.ایران", "info@xn--pgbni38b.xn--mgba3a4f16a"),
        ("phone", "021-8888 1234", "+982188881234"),
        ("phone", "1515", "1515"),
        ("fax", "02188881235", "+982188881235"),
        ("whatsapp", "+44 7400 123456", "+447400123456"),
        ("telegram", "@Ali_Rezaei", "alirezaei"),
        ("url", "https://Example.com/A", "https://example.com/A"),
    ],
)
def test_each_kind_has_its_own_spelling(desk, kind, given, normal):
    record = contact(desk, {"kind": kind, "value": given})
    (point,) = points(desk, record)
    assert point["normal"] == normal


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("email", "ali"),
        ("email", "ali@"),
        ("mobile", "123"),
        ("phone", "twelve"),
        ("url", "javascript:alert(1)"),
        ("mobile", "1515"),
    ],
)
def test_what_cannot_be_one_of_its_kind_is_refused_at_its_place_in_the_list(desk, kind, value):
    with pytest.raises(ValidationFailed) as refused:
        contact(desk, {"kind": "mobile", "value": "09121234567"}, {"kind": kind, "value": value})
    assert [p.field for p in refused.value.problems] == ["points.1.value"]
    assert desk.find("contacts.contact") == []


def test_people_are_found_by_e_mail_and_name_in_any_spelling(desk):
    ali = desk.one(
        "contacts.contact",
        first_name="علی‌رضا",
        last_name="كريمي",
        points=[{"kind": "email", "value": "ali.karimi@example.com"}],
    )
    desk.one("contacts.contact", last_name="Other")
    for wanted in ("ali.karimi@example.com", "karimi@exam", "عليرضا", "علی رضا", "کریمی"):
        assert [c["id"] for c in desk.find("contacts.contact", "id", search=wanted)] == [ali], wanted


@pytest.mark.covers("CD-05")
@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ({"last_name": "Rezaei"}, ("rezaei", "REZ")),
        ({"first_name": "Sara", "last_name": "Rezaei"}, ("sara", "rezaei", "Sara Rezaei", "rezaei sara")),
        ({"last_name": "رضایی"}, ("رضایی", "رضايي")),
        ({"first_name": "سارا", "last_name": "رضایی"}, ("سارا", "رضایی", "سارا رضایی", "رضايي سارا")),
    ],
)
def test_a_name_alone_makes_a_person_who_is_found_by_each_part_of_it(desk, name, typed):
    record = desk.one("contacts.contact", **name)
    desk.one("contacts.contact", last_name="Other")
    for wanted in typed:
        assert [c["id"] for c in desk.find("contacts.contact", "id", search=wanted)] == [record], wanted


def mains(desk, record, entity="contacts.contact"):
    return [(p["kind"], p["normal"]) for p in points(desk, record, entity) if p["is_primary"]]


@pytest.mark.covers("CD-06")
def test_the_first_of_a_kind_is_the_main_one_unasked(desk):
    record = contact(
        desk,
        {"kind": "mobile", "value": "09120000001"},
        {"kind": "mobile", "value": "09120000002"},
        {"kind": "email", "value": "a@example.com"},
    )
    assert mains(desk, record) == [("mobile", "+989120000001"), ("email", "a@example.com")]


def test_choosing_another_main_one_takes_it_from_the_first(desk):
    record = contact(
        desk, {"kind": "mobile", "value": "09120000001"}, {"kind": "mobile", "value": "09120000002"}
    )
    first, second = points(desk, record)
    desk.update("contacts.contact_point", second["id"], is_primary=True)
    assert mains(desk, record) == [("mobile", "+989120000002")]
    assert desk.get("contacts.contact", record, "mobile")["mobile"] == "+989120000002"
    desk.update("contacts.contact_point", second["id"], is_primary=False)
    assert len(mains(desk, record)) == 1
    desk.delete("contacts.contact_point", second["id"])
    assert mains(desk, record) == [("mobile", "+989120000001")]
    assert desk.get("contacts.contact", record, "mobile")["mobile"] == "+989120000001"
    desk.restore("contacts.contact_point", second["id"])
    assert len(mains(desk, record)) == 1
    assert first["id"] != second["id"]


def test_several_main_ones_given_at_once_leave_one(desk):
    record = contact(
        desk, *({"kind": "mobile", "value": f"0912000000{n}", "is_primary": True} for n in range(3))
    )
    assert len(mains(desk, record)) == 1


def test_a_change_of_kind_leaves_one_main_one_of_each(desk):
    record = contact(
        desk, {"kind": "mobile", "value": "09120000001"}, {"kind": "phone", "value": "02188881234"}
    )
    desk.update("contacts.contact_point", points(desk, record)[0]["id"], kind="phone")
    assert len(mains(desk, record)) == 1
    assert desk.get("contacts.contact", record, "mobile")["mobile"] is None


def test_companies_have_main_ones_of_their_own(desk):
    company = desk.one(
        "contacts.account",
        name="Sepehr",
        points=[
            {"kind": "phone", "value": "021 8888 1234"},
            {"kind": "email", "value": "Info@Sepehr.example"},
        ],
    )
    contact(desk, {"kind": "phone", "value": "021 8888 9999"})
    found = desk.get("contacts.account", company, "phone", "email")
    assert (found["phone"], found["email"]) == ("+982188881234", "info@sepehr.example")
    for wanted in ("02188881234", "+982188881234", "۸۸۸۸۱۲۳۴", "info@sepehr.example"):
        assert [a["id"] for a in desk.find("contacts.account", "id", search=wanted)] == [company], wanted


def test_a_list_given_again_in_other_spelling_keeps_its_lines(desk):
    record = contact(
        desk,
        {"kind": "mobile", "value": "09121234567", "label": "work"},
        {"kind": "email", "value": "a@example.com"},
    )
    before = {p["id"] for p in points(desk, record)}
    desk.update(
        "contacts.contact",
        record,
        points=[{"kind": "mobile", "value": "+98 912 123 4567"}, {"kind": "email", "value": "A@example.com"}],
    )
    after = points(desk, record)
    assert {p["id"] for p in after} == before
    assert [p["label"] for p in after if p["kind"] == "mobile"] == ["work"]


def test_the_normal_form_is_nobodys_to_write(desk, actor_as):
    anna = desk.as_(actor_as("base.administrator"))
    for field in ("normal", "number"):
        with pytest.raises(ValidationFailed):
            contact(anna, {"kind": "mobile", "value": "09121234567", field: "+989350000000"})
