"""Everything out of one site and into an empty second one, over the API and in a browser: what goes out there is equal."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import pytest
from PIL import Image

from core.app.work import work
from core.kernel.site import Site
from core.testing.site import lent_site, web_of
from tests.api.conftest import Caller, new_key
from tests.web.conftest import Person, signed_in
from tests.web.page import Form
from tests.web.test_import_pages import goes_on

pytestmark = [pytest.mark.modules, pytest.mark.covers("CD-46", "IN-22")]

MODULES = ("base", "contacts", "l10n_fa")
PEOPLE, COMPANIES, TAGS = "contacts.contact", "contacts.account", "base.tag"
PERSIAN = {"Accept-Language": "fa"}
CIRCLES = ("parent", "primary_contact")
LONG = 'خط نخست\n\t=HYPERLINK("x")\n  "نقل", و؛ دو | سه \\ چهار\n' + "دراز " * 8000 + "پایان"


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return MODULES


@dataclass
class House:
    """A site with two people: one who brings and takes, one who keeps some of the records."""

    site: Site
    mina: Person
    caller: Caller
    reza: int
    left: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, site: Site) -> House:
        app = web_of(site)
        people = [
            signed_in(
                site, app, ("base.member", "contacts.manager"), f"{n}@example.com", name=n, language="fa"
            )
            for n in ("Mina", "Reza")
        ]
        for one in people:
            one.client.set_cookie("payvand_language", "fa")
        actor: Any = people[0].actor
        other: Any = people[1].actor
        caller = Caller(client=app.test_client(), actor=actor, key=new_key(site, actor))
        return cls(site=site, mina=people[0], caller=caller, reza=other.id)

    def works(self) -> None:
        work(self.site, wait=False)

    # Over the API

    def gives(self, entity: str, fmt: str) -> bytes:
        asked = {"entity": entity, "format": fmt, "sort": "code", **({} if "vcf" in fmt else {"fields": "*"})}
        answer = self.caller("GET", "/exports", query_string=asked, headers=PERSIAN)
        assert answer.status_code == 200, answer.text
        return bytes(answer.data)

    def takes(self, entity: str, name: str, content: bytes, leave: Sequence[str] = (), **form: str) -> Any:
        tried = self._run(entity, name, content, dry_run="true", **form)
        mapping = {head: path for head, path in tried["mapping"].items() if path not in leave}
        return self._run(entity, name, content, mapping=json.dumps(mapping), **form)

    def _run(self, entity: str, name: str, content: bytes, **form: str) -> Any:
        data = {"file": (io.BytesIO(content), name), "entity": entity, "create_missing": "true", **form}
        promised = self.caller("POST", "/imports", data=data, headers=PERSIAN)
        assert promised.status_code == 202, promised.text
        self.works()
        job = self.caller.get(f"/jobs/{promised.json['job']}")
        assert job["state"] == "done", job["error"]
        return job["result"]

    # In a browser

    def downloads(self, entity: str, fmt: str) -> bytes:
        whole = "" if "vcf" in fmt else "&everything=1"
        links = [a["href"] for a in self.mina.opens(f"/records/{entity}?sort=code").page.all("a")]
        (link,) = [one for one in links if f"export.{fmt}?" in one and ("everything" in one) == bool(whole)]
        answer = self.mina.opens(link)
        assert answer.status == 200
        return bytes(answer.response.data)

    def uploads(self, entity: str, name: str, content: bytes, leave: Sequence[str] = (), **form: str) -> Any:
        token = self.mina.opens(f"/records/{entity}/import").page.main.one("form").one("input", name="csrf")
        sent = {"csrf": token["value"], "file": (io.BytesIO(content), name)}
        columns = self.mina.sends(f"/records/{entity}/import", sent)
        shown = Form(columns.page.main.one("form", method="post"))
        filled = shown.filled({"create_missing": "1", **form})
        for key, value in list(filled.items()):
            if value in leave and key.startswith("c"):
                self.left[key] = value
                filled[key] = ""
        if "key" in form:  # what was left out of such a file is remembered: now it is chosen
            for key, value in self.left.items():
                filled[key] = value
            self.left.clear()
        checked = self.mina.sends(shown.action or columns.response.request.full_path.rstrip("?"), filled)
        self.works()
        done = goes_on(self.mina, self.mina.opens(checked.path), self.works)
        cards = done.page.main.one("dl", cls="counts").all("div")
        told = [int(c.one("dd").text.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"))) for c in cards]
        return dict(zip([c.one("dt").text for c in cards], told, strict=True))


@pytest.fixture
def old(site) -> House:
    return House.of(site)


@pytest.fixture
def new(pg, tmp_path) -> Any:
    with lent_site(pg, MODULES, tmp_path / "second") as second:
        yield House.of(second)


def fills(house: House, kept: Any) -> None:
    """Keep companies and people of every kind, and some that nobody would think of."""
    tags = kept.add(TAGS, {"name": 'ویژه، "طلایی"; الف|ب'}, {"name": "=tag"}, {"name": "عمده"})
    mother, sister, bare = kept.add(
        COMPANIES,
        {"name": "آذر, «نو»", "code": "A-007", "tags": tags[:2], "owner": house.reza, "kind": "government",
         "lifecycle": None, "credit_limit": {"amount": "12500005", "currency": "IRR"}, "payment_terms_days": 30,
         "legal_id": "00140012345", "website": "https://example.com/a,b;c", "do_not_contact": True, "notes": "-۱",
         "points": [{"kind": "phone", "value": "021-88776655", "ext": "12", "label": "دفتر: یک | دو", "is_primary": True},
                    {"kind": "email", "value": "info@example.com", "is_primary": True}],
         "addresses": [{"kind": "billing", "city": "تهران", "street": "خیابان=۱", "plaque": "۱۲", "postal_code": "0123456789"},
                       {"kind": "main", "city": "شیراز"}]},
        {"name": "=1+1", "code": "A-008", "credit_limit": {"amount": "-99.99", "currency": "EUR"}},
        {"name": "#N/A", "code": "'=A-009", "do_not_contact": None},
    )  # fmt: skip
    first, *_ = kept.add(
        PEOPLE,
        {"first_name": "مریم\u200cبانو", "last_name": "کاظمی", "salutation": "خانم", "code": "007", "gender": "female",
         "national_code": "0013542419", "birth_date": "1986-07-23", "job_title": "مدیر", "department": "بازرگانی",
         "preferred_language": "فارسی", "preferred_channel": "sms", "lifecycle": "customer", "owner": house.reza,
         "source": "نمایشگاه", "notes": LONG, "tags": tags,
         "points": [{"kind": "mobile", "value": "0912 123 4567", "is_primary": True},
                    {"kind": "mobile", "value": "+98 935 111 2233", "label": "خانه", "invalid": True, "invalid_reason": "قطع"},
                    {"kind": "phone", "value": "09121110000", "is_primary": True},
                    {"kind": "telegram", "value": "@maryam"}, {"kind": "url", "value": "https://example.com/x,y"},
                    {"kind": "email", "value": "Maryam@example.com", "is_primary": True}],
         "companies": [{"account": mother, "role": "مدیر خرید; ارشد", "is_primary": True, "from_date": "2020-03-20"},
                       {"account": sister, "role": "مشاور", "inactive": True, "to_date": "2024-03-20"}],
         "addresses": [{"kind": "home", "country": "ایران", "province": "فارس", "city": "شیراز", "street": "بلوار, ۲"},
                       {"kind": "home", "city": "کرج"}, {"kind": "shipping", "unit": "۳", "county": "ری"}]},
        {"last_name": "-2+3", "code": "008", "lifecycle": None, "companies": [{"account": sister, "is_primary": True}]},
        {"first_name": "\U0001f600 Ada\\", "last_name": 'O"Neil; a,b', "code": "'=009", "birth_date": "1890-01-02",
         "companies": [{"account": bare, "role": "_x0041_", "is_primary": True}], "job_title": "＝Boss",
         "points": [{"kind": "fax", "value": "02188776656", "is_primary": True}, {"kind": "url", "value": "https://example.com", "is_primary": True}],
         "addresses": [{"kind": "main", "city": "Yazd", "street": "1 Hill St"}, {"kind": "home", "postal_code": "01234"}]},
        {"last_name": "تنها", "code": "1e5", "notes": "＋۱\n\n'=2", "tags": [tags[1]], "owner": None, "team": None},
    )  # fmt: skip
    kept.change(COMPANIES, sister, {"parent": mother, "primary_contact": first})


def same(before: bytes, after: bytes, fmt: str) -> None:
    """Hold two exports against each other: to the byte, by cells, or card by card."""
    if fmt == "csv":
        assert after.decode() == before.decode()
    elif fmt == "xlsx":
        assert cells(after) == cells(before)
    else:
        assert cards(after) == cards(before)


def cells(content: bytes) -> list[list[tuple[object, str, str]]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet.sheet_view.rightToLeft
    return [[(cell.value, cell.data_type, cell.number_format) for cell in row] for row in sheet.iter_rows()]


def cards(content: bytes) -> list[list[str]]:
    """Return cards without what a site gives them itself; their lines in order."""
    whole = content.decode().replace("\r\n ", "")
    found = [card.split("\r\n") for card in whole.split("BEGIN:VCARD\r\n") if card]
    return [sorted(line for line in card if not line.startswith("UID")) for card in found]


Way = tuple[Callable[..., bytes], Callable[..., Any]]


@pytest.mark.parametrize("way", ["api", "browser"])
@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_companies_and_people_come_equal_into_a_second_site(old, new, kept, way, fmt):
    fills(old, kept)
    give = House.gives if way == "api" else House.downloads
    take = House.takes if way == "api" else House.uploads
    before = {entity: give(old, entity, fmt) for entity in (COMPANIES, PEOPLE)}
    name = f"file.{fmt}"
    first = take(new, COMPANIES, name, before[COMPANIES], CIRCLES)
    assert made(first) == [3, 0, 0, 0, 0], first
    people = take(new, PEOPLE, name, before[PEOPLE])
    assert made(people) == [4, 0, 0, 0, 0], people
    # Who points at whom in a circle is known once all are there.
    again = take(new, COMPANIES, name, before[COMPANIES], mode="upsert", key="code")
    assert made(again) == [0, 1, 2, 0, 0], again
    for entity, content in before.items():
        same(content, give(new, entity, fmt), fmt)
    once_more = take(new, PEOPLE, name, before[PEOPLE], mode="upsert", key="code")
    assert made(once_more) == [0, 0, 4, 0, 0], once_more


def made(result: Any) -> list[int]:
    """Return what became of the rows: made, updated, left as they were, duplicates, refused."""
    if "created" in result:
        return [result[name] for name in ("created", "updated", "skipped", "duplicates", "errors")]
    made, updated, duplicates, skipped, errors = result.values()
    return [made, updated, skipped, duplicates, errors]


@pytest.mark.parametrize("way", ["api", "browser"])
@pytest.mark.parametrize("fmt", ["vcf", "vcf4"])
def test_cards_come_equal_into_a_second_site(old, new, kept, way, fmt):
    fills(old, kept)
    photo = with_photo(old, kept)
    give = House.gives if way == "api" else House.downloads
    take = House.takes if way == "api" else House.uploads
    before = give(old, PEOPLE, fmt)
    assert f"VERSION:{'4.0' if fmt == 'vcf4' else '3.0'}".encode() in before
    assert base64.b64encode(photo)[:60] in before.replace(b"\r\n ", b"")
    assert made(take(new, PEOPLE, "people.vcf", before)) == [4, 0, 0, 0, 0]
    same(sorted_by_name(before), sorted_by_name(give(new, PEOPLE, fmt)), fmt)
    assert made(take(new, PEOPLE, "people.vcf", before)) == [0, 0, 0, 4, 0]


def sorted_by_name(content: bytes) -> bytes:
    """Return a file of cards in the order of their names; codes, by which lists are sorted, are on no card."""
    found = content.decode().split("BEGIN:VCARD\r\n")[1:]
    return "".join("BEGIN:VCARD\r\n" + card for card in sorted(found)).encode()


def with_photo(house: House, kept: Any) -> bytes:
    """Give the first person a photo, and return it."""
    drawn = io.BytesIO()
    Image.linear_gradient("L").save(drawn, "JPEG")
    sent = house.caller("POST", "/files", data={"file": (io.BytesIO(drawn.getvalue()), "photo.jpg")})
    assert sent.status_code == 201, sent.text
    (person,) = kept.find(PEOPLE, "code == '007'")
    answer = house.caller("GET", f"/records/{PEOPLE}/{person['id']}")
    head = {"If-Match": answer.headers["ETag"]}
    changed = house.caller(
        "PATCH", f"/records/{PEOPLE}/{person['id']}", {"photo": sent.json["id"]}, headers=head
    )
    assert changed.status_code == 200, changed.text
    return drawn.getvalue()
