"""Whoever administers an entity arranges it in the browser, and is shown nothing else of the definitions."""

from __future__ import annotations

import pytest

from core.kernel.actor import Actor
from core.studio import RoleStudio
from tests.web.page import Form

ACCOUNT = "contacts.account"
FIELDS = f"/fields/{ACCOUNT}"
GRANTS = [
    {
        "entity": ACCOUNT,
        "actions": ["read", "create", "update", "administer"],
        "fields": {"read": ["*", "!credit_limit"], "edit": ["*", "!credit_limit"]},
    },
    {"entity": "contacts.contact", "actions": ["read"]},
]


@pytest.fixture
def ann(site, person):
    body = {"label": {"en": "Arranger"}, "grants": GRANTS}
    site.get(RoleStudio).add(Actor(elevated="a test"), "x.arranger", body)
    return person("base.member", "x.arranger", login="ann@example.com", name="Ann Rad")


def form(answer):
    """Return the form of the page that has a place for the reason."""
    return next(f for f in answer.page.all("form") if f.all("input", name="why"))


def sends(someone, path, values, *, drop=()):
    """Open a page and send its form with some values changed; those in ``drop`` are left out, as boxes not ticked."""
    opened = someone.opens(path)
    assert opened.status == 200, path
    filled = Form(form(opened)).filled(values)
    return someone.sends(path, {k: v for k, v in filled.items() if k not in drop})


def links(answer):
    return [a.get("href") for a in answer.page.all("a")]


def test_the_menus_lead_there_only_whoever_arranges(ann, editor, admin, kept):
    (number,) = kept.add(ACCOUNT, {"name": "Acme"})
    listed, record = f"/records/{ACCOUNT}", f"/records/{ACCOUNT}/{number}"
    assert f"{FIELDS}/views/list" in links(ann.opens(listed))
    assert f"{FIELDS}/views/form" in links(ann.opens(record))
    assert f"{FIELDS}/views/list" in links(admin.opens(listed))
    for answer in (editor.opens(listed), editor.opens(record), ann.opens("/records/contacts.contact")):
        assert not [href for href in links(answer) if href and href.startswith("/fields/")]
    for path in (FIELDS, f"{FIELDS}/views/list", f"{FIELDS}/name", f"/entities/{ACCOUNT}/names"):
        assert editor.opens(path).status == 403, path
        assert ann.opens(path.replace("account", "contact")).status == 403, path
    for path in ("/fields", "/entities/new", "/roles", "/modules", "/access/matrix"):
        assert ann.opens(path).status == 403, path


def test_only_what_they_may_do_and_what_they_read_is_shown(ann, admin):
    page = ann.opens(FIELDS).page
    assert "credit_limit" not in page.main.text
    assert "credit_limit" in admin.opens(FIELDS).page.main.text
    assert not page.all("input", name="unique")
    assert not page.all("select", name="to")
    kinds = [option["value"] for option in page.one("select", id="type").all("option")]
    assert "text" in kinds
    assert not {"reference", "links", "file"} & set(kinds)
    assert "/fields" not in links(ann.opens(FIELDS))
    assert ann.opens(f"{FIELDS}/credit_limit").status == ann.opens(f"{FIELDS}/nothing").status == 400
    for kind in ("list", "form"):
        assert "credit_limit" not in str(ann.opens(f"{FIELDS}/views/{kind}").response.text)


def test_a_field_is_added_called_otherwise_taken_out_and_put_back(ann, kept):
    opened = ann.opens(FIELDS)
    added = {"name": "mood", "type": "choice", "choices": "good = Good\nbad = Bad", "label_en": "Mood"}
    made = ann.submits(opened, opened.page.form(cls="stack"), added)
    assert "x_mood" in made.page.one("tbody").text
    kept.add(ACCOUNT, {"name": "Acme", "x_mood": "bad"})
    values = {"label_fa": "حال", "help_en": "How they are", "option-good_en": "Fine", "choices": "so = So so"}
    values |= {"place-bad": "1", "place-good": "2", "why": "We ask it on the phone"}
    done = sends(ann, f"{FIELDS}/x_mood", values, drop=("offered-bad",))
    assert done.path == FIELDS
    assert "We ask it on the phone" in done.page.main.text
    assert "x_mood" in done.page.main.text.split("History")[1]
    rows = ann.opens(f"{FIELDS}/x_mood").page.one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == ["Bad", "Fine", "So so"]
    offered = [
        option["value"]
        for option in ann.opens(f"/records/{ACCOUNT}/new").page.one("select", name="x_mood").all("option")
    ]
    assert offered == ["", "good", "so"]
    (kept_one,) = kept.find(ACCOUNT)
    select = ann.opens(f"/records/{ACCOUNT}/{kept_one['id']}").page.one("select", name="x_mood")
    assert [o["value"] for o in select.all("option")] == ["", "bad", "good", "so"]
    assert "حال" in ann.speaks("fa").opens(f"/records/{ACCOUNT}/new").page.main.text
    ann.speaks("en")
    page = ann.opens(FIELDS)
    out = next(f for f in page.page.all("form") if (f.get("action") or "").endswith("/x_mood/remove"))
    removed = ann.submits(page, Form(out))
    back = next(f for f in removed.page.all("form") if (f.get("action") or "").endswith("/x_mood/restore"))
    assert "x_mood" in ann.submits(removed, Form(back)).page.one("tbody").text
    assert kept.find(ACCOUNT, fields=("x_mood",))[0]["x_mood"] == "bad"


def test_a_list_and_a_form_are_laid_out_and_put_back(ann, kept):
    kept.add(ACCOUNT, {"name": "Acme"})
    listed = f"/records/{ACCOUNT}"
    before = ann.opens(listed).page.one("thead").text
    path = f"{FIELDS}/views/list"
    page = ann.opens(path).page
    shown = [
        i["name"]
        for i in page.all("input")
        if (i.get("name") or "").startswith("show-") and i.get("checked") is not None
    ]
    keep = {"show-name", "show-phone"}
    values = {"show-phone": "1", "place-phone": "1", "place-name": "2", "sort": "name", "descending": "1"}
    assert sends(ann, path, values, drop=set(shown) - keep).path == listed
    heads = [th.text for th in ann.opens(listed).page.one("thead").all("th")]
    assert heads[1:] == ["Phone", "Name"]
    assert sends(ann, path, {"act": "reset"}).path == listed
    assert ann.opens(listed).page.one("thead").text == before
    path = f"{FIELDS}/views/form"
    refused = sends(ann, path, {}, drop=("show-name",))
    assert refused.status == 422
    assert "must be filled in" in " ".join(refused.page.problems)
    assert sends(ann, path, {"new_en": "Ours", "new_fa": "برای ما"}).status == 200
    placed = sends(ann, path, {"section-website": "x_section_1", "show-website": "1"})
    assert placed.status == 200
    assert "Ours" in ann.opens(f"/records/{ACCOUNT}/new").page.main.text


def test_an_entity_is_called_otherwise_in_each_language(ann):
    path = f"/entities/{ACCOUNT}/names"
    assert sends(ann, path, {"plural_en": "Customers", "plural_fa": "مشتری‌ها"}).path == FIELDS
    assert "Customers" in ann.opens(f"/records/{ACCOUNT}").page.title
    assert "مشتری‌ها" in ann.speaks("fa").opens(f"/records/{ACCOUNT}").page.title
