"""Records over HTTP: written, read, asked for, changed by whoever saw the present version, and never those of others."""

from __future__ import annotations

import re

import pytest

ROOMS, PAPERS = "/records/office.room", "/records/office.paper"


def said(response, name):
    """Return an answer without the name that was asked for, and without readable names that look like it."""
    return re.sub(r" Perhaps: [^\"]*", "", response.text.replace(name, "?"))


class TestLife:
    def test_a_record_that_is_created_is_read_as_a_flat_object(self, clerk):
        room = clerk.make("office.room", name="Hall")
        made = clerk.make(
            "office.paper",
            title="Lease",
            room=room["id"],
            pages=3,
            due="2026-03-21",
            price={"amount": "1250000", "currency": "IRR"},
            printed_at="2026-03-21T08:30:00+03:30",
        )
        read = clerk.get(f"{PAPERS}/{made['id']}")
        assert read == made
        assert read["version"] == 1
        assert read["room"] == {"id": room["id"], "title": "Hall"}
        assert read["price"] == {"amount": "1250000", "currency": "IRR"}
        assert (read["due"], read["printed_at"]) == ("2026-03-21", "2026-03-21T05:00:00Z")

    def test_the_answer_to_a_creation_names_version_and_address(self, clerk):
        response = clerk("POST", ROOMS, {"name": "Hall"})
        assert response.headers["ETag"] == '"1"'
        assert response.headers["Location"] == f"/api/v1{ROOMS}/{response.json['id']}"

    def test_many_are_created_at_once_or_none(self, clerk):
        response = clerk("POST", ROOMS, [{"name": "A"}, {"name": "B"}])
        assert response.status_code == 201
        assert [set(one) for one in response.json["items"]] == [{"id", "version"}] * 2
        problem = clerk.refused(422, "POST", ROOMS, [{"name": "C"}, {"seats": "many"}])
        assert sorted(one["field"] for one in problem["errors"]) == ["1.name", "1.seats"]
        assert clerk.get(ROOMS, count="exact")["total"] == clerk.get(ROOMS, count="capped")["total"] == 2

    def test_lines_travel_with_their_record(self, clerk):
        room = clerk.make("office.room", name="Hall", papers=[{"title": "One"}, {"title": "Two"}])
        assert [line["title"] for line in clerk.get(f"{ROOMS}/{room['id']}")["papers"]] == ["One", "Two"]

    def test_a_change_needs_the_version_that_was_seen(self, clerk):
        room = clerk.make("office.room", name="Hall")
        path = f"{ROOMS}/{room['id']}"
        assert clerk.refused(428, "PATCH", path, {"seats": 4})["code"] == "version_missing"
        response = clerk("PATCH", path, {"seats": 4}, headers={"If-Match": '"1"'})
        assert (response.status_code, response.json["seats"], response.headers["ETag"]) == (200, 4, '"2"')
        problem = clerk.refused(412, "PATCH", path, {"seats": 5}, headers={"If-Match": '"1"'})
        assert (problem["code"], problem["current"]) == ("version_conflict", 2)
        assert clerk.get(path)["seats"] == 4

    def test_a_version_that_is_none_is_refused(self, clerk):
        room = clerk.make("office.room", name="Hall")
        for version in ('W/"1"', "one", '"1", "2"', "-1", '""', "9" * 30):
            clerk.refused(400, "PATCH", f"{ROOMS}/{room['id']}", {"seats": 4}, headers={"If-Match": version})

    def test_what_changes_nothing_keeps_the_version(self, clerk):
        room = clerk.make("office.room", name="Hall")
        response = clerk("PATCH", f"{ROOMS}/{room['id']}", {"name": "Hall"}, headers={"If-Match": '"1"'})
        assert (response.status_code, response.json["version"]) == (200, 1)

    def test_to_the_trash_and_back(self, clerk):
        room = clerk.make("office.room", name="Hall")
        path = f"{ROOMS}/{room['id']}"
        clerk.refused(412, "DELETE", path, headers={"If-Match": '"7"'})
        response = clerk("DELETE", path, headers={"If-Match": '"1"'})
        assert (response.status_code, response.data) == (204, b"")
        clerk.refused(404, "GET", path)
        assert [one["id"] for one in clerk.get(ROOMS, trash="true")["items"]] == [room["id"]]
        assert clerk("POST", f"{path}/restore").json["name"] == "Hall"
        assert clerk.get(path)["version"] == 3

    def test_history_tells_what_happened(self, clerk):
        room = clerk.make("office.room", name="Hall")
        path = f"{ROOMS}/{room['id']}"
        clerk("PATCH", path, {"name": "Aula"}, headers={"If-Match": "1"})
        entries = clerk.get(f"{path}/history")["items"]
        assert [one["action"] for one in entries] == ["update", "create"]
        assert entries[0]["changes"] == {"name": ["Hall", "Aula"]}
        assert (entries[0]["actor"], entries[0]["channel"], entries[0]["part"]) == (
            clerk.actor.id,
            "api",
            None,
        )
        described = clerk.get("/openapi.json")["components"]["schemas"]
        assert set(entries[0]) == set(described["HistoryEntry"]["properties"])
        page = clerk.get(f"{path}/history", limit=1)
        assert clerk.get(f"{path}/history", limit=1, before=page["next"])["items"][0]["action"] == "create"

    def test_a_short_answer_can_be_preferred(self, clerk):
        response = clerk("POST", ROOMS, {"name": "Hall"}, headers={"Prefer": "return=minimal"})
        assert set(response.json) == {"id", "version"}


class TestQuestions:
    @pytest.fixture
    def rooms(self, clerk):
        return clerk("POST", ROOMS, [{"name": f"Room {n}", "seats": n} for n in range(1, 6)]).json["items"]

    @pytest.mark.covers("IN-02")
    def test_filter_sort_fields_and_pages(self, clerk, rooms):
        page = clerk.get(ROOMS, filter="seats > 2", sort="-seats", fields="name", limit=2, count="exact")
        assert [one["name"] for one in page["items"]] == ["Room 5", "Room 4"]
        assert (page["total"], set(page["items"][0])) == (3, {"name"})
        rest = clerk.get(
            ROOMS, filter="seats > 2", sort="-seats", fields="name", limit=2, cursor=page["next"]
        )
        assert ([one["name"] for one in rest["items"]], rest["next"]) == (["Room 3"], None)

    def test_a_cursor_of_another_question_has_expired(self, clerk, rooms):
        page = clerk.get(ROOMS, limit=2)
        problem = clerk.refused(400, "GET", f"{ROOMS}?limit=2&sort=-seats&cursor={page['next']}")
        assert problem["code"] == "cursor_expired"

    def test_a_long_question_goes_into_a_body(self, clerk, rooms):
        body = {"filter": "seats > 2", "sort": ["-seats"], "fields": ["seats"], "limit": 2, "count": "exact"}
        response = clerk("POST", f"{ROOMS}/query", body)
        assert response.json["items"] == [{"seats": 5}, {"seats": 4}]
        assert response.json["total"] == 3

    def test_figures_by_group(self, clerk, rooms):
        clerk(
            "POST",
            PAPERS,
            [
                {"title": "A", "pages": 2, "room": rooms[0]["id"]},
                {"title": "B", "pages": 3, "room": rooms[0]["id"]},
                {"title": "C", "pages": 1},
            ],
        )
        found = clerk.get(f"{PAPERS}/aggregate", group_by="room", measures="count(),sum(pages)")["items"]
        assert found == [
            {"room": {"id": rooms[0]["id"], "title": "Room 1"}, "count()": 2, "sum(pages)": 5},
            {"room": None, "count()": 1, "sum(pages)": 1},
        ]

    def test_search_over_entities(self, clerk, rooms):
        clerk.make("office.paper", title="Room plan")
        found = clerk.get("/search", q="room")["items"]
        assert {one["entity"] for one in found} == {"office.room", "office.paper"}
        assert {one["entity"] for one in clerk.get("/search", q="room", entity="office.paper")["items"]} == {
            "office.paper"
        }


class TestRights:
    def test_records_of_others_do_not_exist(self, clerk, caller):
        paper = clerk.make("office.paper", title="Mine")
        other = caller("office.clerk")
        path = f"{PAPERS}/{paper['id']}"
        assert other.get(PAPERS)["items"] == []
        for method, body in (("GET", None), ("PATCH", {"title": "x"}), ("DELETE", None)):
            other.refused(404, method, path, body, headers={"If-Match": "1"})
        other.refused(404, "GET", f"{path}/history")
        other.refused(404, "POST", f"{path}/restore")

    def test_an_entity_without_any_right_is_unknown_in_the_same_words(self, caller):
        visitor = caller("office.visitor")
        hidden = visitor.refused(404, "GET", PAPERS)
        absent = visitor.refused(404, "GET", "/records/office.nothing")
        assert hidden == {**absent, "detail": absent["detail"].replace("office.nothing", "office.paper")}

    def test_an_entity_with_some_right_names_what_is_missing(self, caller):
        visitor = caller("office.visitor")
        assert visitor.refused(403, "POST", ROOMS, {"name": "x"})["code"] == "access_denied"

    @pytest.mark.covers("IN-02")
    def test_a_hidden_field_is_as_unknown_as_one_that_does_not_exist(self, clerk, chief):
        paper = chief.make("office.paper", title="Secret", verdict="no")
        chief("PATCH", f"{PAPERS}/{paper['id']}", {"keeper": clerk.actor.id}, headers={"If-Match": "1"})
        assert "verdict" not in clerk.get(f"{PAPERS}/{paper['id']}")
        for query in ({"fields": "{}"}, {"sort": "{}"}, {"filter": "{} == 'no'"}):
            answers = []
            for name in ("verdict", "verdixt"):
                response = clerk("GET", PAPERS, query_string={k: v.format(name) for k, v in query.items()})
                assert response.status_code == 400
                answers.append(said(response, name))
            assert answers[0] == answers[1]
        for path in ("aggregate?group_by={}", "aggregate?measures=max({})"):
            answers = [
                said(clerk("GET", f"{PAPERS}/{path.format(name)}"), name) for name in ("verdict", "verdixt")
            ]
            assert answers[0] == answers[1]
        answers = [
            said(clerk("POST", PAPERS, {"title": "x", name: "y"}), name) for name in ("verdict", "verdixt")
        ]
        assert answers[0] == answers[1]

    def test_protected_names_cannot_be_written(self, clerk):
        for name in ("id", "version", "created_by", "created_at", "updated_at", "deleted_at"):
            problem = clerk.refused(422, "POST", ROOMS, {"name": "Hall", name: 7})
            assert [(one["field"], one["code"]) for one in problem["errors"]] == [(name, "protected")]

    def test_the_keeper_of_a_record_cannot_be_somebody_else(self, clerk, caller):
        other = caller("office.clerk")
        clerk.refused(403, "POST", PAPERS, {"title": "x", "keeper": other.actor.id})
        paper = clerk.make("office.paper", title="x")
        clerk.refused(
            403, "PATCH", f"{PAPERS}/{paper['id']}", {"keeper": other.actor.id}, headers={"If-Match": "1"}
        )
        assert clerk.get(f"{PAPERS}/{paper['id']}")["keeper"] == clerk.actor.id
