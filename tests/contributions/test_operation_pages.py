"""Operations on screens and in the API, without a script: buttons, dialogs, errors at fields, and the way back."""

from __future__ import annotations

import pytest

from tests.contributions.conftest import CRATE


def address(number, short):
    return f"/records/{CRATE}/{number}/operation/{short}"


def labels(answer):
    return {e.text for e in (*answer.page.all("a"), *answer.page.all("button")) if e.text}


def test_a_form_offers_what_can_be_done(keeper, looker, crate):
    number = crate()
    assert {"Seal", "Stamp"} <= labels(keeper.opens(f"/records/{CRATE}/{number}"))
    assert not {"Seal", "Stamp"} & labels(looker.opens(f"/records/{CRATE}/{number}"))


def test_a_button_says_by_which_letter_it_is_pressed(keeper, crate):
    page = keeper.opens(f"/records/{CRATE}/{crate()}").page
    keys = {(e["data-shortcut"], e["aria-keyshortcuts"], e.text) for e in page.all("a", data_shortcut=...)}
    assert keys == {("S", "S", "Seal")}


def test_the_dialog_begins_with_what_the_module_says(keeper, crate):
    dialog = keeper.opens(address(crate(weight=42), "seal"))
    assert dialog.status == 200
    assert dialog.page.one("input", name="weight")["value"] == "42"
    assert "It cannot be filled any more." in dialog.page.html


def test_it_is_done_without_a_script(keeper, kept, crate):
    number = crate(weight=1)
    dialog = keeper.opens(address(number, "seal"))
    done = keeper.submits(dialog, dialog.page.form(cls="ask-form"), {"weight": "9", "reason": "full"})
    assert done.path == f"/records/{CRATE}/{number}"
    assert done.page.one("template", id="flash")["data-message"] == "Sealed 1 crates."
    assert kept.get(CRATE, number)["weight"] == 9


def test_the_message_carries_the_way_back(keeper, kept, crate):
    number = crate()
    dialog = keeper.opens(address(number, "seal"))
    done = keeper.submits(dialog, dialog.page.form(cls="ask-form"), {"weight": "9"})
    back = keeper.submits(done, done.page.form(id="undo"))
    assert back.page.one("template", id="flash")["data-message"] == "Open again."
    assert kept.get(CRATE, number)["state"] == "open"


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(keeper, crate):
    dialog = keeper.opens(address(crate(), "seal"))
    refused = keeper.submits(dialog, dialog.page.form(cls="ask-form"), {"weight": "-3", "note": "kept"})
    assert refused.status == 422
    assert "Nothing weighs less than nothing." in refused.page.one("span", id="d-weight-e").text
    assert refused.page.one("input", name="note")["value"] == "kept"


def test_text_that_cannot_be_read_is_refused_at_its_field(keeper, crate):
    dialog = keeper.opens(address(crate(), "seal"))
    refused = keeper.submits(dialog, dialog.page.form(cls="ask-form"), {"weight": "many"})
    assert refused.page.one("input", name="weight")["aria-invalid"] == "true"


def test_the_same_form_sent_twice_is_carried_out_once(keeper, kept, crate):
    number = crate(weight=1)
    form = keeper.opens(f"/records/{CRATE}/{number}").page.form(action=address(number, "stamp"))
    values = form.filled({})
    for _ in range(2):
        done = keeper.sends(address(number, "stamp"), values)
        assert done.page.one("template", id="flash")["data-message"] == "Stamped."
    assert kept.get(CRATE, number)["weight"] == 2


def test_one_without_a_record_leads_to_what_it_made(keeper, kept):
    dialog = keeper.opens(f"/records/{CRATE}/operation/fill")
    done = keeper.submits(dialog, dialog.page.form(cls="ask-form"), {"name": "New one"})
    assert done.path == f"/records/{CRATE}/{kept.find(CRATE)[0]['id']}"


def test_many_are_chosen_in_the_address(keeper, kept, crate):
    ids = [crate(), crate("Second")]
    dialog = keeper.opens(f"/records/{CRATE}/operation/seal?id={ids[0]}&id={ids[1]}")
    assert "2 records" in dialog.page.html
    done = keeper.submits(dialog, dialog.page.form(cls="ask-form"), {"weight": "1"})
    assert done.path == f"/records/{CRATE}"
    assert [kept.get(CRATE, number)["state"] for number in ids] == ["sealed", "sealed"]


def test_rows_of_a_list_are_chosen_for_it(keeper, crate):
    ids = [crate(), crate("Second")]
    rows = keeper.opens(f"/records/{CRATE}")
    assert rows.page.one("button", formaction=f"/records/{CRATE}/operation/seal/chosen").text == "Seal"
    dialogs = {a["href"] for a in rows.page.all("a", data_modal=...) if a.inside("main")}
    assert dialogs == {f"/records/{CRATE}/operation/fill"}
    token = rows.page.all("input", name="csrf")[0]["value"]
    dialog = keeper.sends(f"/records/{CRATE}/operation/seal/chosen", {"csrf": token, "id": ids})
    assert "2 records" in dialog.page.html
    for wrong in ({}, {"id": ids, "all": "1"}):
        back = keeper.sends(f"/records/{CRATE}/operation/seal/chosen", {"csrf": token, **wrong})
        assert back.path == f"/records/{CRATE}"


def test_a_record_out_of_sight_is_not_found(keeper, kept):
    hidden = kept.add(CRATE, {"name": "Somebody's", "keeper": 99})[0]
    assert keeper.opens(address(hidden, "seal")).status == 404
    assert keeper.sends(address(hidden, "stamp"), _token(keeper)).status == 404
    assert keeper.opens(address(hidden, "no_such")).status == 404


def test_what_one_may_only_read_is_refused(looker, crate):
    assert looker.opens(address(crate(), "seal")).status == 403


def test_without_the_token_of_the_page_nothing_happens(keeper, kept, crate):
    number = crate(weight=1)
    assert keeper.sends(address(number, "stamp"), {}).status == 403
    assert kept.get(CRATE, number)["weight"] == 1


def test_nobody_is_led_to_the_sign_in(visitor, crate):
    assert visitor.opens(address(crate(), "seal")).path == "/sign-in"


def test_a_script_gets_the_inside_of_the_dialog_and_is_told_where_to_go(keeper, crate):
    number = crate()
    headers = {"X-Fragment": "dialog"}
    inside = keeper.opens(address(number, "seal"), headers=headers)
    assert not inside.page.all("html")
    assert inside.page.one("h2", id="dialog-title").text == "Seal"
    form = inside.page.form(cls="ask-form").filled({"weight": "2"})
    done = keeper.client.post(address(number, "seal"), data=form, headers=headers)
    assert (done.status_code, done.headers["X-Go"]) == (204, f"/records/{CRATE}/{number}")


def _token(someone):
    page = someone.opens("/preferences").page
    return {"csrf": page.all("input", name="csrf")[0]["value"]}


class TestApi:
    """The same operations for programs."""

    @pytest.fixture
    def call(self, keeper):
        token = _token(keeper)["csrf"]

        def send(method, path, key="", **body):
            headers = {"X-CSRF-Token": token, **({"Idempotency-Key": key} if key else {})}
            return keeper.client.open(
                f"/api/v1/records/{CRATE}{path}", method=method, json=body or None, headers=headers
            )

        return send

    def test_what_is_offered_is_told_with_its_fields(self, call, crate):
        found = call("GET", f"/{crate()}/operations").json["items"]
        assert [one["name"] for one in found] == ["seal", "stamp"]
        assert [field["name"] for field in found[0]["fields"]] == ["weight", "note", "fragile", "beside"]
        assert {one["name"] for one in call("GET", "/operations").json["items"]} == {"fill", "seal", "stamp"}

    def test_it_is_done_and_taken_back(self, call, kept, crate):
        number = crate()
        done = call("POST", f"/{number}/operations/seal", values={"weight": 3, "fragile": True}, reason="x")
        assert done.json["result"] == {"sealed": [number]}
        assert done.json["warnings"] == ["Handle with care."]
        back = call("POST", "/operations/seal/undo", undo=done.json["undo"])
        assert (back.status_code, kept.get(CRATE, number)["state"]) == (200, "open")
        assert call("POST", "/operations/seal/undo", undo=done.json["undo"]).status_code == 409

    def test_a_key_makes_it_happen_once(self, call, kept, crate):
        number = crate(weight=1)
        answers = [call("POST", f"/{number}/operations/stamp", key="one", values={}) for _ in range(2)]
        assert [a.json["result"]["weight"] for a in answers] == [2, 2]
        assert kept.get(CRATE, number)["weight"] == 2

    def test_refusals_name_their_fields(self, call, crate):
        number = crate()
        refused = call("POST", f"/{number}/operations/seal", values={"weight": "heavy"})
        assert (refused.status_code, refused.json["errors"][0]["field"]) == (422, "weight")
        refused = call("POST", f"/{number}/operations/seal", values={"weight": -1})
        assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "negative")
        assert call("POST", f"/{number}/operations/seal", values={"size": 1}).status_code == 422
        assert call("POST", f"/{number}/operations/seal", odd=1).status_code == 400

    def test_several_are_done_together(self, call, kept, crate):
        ids = [crate(), crate("Second")]
        assert call("POST", "/operations/seal", ids=ids, values={"weight": 1}).status_code == 200
        assert {kept.get(CRATE, number)["state"] for number in ids} == {"sealed"}

    def test_a_record_out_of_sight_is_not_found(self, call, kept):
        hidden = kept.add(CRATE, {"name": "Somebody's", "keeper": 99})[0]
        assert call("GET", f"/{hidden}/operations").status_code == 404
        assert call("POST", f"/{hidden}/operations/stamp", values={}).status_code == 404
        assert call("POST", "/operations/nothing", values={}).status_code == 404

    def test_the_description_tells_of_operations(self, keeper):
        paths = keeper.client.get("/api/v1/openapi.json").json["paths"]
        assert "/records/{entity}/{record}/operations/{operation}" in paths


PACK = "/records/handy.box/operation/pack"


def test_what_a_module_shows_beside_stands_in_the_dialog_and_leads_back_to_it(keeper):
    dialog = keeper.opens(PACK)
    chosen = dialog.page.one("ul", id="stamps").all("a")
    assert [link.text for link in chosen] == ["A<1>", "B2"]
    again = keeper.opens(PACK + chosen[1]["href"])
    assert again.page.one("input", name="stamp")["value"] == "B2"
    assert not again.page.all("ul", id="stamps")


def test_what_is_there_already_is_told_in_the_dialog_and_only_told(keeper, kept):
    kept.add("handy.box", {"name": "First", "stamp": "B2", "keeper": keeper.actor.id})
    dialog = keeper.opens(PACK)
    refused = keeper.submits(dialog, dialog.page.form(id="ask-form"), {"name": "Second", "stamp": "B2"})
    assert refused.status == 409
    alert = refused.page.one(role="alert")
    assert "First" in alert.text
    assert "Same stamp" in alert.text
    assert not alert.all("button")
    assert refused.page.one("input", name="name")["value"] == "Second"
    assert len(kept.find("handy.box")) == 1


def test_who_may_does_it_all_the_same_and_says_why(person, kept):
    chief = person("handy.chief", login="chief@example.com", name="Chief")
    kept.add("handy.box", {"name": "First", "stamp": "B2"})
    dialog = chief.opens(PACK)
    refused = chief.submits(dialog, dialog.page.form(id="ask-form"), {"name": "Second", "stamp": "B2"})
    form = refused.page.form(id="ask-form")
    done = chief.submits(refused, form, {"override": "duplicates", "override_reason": "Two of a kind."})
    assert done.status == 200
    assert "Two of a kind." in chief.opens(f"{done.path}/history").page.text
    assert len(kept.find("handy.box")) == 2
