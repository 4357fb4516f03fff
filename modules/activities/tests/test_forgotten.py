"""Forgotten customers of many owners: however many they are, each is told of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from core.records import aggregation
from modules.activities.forgotten import tell_forgotten

ACCOUNT, TOLD = "contacts.account", "base.notification"
MORNING = (datetime.now(UTC) + timedelta(days=1)).replace(hour=9, minute=0)


@pytest.mark.parametrize("most", [aggregation.MAX_GROUPS, 3, 1])
def test_whoever_has_forgotten_customers_is_told_however_many_owners_and_teams_there_are(
    site, desk, actor_as, monkeypatch, most
):
    monkeypatch.setattr(aggregation, "MAX_GROUPS", most)
    people = [actor_as("base.member", "contacts.manager", "activities.user").id for _ in range(5)]
    desk.one("base.team", name="North", leader=people[0])
    for place, person in enumerate(people):
        same = {"owner": person, "lifecycle": "customer"}
        desk.create(ACCOUNT, *({"name": f"Firm {place}-{n}", **same} for n in range(place + 1)))
    desk.create(
        ACCOUNT, *({"name": f"Nobody's {n}", "owner": None, "lifecycle": "customer"} for n in range(7))
    )
    assert desk.run_job(tell_forgotten, MORNING) == {"account": 22, "contact": 0, "told": 5}
    found = desk.find(TOLD, "user", "title", filter="kind == 'forgotten'", sort=("user",))
    said = {one["user"].id: int(one["title"].split()[0]) for one in found}
    assert said == dict(zip(people, (8, 2, 3, 4, 5), strict=True))
