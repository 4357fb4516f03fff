"""Restrictions in the browser: made, changed and taken away after a look; what a module says stays beneath."""

from __future__ import annotations

from tests.web.page import Form

CONTACT = "contacts.contact"
MINE = {"name": "mine", "label_en": "Own only", "entity": CONTACT, "when": "owner == $user", "act": "add"}


def asks(person, answer, values):
    page = answer.page
    csrf = page.all("input", name="csrf")[0]["value"]
    seen = next((i["value"] for i in page.all("input", name="seen")), "")
    return person.sends(answer.path, {"csrf": csrf, "seen": seen, **values})


def confirms(person, looked, reason=""):
    form = next(f for f in looked.page.all("form") if f.all("input", name="confirmed"))
    return person.submits(looked, Form(form), {"reason": reason})


def does(person, answer, values, reason=""):
    return confirms(person, asks(person, answer, values), reason)


def test_a_restriction_is_made_changed_rested_deleted_and_put_back_after_a_look_each(admin, editor, desk):
    empty = admin.opens("/restrictions")
    assert "No restrictions yet" in empty.page.main.text
    assert "/restrictions" in [a.get("href") for a in admin.opens("/roles").page.main.all("a")]
    shared = f"/records/{CONTACT}/{desk.one(CONTACT, last_name='Karimi', team=editor.actor.team)}"
    before = editor.opens(shared).status
    looked = asks(admin, empty, {**MINE, "except": ["contacts.reader"]})
    assert "owner == $user" in looked.page.one("table", id="rights-difference").text
    assert admin.opens("/restrictions/x.mine").status == 404
    made = confirms(admin, looked, "a new law")
    assert made.path == "/restrictions/x.mine"
    assert made.page.one("input", id="t-when")["value"] == "owner == $user"
    assert "a new law" in made.page.main.text
    assert "Own only" in admin.opens("/restrictions").page.main.text
    assert (before, editor.opens(shared).status) == (200, 404)
    form = {"act": "save", "label_en": "Own or old", "entity": CONTACT, "action": ["delete"]}
    wider = asks(admin, made, {**form, "when": "owner == $user or is_empty(owner)"})
    assert "may let somebody do more" in wider.page.main.text
    changed = confirms(admin, wider)
    assert editor.opens(shared).status == 200
    assert "Own or old" in changed.page.title
    stale = confirms(admin, wider)
    assert (stale.status, "meanwhile" in " ".join(stale.page.problems)) == (422, True)
    rested = does(admin, changed, {"act": "rest"})
    assert "Out of force" in rested.page.main.text
    assert "Out of force" in admin.opens("/restrictions").page.main.text
    woken = does(admin, rested, {"act": "wake"})
    assert "Out of force: it leaves nothing out." not in woken.page.main.text
    gone = asks(admin, woken, {"act": "remove"})
    assert confirms(admin, gone).status == 422
    listed = confirms(admin, gone, "the law is gone")
    assert listed.path == "/restrictions"
    told = listed.page.one("section", **{"aria-labelledby": "r-removed"})
    assert "the law is gone" in told.text
    back = confirms(admin, admin.submits(listed, Form(told.all("form")[0])))
    assert back.path == "/restrictions/x.mine"
    for path in ("/restrictions", "/restrictions/x.mine"):
        assert editor.opens(path).status == 403
    for act in ("burn", "reset"):
        assert asks(admin, back, {"act": act}).status == 400


def test_what_makes_no_sense_is_told_and_what_was_typed_stays(admin):
    opened = admin.opens("/restrictions")
    typed = {"when": "ownr == $user", "more": "fly", "action": ["read"], "except": ["contacts.reader"]}
    wrong = asks(admin, opened, {**MINE, **typed})
    told = " ".join(wrong.page.problems)
    assert wrong.status == 422
    assert "fly is not an action" in told
    assert wrong.page.one("input", id="t-when")["value"] == "ownr == $user"
    assert wrong.page.one("input", id="t-more")["value"] == "fly"
    assert wrong.page.one("input", name="except", value="contacts.reader").get("checked") is not None
    wrong = asks(admin, opened, {**MINE, "when": "ownr == $user"})
    assert "Only where: 1:1: contacts.contact has no field ownr" in " ".join(wrong.page.problems)
    for change in ({"name": "My Own!"}, {"when": ""}, {"entity": "contacts.ghost"}):
        assert asks(admin, opened, {**MINE, **change}).status == 422
    assert admin.opens("/restrictions/x.mine").status == 404
    assert asks(admin, opened, {"act": "restore", "name": "x.never"}).status == 404


def test_administrators_are_not_offered_as_an_exception_because_none_binds_them(admin):
    offered = {box["value"] for box in admin.opens("/restrictions").page.all("input", name="except")}
    assert "contacts.reader" in offered
    assert "base.administrator" not in offered
