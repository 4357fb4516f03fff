"""Records are shared from their page: the dialog tells with whom they are shared already."""

from __future__ import annotations

from core.storage.catalogs import Catalogs


def test_a_record_is_shared_in_a_dialog_that_lists_its_shares(editor, person, kept):
    other = person(
        "base.member", "contacts.editor", login="rep3@example.com", name="Nima Rad", team="Support"
    )
    contact = kept.add("contacts.contact", {"last_name": "Baker"}, actor=editor.actor)[0]
    address = f"/records/contacts.contact/{contact}"
    dialog = editor.opens(f"{address}/operation/share")
    assert dialog.status == 200
    assert "Nima Rad" not in dialog.page.html
    values = {
        "with_user": str(other.actor.id),
        "with_user__text": "Nima Rad",
        "level": "read",
        "reason": "<b>He helps</b>",
    }
    assert other.opens(address).status == 404
    form = dialog.page.form_to(f"{address}/operation/share")
    assert editor.submits(dialog, form, values).path == address
    assert other.opens(address).status == 200
    again = editor.opens(f"{address}/operation/share").page
    assert "Nima Rad" in again.one(id="shares").text
    assert "<b>He helps</b>" not in again.html
    number = kept.find("base.share")[0]["id"]
    assert editor.opens(f"/records/base.share/{number}").status == 200
    assert other.opens(f"{address}/operation/share").status in (403, 404)


def test_a_record_is_shared_with_a_role_that_is_chosen_by_its_label(site, editor, person, kept):
    roles = site.get(Catalogs).current().roles
    other = person(
        "base.member", "contacts.editor", login="rep4@example.com", name="Nima Rad", team="Support"
    )
    contact = kept.add("contacts.contact", {"last_name": "Baker"}, actor=editor.actor)[0]
    address = f"/records/contacts.contact/{contact}"
    dialog = editor.opens(f"{address}/operation/share")
    offered = {option.text for option in dialog.page.one("select", name="with_role").all("option")}
    assert offered - {"—"} == {role.label for role in roles.values() if not role.administrator}
    assert other.opens(address).status == 404
    form = dialog.page.form_to(f"{address}/operation/share")
    values = {"with_role": "contacts__editor", "level": "read", "reason": "All of us know her"}
    assert editor.submits(dialog, form, values).path == address
    assert kept.find("base.share", fields=("with_role",))[0]["with_role"] == "contacts.editor"
    assert other.opens(address).status == 200
    shares = editor.opens(f"{address}/operation/share").page.one(id="shares").text
    assert roles["contacts.editor"].label in shares
    assert "contacts.editor" not in shares
