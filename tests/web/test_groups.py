"""Groups and totals of lists: counts and sums by currency, months in the reader's calendar, figures that agree."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

LIST = "/records/contacts.contact"
COMPANIES = "/records/contacts.account"


def money(amount, currency="IRR"):
    return {"amount": str(amount), "currency": currency}


@pytest.fixture
def companies(kept):
    return kept.add(
        "contacts.account",
        {"name": "A", "lifecycle": "customer", "credit_limit": money(1000)},
        {"name": "B", "lifecycle": "customer", "credit_limit": money(500)},
        {"name": "C", "lifecycle": "partner", "credit_limit": money(20, "EUR")},
        {"name": "D", "lifecycle": "customer", "credit_limit": money(7, "EUR"), "do_not_contact": True},
        {"name": "E", "lifecycle": "partner"},
    )


@pytest.fixture
def births(kept):
    days = ["2026-03-20", "2026-03-21", "2026-03-31", "2026-04-20", "2026-04-21", "2025-12-31"]
    kept.add(
        "contacts.contact",
        *({"last_name": f"P{day}", "birth_date": day} for day in days),
        {"last_name": "none"},
    )


def groups(answer):
    """Return the groups of a page: label, count, and the sums of each."""
    found = []
    for row in answer.page.all("tr", cls="grp"):
        name = row.one("th")
        sums = [s.text.replace("\xa0", " ") for s in row.all("span", cls="sum")]
        found.append((name.one("bdi").text, name.one(cls="count").text, sums))
    return found


def opened(answer, label):
    return next(a["href"] for a in answer.page.all("a") if a.has("aria-expanded") and label in a.text)


def rows(answer):
    return [r.one("a").text for r in answer.page.one("table", cls="tbl").all("tr", tabindex="-1")]


def test_groups_have_counts_and_sums_by_currency_always_with_the_unit(admin, companies):
    answer = admin.opens(f"{COMPANIES}?group=lifecycle&cols=name,credit_limit")
    assert groups(answer) == [
        ("Customer", "3", ["7.00 EUR", "1,500 Rial"]),
        ("Partner", "2", ["20.00 EUR"]),
    ]
    assert rows(answer) == []
    foot = answer.page.one("tfoot")
    assert "5 records in all" in foot.text
    assert [s.text.replace("\xa0", " ") for s in foot.all("span", cls="sum")] == ["27.00 EUR", "1,500 Rial"]


def test_a_group_opens_and_closes_by_a_link_and_can_be_seen_alone(admin, companies):
    answer = admin.opens(f"{COMPANIES}?group=lifecycle&sort=-name&cols=name,credit_limit")
    customers = admin.opens(COMPANIES + opened(answer, "Customer"))
    assert rows(customers) == ["D", "B", "A"]
    assert rows(admin.opens(COMPANIES + opened(customers, "Partner"))) == ["D", "B", "A", "E", "C"]
    assert rows(admin.opens(COMPANIES + opened(customers, "Customer"))) == []


def test_a_long_group_shows_its_first_rows_and_leads_to_all(admin, kept):
    kept.add("contacts.account", *({"name": f"N{i:02}", "lifecycle": "partner"} for i in range(30)))
    answer = admin.opens(f"{COMPANIES}?group=lifecycle&open=partner&cols=name")
    assert len(rows(answer)) == 20
    more = next(a for a in answer.page.all("a") if a.text == "20 of 30 shown; show all")
    assert len(rows(admin.opens(COMPANIES + more["href"]))) == 30


@pytest.mark.parametrize(
    ("language", "months"),
    [
        (
            "en",
            [("December 2025", "1"), ("March 2026", "3"), ("April 2026", "2"), ("Without Birth date", "1")],
        ),
        ("fa", [("دی ۱۴۰۴", "۱"), ("اسفند ۱۴۰۴", "۱"), ("فروردین ۱۴۰۵", "۳"), ("اردیبهشت ۱۴۰۵", "۱")]),
    ],
)
def test_months_are_those_of_the_readers_calendar(admin, births, language, months):
    answer = admin.speaks(language).opens(f"{LIST}?group=birth_date~month&cols=last_name")
    assert [(label, count) for label, count, _ in groups(answer)][: len(months)] == months


def test_a_month_holds_exactly_its_days(admin, births):
    for language, key, people in (
        ("en", "2026-03-01", ["P2026-03-20", "P2026-03-21", "P2026-03-31"]),
        ("fa", "2026-03-21", ["P2026-03-21", "P2026-03-31", "P2026-04-20"]),
    ):
        query = urlencode(
            {"group": "birth_date~month", "open": key, "cols": "last_name", "sort": "last_name"}
        )
        answer = admin.speaks(language).opens(f"{LIST}?{query}")
        assert rows(answer) == people


def test_moments_are_grouped_by_the_months_of_the_persons_zone(admin, companies):
    answer = admin.opens(f"{COMPANIES}?group=created_at~month&cols=name")
    assert [count for _, count, _ in groups(answer)] == ["5"], answer.page.problems
    assert sorted(rows(admin.opens(COMPANIES + opened(answer, groups(answer)[0][0])))) == list("ABCDE")


def test_references_and_flags_make_groups_too(admin, kept):
    star = kept.add("contacts.account", {"name": "Star"})[0]
    kept.add("contacts.account", {"name": "Sub", "parent": star, "do_not_contact": True})
    assert [g[:2] for g in groups(admin.opens(f"{COMPANIES}?group=parent"))] == [
        ("Star", "1"),
        ("Without Part of", "1"),
    ]
    flags = admin.opens(f"{COMPANIES}?group=do_not_contact")
    assert {g[:2] for g in groups(flags)} == {("yes", "1"), ("no", "1")}
    assert rows(admin.opens(COMPANIES + opened(flags, "yes"))) == ["Sub"]
    assert rows(admin.opens(f"{COMPANIES}?group=parent&open=-")) == ["Star"]


def test_groups_follow_search_filters_and_the_trash(admin, companies):
    answer = admin.opens(f"{COMPANIES}?{urlencode({'group': 'lifecycle', 'q': 'C', 'cols': 'name'})}")
    assert [g[:2] for g in groups(answer)] == [("Partner", "1")]
    narrowed = admin.opens(f"{COMPANIES}?group=lifecycle&f=do_not_contact~yes~&cols=name")
    assert [g[:2] for g in groups(narrowed)] == [("Customer", "1")]
    assert groups(admin.opens(f"{COMPANIES}?group=lifecycle&trash=1")) == []


def test_a_person_sees_only_their_own_share_in_groups_and_no_total_of_what_is_hidden(person, kept):
    anna = person("base.member", "contacts.editor", login="a@example.com", team="Sales")
    kept.add(
        "contacts.account",
        {"name": "hers", "lifecycle": "customer", "credit_limit": money(10), "owner": anna.actor.id},
    )
    kept.add("contacts.account", {"name": "other", "lifecycle": "partner", "credit_limit": money(99)})
    answer = anna.opens(f"{COMPANIES}?group=lifecycle&cols=name,credit_limit")
    assert groups(answer) == [("Customer", "1", [])]
    assert "Rial" not in answer.page.main.text


def test_totals_say_what_they_cover(admin, kept):
    kept.add("contacts.account", *({"name": f"N{i:03}", "credit_limit": money(10)} for i in range(100)))
    page = f"{COMPANIES}?cols=name,credit_limit"
    first = admin.opens(page)
    asked = first.page.one("tfoot")
    assert "Count and add up all" in asked.text
    alone = admin.opens(asked["hx-get"]).page.one("tfoot").text.replace("\xa0", " ")
    assert alone == "80 of 100 shown, totals of all 1,000 Rial"
    without_script = (
        admin.opens(COMPANIES + asked.one("a")["href"]).page.one("tfoot").text.replace("\xa0", " ")
    )
    assert without_script == alone
    small = admin.opens(f"{page}&q=N00").page.one("tfoot").text.replace("\xa0", " ")
    assert small == "10 records in all 100 Rial"


@pytest.mark.parametrize(
    "query",
    [
        "group=secret",
        "group=name",
        "group=lifecycle~month",
        "group=lifecycle&open=x&open=%00",
        "group=birth_date~month&open=nonsense",
    ],
)
def test_a_group_that_makes_no_sense_means_nothing(admin, companies, births, query):
    for path in (LIST, COMPANIES):
        assert admin.opens(f"{path}?{query}").status == 200


def test_too_many_months_are_refused_with_a_word(admin, kept):
    kept.add(
        "contacts.contact",
        {"last_name": "old", "birth_date": "1900-01-01"},
        {"last_name": "new", "birth_date": "2026-01-01"},
    )
    answer = admin.opens(f"{LIST}?group=birth_date~month")
    assert answer.status == 422
    assert "narrow the filter" in answer.page.problems[0]
