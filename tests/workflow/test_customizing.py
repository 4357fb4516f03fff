"""Administrators change workflows while everybody works on; what they did not touch follows the module."""

from __future__ import annotations

import pytest

from core.errors import TransitionRefused
from tests.workflow.conftest import ARTICLE

PATH = "/metadata/workflows/press.article"


@pytest.fixture
def chief(caller):
    return caller("press.chief", login="chief@example.com")


def test_a_step_is_changed_added_and_taken_away_and_put_back(press, chief):
    changed = chief(
        "PATCH",
        PATH,
        {
            "transitions": {
                "hand_in": {"reason": "required", "label": "Submit"},
                "settle": {"disabled": True},
                "x_skip": {"label": {"en": "Skip"}, "from": ["draft"], "to": "printed"},
            }
        },
    )
    assert changed.status_code == 200, changed.text
    assert [t["name"] for t in changed.json["transitions"]] == [
        "hand_in",
        "print",
        "refuse",
        "reopen",
        "x_skip",
    ]
    article = press.article("draft")
    with pytest.raises(TransitionRefused) as failure:
        press.take(article, "hand_in")
    assert failure.value.reason == "incomplete"
    press.take(article, "x_skip")
    assert press.state(article) == "printed"
    back = chief("PATCH", PATH, {"transitions": None})
    assert [t["name"] for t in back.json["transitions"]] == ["hand_in", "print", "refuse", "reopen", "settle"]
    press.take(press.article("draft"), "hand_in")


def test_what_the_site_has_seen_is_remembered(chief, site):
    from core.kernel.actor import system_actor
    from core.studio import Studio

    chief("PATCH", PATH, {"transitions": {"print": {"guards": {"list_add": ["press.long_enough"]}}}})
    chief("PATCH", PATH, {"label": {"en": "Our way"}})
    (document,) = site.get(Studio).documents(system_actor("a test"))
    base = document.body["base"]
    assert base["label"] == "The way of an article"
    assert len(base["transitions.print.guards"]) == 2


def test_a_wrong_change_is_refused_with_the_names_that_exist(chief):
    told = chief.refused(422, "PATCH", PATH, {"transitions": {"print": {"required": ["titel"]}}})
    assert "title" in told["errors"][0]["message"]
    told = chief.refused(422, "PATCH", PATH, {"transitions": {"print": {"guards": ["press.long_enuf"]}}})
    assert "press.long_enough" in told["errors"][0]["message"]
    told = chief.refused(422, "PATCH", PATH, {"transitions": {"print": {"timers": {}}}})
    assert told["errors"][0]["code"] == "not_yet"
    told = chief.refused(422, "PATCH", PATH, {"transitions": {"print": {"set": {"pages": "title"}}}})
    assert "expected a number" in told["errors"][0]["message"]


def test_a_workflow_of_the_site_is_made_and_taken_away(press, chief):
    body = {
        "workflow": "x.shelf",
        "entity": "press.place",
        "field": "kind",
        "initial": ["waiting"],
        "transitions": {"lose": {"from": ["waiting"], "to": "lost"}},
    }
    assert chief("POST", "/metadata/workflows", body).status_code == 201
    shelf = press.desk.one("press.shelf", name="A")
    place = press.desk.one("press.place", name="a", kind="waiting", shelf=shelf)
    with pytest.raises(TransitionRefused):
        press.desk.update("press.place", place, kind="lost")
    assert chief("DELETE", "/metadata/workflows/x.shelf").status_code == 204
    press.desk.update("press.place", place, kind="lost")
    chief.refused(409, "DELETE", PATH)


def test_people_see_the_workflows_whose_state_they_see_and_only_administrators_change_them(caller):
    writer = caller("press.writer", login="writer@example.com")
    found = writer.get(PATH)
    assert [s["name"] for s in found["states"]] == ["draft", "reading", "printed", "refused"]
    assert "guards" not in found["transitions"][1]
    assert [w["name"] for w in writer.get("/metadata/workflows")["items"]] == ["press.article"]
    writer.refused(403, "PATCH", PATH, {"label": "x"})
    blind = caller("press.blind", login="blind@example.com")
    assert blind.get("/metadata/workflows")["items"] == []
    blind.refused(404, "GET", PATH)


def test_a_field_that_a_step_asks_for_cannot_be_removed(chief, press):
    chief("POST", f"/metadata/entities/{ARTICLE}/fields", {"name": "x_why", "type": "text", "label": "Why"})
    chief("PATCH", PATH, {"transitions": {"refuse": {"ask": ["x_why"]}}})
    told = chief.refused(409, "DELETE", f"/metadata/entities/{ARTICLE}/fields/x_why")
    assert told["code"] == "still_used"
