"""Roles and restrictions through the API: every change can be tried first, and nobody overwrites another."""

from __future__ import annotations

import pytest

from core.kernel.actor import Scope

ROLES, LAWS = "/access/roles", "/access/restrictions"
DESK = {"name": "x.desk", "label": {"en": "Desk"}, "grants": [{"entity": "office.room", "actions": ["read"]}]}
LAW = {"name": "x.law", "entity": "office.room", "when": "seats > 3", "actions": ["delete"]}


def tag(chief, path):
    return chief("GET", path).headers["ETag"]


class TestRoles:
    def test_a_role_is_tried_made_changed_deleted_and_put_back(self, chief):
        tried = chief("POST", ROLES, DESK, query_string={"dry_run": "true"})
        assert (tried.status_code, tried.json["wider"] > 0) == (200, True)
        assert {row["role"] for row in tried.json["items"]} == {"x.desk"}
        chief.refused(404, "GET", f"{ROLES}/x.desk")
        stale = chief.refused(409, "POST", ROLES, DESK, query_string={"plan": "0" * 32})
        assert stale["code"] == "plan_changed"
        made = chief("POST", ROLES, DESK, query_string={"plan": tried.json["plan"], "why": "a new desk"})
        assert (made.status_code, made.headers["Location"]) == (201, f"/api/v1{ROLES}/x.desk")
        (grant,) = made.json["grants"]
        assert (grant["scope"], grant["fields"]["read"], grant["owner"]) == ("all", ["*"], "site")
        one = f"{ROLES}/x.desk"
        seen = tag(chief, one)
        change = {"grants": [{"entity": "office.room", "actions": ["read"], "when": "seats > 3"}]}
        tried = chief("PATCH", one, change, query_string={"dry_run": "true", "wider": "true"}).json
        assert (tried["wider"], tried["items"], tried["total"] > 0) == (0, [], True)
        chief.refused(428, "PATCH", one, change)
        changed = chief("PATCH", one, change, headers={"If-Match": seen})
        assert changed.json["said"] == {**change, "label": {"en": "Desk"}}
        assert changed.headers["ETag"] == tag(chief, one) != seen
        late = chief.refused(412, "PATCH", one, {"implies": []}, headers={"If-Match": seen})
        assert late["code"] == "changed_meanwhile"
        chief.refused(412, "DELETE", one, headers={"If-Match": seen}, query_string={"why": "late"})
        chief.refused(428, "DELETE", one, query_string={"why": "closed"})
        assert chief("DELETE", one, query_string={"dry_run": "true"}).json["wider"] == 0
        unsaid = chief.refused(422, "DELETE", one, headers={"If-Match": "*"})
        assert unsaid["errors"][0]["field"] == "reason"
        gone = chief(
            "DELETE", one, headers={"If-Match": changed.headers["ETag"]}, query_string={"why": "closed"}
        )
        assert gone.status_code == 204
        (removed,) = chief.get(ROLES, trash="true")["items"]
        assert (removed["name"], removed["reason"], removed["after"]) == ("x.desk", "closed", None)
        assert chief("POST", f"{one}/restore", query_string={"dry_run": "true"}).json["wider"] > 0
        back = chief("POST", f"{one}/restore", query_string={"why": "open again"})
        assert back.json["grants"][0]["when"] == "seats > 3"
        reasons = [entry["reason"] for entry in chief.get(f"{one}/history")["items"]]
        assert reasons == ["open again", "closed", "", "a new desk"]
        chief.refused(404, "POST", f"{one}/restore")

    def test_of_a_modules_role_only_what_the_site_adds_is_changed(self, chief):
        one = f"{ROLES}/office.visitor"
        before = chief("GET", one)
        assert (before.json["said"], before.headers["ETag"]) == ({}, '"0"')
        more = {"grants": DESK["grants"]}
        added = chief("PATCH", one, more, headers={"If-Match": '"0"'})
        assert added.json["grants"][:-1] == before.json["grants"]
        back = chief("PATCH", one, {"grants": None}, headers={"If-Match": added.headers["ETag"]})
        assert back.json == before.json
        chief.refused(409, "DELETE", one, headers={"If-Match": "*"}, query_string={"why": "a test"})
        listed = {role["name"]: role for role in chief.get(ROLES)["items"]}
        assert listed["office.visitor"] == before.json

    def test_what_makes_no_sense_is_told(self, chief):
        for body, status in (
            ([], 400),
            ({}, 400),
            ({**DESK, "name": "desk"}, 422),
            ({**DESK, "administrator": True}, 422),
            ({**DESK, "grants": [{"entity": "office.ghost", "actions": ["read"]}]}, 422),
            ({**DESK, "name": "office.visitor"}, 422),
        ):
            chief.refused(status, "POST", ROLES, body)
        mask = {"read": ["*"], "masked": {"name": "seets > 3"}}
        grants = [{"entity": "office.room", "actions": ["read"], "fields": mask}]
        told = chief.refused(422, "POST", ROLES, {**DESK, "grants": grants}, query_string={"dry_run": "true"})
        (error,) = told["errors"]
        assert error["field"] == "fields.masked.name"
        assert error["message"].startswith("1:1: ")
        chief.refused(404, "PATCH", f"{ROLES}/x.ghost", {}, headers={"If-Match": "*"})


class TestRestrictions:
    def test_a_restriction_is_made_put_out_of_force_and_deleted(self, chief, clerk):
        tried = chief("POST", LAWS, LAW, query_string={"dry_run": "true"}).json
        assert (tried["wider"], tried["total"] > 0) == (0, True)
        made = chief("POST", LAWS, LAW, query_string={"plan": tried["plan"]}).json
        assert (made["in_force"], made["actions"], made["except"]) == (True, ["delete"], [])
        room = f"/records/office.room/{clerk.make('office.room', name='Hall', seats=2)['id']}"
        assert clerk("DELETE", room, headers={"If-Match": "*"}).status_code in (403, 404)
        chief.refused(428, "PATCH", f"{LAWS}/x.law", {"disabled": True})
        rested = chief("PATCH", f"{LAWS}/x.law", {"disabled": True}, headers={"If-Match": "*"}).json
        assert (rested["in_force"], rested["said"]["disabled"]) == (False, True)
        assert clerk("DELETE", room, headers={"If-Match": "*"}).status_code == 204
        assert [law["in_force"] for law in chief.get(LAWS)["items"]] == [False]
        woken = chief("PATCH", f"{LAWS}/x.law", {"disabled": None}, headers={"If-Match": "*"}).json
        assert woken["in_force"]
        where = {"headers": {"If-Match": "*"}, "query_string": {"why": "a test"}}
        assert chief("DELETE", f"{LAWS}/x.law", **where).status_code == 204
        assert chief.get(LAWS) == {"items": []}
        assert chief("POST", f"{LAWS}/x.law/restore").json["when"] == "seats > 3"
        chief.refused(422, "POST", LAWS, {**LAW, "name": "x.other", "when": "seats >"})


@pytest.mark.parametrize("path", [ROLES, LAWS, f"{ROLES}/office.visitor", f"{ROLES}/office.visitor/history"])
def test_rights_are_for_administrators_and_keys_that_are_made_for_it(chief, clerk, caller, path):
    assert chief("GET", path).status_code == 200
    narrow = caller("office.chief", scopes=[Scope(entity="*", action="read")])
    for person in (clerk, narrow):
        assert person.refused(403, "GET", path)["code"] == "administrators_only"
        person.refused(403, "POST", LAWS, LAW, query_string={"dry_run": "true"})
