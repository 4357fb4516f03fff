"""Why somebody may do something: asked by themselves and by administrators, and nothing told besides."""

from __future__ import annotations

import pytest

from core.kernel.actor import Scope

PAPER, EXPLAIN = "office.paper", "/access/explain"


@pytest.fixture
def paper(chief):
    return chief.make(PAPER, title="Contract", verdict="good")


def test_an_administrator_learns_why_somebody_does_not_see_a_record(chief, clerk, paper):
    asked = {"entity": PAPER, "action": "read", "id": paper["id"], "user": clerk.actor.id}
    told = chief.get(EXPLAIN, **asked)
    assert (told["decision"], told["person"]["id"], told["id"]) == ("refused", clerk.actor.id, paper["id"])
    assert "Clerk" in told["why"][0]
    assert "keeper == $user" in told["why"][0]
    assert any("another role" in one for one in told["who_can_change_it"])
    [reason] = told["reasons"]
    assert (reason["kind"], reason["name"], reason["holds"]) == ("grant", "office.clerk", False)
    assert reason["parts"] == [
        {
            "text": "keeper == $user",
            "why": "condition",
            "holds": False,
            "values": {"Keeper": str(chief.actor.id)},
        }
    ]
    own = clerk.make(PAPER, title="Own")
    assert chief.get(EXPLAIN, **{**asked, "id": own["id"]})["decision"] == "allowed"
    del asked["id"]
    assert chief.get(EXPLAIN, **asked)["decision"] == "depends"


def test_people_ask_about_themselves_alone(chief, clerk):
    own = clerk.make(PAPER, title="Own")
    asked = {"entity": PAPER, "action": "delete", "id": own["id"]}
    assert clerk.get(EXPLAIN, **asked)["decision"] == "allowed"
    assert clerk.get(EXPLAIN, **asked, user=clerk.actor.id)["person"]["login"] == "clerk@example.com"
    for other in (chief.actor.id, 987654):
        told = clerk.refused(403, "GET", f"{EXPLAIN}?entity={PAPER}&action=read&user={other}")
        assert told["code"] == "administrators_only"
    chief.refused(404, "GET", f"{EXPLAIN}?entity={PAPER}&action=read&user=987654")


def test_what_the_asker_may_not_know_of_is_as_unknown_as_what_is_not_there(clerk, caller, paper):
    def told(who, query):
        answer = who("GET", f"{EXPLAIN}?{query}")
        return answer.status_code, answer.text

    def alike(who, there, missing, *names):
        status, text = told(who, there)
        assert status in (400, 404)
        assert (status, text.replace(*names)) == told(who, missing)

    number, visitor = paper["id"], caller("office.visitor")
    record = f"entity={PAPER}&action=read&id="
    alike(clerk, f"{record}{number}", f"{record}987654", str(number), "987654")
    alike(visitor, "entity=office.paper&action=read", "entity=office.ghost&action=read", "paper", "ghost")
    field = f"entity={PAPER}&action=read&field="
    alike(clerk, f"{field}verdict", f"{field}verdicz", "verdict", "verdicz")


def test_a_condition_on_a_hidden_field_is_neither_told_nor_judged(caller):
    proof = caller("office.proof")
    texts = set()
    for verdict in ("good", "bad"):
        number = caller("office.chief").make(PAPER, title="Contract", verdict=verdict)["id"]
        told = proof.get(EXPLAIN, entity=PAPER, action="update", id=number)
        # Whether they may change it they can try; why is not for them.
        assert told["decision"] == ("allowed" if verdict == "good" else "refused")
        [reason] = told["reasons"]
        assert (reason["hidden"], reason["holds"]) == (True, None)
        texts.add(str(reason["parts"]))
        assert "verdict" not in str(told)
    assert texts == {str([{"text": "", "why": "condition", "holds": None, "values": {}}])}


def test_questions_that_make_no_sense_are_refused_in_words(chief, paper):
    for query, code in (
        (f"entity={PAPER}&action=fly", "unknown_action"),
        (f"entity={PAPER}&action=*", "unknown_action"),
        (f"entity={PAPER}&action=create&id={paper['id']}", "not_of_a_record"),
        (f"entity={PAPER}&action=read&id=x", "wrong_type"),
        (f"entity={PAPER}", "unknown_action"),
        (f"action=read&entity={PAPER}&field=nothing", "unknown_field"),
    ):
        answer = chief("GET", f"{EXPLAIN}?{query}")
        assert (answer.status_code, answer.json["code"]) == (400, code), query


def test_a_key_is_explained_with_its_scopes(caller):
    narrow = caller("office.clerk", scopes=[Scope(entity="office.room")])
    told = narrow.get(EXPLAIN, entity=PAPER, action="read")
    assert (told["decision"], [r["kind"] for r in told["reasons"]]) == ("refused", ["key"])
