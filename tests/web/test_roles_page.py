"""Roles in the browser: made, widened after a look at what it does, narrowed and taken away."""

from __future__ import annotations

from tests.web.page import Form


def form_of(page, act):
    """Return the only form that does this with a role."""
    found = [f for f in page.all("form") if any(i.get("value") == act for i in f.all("input", name="act"))]
    assert len(found) == 1
    return found[0]


def sends(person, answer, values):
    csrf = answer.page.all("input", name="csrf")[0]["value"]
    seen = next((i["value"] for i in answer.page.all("input", name="seen")), "")
    return person.sends(answer.path, {"csrf": csrf, "seen": seen, **values})


def does(person, answer, values, reason=""):
    """Ask for a change, look at what it does, and confirm it."""
    looked = sends(person, answer, values)
    return person.submits(looked, confirming(looked.page), {"reason": reason})


def confirming(page):
    return Form(next(f for f in page.all("form") if f.all("input", name="confirmed")))


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
    done = admin.submits(looked, confirming(looked.page), {"reason": "a new desk"})
    assert done.path == "/roles/x.desk"
    assert "Nothing is granted" not in done.page.main.text
    assert "Read, Delete" in done.page.main.text
    assert "a new desk" in done.page.main.text
    stale = admin.submits(looked, confirming(looked.page), {})
    assert stale.status == 422
    assert "meanwhile" in " ".join(stale.page.problems)
    dropped = sends(admin, done, {"act": "drop_grant", "at": "0"})
    assert "0 of them may let somebody do more" in dropped.page.main.text
    implied = does(admin, done, {"act": "imply", "other": "contacts.reader"})
    assert form_of(implied.page, "drop_imply")
    gone = sends(admin, implied, {"act": "remove"})
    assert "Taken away" in gone.page.main.text
    silent = admin.submits(gone, confirming(gone.page), {"reason": " "})
    assert (silent.status, silent.page.problems) == (422, ["Say why it is taken away."])
    listed = admin.submits(silent, confirming(silent.page), {"reason": "the desk is closed"})
    assert listed.path == "/roles"
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


def test_a_grant_hides_fields_where_an_expression_holds_and_is_changed_after_a_look(admin):
    made = sends(admin, admin.opens("/roles"), {"name": "mask", "label_en": "Masked"})
    assert "this site" in admin.opens("/roles").page.main.text
    assert "the module Contacts" in admin.opens("/roles").page.main.text
    plain = {
        "act": "grant",
        "entity": "contacts.contact",
        "action": ["read"],
        "scope": "all",
        "read": "last_name",
    }
    hidden = {"mask_field": ["last_name", ""], "mask_when": ["owner != $user", ""]}
    looked = sends(admin, made, {**plain, **hidden})
    assert "not owner != $user" in looked.page.one("table", id="rights-difference").text
    done = does(admin, made, {**plain, **hidden})
    assert "last_name is hidden where owner != $user" in done.page.main.text
    again = admin.opens("/roles/x.mask?at=0")
    form = form_of(again.page, "change_grant")
    assert [i["value"] for i in form.all("input", name="mask_when")] == ["owner != $user", ""]
    wider = sends(admin, again, {**plain, "act": "change_grant", "at": "0"})
    assert "may let somebody do more" in wider.page.one("table", id="rights-difference").text
    bare = does(admin, again, {**plain, "act": "change_grant", "at": "0"})
    assert "is hidden where" not in bare.page.main.text
    assert form_of(bare.page, "drop_grant")


def test_a_mask_that_does_not_compile_is_told_with_its_place_and_stays_as_typed(admin):
    opened = admin.opens("/roles/contacts.reader")
    base = {**GRANT, "when": "owner ==", "mask_field": ["last_name"], "mask_when": ["ownr != $user"]}
    wrong = sends(admin, opened, base)
    told = " ".join(wrong.page.problems)
    assert wrong.status == 422
    assert "Hidden where, last_name: 1:1: contacts.contact has no field ownr. Perhaps: owner" in told
    assert "Only where: 1:9:" in told
    form = form_of(wrong.page, "grant")
    assert [i["value"] for i in form.all("input", name="mask_field")] == ["last_name", ""]
    assert form.all("input", name="mask_when")[0]["value"] == "ownr != $user"
    for field, when, sentence in (
        (
            ["", "last_name"],
            ["owner != $user", "owner == $user"],
            "Say which field is hidden where owner != $user",
        ),
        (
            ["last_name", "last_name"],
            ["owner != $user", "owner == $user"],
            "The field last_name stands twice",
        ),
        (["id"], ["owner != $user"], "it cannot be masked"),
        (["ghost"], ["owner != $user"], "has no field ghost"),
        (["last_name"], [""], "Hidden where, last_name: 1:1"),
    ):
        wrong = sends(admin, opened, {**GRANT, "mask_field": field, "mask_when": when})
        assert wrong.status == 422
        assert sentence in " ".join(wrong.page.problems)


def test_a_deleted_role_leaves_its_history_and_can_be_put_back(admin):
    made = sends(admin, admin.opens("/roles"), {"name": "tide", "label_en": "Tide table"})
    plain = {"act": "grant", "entity": "contacts.contact", "action": ["read"], "scope": "own"}
    filled = does(admin, made, plain, "for the harbour")
    old = sends(admin, filled, {"act": "remove"})
    narrower = does(admin, filled, {"act": "drop_grant", "at": "0"})
    stale = admin.submits(old, confirming(old.page), {"reason": "too late"})
    assert "meanwhile" in " ".join(stale.page.problems)
    assert admin.opens("/roles/x.tide").status == 200
    refilled = does(admin, narrower, plain)
    gone = does(admin, refilled, {"act": "remove"}, "the harbour has silted up")
    told = gone.page.one("section", **{"aria-labelledby": "r-removed"})
    for words in ("Tide table", "deleted it", "the harbour has silted up", "for the harbour", "made it"):
        assert words in told.text
    back = next(f for f in told.all("form") if f.all("input", name="name")[0]["value"] == "x.tide")
    back = Form(back)
    looked = admin.submits(gone, back)
    assert "may let somebody do more" in looked.page.main.text
    assert admin.opens("/roles/x.tide").status == 404
    returned = admin.submits(looked, confirming(looked.page), {"reason": "dredged"})
    assert returned.path == "/roles/x.tide"
    assert "Nothing is granted" not in returned.page.main.text
    assert "the harbour has silted up" in returned.page.main.text
    assert "Tide table" not in str(
        [s.text for s in admin.opens("/roles").page.all("section", **{"aria-labelledby": "r-removed"})]
    )
    csrf = returned.page.all("input", name="csrf")[0]["value"]
    for name in ("x.tide", "x.never", "contacts.reader"):
        assert admin.sends("/roles", {"csrf": csrf, "act": "restore", "name": name}).status == 404


def test_a_long_difference_is_turned_over_and_narrowed_before_it_is_confirmed(admin):
    made = sends(admin, admin.opens("/roles"), {"name": "long", "label_en": "Long"})
    grants = {"act": "grant", "entity": "contacts.contact", "action": ["read", "update"], "scope": "all"}
    looked = sends(admin, made, grants)

    def rows(answer):
        return [row.text for row in answer.page.one("table", id="rights-difference").all("tr")[1:]]

    def asking(answer, name):
        forms = [
            f for f in answer.page.all("form") if f.all("button", name=name) or f.all("select", name=name)
        ]
        return Form(forms[0])

    assert len(rows(looked)) == 100
    turned = admin.submits(looked, asking(looked, "rows_offset"), {"rows_offset": "100"})
    assert rows(turned)
    assert not set(rows(turned)) & set(rows(looked))
    back = admin.submits(turned, asking(turned, "rows_offset"), {"rows_offset": "0"})
    assert rows(back) == rows(looked)
    other = admin.submits(looked, asking(looked, "rows_role"), {"rows_role": "contacts.reader"})
    assert "None of the changes is like that." in other.page.main.text
    done = admin.submits(turned, confirming(turned.page), {"reason": "all of it"})
    assert done.path == "/roles/x.long"
    assert "Nothing is granted" not in done.page.main.text
