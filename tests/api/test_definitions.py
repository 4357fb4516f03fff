"""Definitions over HTTP: a field added while the site runs is usable by the very next request."""

from __future__ import annotations

from io import BytesIO

import pytest

from core.kernel.actor import Actor, Scope
from core.studio import RoleStudio

FIELDS = "/metadata/entities/office.paper/fields"
PAPERS = "/records/office.paper"
ALLERGY = {"name": "x_allergy", "type": "text", "search": True, "label": {"en": "Allergy", "fa": "حساسیت"}}

NO_FIELDS = (
    {},
    [],
    "x",
    {"name": "allergy", "type": "text"},
    {"name": "x_a", "type": "nothing"},
    {"name": "x_a"},
    {"name": "x_a", "type": "text", "unknown": 1},
    {"name": "x_A", "type": "text"},
    {"name": "x_" + "a" * 60, "type": "text"},
    {"name": "x_a; drop table", "type": "text"},
    {"name": "x_a", "type": "reference", "to": "office.nothing"},
    {"name": "x_a", "type": "text", "max_length": "many"},
    {"name": 7, "type": "text"},
    {"name": "x_a", "type": ["text"]},
    {"name": "x_a", "type": "text", "label": {"en": 5}},
    {"name": "x_a", "type": "text", "computed": "nothing + 1"},
    {"name": "x_a", "type": "choice"},
    {"name": "x_a", "type": "text", "default": {"a": {"b": []}}},
)
NO_ENTITIES = (
    {},
    [],
    {"name": "device"},
    {"name": "x.Device", "fields": {}},
    {"name": "x.device", "fields": []},
    {"name": "x.device", "fields": {"a": 5}},
    {"name": "x." + "a" * 80, "fields": {}},
    {"name": "x.device", "title": "nothing", "fields": {"a": {"type": "text"}}},
)


class TestFields:
    def test_a_new_field_can_be_written_read_filtered_sorted_and_searched_at_once(self, chief, clerk):
        made = chief("POST", FIELDS, ALLERGY)
        assert made.status_code == 201
        assert (made.json["name"], made.json["label"], made.json["owner"]) == ("x_allergy", "Allergy", "site")
        assert made.headers["Location"].endswith(f"{FIELDS}/x_allergy")
        paper = clerk.make("office.paper", title="A", x_allergy="Penicillin")
        clerk.make("office.paper", title="B", x_allergy="Aspirin")
        assert paper["x_allergy"] == "Penicillin"
        page = clerk.get(PAPERS, filter="x_allergy != 'x'", sort="x_allergy", fields="x_allergy")
        assert page["items"] == [{"x_allergy": "Aspirin"}, {"x_allergy": "Penicillin"}]
        assert [hit["id"] for hit in clerk.get("/search", q="penicil")["items"]] == [paper["id"]]
        assert clerk.get(f"{PAPERS}/aggregate", group_by="state", measures="count(x_allergy)")["items"]

    def test_labels_come_in_every_language_that_was_written(self, chief):
        chief("POST", FIELDS, ALLERGY)
        fields = {field["name"]: field for field in chief.get(FIELDS)["items"]}
        assert fields["x_allergy"]["labels"] == {"en": "Allergy", "fa": "حساسیت"}
        assert fields["title"]["label"] == "Title"

    def test_a_definition_that_makes_no_sense_is_refused_with_its_reasons(self, chief):
        for body in NO_FIELDS:
            response = chief("POST", FIELDS, body)
            assert response.status_code in (400, 422), (body, response.text)
            assert response.status_code == 400 or response.json["errors"]
        assert "x_a" not in {field["name"] for field in chief.get(FIELDS)["items"]}

    def test_a_field_is_changed_and_goes_to_the_trash(self, chief, clerk):
        chief("POST", FIELDS, ALLERGY)
        paper = clerk.make("office.paper", title="A", x_allergy="Penicillin")
        changed = chief("PATCH", f"{FIELDS}/x_allergy", {"label": {"en": "Allergies"}})
        assert (changed.status_code, changed.json["label"]) == (200, "Allergies")
        assert chief.refused(409, "PATCH", f"{FIELDS}/x_allergy", {"type": "integer"})["code"] == "type_stays"
        assert chief("DELETE", f"{FIELDS}/x_allergy").status_code == 204
        assert "x_allergy" not in clerk.get(f"{PAPERS}/{paper['id']}")
        clerk.refused(400, "GET", f"{PAPERS}?sort=x_allergy")
        assert chief.get(FIELDS, trash="true")["items"] == [{"name": "x_allergy"}]
        assert chief("POST", f"{FIELDS}/x_allergy/restore").json["label"] == "Allergies"
        assert clerk.get(f"{PAPERS}/{paper['id']}")["x_allergy"] == "Penicillin"

    def test_fields_of_modules_stay(self, chief):
        assert chief("DELETE", f"{FIELDS}/code").status_code == 409
        assert "code" in {field["name"] for field in chief.get(FIELDS)["items"]}

    def test_only_administrators_change_definitions(self, clerk):
        for method, path in (
            ("POST", FIELDS),
            ("PATCH", f"{FIELDS}/code"),
            ("DELETE", f"{FIELDS}/code"),
            ("POST", "/metadata/entities"),
            ("DELETE", "/metadata/entities/office.room"),
        ):
            code = clerk.refused(403, method, path, {"name": "x_a", "type": "text"})["code"]
            assert code == ("access_denied" if path.startswith(FIELDS) else "administrators_only")

    def test_a_reader_sees_only_what_they_may_know(self, clerk, caller):
        assert "verdict" not in {field["name"] for field in clerk.get(FIELDS)["items"]}
        visitor = caller("office.visitor")
        assert [one["name"] for one in visitor.get("/metadata/entities")["items"]] == ["office.room"]
        visitor.refused(404, "GET", FIELDS)


class TestEntities:
    DEVICE = {
        "name": "x.device",
        "label": {"en": "Device", "fa": "دستگاه"},
        "title": "serial",
        "fields": {
            "serial": {"type": "text", "label": "Serial", "required": True, "search": True},
            "room": {"type": "reference", "label": "Room", "to": "office.room"},
        },
    }

    @pytest.mark.covers("IN-02", "XR-01")
    def test_a_whole_entity_comes_with_one_request(self, chief, clerk):
        made = chief("POST", "/metadata/entities", self.DEVICE)
        assert made.status_code == 201, made.text
        assert (made.json["name"], made.json["label"], made.json["title"]) == ("x.device", "Device", "serial")
        assert chief.make("x.device", serial="S-1")["serial"] == "S-1"
        assert chief.get("/search", q="s-1")["items"][0]["entity"] == "x.device"
        clerk.refused(404, "GET", "/records/x.device")
        assert chief.refused(409, "POST", "/metadata/entities", self.DEVICE)["code"] == "taken"

    def test_an_entity_of_the_site_goes_and_those_of_modules_stay(self, chief):
        chief("POST", "/metadata/entities", self.DEVICE)
        assert chief("DELETE", "/metadata/entities/x.device").status_code == 204
        chief.refused(404, "GET", "/records/x.device")
        chief.refused(409, "DELETE", "/metadata/entities/office.room")

    def test_an_entity_that_makes_no_sense_is_refused(self, chief):
        for body in NO_ENTITIES:
            assert chief("POST", "/metadata/entities", body).status_code in (400, 422), body


class TestModules:
    @pytest.mark.covers("PL-37")
    def test_a_module_comes_sleeps_and_wakes_up_with_its_records(self, chief):
        assert chief.get("/modules/kit")["state"] == "available"
        assert chief("POST", "/modules/kit/install").json["state"] == "enabled"
        shelf = chief.make("kit.shelf", name="Cellar")
        assert chief("POST", "/modules/kit/disable").json["state"] == "disabled"
        chief.refused(404, "GET", f"/records/kit.shelf/{shelf['id']}")
        assert chief("POST", "/modules/kit/enable").json["state"] == "enabled"
        assert chief.get(f"/records/kit.shelf/{shelf['id']}") == shelf
        assert {one["name"] for one in chief.get("/modules")["items"]} >= {"kit", "office"}

    def test_what_an_act_would_do_to_rights_is_answered_and_not_done(self, chief, clerk):
        plan = chief.get("/modules/kit/plan", act="install", role="kit.visitor")
        assert (plan["act"], plan["modules"], plan["total"]) == ("install", ["kit"], plan["wider"])
        first = plan["items"][0]
        assert (first["entity"], first["action"], first["kind"], first["wider"]) == (
            "kit.shelf",
            "read",
            "added",
            True,
        )
        assert (first["before"], first["after"]) == (None, {"reach": "all", "where": None})
        rest = chief.get("/modules/kit/plan", act="install", wider="true", offset=1)
        assert len(rest["items"]) == min(200, plan["total"] - 1)
        assert chief.get("/modules/kit")["state"] == "available"
        assert chief.get("/modules/office/plan", act="disable")["wider"] == 0
        chief.refused(400, "GET", "/modules/kit/plan", query_string={"act": "burn"})
        chief.refused(404, "GET", "/modules/nothing/plan", query_string={"act": "install"})
        chief.refused(409, "GET", "/modules/kit/plan", query_string={"act": "disable"})
        clerk.refused(403, "GET", "/modules/kit/plan", query_string={"act": "install"})
        stale = chief.refused(409, "POST", "/modules/kit/install", query_string={"plan": "0" * 32})
        assert stale["code"] == "plan_changed"
        assert chief.get("/modules/kit")["state"] == "available"
        done = chief("POST", "/modules/kit/install", query_string={"plan": plan["plan"]})
        assert done.json["state"] == "enabled"

    def test_what_cannot_be_done_is_told(self, chief):
        chief.refused(404, "POST", "/modules/nothing/disable")
        assert chief("POST", "/modules/nothing/install").status_code in (404, 409, 422)

    def test_only_administrators_see_modules(self, clerk):
        clerk.refused(403, "GET", "/modules")
        clerk.refused(403, "POST", "/modules/office/disable")


class TestFiles:
    def test_a_file_is_uploaded_attached_and_downloaded(self, clerk, caller):
        up = clerk("POST", "/files", data={"file": (BytesIO(b"<script>"), "../a.html")})
        assert up.status_code == 201
        assert up.json == {"id": up.json["id"], "name": "a.html", "size": 8, "mime": "text/plain"}
        paper = clerk.make("office.paper", title="A", scan=up.json["id"])
        assert paper["scan"] == up.json
        down = clerk("GET", f"/files/{up.json['id']}")
        assert (down.status_code, down.data) == (200, b"<script>")
        assert down.headers["Content-Disposition"].startswith("attachment")
        assert down.headers["Content-Security-Policy"].startswith("sandbox")
        caller("office.clerk").refused(404, "GET", f"/files/{up.json['id']}")

    def test_an_upload_needs_a_file_in_a_form(self, clerk):
        clerk.refused(415, "POST", "/files", {"file": "x"})
        clerk.refused(400, "POST", "/files", data={"other": (BytesIO(b"x"), "a.txt")})
        clerk.refused(400, "POST", "/files", data={"file": "no file"}, content_type="multipart/form-data")

    def test_a_file_that_is_too_large_is_refused(self, app, clerk, monkeypatch):
        monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
        clerk.refused(413, "POST", "/files", data={"file": (BytesIO(b"x" * 2000), "a.txt")})


ARRANGER = [
    {"entity": "office.paper", "actions": ["read", "administer"], "fields": {"read": ["*", "!verdict"]}},
    {"entity": "office.room", "actions": ["read"]},
]


class TestArranging:
    def test_whoever_administers_an_entity_arranges_it_and_no_more(self, site, caller):
        chief = Actor(elevated="a test")
        site.get(RoleStudio).add(chief, "x.arranger", {"label": {"en": "Arranger"}, "grants": ARRANGER})
        ann = caller("x.arranger")
        assert ann.get("/access/me")["entities"]["office.paper"]["actions"] == ["read", "administer"]
        assert ann.get("/access/me")["entities"]["office.room"]["actions"] == ["read"]
        paper, fields = "/metadata/entities/office.paper", FIELDS
        assert ann("PATCH", f"{paper}?why=Shorter", {"plural": {"en": "Sheets"}}).json["plural"] == "Sheets"
        pages = ann("PATCH", f"{fields}/pages", {"label": {"en": "Leaves"}})
        assert (pages.json["label"], pages.json["editable"]) == ("Leaves", False)
        draft = {"choices": {"draft": {"label": "Sketch", "hidden": True}}}
        assert ann("PATCH", f"{fields}/state", draft).json["choices"][0] == {
            "name": "draft",
            "label": "Sketch",
            "hue": "gray",
            "hidden": True,
        }
        view = ann.get(f"{paper}/views/list")
        assert "verdict" not in str(view)
        assert {"urgent", "weight"} & set(view["others"])
        laid = ann("PATCH", f"{paper}/views/list", {"columns": ["urgent", "title"], "sort": ["-title"]})
        assert (laid.json["sections"][0]["items"], laid.json["sort"]) == (["urgent", "title"], ["-title"])
        note = {"name": "x_note", "type": "text", "label": {"en": "Note"}}
        assert ann("POST", fields, note).status_code == 201
        assert ann("DELETE", f"{fields}/x_note").status_code == 204
        assert ann.get(fields, trash="true")["items"] == [{"name": "x_note"}]
        assert ann("POST", f"{fields}/x_note/restore").status_code == 200
        assert ann.refused(403, "PATCH", f"{fields}/title", {"unique": True})["code"] == "not_arrangement"
        assert ann.refused(403, "POST", fields, {**note, "name": "x_v", "computed": "verdict"})["code"]
        hidden = ann.refused(400, "PATCH", f"{fields}/verdict", {"label": {"en": "V"}})
        nothing = ann.refused(400, "PATCH", f"{fields}/nothing", {"label": {"en": "V"}})
        assert hidden["detail"].replace("verdict", "nothing") == nothing["detail"]
        for path in (f"{paper}/views/list", f"{paper}/views/form"):
            part = (
                {"columns": ["verdict"]}
                if path.endswith("list")
                else {"sections": [{"name": "main", "items": ["verdict"]}]}
            )
            assert ann.refused(400, "PATCH", path, part)["code"] == "unknown_field"
        ann.refused(403, "PATCH", "/metadata/entities/office.room", {"label": {"en": "Hall"}})
        ann.refused(403, "GET", "/metadata/entities/office.room/views/list")
        ann.refused(403, "POST", "/metadata/entities", {})
        ann.refused(403, "POST", "/metadata/workflows", {})
        read = Scope(entity="office.paper", action="read")
        caller("x.arranger", scopes=[read]).refused(403, "PATCH", paper, {"label": {"en": "P"}})
        narrow = caller("office.chief", scopes=[read, Scope(entity="office.paper", action="administer")])
        assert narrow("PATCH", paper, {"label": {"en": "P"}}).status_code == 200
        assert narrow.refused(403, "PATCH", f"{fields}/title", {"unique": True})["code"] == "not_arrangement"
        explained = ann.get("/access/explain", entity="office.paper", action="administer", field="title")
        assert explained["decision"] == "allowed"

    def test_a_view_that_is_none_and_a_body_that_is_none_are_told(self, chief, clerk):
        view = "/metadata/entities/office.paper/views"
        assert chief.refused(400, "GET", f"{view}/nothing")["code"] == "unknown_view"
        for body in ({"group_by": "state"}, [], "x", {"columns": [1]}, {"sort": ["nothing"]}, {"label": 5}):
            assert chief("PATCH", f"{view}/list", body).status_code in (400, 422), body
        clerk.refused(403, "PATCH", f"{view}/list", {"columns": ["title"]})


class TestMe:
    def test_everybody_learns_what_they_may_do(self, clerk):
        me = clerk.get("/access/me")
        assert (me["id"], me["login"], me["roles"], me["administrator"]) == (
            clerk.actor.id,
            "clerk@example.com",
            ["office.clerk"],
            False,
        )
        assert me["entities"]["office.paper"]["actions"] == [
            "create",
            "read",
            "update",
            "delete",
            "import",
            "export",
        ]
        assert "verdict" not in me["entities"]["office.paper"]["read"]
        assert "id" in me["entities"]["office.paper"]["read"]
        assert "id" not in me["entities"]["office.paper"]["edit"]
