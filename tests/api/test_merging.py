"""Merging by the API: looked at first, done once, found under the old id, and taken back."""

from __future__ import annotations

PAPERS = "/records/office.paper"


def test_records_are_merged_found_under_their_old_id_and_taken_apart(caller):
    chief = caller("office.chief")
    room = chief.make("office.room", name="Hall")["id"]
    other = chief.make("office.room", name="Hall 2")["id"]
    paper = chief.make("office.paper", title="Lease", room=other)["id"]
    path = f"/records/office.room/{room}/merge"
    seen = chief("POST", f"{path}/preview", {"losers": [other]}).json
    assert [one for one in seen["followers"] if one["field"] == "room"] == [
        {"entity": "office.paper", "field": "room", "count": 1, "same": 0}
    ]
    name = next(one for one in seen["fields"] if one["name"] == "name")
    assert name["values"] == {str(room): "Hall", str(other): "Hall 2"}
    assert chief.get(f"{PAPERS}/{paper}")["room"]["id"] == other
    body = {"losers": [other], "choices": {"name": room}, "reason": "Same hall."}
    done = [chief("POST", path, body, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert [one.status_code for one in done] == [200, 200]
    assert done[0].json == done[1].json
    assert chief.get(f"{PAPERS}/{paper}")["room"] == {"id": room, "title": "Hall"}
    found = chief("GET", f"/records/office.room/{other}")
    assert (found.status_code, found.headers["Location"]) == (307, f"/api/v1/records/office.room/{room}")
    listed = chief.get(f"/records/office.room/{room}/merges")["items"]
    assert [(one["losers"], one["reason"], one["undone"]) for one in listed] == [
        ([other], "Same hall.", False)
    ]
    back = chief("POST", f"/merges/{done[0].json['merge']}/undo")
    assert back.json == {"restored": [other], "kept": []}
    assert chief.get(f"/records/office.room/{other}")["name"] == "Hall 2"
    assert chief.get(f"{PAPERS}/{paper}")["room"]["id"] == other


def test_without_the_grant_nothing_is_merged_and_nobody_is_led_to_what_they_may_not_see(caller, clerk):
    chief = caller("office.chief")
    one, two = (clerk.make("office.paper", title=title)["id"] for title in ("a", "b"))
    clerk.refused(403, "POST", f"{PAPERS}/{one}/merge", {"losers": [two]})
    assert chief("POST", f"{PAPERS}/{one}/merge", {"losers": [two]}).status_code == 200
    assert clerk("GET", f"{PAPERS}/{two}").status_code == 307
    stranger = caller("office.clerk", login="stranger@example.com")
    stranger.refused(404, "GET", f"{PAPERS}/{two}")


def test_what_cannot_be_read_is_refused(caller):
    chief = caller("office.chief")
    room = chief.make("office.room", name="Hall")["id"]
    for body in (
        {"losers": "x"},
        {"losers": []},
        {"losers": [room]},
        {"losers": [True]},
        {"loser": [1]},
        {"losers": [2], "choices": {"name": "x"}},
    ):
        chief.refused(400, "POST", f"/records/office.room/{room}/merge", body)
    chief.refused(404, "POST", f"/records/office.room/{room}/merge", {"losers": [10**9]})
    chief.refused(404, "POST", "/merges/999999/undo")
