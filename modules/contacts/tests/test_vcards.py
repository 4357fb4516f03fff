"""vCards: every version is read, broken cards are told by their number, and what a list shows can be taken along."""

from __future__ import annotations

import base64
import datetime as dt

import pytest

from core.errors import AccessDenied
from core.kernel.actor import Actor
from core.studio import RestrictionStudio, RoleStudio
from modules.contacts.tests.test_moving_in import PERSON, addresses, counts, points
from modules.contacts.vcard_text import escaped, folded, read_cards

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L"
    "2u71////m8H////6/+b9//j/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAABf/EABQQAQAAAAAAAAAAAAAAAAAA"
    "AAD/2gAIAQEAAD8AFf/Z"
)
"""The smallest picture there is: one point."""


@pytest.fixture
def office(desk, actor_as):
    return desk.as_(actor_as("contacts.manager", "base.member"))


def card(*lines, version="3.0"):
    return "\r\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


THIRD = card(
    "N:کاظمی;مریم;;خانم;",
    "FN:خانم مریم کاظمی",
    "ORG:پارس نمونه;بازرگانی",
    "TITLE:مدیر خرید",
    "TEL;TYPE=CELL,PREF:+98 912 345 6789",
    "TEL;TYPE=WORK,FAX:021-88776656",
    "item1.TEL:02188776655",
    "item1.X-ABLabel:_$!<Main>!$_",
    "EMAIL;TYPE=INTERNET:maryam@example.com",
    "EMAIL;TYPE=HOME:m@example.org",
    "ADR;TYPE=WORK:;پلاک ۱۲;خیابان ولیعصر\\, نبش کوچه;تهران;تهران;1234567890;ایران",
    "ADR;TYPE=HOME:;;;کرج;;;",
    "BDAY:1986-07-23",
    "CATEGORIES:مشتری ویژه,همکار",
    "NOTE:خط نخست\\nخط دوم\\; و ",
    " ادامه",
    "PHOTO;ENCODING=b;TYPE=JPEG:" + base64.b64encode(JPEG).decode()[:60],
    " " + base64.b64encode(JPEG).decode()[60:],
    "X-SKYPE:maryam.k",
    "UID:abc-1",
)
FOURTH = card(
    "N:Stone;Ada;;;",
    "FN:Ada Stone",
    'TEL;VALUE=uri;TYPE="voice,cell":tel:+98-912-000-0001',
    "EMAIL:ada@example.com",
    "BDAY:--0506",
    "GENDER:F",
    "PHOTO:data:image/jpeg;base64," + base64.b64encode(JPEG).decode(),
    "UID:urn:uuid:2",
    version="4.0",
)
SECOND = card(
    "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D8=B1=D8=B6=D8=A7=DB=8C=DB=8C;=D8=\n=B9=D9=84=DB=8C;;;",
    "TEL;CELL;VOICE:09121112233",
    "NOTE;ENCODING=QUOTED-PRINTABLE:two=0D=0Alines",
    "PHOTO;JPEG;ENCODING=BASE64:" + base64.b64encode(JPEG).decode()[:40],
    base64.b64encode(JPEG).decode()[40:],
    "",
    version="2.1",
)


def test_cards_of_every_version_are_read_with_everything_that_is_on_them(office):
    result = office.imports(PERSON, THIRD + FOURTH + SECOND, "people.vcf", create_missing=True)
    assert counts(result) == {"created": 3}
    third, fourth, second = office.find(PERSON, sort=("id",))
    assert (third["salutation"], third["full_name"], third["department"]) == (
        "خانم",
        "مریم کاظمی",
        "بازرگانی",
    )
    assert third["notes"] == "خط نخست\nخط دوم; و ادامه\nX-SKYPE: maryam.k"
    assert sorted(tag.title for tag in third["tags"]) == ["مشتری ویژه", "همکار"]
    assert points(office, third["id"]) == [
        ("email", "m@example.org", False),
        ("email", "maryam@example.com", True),
        ("fax", "021-88776656", True),
        ("mobile", "+98 912 345 6789", True),
        ("phone", "02188776655", True),
    ]
    assert addresses(office, third["id"]) == [
        ("home", None, "کرج", None, None, None),
        ("main", "خیابان ولیعصر, نبش کوچه, پلاک ۱۲", "تهران", "تهران", "1234567890", "ایران"),
    ]
    assert [one["photo"].mime for one in (third, fourth, second)] == ["image/jpeg"] * 3
    assert [one["photo"].size for one in (third, fourth, second)] == [len(JPEG)] * 3
    assert (fourth["mobile"], fourth["gender"], fourth["notes"]) == (
        "+989120000001",
        "female",
        "Birth date: --0506",
    )
    assert (second["full_name"], second["mobile"], second["notes"]) == (
        "علی رضایی",
        "+989121112233",
        "two\nlines",
    )
    assert third["birth_date"] == dt.date(1986, 7, 23)


def test_broken_cards_are_told_by_their_number_and_the_others_are_taken(office):
    large = card("N:Large;;;;", "PHOTO;ENCODING=b:" + "A" * 14_000_000)
    unfinished = "BEGIN:VCARD\nVERSION:3.0\nN:Never;Ended;;;\n"
    file = card("N:Good;;;;") + unfinished + card("N:Odd;;;;", "no line") + card() + large + card("FN:Last")
    result = office.imports(PERSON, file.replace("VERSION:3.0\r\nEND", "END"), "people.vcf")
    assert counts(result) == {"created": 2, "errors": 4}
    told = {row["row"]: row["problems"][0]["message"] for row in result["rows"]}
    assert told == {
        2: "The card has no end.",
        3: "Line 11 of the file is no line of a card.",
        4: "The card is empty.",
        5: "The photo has more than 2 MB; make it smaller, or leave its column out.",
    }
    without = {name: path for name, path in result["mapping"].items() if path != "photo"}
    assert counts(office.imports(PERSON, file, "people.vcf", mapping=without)) == {
        "created": 1,
        "duplicates": 2,
        "errors": 3,
    }
    assert office.column(PERSON, "last_name") == ["Good", "Last", "Large"]


def test_a_file_of_cards_of_another_kind_of_record_is_not_understood(office):
    with pytest.raises(AssertionError, match="None of the columns"):
        office.imports("contacts.account", THIRD, "people.vcf")


def test_what_a_list_shows_goes_out_as_cards_and_comes_in_equal_elsewhere(office):
    office.imports(PERSON, THIRD + SECOND, "people.vcf", create_missing=True)
    office.imports(PERSON, "Last name\nNot in the list\n")
    content = office.exports(PERSON, "vcf", filter="not is_empty(mobile)")
    text = content.decode()
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert text.count("BEGIN:VCARD") == 2
    whole = text.replace("\r\n ", "")
    assert "TEL;TYPE=CELL,PREF:+98 912 345 6789\r\n" in whole
    assert "NOTE:خط نخست\\nخط دوم\\; و ادامه" in whole
    names = ("full_name", "salutation", "mobile", "email", "birth_date", "department", "notes")
    before = [{name: one[name] for name in names} for one in office.find(PERSON, sort=("id",))][:2]
    held = [(points(office, i), addresses(office, i)) for i in office.column(PERSON, "id")[:2]]
    for number in office.column(PERSON, "id"):
        office.delete(PERSON, number)
    assert counts(office.imports(PERSON, content, "people.vcf", create_missing=True)) == {"created": 2}
    assert [{name: one[name] for name in names} for one in office.find(PERSON, sort=("id",))] == before
    assert [(points(office, i), addresses(office, i)) for i in office.column(PERSON, "id")] == held


def test_nobody_takes_on_cards_what_they_may_not_take_along(office, site, actor_as):
    office.imports(PERSON, THIRD, "people.vcf", create_missing=True)
    with pytest.raises(AccessDenied):
        office.as_(actor_as("contacts.reader", "base.member")).exports(PERSON, "vcf")


def test_cards_hold_the_lines_that_may_be_taken_along(office, site, actor_as):
    office.imports(PERSON, THIRD, "people.vcf", create_missing=True)
    system = Actor(elevated="a test")
    laws = {"contact_point": "kind not in ['phone', 'fax', 'email']", "address": "kind == 'home'"}
    before = office.exports(PERSON, "vcf").decode()
    assert all(mark in before for mark in ("TEL;TYPE=FAX", "02188776655", "EMAIL;", "ADR;TYPE=WORK"))
    for name, condition in laws.items():
        law = {"entity": f"contacts.{name}", "when": condition, "actions": ["export"]}
        site.get(RestrictionStudio).add(system, f"x.{name}", law)
    taken = office.exports(PERSON, "vcf").decode()
    assert "ADR;TYPE=HOME" in taken
    assert not any(mark in taken for mark in ("TEL;TYPE=FAX", "02188776655", "EMAIL;", "ADR;TYPE=WORK"))
    grants = [
        {"entity": PERSON, "actions": ["read"]},
        {
            "entity": PERSON,
            "actions": ["export"],
            "fields": {"read": ["first_name", "last_name"], "edit": []},
        },
        {
            "entity": PERSON,
            "actions": ["export"],
            "when": "last_name == 'Nobody'",
            "fields": {"read": ["points", "addresses", "companies", "job_title", "account"], "edit": []},
        },
    ]
    site.get(RoleStudio).add(system, "x.taker", {"label": {"en": "Taker"}, "grants": grants})
    names = office.as_(actor_as("x.taker", "base.member")).exports(PERSON, "vcf").decode()
    assert "N:کاظمی;مریم" in names
    assert not any(mark in names for mark in ("TEL", "EMAIL", "ADR", "TITLE", "ORG"))


@pytest.mark.parametrize(
    "charset", ["unicode_escape", "punycode", "idna", "rot13", "zip", "utf-8\0", "utf-7"]
)
def test_codecs_that_are_no_charset_of_text_are_not_followed(charset):
    name = "ENCODING=QUOTED-PRINTABLE:=D8=B9=D9=84=DB=8C\\u0041"
    (found,) = read_cards(card(f"NOTE;CHARSET={charset};{name}"))
    assert found.first("NOTE") == "علیu0041"


def test_a_charset_that_the_text_does_not_have_gives_way_to_one_that_it_has():
    odd, arabic = "NOTE;CHARSET=utf-16;ENCODING=QUOTED-PRINTABLE:=D8", "NOTE;CHARSET=windows-1256;"
    (found,) = read_cards(card(odd, f"{arabic}ENCODING=QUOTED-PRINTABLE:=DA=E1=ED"))
    assert [note.text for note in found.all("NOTE")] == ["ط", "علي"]


def test_text_is_escaped_and_lines_are_folded_between_letters():
    note = "a,b;c\\d\r\nپ" * 30
    line = folded(f"NOTE:{escaped(note)}")
    assert all(len(piece) <= 75 for piece in line.encode().split(b"\r\n"))
    (found,) = read_cards(f"BEGIN:VCARD\r\n{line}END:VCARD\r\n")
    assert found.first("NOTE") == note.replace("\r\n", "\n")
