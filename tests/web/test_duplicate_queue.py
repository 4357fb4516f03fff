"""The queue of likely duplicates: empty, filled by a scan, both records side by side, decided one by one and together."""

from __future__ import annotations

import pytest

from core.app.work import work

pytestmark = pytest.mark.modules

LIST = "/records/contacts.contact"
QUEUE = f"{LIST}/duplicates"


@pytest.fixture
def boss(person):
    return person("base.member", "contacts.manager")


def points(*values):
    return [{"kind": "mobile", "value": value} for value in values]


def twins(desk, number="09121234567"):
    return desk.create(
        "contacts.contact",
        {"first_name": "Anna", "last_name": "Weber", "points": points(number)},
        {"first_name": "Dr. Anna", "last_name": "Webber", "points": points(f"+98{number[1:]}")},
    )


def scanned(boss, site):
    opened = boss.opens(QUEUE)
    started = boss.submits(opened, opened.page.form(action=f"{QUEUE}/scan"), {})
    assert started.page.one("progress")
    work(site, wait=False)
    return boss.opens(started.path)


def test_nobody_has_looked_and_then_nothing_is_found(boss, site, desk):
    assert "Nobody has looked yet" in boss.opens(QUEUE).page.text
    assert QUEUE in [link["href"] for link in boss.opens(LIST).page.all("a")]
    assert "0 pairs wait" in scanned(boss, site).page.text
    assert "No two records" in boss.opens(QUEUE).page.text


def test_a_pair_stands_side_by_side_and_leads_into_the_merge(boss, site, desk):
    first, _second = twins(desk)
    assert "1 pair waits for a decision" in scanned(boss, site).page.text
    page = boss.opens(QUEUE).page
    text = page.text
    assert "Anna Weber" in text
    assert "Dr. Anna Webber" in text
    assert "Phone or e-mail: the same" in text
    assert "Name: alike" in text
    merge = next(a["href"] for a in page.all("a") if "/merge?" in a["href"])
    opened = boss.opens(merge)
    boss.submits(opened, opened.page.form(aria_label="Merge"), {})
    assert "Anna Webber" not in boss.opens(QUEUE).page.text
    assert desk.get("contacts.contact", first)["id"] == first


def test_what_is_dismissed_is_apart_and_can_be_asked_again(boss, site, desk):
    twins(desk)
    scanned(boss, site)
    opened = boss.opens(QUEUE)
    number = opened.page.one("input", name="pair")["value"]
    told = boss.submits(opened, opened.page.form(id="pairs"), {"pair": number})
    assert "1 pair is no duplicate" in told.page.text
    assert "Anna Weber" not in boss.opens(QUEUE).page.one("main").text.replace(told.page.text, "")
    apart = boss.opens(f"{QUEUE}?state=dismissed")
    assert "Anna Weber" in apart.page.text
    boss.submits(apart, apart.page.form(id="pairs"), {"pair": number})
    assert "Anna Weber" in boss.opens(QUEUE).page.text


def test_scores_narrow_the_queue(boss, site, desk):
    twins(desk)
    scanned(boss, site)
    assert "Anna Weber" in boss.opens(f"{QUEUE}?band=sure").page.text
    assert "No pair is this likely" in boss.opens(f"{QUEUE}?band=perhaps").page.text


def test_who_may_only_read_sees_no_buttons(person, desk, boss, site):
    twins(desk)
    scanned(boss, site)
    reader = person("base.member", "contacts.reader")
    page = reader.opens(QUEUE).page
    assert not [form for form in page.all("form") if "duplicates" in form["action"]]
    assert "Anna Weber" not in page.text, "the records are of nobody's team"


def test_in_persian(person, desk, site):
    boss = person("base.member", "contacts.manager", language="fa")
    twins(desk)
    opened = boss.opens(QUEUE)
    boss.submits(opened, opened.page.form(action=f"{QUEUE}/scan"), {})
    work(site, wait=False)
    text = boss.opens(QUEUE).page.text
    assert "تکراری نیست" in text
    assert "ادغام" in text
