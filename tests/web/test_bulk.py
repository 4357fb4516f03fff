"""Many rows at once: a preview that counts, one act, a way back that spares what was changed since; by ids or by filter."""

from __future__ import annotations

import pytest

from core.identity import Identity
from core.jobs.runner import Runner
from core.storage.catalogs import Catalogs

COMPANIES = "/records/contacts.account"
EDIT = f"{COMPANIES}/bulk/edit"


@pytest.fixture
def companies(kept):
    return kept.add(
        "contacts.account",
        {"name": "A", "lifecycle": "customer"},
        {"name": "B", "lifecycle": "customer"},
        {"name": "C", "lifecycle": "partner"},
    )


def choose(person, ids=(), state="", everything=False):
    """Tick rows of a list and press Change."""
    opened = person.opens(COMPANIES + state)
    data = opened.page.form(id="rows").filled(
        {"id": [str(i) for i in ids], "all": "1" if everything else None}
    )
    return person.sends(EDIT, data)


def step(person, answer, **values):
    form = answer.page.form(aria_label="New values")
    return person.sends(EDIT, form.filled(values))


def lifecycles(kept):
    return {r["name"]: r["lifecycle"] for r in kept.find("contacts.account", "", ("name", "lifecycle"))}


def work(site, job):
    runner = Runner(site, site.get(Identity).actor_of, site.get(Catalogs).current)
    runner.run(job, lambda: False)


def undone(person, answer):
    form = answer.page.form(id="undo")
    return person.sends(form.action, form.data)


def test_chosen_rows_get_one_value_after_a_preview_and_are_taken_back(admin, kept, companies):
    asked = choose(admin, companies[:2])
    assert "2 records are chosen." in asked.page.main.one("p", role="status").text
    fields = step(admin, asked, act="add", new_field="lifecycle")
    done = step(admin, fields, act="apply", lifecycle="partner")
    assert "2 records are changed." in done.page.html
    assert lifecycles(kept) == {"A": "partner", "B": "partner", "C": "partner"}
    back = undone(admin, done)
    assert "2 records are as before." in back.page.html
    assert lifecycles(kept) == {"A": "customer", "B": "customer", "C": "partner"}


def test_the_way_back_spares_what_somebody_changed_since(admin, kept, companies):
    done = step(
        admin,
        step(admin, choose(admin, companies[:2]), act="add", new_field="lifecycle"),
        act="apply",
        lifecycle="partner",
    )
    kept.change("contacts.account", companies[0], {"lifecycle": "prospect"})
    back = undone(admin, done)
    assert "1 record is as before." in back.page.html
    assert "1 was changed since and stays." in back.page.html
    assert lifecycles(kept) == {"A": "prospect", "B": "customer", "C": "partner"}


def test_all_that_the_list_finds_is_found_again_when_the_act_is_carried_out(admin, kept):
    kept.add(
        "contacts.account",
        *({"name": f"N{i:03}", "lifecycle": "customer"} for i in range(100)),
        {"name": "Z", "lifecycle": "partner"},
    )
    asked = choose(admin, state="?f=lifecycle~is~customer", everything=True)
    assert "100 records are chosen." in asked.page.main.one("p", role="status").text
    kept.add("contacts.account", {"name": "late", "lifecycle": "customer"})
    done = step(
        admin,
        step(admin, asked, act="add", new_field="payment_terms_days"),
        act="apply",
        payment_terms_days="30",
    )
    assert "101 records are changed." in done.page.html
    assert "lifecycle" in done.response.request.query_string.decode()
    assert not kept.find("contacts.account", "name == 'Z' and payment_terms_days == 30")


def test_only_what_one_may_change_is_changed_and_the_preview_says_so(person, kept):
    anna = person("base.member", "contacts.editor", login="a@example.com", team="Sales")
    own = kept.add("contacts.account", {"name": "hers"}, actor=anna.actor)
    other = kept.add("contacts.account", {"name": "other"})
    asked = choose(anna, [*own, *other])
    assert "1 record is chosen." in asked.page.main.one("p", role="status").text
    step(
        anna,
        step(anna, asked, act="add", new_field="industry"),
        act="apply",
        industry="Mining",
    )
    assert kept.get("contacts.account", other[0])["industry"] is None
    assert kept.get("contacts.account", own[0])["industry"] == "Mining"


def test_a_refused_value_keeps_what_was_typed_and_changes_nothing(admin, kept, companies):
    asked = step(admin, choose(admin, companies), act="add", new_field="payment_terms_days")
    refused = step(admin, asked, act="apply", payment_terms_days="soon")
    assert refused.status == 422
    assert refused.page.one("input", name="payment_terms_days")["value"] == "soon"
    assert refused.page.one(cls="err").text
    assert not kept.find("contacts.account", "not is_empty(payment_terms_days)")


def test_rows_are_deleted_by_filter_and_come_back(admin, kept, companies):
    opened = admin.opens(f"{COMPANIES}?f=lifecycle~is~customer")
    data = opened.page.form(id="rows").filled({"all": "1"})
    gone = admin.sends(f"{COMPANIES}/delete", data)
    assert "2 records are in the trash." in gone.page.html
    assert set(lifecycles(kept)) == {"C"}
    undone(admin, gone)
    assert set(lifecycles(kept)) == {"A", "B", "C"}


def test_nobody_takes_back_what_another_did(admin, person, kept, companies):
    ben = person("base.member", "contacts.manager", login="b@example.com")
    done = step(
        admin,
        step(admin, choose(admin, companies[:1]), act="add", new_field="lifecycle"),
        act="apply",
        lifecycle="partner",
    )
    cause = done.page.form(id="undo")["cause"]
    csrf = ben.opens(COMPANIES).page.form(id="rows")["csrf"]
    told = ben.sends(f"{COMPANIES}/bulk/undo", {"csrf": csrf, "cause": cause})
    assert "There is nothing to take back." in told.page.html
    assert lifecycles(kept)["A"] == "partner"


def test_many_records_are_changed_by_a_job_that_tells_how_far_it_is(site, admin, kept):
    kept.add("contacts.account", *({"name": f"N{i:03}", "lifecycle": "customer"} for i in range(600)))
    asked = choose(admin, everything=True)
    assert "This runs as a task" in asked.page.main.one("p", role="status").text
    waiting = step(
        admin,
        step(admin, asked, act="add", new_field="payment_terms_days"),
        act="apply",
        payment_terms_days="30",
    )
    assert "0 of 600 are done." in waiting.page.main.text
    work(site, int(waiting.path.rpartition("/")[2]))
    finished = admin.opens(waiting.path)
    assert "600 records are changed." in finished.page.main.text
    assert len(kept.find("contacts.account", "is_empty(payment_terms_days)")) == 0


def test_a_bulk_change_needs_rows(admin, companies):
    assert "Nothing was chosen." in choose(admin).page.html
