"""The page that tells why: what it says, to whom, and how one comes to it."""

from __future__ import annotations

import pytest

EXPLAIN, CONTACT = "/access/explain", "contacts.contact"


@pytest.fixture
def hidden(person, kept):
    other = person("base.member", "contacts.editor", login="rep3@example.com", team="Support")
    return kept.add(CONTACT, {"last_name": "Unseen"}, actor=other.actor)[0]


def asks(who, number="", user="", action="read", field="", entity=CONTACT):
    return who.opens(f"{EXPLAIN}?user={user}&entity={entity}&action={action}&id={number}&field={field}")


def test_an_administrator_sees_why_somebody_does_not_see_a_record(admin, editor, hidden):
    form = admin.opens(f"/records/{CONTACT}/{hidden}")
    assert f"{EXPLAIN}?entity={CONTACT}&amp;action=read&amp;id={hidden}" in form.response.text
    answer = asks(admin, hidden, editor.actor.login)
    assert answer.status == 200
    told = answer.page.main.text
    assert "Refused" in told
    assert "this one belongs to another team" in told
    assert "Whoever may change the owner or the team" in told
    assert "owner == $user" in told
    assert "Does not hold" in told
    assert "Allowed" in asks(admin, hidden).page.main.text
    assert "Depends on the record" in asks(admin, "", editor.actor.login).page.main.text


def test_what_is_not_there_is_told_beside_the_question(admin, editor, hidden):
    for query in ({"number": "987654"}, {"user": "nobody@example.com"}, {"entity": "contacts.ghost"}):
        answer = asks(admin, **query)
        assert answer.status == 404, query
        assert answer.page.form_to(EXPLAIN) is not None
    assert asks(admin, field="ghost").status == 400
    unseen, missing = asks(editor, hidden), asks(editor, "987654")
    assert (unseen.status, missing.status) == (404, 404)
    assert unseen.page.main.text == missing.page.main.text


def test_people_ask_about_themselves_and_of_nobody_else(editor, admin, kept):
    own = kept.add(CONTACT, {"last_name": "Mine"}, actor=editor.actor)[0]
    answer = asks(editor, own, action="update", field="last_name")
    assert "Allowed" in answer.page.main.text
    assert 'name="user"' not in answer.response.text
    assert asks(editor, own, admin.actor.login).status == 403
    assert asks(editor, own, "nobody@example.com").status == 403
    assert "Explain rights" not in editor.opens(f"/records/{CONTACT}/{own}").page.text


def test_a_refusal_leads_to_its_reasons(person):
    reader = person("base.member", "contacts.reader", login="reader@example.com")
    refused = reader.opens(f"/records/{CONTACT}/import")
    assert refused.status == 403
    assert f"{EXPLAIN}?entity={CONTACT}" in refused.response.text
    assert "None of the roles" in asks(reader, action="import").page.main.text


def test_it_speaks_persian(person, hidden):
    boss = person("base.administrator", language="fa", login="raees@example.com")
    told = asks(boss, hidden).page.main.text
    assert "مجاز" in told
    assert not [word for word in ("Allowed", "Role", "Who can", "Explain") if word in told]
