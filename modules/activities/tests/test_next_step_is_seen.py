"""Who sees a record sees whether somebody cares for it, also where the activities themselves are another team's."""

from __future__ import annotations


def test_the_next_activity_is_seen_by_who_sees_the_record_only(desk, actor_as):
    reader = desk.as_(actor_as("contacts.manager", "activities.user"))
    firm = desk.one("contacts.account", name="Sepehr")
    call = desk.column("activities.activity_type", "id", filter="category == 'call'")[0]
    desk.one(
        "activities.activity",
        subject="Call",
        type=call,
        record={"entity": "contacts.account", "id": firm},
        start_at="2099-01-01T10:00:00Z",
    )
    assert reader.get("contacts.account", firm, "next_activity_at")["next_activity_at"] is not None
    assert reader.column("contacts.account", "id", filter="is_empty(next_activity_at)") == []
    assert reader.find("activities.activity", "subject") == []
