"""The API takes the same door as everybody: offers, steps, moves, versions, refusals in the caller's words."""

from __future__ import annotations

import pytest

from core.kernel.actor import Scope
from tests.workflow.conftest import ARTICLE, COPY


@pytest.fixture
def editor(press, caller):
    found = caller("press.editor", login="editor@example.com")
    press.known(found.actor)
    return found


def test_a_step_is_taken_with_values_and_a_reason(press, editor):
    article = press.article("reading")
    offered = editor("GET", f"/records/{ARTICLE}/{article}/transitions").get_json()["items"]
    assert [(o["name"], o["label"], o["allowed"], o["required"]) for o in offered] == [
        ("print", "Print", True, []),
        ("refuse", "Refuse", True, ["fault"]),
    ]
    answer = editor(
        "POST",
        f"/records/{ARTICLE}/{article}/transitions/refuse",
        {"values": {"fault": "dull"}, "reason": "told so"},
        headers={"If-Match": '"1"'},
    )
    assert (answer.status_code, answer.get_json()["state"]) == (200, "refused")
    assert answer.headers["ETag"] == '"2"'
    history = editor("GET", f"/records/{ARTICLE}/{article}/history").get_json()["items"][0]
    assert (history["action"], history["transition"], history["reason"]) == (
        "transition",
        "refuse",
        "told so",
    )


def test_what_is_missing_and_what_objects_is_409_with_every_sentence(press, editor):
    article = press.article("reading", pages=1)
    answer = editor("POST", f"/records/{ARTICLE}/{article}/transitions/refuse", {}, headers={"If-Match": "*"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "incomplete")
    assert [(e["field"], e["code"]) for e in answer.get_json()["errors"]] == [("fault", "required")]
    answer = editor(
        "POST", f"/records/{ARTICLE}/{article}/move", {"to": "printed"}, headers={"If-Match": "*"}
    )
    assert [e["message"] for e in answer.get_json()["errors"]] == ["1 pages are too few."]
    answer = editor("PATCH", f"/records/{ARTICLE}/{article}", {"state": "printed"}, headers={"If-Match": "*"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "state_by_transition")


def test_the_version_that_was_seen_must_be_told(press, editor):
    article = press.article("reading")
    path = f"/records/{ARTICLE}/{article}/transitions/print"
    assert editor("POST", path, {}).status_code == 428
    assert editor("POST", path, {}, headers={"If-Match": '"7"'}).status_code == 412
    assert editor("POST", path, {"state": "x"}, headers={"If-Match": "*"}).status_code == 400
    assert editor("POST", path, {"to": "x"}, headers={"If-Match": "*"}).status_code == 400


def test_a_move_sent_twice_is_made_once(press, editor):
    article = press.article("reading")
    headers = {"If-Match": '"1"', "Idempotency-Key": "one"}
    path = f"/records/{ARTICLE}/{article}/transitions/print"
    first, second = (editor("POST", path, {}, headers=headers) for _ in range(2))
    assert first.get_json() == second.get_json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert press.desk.get(ARTICLE, article, "edition")["edition"] == 1


def test_a_copy_is_moved_by_the_id_of_its_place(press, shelf, caller):
    lender = caller("press.lender", login="lender@example.com")
    copy = press.desk.one(COPY, code="a", shelf=shelf["shelf"], place=shelf["first"])
    answer = lender(
        "POST", f"/records/{COPY}/{copy}/move", {"to": shelf["second"]}, headers={"If-Match": "*"}
    )
    assert answer.get_json()["place"]["id"] == shelf["second"]


def test_a_key_takes_the_steps_that_it_is_made_for(press, caller):
    def key(name, *actions):
        scopes = tuple(Scope(entity=ARTICLE, action=action) for action in ("read", *actions))
        found = caller("press.editor", login=f"{name}@example.com", scopes=scopes)
        press.known(found.actor)
        return found

    article = press.article("reading")
    path = f"/records/{ARTICLE}/{article}/transitions/print"
    refused = key("narrow", "transition:refuse")("POST", path, {}, headers={"If-Match": "*"})
    assert (refused.status_code, refused.get_json()["code"]) == (403, "out_of_scope")
    assert key("wide", "transition:*")("POST", path, {}, headers={"If-Match": "*"}).status_code == 200


def test_a_record_out_of_sight_has_no_steps(press, caller):
    writer = caller("press.writer", login="writer@example.com")
    article = press.article("draft")
    assert writer("GET", f"/records/{ARTICLE}/{article}/transitions").status_code == 404
