"""People move in out of the files of other programs: with exact counts, everything in its place, and nothing lost."""

from __future__ import annotations

import datetime as dt

import pytest

from modules.contacts.tests import shapes

PERSON = "contacts.contact"
COUNTS = ("created", "updated", "skipped", "duplicates", "errors")

pytestmark = pytest.mark.covers("CD-45", "IN-22")


@pytest.fixture
def office(desk, actor_as):
    return desk.as_(actor_as("contacts.manager", "base.member"))


def counts(result):
    return {name: result[name] for name in COUNTS if result[name]}


def points(office, person):
    lines = office.get(PERSON, person, "points")["points"]
    return sorted((line["kind"], line["value"], line["is_primary"]) for line in lines)


def addresses(office, person):
    lines = office.get(PERSON, person, "addresses")["addresses"]
    names = ("kind", "street", "city", "province", "postal_code", "country")
    return sorted(tuple(line[name] for name in names) for line in lines)


GOOGLE = shapes.text_file(
    shapes.GOOGLE_NEW,
    {
        "First Name": "مریم",
        "Last Name": "کاظمی",
        "Name Prefix": "خانم",
        "Organization Name": "پارس نمونه",
        "Organization Title": "مدیر خرید",
        "Organization Department": "بازرگانی",
        "Birthday": "1986-07-23",
        "Notes": "دیدار در نمایشگاه",
        "Labels": "* myContacts ::: مشتری ویژه ::: * starred",
        "E-mail 1 - Label": "* Work",
        "E-mail 1 - Value": "Maryam@example.com ::: m.kazemi@example.org",
        "Phone 1 - Label": "Mobile",
        "Phone 1 - Value": "+98 912 345 6789 ::: 0935 111 2233",
        "Phone 2 - Label": "Work",
        "Phone 2 - Value": "021-88776655",
        "Phone 3 - Label": "Work Fax",
        "Phone 3 - Value": "021-88776656",
        "Address 1 - Label": "Work",
        "Address 1 - Formatted": "خیابان ولیعصر\nتهران",
        "Address 1 - Street": "خیابان ولیعصر",
        "Address 1 - City": "تهران",
        "Address 1 - Postal Code": "1234567890",
        "Relation 1 - Label": "Assistant",
        "Relation 1 - Value": "نرگس",
        "Website 1 - Label": "Blog",
        "Website 1 - Value": "https://example.com/blog",
    },
    {"First Name": "تنها نام", "Labels": "* myContacts", "Birthday": " --05-06"},
    {"Organization Name": "فروشگاه بی‌نام", "Phone 1 - Value": "02144556677"},
    {"First Name": "مریم دیگر", "Phone 1 - Label": "Mobile", "Phone 1 - Value": "09123456789"},
)


def test_google_contacts_come_in_with_all_their_numbers(office):
    file = office.imports(PERSON, GOOGLE, "contacts.csv", create_missing=True)
    assert counts(file) == {"created": 3, "duplicates": 1}
    first, second, third = office.find(PERSON, sort=("id",))
    assert (first["salutation"], first["first_name"], first["last_name"]) == ("خانم", "مریم", "کاظمی")
    assert (first["account"].title, first["department"]) == ("پارس نمونه", "بازرگانی")
    assert first["birth_date"] == dt.date(1986, 7, 23)
    assert [tag.title for tag in first["tags"]] == ["مشتری ویژه"]
    assert points(office, first["id"]) == [
        ("email", "Maryam@example.com", True),
        ("email", "m.kazemi@example.org", False),
        ("fax", "021-88776656", True),
        ("mobile", "+98 912 345 6789", True),
        ("mobile", "0935 111 2233", False),
        ("phone", "021-88776655", True),
        ("url", "https://example.com/blog", True),
    ]
    assert addresses(office, first["id"]) == [("main", "خیابان ولیعصر", "تهران", None, "1234567890", None)]
    assert first["notes"] == "دیدار در نمایشگاه\nAssistant: نرگس"
    assert (second["last_name"], second["notes"]) == ("تنها نام", "Birth date: --05-06")
    assert (third["last_name"], third["account"].title) == ("فروشگاه بی‌نام", "فروشگاه بی‌نام")


def test_the_old_columns_of_google_mean_the_same(office):
    old = shapes.text_file(
        shapes.GOOGLE_OLD,
        {
            "Name": "Ada Stone",
            "Given Name": "Ada",
            "Family Name": "Stone",
            "Group Membership": "* My Contacts ::: VIP",
            "E-mail 1 - Type": "*",
            "E-mail 1 - Value": "ada@example.com",
            "Phone 1 - Type": "Mobile",
            "Phone 1 - Value": "+98 912 000 0001",
            "Address 1 - Type": "Home",
            "Address 1 - Formatted": "1 Hill St\nYazd",
            "Organization 1 - Name": "Acme",
            "Organization 1 - Title": "Buyer",
            "Hobby": "Chess",
        },
        {"Name": "Mononym"},
    )
    assert counts(office.imports(PERSON, old, create_missing=True)) == {"created": 2}
    first, second = office.find(PERSON, sort=("id",))
    assert (first["full_name"], first["mobile"], first["email"]) == (
        "Ada Stone",
        "+989120000001",
        "ada@example.com",
    )
    assert ([tag.title for tag in first["tags"]], first["notes"]) == (["VIP"], "Hobby: Chess")
    (company,) = office.get(PERSON, first["id"], "companies")["companies"]
    assert (company["account"].title, company["role"]) == ("Acme", "Buyer")
    assert addresses(office, first["id"]) == [("home", "1 Hill St, Yazd", None, None, None, None)]
    assert second["last_name"] == "Mononym"


OUTLOOK = shapes.text_file(
    shapes.OUTLOOK,
    {
        "Title": "آقای",
        "First Name": "رضا",
        "Last Name": "مرادی",
        "Company": "سپهر",
        "Job Title": "فروشنده",
        "Business Street": "بلوار میرداماد",
        "Business Street 2": "پلاک 12",
        "Business City": "تهران",
        "Business Country/Region": "ایران",
        "Home City": "کرج",
        "Business Phone": "021 22 33 44 55",
        "Business Fax": "02122334456",
        "Mobile Phone": "0912-222-3344",
        "E-mail Address": "reza@example.com",
        "E-mail Type": "SMTP",
        "E-mail Display Name": "Reza (reza@example.com)",
        "E-mail 2 Address": "/o=ExchangeLabs/cn=reza",
        "Birthday": "7/23/1986",
        "Anniversary": "0/0/00",
        "Categories": "همکار;دوست",
        "Gender": "Unspecified",
        "Priority": "Normal",
        "Private": "False",
        "Sensitivity": "Normal",
        "Spouse": "لیلا",
        "Notes": "خط نخست\r\nخط دوم",
    },
    {"First Name": "سارا", "Last Name": "نوری", "Birthday": "0/0/00", "Home Phone": "03432112233"},
)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1256"])
def test_outlook_contacts_come_in_from_every_encoding(office, encoding):
    spelled = (lambda text: text.replace("ی", "ي").replace("ک", "ك")) if encoding == "cp1256" else str
    text = spelled(OUTLOOK)
    result = office.imports(PERSON, text.encode(encoding), "outlook.csv", create_missing=True)
    assert counts(result) == {"created": 2}
    first, second = office.find(PERSON, sort=("id",))
    assert (first["birth_date"], first["mobile"]) == (dt.date(1986, 7, 23), "+989122223344")
    assert sorted(tag.title for tag in first["tags"]) == ["دوست", "همکار"]
    assert first["notes"].split("\n")[:2] == ["خط نخست", "خط دوم"]
    assert sorted(first["notes"].split("\n")[2:]) == ["E-mail: /o=ExchangeLabs/cn=reza", "Spouse: لیلا"]
    assert [one[0] for one in addresses(office, first["id"])] == ["home", "main"]
    assert (second["birth_date"], second["notes"]) == (None, None)
    assert points(office, second["id"]) == [("phone", "03432112233", True)]


def test_espocrm_contacts_bring_owners_and_notes_and_are_known_again(office, actor_as):
    seller = actor_as("contacts.editor", login="mina@example.com")
    name = office.find("base.user", "name", filter=f"id == {seller.id}")[0]["name"]
    rows = [
        {
            "id": "6512bd43d9caa6e02c990b0a8",
            "deleted": "0",
            "name": "Leila Amini",
            "firstName": "Leila",
            "lastName": "Amini",
            "accountId": "x1",
            "accountName": "Kavir",
            "title": "CEO",
            "description": "Likes tea.\nCalls on Sundays.",
            "emailAddress": "leila@example.com",
            "phoneNumber": "+989121112233",
            "doNotCall": "0",
            "addressCity": "Kerman",
            "createdAt": "2021-02-03 04:05:06",
            "createdByName": "Admin",
            "assignedUserId": "u1",
            "assignedUserName": name,
        },
        {"id": "b", "lastName": "Alone", "assignedUserName": "Somebody who left"},
        {"id": "c", "lastName": "Third", "createdByName": "Admin"},
    ]
    file = shapes.text_file(shapes.ESPOCRM, *rows)
    result = office.imports(PERSON, file, create_missing=True)
    assert counts(result) == {"created": 2, "errors": 1}
    assert [(row["row"], row["problems"][0]["field"]) for row in result["rows"]] == [(3, "Owner")]
    first, second = office.find(PERSON, sort=("id",))
    assert (first["owner"].id, first["account"].title) == (seller.id, "Kavir")
    assert first["notes"].split("\n")[:2] == ["Likes tea.", "Calls on Sundays."]
    assert set(first["notes"].split("\n")[2:]) == {"createdAt: 2021-02-03 04:05:06", "createdByName: Admin"}
    assert points(office, first["id"])[1] == ("mobile", "+989121112233", True)
    again = office.imports(PERSON, file, create_missing=True)
    assert counts(again) == {"duplicates": 2, "errors": 1}
    renamed = shapes.text_file(
        shapes.ESPOCRM, {**rows[2], "lastName": "Renamed"}, {"id": "d", "lastName": "New"}
    )
    mended = office.imports(PERSON, renamed, mode="upsert", key="external_id")
    assert counts(mended) == {"updated": 1, "created": 1}
    assert office.get(PERSON, second["id"], "last_name")["last_name"] == "Renamed"


def test_a_row_that_is_twice_in_a_file_is_made_once(office):
    file = shapes.text_file(shapes.ESPOCRM, {"id": "a", "lastName": "One"}, {"id": "a", "lastName": "Two"})
    for dry_run in (True, False):
        result = office.imports(PERSON, file, dry_run=dry_run)
        assert counts(result) == {"created": 1, "duplicates": 1}
    assert office.column(PERSON, "last_name") == ["One"]


def test_vtiger_contacts_come_without_the_marks_of_its_references(office, actor_as):
    seller = actor_as("contacts.editor", login="mina@example.com")
    name = office.find("base.user", "name", filter=f"id == {seller.id}")[0]["name"]
    file = shapes.text_file(
        shapes.VTIGER,
        {
            "Salutation": "Mr.",
            "First Name": "Omid",
            "Last Name": "Bahrami",
            "Office Phone": "02144332211",
            "Organization Name": "Accounts::::Golestan",
            "Mobile Phone": "09131234567",
            "Lead Source": "Trade Show",
            "Fax": "02144332212",
            "Primary Email": "omid@example.com",
            "Secondary Email": "o.b@example.org",
            "Date of Birth": "1990-01-02",
            "Reports To": "Contacts::::Sara Noori",
            "Assigned To": name,
            "Contact Id": "12x345",
            "Created Time": "2020-01-01 10:00:00",
            "Mailing Street": "Azadi St",
            "Mailing City": "Isfahan",
            "Mailing State": "Isfahan",
            "Mailing Zip": "8134567890",
            "Other City": "Shiraz",
            "Description": "Pays late",
        },
        {"Last Name": "Second", "Assigned To": name},
    )
    assert counts(office.imports(PERSON, file, create_missing=True)) == {"created": 2}
    first, second = office.find(PERSON, sort=("id",))
    assert (first["account"].title, first["owner"].id, second["owner"].id) == (
        "Golestan",
        seller.id,
        seller.id,
    )
    assert (first["source"], first["birth_date"]) == ("Trade Show", dt.date(1990, 1, 2))
    assert first["notes"] == "Pays late\nReports To: Sara Noori\nCreated Time: 2020-01-01 10:00:00"
    assert [kind for kind, _, _ in points(office, first["id"])] == [
        "email",
        "email",
        "fax",
        "mobile",
        "phone",
    ]
    assert [(one[0], one[2]) for one in addresses(office, first["id"])] == [
        ("home", "Shiraz"),
        ("main", "Isfahan"),
    ]


def test_a_payamgostar_style_workbook_comes_in_with_98_numbers_and_jalali_dates(desk, actor_as):
    office = desk.as_(actor_as("contacts.manager", "base.member"))
    seller = actor_as("contacts.editor", login="mina@example.com")
    name = office.find("base.user", "name", filter=f"id == {seller.id}")[0]["name"]
    file = shapes.workbook(
        shapes.PAYAMGOSTAR,
        {
            "شماره مشتری": 1001,
            "عنوان": "جناب آقای",
            "نام": "بهرام",
            "نام خانوادگی": "احمدی",
            "سازمان": "آذر",
            "سمت": "مدیرعامل",
            "موبایل": 989123334455,
            "تلفن": "982188776655",
            "ایمیل": "bahram@example.com",
            "استان": "فارس",
            "شهر": "شیراز",
            "آدرس": "بلوار چمران",
            "نحوه آشنایی": "نمایشگاه",
            "دسته بندی": "عمده",
            "کارشناس فروش": name,
            "توضیحات": "بدحساب نیست",
        },
        {"شماره مشتری": 1001, "نام خانوادگی": "دوباره"},
        {"شماره مشتری": 1002, "نام خانوادگی": "بی‌مسئول", "کارشناس فروش": "کسی نیست"},
    )
    result = office.imports(PERSON, file, "hoviyat.xlsx", create_missing=True)
    assert counts(result) == {"created": 1, "duplicates": 1, "errors": 1}
    (first,) = office.find(PERSON, sort=("id",))
    assert (first["code"], first["mobile"], first["owner"].id) == ("1001", "+989123334455", seller.id)
    assert (first["account"].title, first["source"], first["notes"]) == ("آذر", "نمایشگاه", "بدحساب نیست")
    assert [kind for kind, _, _ in points(office, first["id"])] == ["email", "mobile", "phone"]


def test_who_sent_a_file_sees_from_which_program_it_is_and_what_its_columns_mean(desk, actor_as):
    result = desk.as_(actor_as("contacts.manager", "base.member")).imports(
        PERSON, GOOGLE, dry_run=True, create_missing=True
    )
    assert counts(result) == {"created": 3, "duplicates": 1}
    assert result["mapping"]["Mobile"] == "mobile"
