"""Search over everything: grouped, within rights, and what somebody may have meant where nothing is called so."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from core.records.slips import is_known_to_index, patterns_of, probes_of


@pytest.fixture
def world(kept):
    kept.add("contacts.account", {"name": "داده‌پردازان آریا"}, {"name": "Setareh Trading"})
    kept.add(
        "contacts.contact",
        {"first_name": "علی", "last_name": "کریمی"},
        {"first_name": "Sara", "last_name": "Mohammadi"},
        {"first_name": "کاوه", "last_name": "نوری"},
    )


def searched(person, typed):
    return person.opens(f"/search?{urlencode({'q': typed})}").page


def hits(page):
    return [a.one("bdi").text for ul in page.all("ul", cls="hits") for a in ul.all("a")]


def test_hits_are_grouped_by_what_they_are(admin, kept, world):
    kept.add("contacts.contact", *({"last_name": f"Setareh {n}"} for n in range(12)))
    page = searched(admin, "setareh")
    assert [h.text for h in page.main.all("h2")] == ["Companies", "Contacts"]
    assert len(hits(page)) == 1 + 8
    more = next(a for a in page.all("a") if a.text == "More in Contacts")
    assert len(admin.opens(more["href"]).page.rows()) == 12


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("کریممی", "علی کریمی"),
        ("کیرمی", "علی کریمی"),
        ("کرمی", "علی کریمی"),
        ("کریتی", "علی کریمی"),
        ("علی کرییمی", "علی کریمی"),
        ("Mohamadi", "Sara Mohammadi"),
        ("mohammqdi", "Sara Mohammadi"),
        ("Setarhe", "Setareh Trading"),
        ("داده پردزان", "داده‌پردازان آریا"),
        ("نوزی کاوه", "کاوه نوری"),
        ("دادهپردارانآریا", "داده‌پردازان آریا"),
        ("Setareh Tradng", "Setareh Trading"),
    ],
)
def test_a_misspelt_name_is_asked_about(admin, world, typed, meant):
    page = searched(admin, typed)
    assert "Did you mean" in page.main.text
    assert meant in hits(page)
    answer = admin.client.get(
        f"/search?{urlencode({'q': typed})}", headers={"Accept": "application/json"}
    ).json
    assert answer["near"] is True
    assert meant in [item["title"] for item in answer["items"]]


def test_nobody_is_asked_about_what_is_found_or_like_nothing(admin, world):
    assert "Did you mean" not in searched(admin, "کریمی").main.text
    assert "Nothing found" in searched(admin, "xqzwvkj").main.text
    assert "Nothing found" in searched(admin, "zz").main.text


def test_a_name_that_one_may_not_see_is_not_suggested(person, kept, world):
    anna = person("base.member", "contacts.editor", login="a@example.com", team="Sales")
    assert hits(searched(anna, "کریممی")) == []
    kept.add("contacts.contact", {"last_name": "کریمپور"}, actor=anna.actor)
    assert hits(searched(anna, "کریمبور")) == ["کریمپور"]


def test_marks_of_patterns_are_letters_like_others(admin, kept):
    kept.add("contacts.account", {"name": "100% sure"})
    for typed in ("%%%%%%", "a%_b\\c", "______", "100% syre"):
        assert admin.opens(f"/search?{urlencode({'q': typed})}").status == 200
    assert all("\\%" in one or "%" not in one.strip("%") for one in patterns_of("100%sure"))


def fits(pattern, text):
    body = pattern.strip("%")
    return any(
        all(p in ("_", c) for p, c in zip(body, text[at:], strict=False)) and len(text) - at >= len(body)
        for at in range(len(text))
    )


@pytest.mark.parametrize("word", ["abcd", "کرمی", "karimi", "کریمی", "иванов", "karimian", "mohammadzadeh"])
def test_every_word_with_one_slip_fits_one_of_its_patterns_and_an_index_finds_it(word):
    other = word[-1]
    slips = [word[:i] + word[i + 1 :] for i in range(len(word))]
    slips += [word[:i] + other + word[i:] for i in range(len(word) + 1)]
    slips += [word[:i] + other + word[i + 1 :] for i in range(len(word))]
    slips += [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]
    for typed in (slip for slip in slips if len(slip) >= 4):
        assert any(fits(one, word) for one in patterns_of(typed)), typed
        assert any(fits(one, word) for one in probes_of(typed)), typed


@pytest.mark.parametrize(
    "typed", ["abcd", "کرمی", "a-b-c-d", "100%sure", "######", "x" * 40, "کakر", "漢字漢字"]
)
def test_no_pattern_makes_an_index_read_all_of_itself(typed):
    assert all(map(is_known_to_index, probes_of(typed)))
    assert len(probes_of(typed)) < 400


def test_people_alone_are_searched_where_only_they_are_asked_for(admin, kept, world):
    answer = admin.client.get("/search?q=mina&entity=base.user", headers={"Accept": "application/json"}).json
    assert [item["title"] for item in answer["items"]] == ["Mina Karimi"]
