"""Roles in the browser: made, widened after a look at what it does, narrowed and taken away."""

from __future__ import annotations


def form_of(page, act):
    """Return the only form that does this with a role."""
    found = [f for f in page.all("form") if any(i.get("value") == act for i in f.all("input", name="act"))]
    assert len(found) == 1
    return found[0]


def sends(person, answer, values):
    csrf = answer.page.all("input", name="csrf")[0]["value"]
    seen = next((i["value"] for i in answer.page.all("input", name="seen")), "")
    return person.sends(answer.path, {"csrf": csrf, "seen": seen, **values})


GRANT = {"act": "grant", "entity": "contacts.contact", "action": ["read", "delete"], "scope": "own"}


def test_a_role_is_made_widened_after_a_look_and_taken_away(admin, editor):
    opened = admin.opens("/roles")
    assert "/roles/contacts.editor" in [a.get("href") for a in opened.page.main.all("a")]
    made = sends(admin, opened, {"name": "desk", "label_en": "Front desk"})
    assert made.path == "/roles/x.desk"
    assert "Front desk" in made.page.title
    looked = sends(admin, made, {**GRANT, "when": "lifecycle == 'customer'", "read": "last_name"})
    assert "may let somebody do more" in looked.page.one("table", id="rights-difference").text
    assert "Nothing is granted" in admin.opens("/roles/x.desk").page.main.text
    form = next(f for f in looked.page.all("form") if f.get("action") == "/roles/x.desk")
    done = admin.sends("/roles/x.desk", {i["name"]: i["value"] for i in form.all("input")} | GRANT)
    assert done.path == "/roles/x.desk"
    assert "Nothing is granted" not in done.page.main.text
    assert "Read, Delete" in done.page.main.text
    stale = sends(admin, made, {**GRANT, "confirmed": "1"})
    assert stale.status == 422
    assert "meanwhile" in " ".join(stale.page.problems)
    dropped = sends(admin, done, {"act": "drop_grant", "at": "0"})
    assert "0 of them may let somebody do more" in dropped.page.main.text
    implied = sends(admin, done, {"act": "imply", "other": "contacts.reader", "confirmed": "1"})
    assert form_of(implied.page, "drop_imply")
    gone = sends(admin, implied, {"act": "remove"})
    assert "Taken away" in gone.page.main.text
    assert sends(admin, implied, {"act": "remove", "confirmed": "1"}).path == "/roles"
    assert admin.opens("/roles/x.desk").status == 404
    for path in ("/roles", "/roles/contacts.editor"):
        assert editor.opens(path).status == 403


def test_what_makes_no_sense_is_told_and_what_was_typed_stays(admin):
    opened = admin.opens("/roles/contacts.reader")
    wrong = sends(admin, opened, {**GRANT, "when": "nothing >", "more": "fly"})
    assert wrong.status == 422
    assert wrong.page.problems
    assert wrong.page.one("input", id="g-when")["value"] == "nothing >"
    assert not [f for f in wrong.page.all("form") if form_removes(f)]
    assert sends(admin, opened, {"act": "burn"}).status == 400
    again = sends(admin, admin.opens("/roles"), {"name": "Front Desk!", "label_en": "A"})
    assert again.status == 422


def form_removes(form):
    return any(i.get("value") == "remove" for i in form.all("input", name="act"))
