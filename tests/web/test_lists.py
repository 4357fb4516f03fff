"""Lists: found, filtered, sorted, paged and shown as asked; what an address asks wrongly is answered with a word."""

from __future__ import annotations

import itertools
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from core.i18n import Localization, period
from core.kernel.actor import Preferences
from tests.web.page import Form

LIST = "/records/contacts.contact"
COMPANIES = "/records/contacts.account"


@pytest.fixture
def people(kept):
    arya, star = kept.add("contacts.account", {"name": "Arya"}, {"name": "Setareh"})
    return kept.add(
        "contacts.contact",
        {
            "first_name": "علي",
            "last_name": "كريمي",
            "lifecycle": "customer",
            "birth_date": "1990-05-01",
            "code": "007",
            "companies": [{"account": arya, "is_primary": True}],
        },
        {
            "first_name": "سارا",
            "last_name": "رضایی",
            "lifecycle": "prospect",
            "birth_date": "1985-01-20",
            "code": "008",
            "companies": [{"account": star, "is_primary": True}],
        },
        {"first_name": "کاوه", "last_name": "نوری", "lifecycle": "partner", "notes": "met in Shiraz"},
    )


def names(answer):
    return [row[0] for row in answer.page.rows()] if answer.page.all("table", cls="tbl") else []


def filtered(person, *chips, path=LIST, **more):
    answer = person.opens(f"{path}?{urlencode([('f', chip) for chip in chips] + list(more.items()))}")
    assert answer.status == 200, answer.page.problems
    return names(answer)


@pytest.mark.parametrize("typed", ["علی کریمی", "علي كريمي", "کریمی علی", "007"])
def test_a_person_is_found_however_the_name_is_spelt(editor, admin, people, typed):
    assert names(admin.opens(f"{LIST}?{urlencode({'q': typed})}")) == ["علی کریمی"]


@pytest.mark.parametrize(
    ("chip", "found"),
    [
        ("last_name~has~کریم", {"علی کریمی"}),
        ("last_name~is~نوری", {"کاوه نوری"}),
        ("code~empty~", {"کاوه نوری"}),
        ("code~set~", {"علی کریمی", "سارا رضایی"}),
        ("lifecycle~is~customer", {"علی کریمی"}),
        ("lifecycle~not~customer", {"سارا رضایی", "کاوه نوری"}),
        ("birth_date~is~1990-05-01", {"علی کریمی"}),
        ("birth_date~from~1990-05-01", {"علی کریمی"}),
        ("birth_date~to~1985-01-20", {"سارا رضایی"}),
        ("birth_date~empty~", {"کاوه نوری"}),
        ("notes~has~shiraz", {"کاوه نوری"}),
        ("account~empty~", {"کاوه نوری"}),
        ("full_name~has~رضايي", {"سارا رضایی"}),
        ("created_at~from~2020-01-01", {"علی کریمی", "سارا رضایی", "کاوه نوری"}),
    ],
)
def test_a_filter_finds_what_it_says(admin, people, chip, found):
    assert set(filtered(admin, chip)) == found


def test_days_of_filters_are_read_in_the_persons_calendar(admin, people):
    admin.speaks("fa")
    assert filtered(admin, "birth_date~is~1369/02/11") == ["علی کریمی"]
    assert filtered(admin, "birth_date~is~۱۱ اردیبهشت ۱۳۶۹") == ["علی کریمی"]


def test_references_are_filtered_by_record_and_named_by_title(admin, kept, people):
    arya = kept.find("contacts.account", "name == 'Arya'")[0]["id"]
    answer = admin.opens(f"{LIST}?f=account~is~{arya}")
    assert names(answer) == ["علی کریمی"]
    assert "Arya" in answer.page.one(cls="facet").text
    assert set(filtered(admin, f"account~not~{arya}")) >= {"سارا رضایی"}


def test_amounts_numbers_and_flags_are_filtered_as_typed(admin, kept):
    kept.add(
        "contacts.account",
        {"name": "Small", "credit_limit": {"amount": "1000000", "currency": "IRR"}, "payment_terms_days": 15},
        {"name": "Large", "credit_limit": {"amount": "90000000", "currency": "IRR"}, "do_not_contact": True},
    )
    admin.speaks("fa")
    assert filtered(admin, "credit_limit~from~۵٬۰۰۰٬۰۰۰", path=COMPANIES) == ["Large"]
    assert filtered(admin, "credit_limit~to~100000", path=COMPANIES) == ["Small"]
    assert filtered(admin, "payment_terms_days~is~15", path=COMPANIES) == ["Small"]
    assert filtered(admin, "do_not_contact~yes~", path=COMPANIES) == ["Large"]
    assert filtered(admin, "do_not_contact~no~", "payment_terms_days~empty~", path=COMPANIES) == []


def test_a_phone_is_found_by_any_part_of_it_as_people_write_it(admin, kept):
    kept.add(
        "contacts.contact",
        {"last_name": "Karimi", "points": [{"kind": "mobile", "value": "09121234567", "is_primary": True}]},
    )
    for typed in ("0912", "۰۹۱۲ ۱۲۳", "1234567", "+98912"):
        assert filtered(admin, f"mobile~has~{typed}") == ["Karimi"], typed
    assert filtered(admin, "mobile~has~0935") == []


def filter_forms(person, opened, field):
    """Press the name of a field in the menu of filters; return the forms that ask for its value."""
    menu = opened.page.form(id="fields")
    asked = person.opens(menu.action, query_string=menu.filled({"field": field}))
    assert asked.status == 200, field
    return [Form(form) for form in asked.page.main.all("form", action=menu.action)]


def test_filters_are_added_by_form_and_taken_away_by_link(admin, people):
    opened = admin.opens(f"{LIST}?sort=-code")
    form = filter_forms(admin, opened, "lifecycle")[0]
    answer = admin.opens(form.action, query_string=form.filled({"operator": "is", "value": "customer"}))
    assert names(answer) == ["علی کریمی"]
    removal = answer.page.one(cls="facet").one("a")["href"]
    assert "sort=-code" in removal
    assert len(names(admin.opens(LIST + removal))) == 3


def test_every_filter_that_the_page_offers_can_be_answered(admin, people):
    opened = admin.opens(LIST)
    fields = [button["value"] for button in opened.page.all("button", form="fields")]
    assert len(fields) > 15
    days = {"birth_date", "created_at", "updated_at"}
    for form in (form for field in fields for form in filter_forms(admin, opened, field)):
        field, offered = form["field"], form.element.all("select", name="operator")
        for operator in (o["value"] for one in offered for o in one.all("option")) if offered else ["in"]:
            choices = form.element.all("select", name="value")
            plain = "2021-03-21" if field in days else "1"
            value = choices[0].all("option")[0]["value"] if choices else plain
            answer = admin.opens(f"{LIST}?{urlencode({'f': f'{field}~{operator}~{value}'})}")
            assert answer.status == 200, (field, operator, answer.page.problems)


def test_a_filter_on_a_field_that_nobody_offers_is_not_asked_for(admin, person, people):
    told = {admin.opens(f"{LIST}/filter?field={name}").status for name in ("version", "secret", "")}
    assert told == {400}
    member = person("base.member", login="m@example.com")
    assert member.opens(f"{LIST}/filter?field=lifecycle").status in (403, 404)


def test_ready_filters_of_the_view_work(admin, people):
    assert names(admin.opens(f"{LIST}?view=customers")) == ["علی کریمی"]
    assert len(names(admin.opens(f"{LIST}?view=unreachable"))) == 3


def test_a_list_is_sorted_by_a_click_on_its_head_and_back(admin, people):
    opened = admin.opens(f"{LIST}?cols=last_name,code")
    assert [h.text for h in opened.page.one("thead").all("th")][1:] == ["Last name", "Code"]
    down = admin.opens(f"{LIST}?cols=last_name,code&sort=-last_name")
    assert names(down) == ["نوری", "کریمی", "رضایی"]
    head = next(h for h in down.page.all("th") if h.has("aria-sort"))
    assert head["aria-sort"] == "descending"
    assert names(admin.opens(LIST + head.one("a")["href"])) == ["رضایی", "کریمی", "نوری"]


def test_columns_are_chosen(admin, people):
    answer = admin.opens(
        f"{LIST}/columns?{urlencode([('col', 'last_name'), ('col', 'birth_date'), ('state', '?sort=last_name')])}"
    )
    assert [h.text for h in answer.page.one("thead").all("th")][1:] == ["Last name", "Birth date"]
    assert names(answer) == ["رضایی", "کریمی", "نوری"]


def test_pages_follow_each_other_without_gap_or_repetition(admin, kept):
    kept.add("contacts.contact", *({"last_name": f"Person {number:03}"} for number in range(120)))
    seen, answer = [], admin.opens(f"{LIST}?cols=last_name&sort=last_name")
    for _ in range(5):
        seen.append(names(answer))
        following = answer.page.all("a", rel="next")
        if not following:
            break
        answer = admin.opens(LIST + following[0]["href"])
    assert list(itertools.chain(*seen)) == [f"Person {number:03}" for number in range(120)]
    assert len(seen) == 2


@pytest.mark.parametrize(
    "query",
    [
        "f=nonsense",
        "f=~~",
        "f=secret~is~1",
        "f=last_name~greater~1",
        "f=birth_date~is~yesterday-ish",
        "f=account~is~x",
        "f=birth_date~is~1404/12/30",
        "sort=nothing",
        "sort=-",
        "cursor=forged",
        "cols=,,",
        "cols=secret",
        "view=unknown",
        "f=created_at~is~",
        "f=lifecycle~is~unknown",
        "q=" + "x" * 300,
        "q=%00",
        "f=last_name~has~%27%22%3B--",
        "trash=2",
        "f=account~is~99999999999999999999",
        "sort=last_name&cursor=AAAA",
    ],
)
def test_an_address_that_asks_wrongly_gets_a_word_and_never_a_crash(admin, people, query):
    answer = admin.opens(f"{LIST}?{query}")
    assert answer.status in (200, 422)
    if answer.status == 422:
        assert answer.page.problems
        assert len(answer.page.rows()) == 3


def test_amounts_carry_their_unit_and_numbers_share_an_edge(admin, kept):
    kept.add("contacts.account", {"name": "Arya", "credit_limit": {"amount": "1250000", "currency": "IRR"}})
    for language, text in (("en", r"1,250,000\s*Rial"), ("fa", r"۱۲۵٬۰۰۰\s*تومان")):
        cell = (
            admin.speaks(language).opens(f"{COMPANIES}?cols=name,credit_limit").page.one("tbody").all("td")[2]
        )
        assert re.fullmatch(text, cell.text)
        assert "nc" in cell["class"].split()


def test_a_list_says_what_is_missing(admin, people):
    assert "No record fits this search" in admin.opens(f"{LIST}?q=zzzz").page.text
    empty = admin.opens("/records/contacts.relationship").page
    assert "Nothing here yet" in empty.text
    assert empty.all("a", href="/records/contacts.relationship/new")


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_period_is_bounded_by_the_persons_calendar(site, admin, kept, language):
    style = site.get(Localization).style(Preferences(language=language), site.settings)
    start, end = period(style, "month", style.today(datetime.now(UTC)))
    kept.add(
        "contacts.contact",
        {"last_name": "first day", "birth_date": start.isoformat()},
        {"last_name": "last day", "birth_date": (end - timedelta(days=1)).isoformat()},
        {"last_name": "day before", "birth_date": (start - timedelta(days=1)).isoformat()},
        {"last_name": "day after", "birth_date": end.isoformat()},
    )
    admin.speaks(language)
    assert set(filtered(admin, "birth_date~in~this_month")) == {"first day", "last day"}
    chip = admin.opens(f"{LIST}?f=birth_date~in~this_month").page.one(cls="facet").text
    assert {"en": "this month", "fa": "این ماه"}[language] in chip


def test_an_unknown_period_is_answered_with_the_known_ones(admin, people):
    answer = admin.opens(f"{LIST}?f=birth_date~in~next_decade")
    assert answer.status == 422
    assert "this_month" in answer.page.problems[0]


def test_a_search_and_a_chip_keep_the_whole_state(admin, people):
    state = "?f=lifecycle~is~customer&view=mine&where=code+%21%3D+null&sort=-code&cols=full_name,code"
    page = admin.opens(LIST + state).page
    search = Form(page.one("form", cls="find")).data
    assert {name: search[name] for name in ("f", "view", "where", "sort", "cols")} == {
        "f": "lifecycle~is~customer",
        "view": "mine",
        "where": "code != null",
        "sort": "-code",
        "cols": "full_name,code",
    }
