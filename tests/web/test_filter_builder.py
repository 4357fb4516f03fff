"""The filter builder: conditions one by one, groups, periods, an expression by hand; all as plain forms."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

import pytest

from core.i18n import Localization
from core.kernel.actor import Preferences

LIST = "/records/contacts.contact"
BUILDER = f"{LIST}/filter/builder"


@pytest.fixture
def people(kept, site):
    arya = kept.add("contacts.account", {"name": "Arya"})[0]
    style = site.get(Localization).style(Preferences(), site.settings)
    today = style.today(datetime.now(UTC)).isoformat()
    kept.add(
        "contacts.contact",
        {
            "last_name": "Karimi",
            "lifecycle": "customer",
            "code": "1",
            "birth_date": "1990-05-01",
            "companies": [{"account": arya, "is_primary": True}],
        },
        {"last_name": "Nouri", "lifecycle": "customer", "birth_date": today},
        {"last_name": "Rezaei", "lifecycle": "partner", "code": "3"},
    )
    return {"arya": arya}


def conditions(answer):
    return answer.page.form(aria_label="Conditions")


def steps(person, act, answer=None, **values):
    """Fill in the builder and press one of its buttons."""
    opened = answer or person.opens(f"{BUILDER}?{urlencode({'state': '', 'kind': 'list'})}")
    data = conditions(opened).filled({**values, "act": act})
    return person.opens(f"{BUILDER}?{urlencode(list(data.items(multi=True)))}")


def found(answer):
    assert answer.status == 200, answer.page.problems
    return {row[0] for row in answer.page.rows()} if answer.page.all("table", cls="tbl") else set()


def where(answer):
    return parse_qs(answer.response.request.query_string.decode()).get("where", [""])[0]


def test_conditions_are_added_one_by_one_and_become_an_expression(admin, people):
    first = steps(admin, "add:0", new0="lifecycle")
    second = steps(admin, "add:0", first, value0="customer", new0="code")
    used = steps(admin, "use", second, operator0=["is", "set"], value0=["customer", ""], text0=["", ""])
    assert found(used) == {"Karimi"}
    assert where(used) == "lifecycle == 'customer' and not is_empty(code)"
    assert "Advanced" in used.page.one(cls="where").text


def test_groups_are_joined_by_and_or_or(admin, people):
    one = steps(admin, "add:0", new0="lifecycle")
    two = steps(admin, "group", one, value0="partner")
    three = steps(admin, "add:1", two, new1="code")
    used = steps(admin, "use", three, join="any", operator1="is", value1="1")
    assert found(used) == {"Karimi", "Rezaei"}
    assert where(used) == "lifecycle == 'prospect' or code == '1'".replace("prospect", "partner")


def test_a_condition_is_taken_out_again(admin, people):
    first = steps(admin, "add:0", new0="lifecycle")
    second = steps(admin, "add:0", first, value0="customer", new0="code")
    removed = steps(admin, "remove:0", second)
    assert [i["value"] for i in removed.page.all("input", name="field0")] == ["code"]


def test_an_expression_comes_back_as_the_conditions_that_made_it(admin, people):
    for text, lines in {
        "lifecycle == 'customer' and not is_empty(code)": [("lifecycle", "is"), ("code", "set")],
        f"account == {people['arya']}": [("account", "is")],
        "in_period(birth_date, 'this_month') or owner == $user": [("birth_date", "in"), ("owner", "me")],
        "fold_contains(full_name, 'ali') and birth_date <= date('1990-05-01')": [
            ("full_name", "has"),
            ("birth_date", "to"),
        ],
        "not fold_contains(full_name, 'ali')": [("full_name", "lacks")],
    }.items():
        opened = admin.opens(f"{BUILDER}?{urlencode({'state': '?' + urlencode({'where': text})})}")
        assert opened.page.all("form", aria_label="Conditions"), (text, opened.page.problems)
        form = conditions(opened)
        fields = [i["value"] for i in form.element.all("input", name="field0")]
        shown = [
            next(o["value"] for o in s.all("option") if o.has("selected"))
            for s in form.element.all("select", name="operator0")
        ]
        assert list(zip(fields, shown, strict=True)) == lines, text
        again = steps(admin, "use", opened)
        assert where(again) == text


def test_days_and_numbers_are_written_in_the_readers_way(admin, people):
    admin.speaks("fa")
    state = "?" + urlencode({"where": "birth_date == date('1990-05-01')"})
    opened = admin.opens(f"{BUILDER}?{urlencode({'state': state})}")
    form = next(f for f in opened.page.all("form") if f.all("input", name="groups"))
    assert form.one("input", name="value0")["value"] == "۱۳۶۹/۰۲/۱۱"


def test_a_period_moves_on_with_the_days_and_keeps_its_name_in_the_address(admin, people):
    first = steps(admin, "add:0", new0="birth_date")
    chosen = steps(admin, "change", first, operator0="in")
    used = steps(admin, "use", chosen, value0="this_month")
    assert where(used) == "in_period(birth_date, 'this_month')"
    assert found(used) == {"Nouri"}


def test_a_reference_may_be_typed_by_its_title(admin, people):
    first = steps(admin, "add:0", new0="account")
    used = steps(admin, "use", first, operator0="is", text0="Arya")
    assert found(used) == {"Karimi"}


def test_what_cannot_be_read_stays_as_typed_and_says_why(admin, people):
    first = steps(admin, "add:0", new0="birth_date")
    refused = steps(admin, "use", first, operator0="is", value0="soon-ish")
    assert refused.status == 422
    field = refused.page.one("input", name="value0")
    assert (field["value"], field["aria-invalid"]) == ("soon-ish", "true")
    assert "soon-ish" in refused.page.one(cls="err").text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code = '1'", "1:6"),
        ("coed == '1'", "code"),
        ("code == 1", "1:"),
        ("in_period(code, 'this_month')", "1:"),
        ("in_period(birth_date, 'someday')", "this_month"),
        ("in_period(birth_date)", "in_period(field, 'this_month')"),
        ("code", "1:1"),
    ],
)
def test_an_expression_by_hand_is_refused_with_the_place_and_what_there_is(admin, people, text, words):
    refused = admin.opens(f"{BUILDER}?{urlencode({'state': '', 'act': 'use_text', 'where': text})}")
    assert refused.status == 422
    assert words in refused.page.problems[0]
    assert refused.page.one("textarea", name="where").text == text
    listed = admin.opens(f"{LIST}?{urlencode({'where': text})}")
    assert listed.status == 422
    assert words in listed.page.problems[0]
    assert len(listed.page.rows()) == 3


def test_an_expression_by_hand_filters_and_what_is_no_group_stays_text(admin, people):
    text = "length(last_name) > 5 and (code == '1' or (code == '3' and lifecycle == 'partner'))"
    used = admin.opens(f"{BUILDER}?{urlencode({'state': '?sort=-code', 'act': 'use_text', 'where': text})}")
    assert found(used) == {"Karimi", "Rezaei"}
    opened = admin.opens(f"{BUILDER}?{urlencode({'state': '?' + urlencode({'where': text})})}")
    assert not opened.page.all("form", aria_label="Conditions")
    assert opened.page.one("textarea", name="where").text == text


def test_the_builder_counts_what_fits_and_keeps_the_other_filters(admin, people):
    state = "?f=lifecycle~is~customer&q=karimi"
    opened = admin.opens(f"{BUILDER}?{urlencode({'state': state})}")
    assert "1 record fits" in opened.page.main.one(role="status", cls="faint").text
    added = steps(admin, "add:0", opened, new0="code")
    used = steps(admin, "use", added, operator0="empty", value0="")
    assert found(used) == set()
    assert "lifecycle~is~customer" in used.response.request.url.replace("%7E", "~")


def test_a_field_that_one_may_not_read_is_as_unknown_as_one_that_is_not_there(person, people):
    member = person("base.member", login="m@example.com")
    told = set()
    for name in ("created_at", "created_zz"):
        for text in (f"in_period({name}, 'this_month')", f"is_empty({name})"):
            query = urlencode({"act": "text", "where": text})
            answer = member.opens(f"/records/base.user/filter/builder?{query}")
            told.add((answer.status, answer.page.problems[0].replace(name, "X").split(" Perhaps")[0][4:]))
    assert told == {(422, "there is no field X here.")} or len(told) == 1


def test_who_may_not_read_an_entity_gets_no_builder(person, people):
    member = person("base.member", login="m@example.com")
    assert member.opens(BUILDER).status in (403, 404)


@pytest.mark.parametrize("digit", ["²", "۵", "x", "9" * 30])
def test_what_is_no_number_in_an_address_breaks_no_page(admin, people, digit):
    assert admin.opens(f"{BUILDER}?{urlencode({'kind': 'list', 'groups': digit})}").status == 200
    lines = {"kind": "list", "groups": "1", "field0": "account", "operator0": "is", "value0": digit}
    assert admin.opens(f"{BUILDER}?{urlencode({**lines, 'text0': ''})}").status == 200
    chip = urlencode({"f": f"account~is~{digit}"})
    assert admin.opens(f"{LIST}?{chip}").status < 500
