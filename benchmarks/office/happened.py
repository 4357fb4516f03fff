"""What happened in the office: calls and appointments, notes, who follows what and was told of it, the history."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from benchmarks.office.rows import CONTACTS, MADE, OPPORTUNITIES, Office, Person, Rows, contact_of
from benchmarks.office.tables import Connection, copy
from core.i18n import fold

OLD_CALLS = 40_000
NOTES = 20_000
WEEKS, A_WEEK = 8, 25
"""Weeks of appointments before and after this one, and how many each person has in a week."""

ACTIVITY = (
    "type subject subject_key record__sales_opportunity account contact state priority all_day day start_at end_at "
    "due_at scheduled_at result_code result_note done_at detached remind_by_mail owner team"
)


def fill_happened(connection: Connection, office: Office) -> None:
    """Write all of it."""
    rows, c = Happened(office), connection
    copy(c, "activities_activity", f"id {MADE} {ACTIVITY}", rows.activities())
    copy(c, "base_note", f"{MADE} record__sales_opportunity body", rows.notes())
    copy(c, "base_follower", f"{MADE} record__sales_opportunity user key", rows.followers())
    copy(
        c,
        "base_notification",
        f"{MADE} user kind title entity record_id key mail read_at",
        rows.notifications(),
    )
    copy(c, "core_history", "at entity record_id actor actor_name channel action changes", rows.history())


class Happened(Rows):
    """Makes the rows of what happened."""

    def activities(self) -> Iterator[Sequence[Any]]:
        """Yield calls that were made, and the appointments of weeks around this one."""
        number = 0
        for i in range(1, OLD_CALLS + 1):
            number += 1
            yield self._activity(number, i, self._owner(i), self._at(i * 11), done=True)
        monday = (self._now - timedelta(days=self._now.weekday())).replace(
            hour=5, minute=0, second=0, microsecond=0
        )
        for place_of, person in enumerate(self._office.people):
            for place in range((2 * WEEKS + 1) * A_WEEK):
                number += 1
                week, hour = divmod(place, A_WEEK)
                start = monday + timedelta(weeks=week - WEEKS, days=hour % 5, hours=hour // 5 * 2)
                about = self._opportunity_of(place_of, number)
                yield self._activity(number, about, person, start, done=start < self._now)

    def _activity(
        self, number: int, about: int, owner: Person, start: datetime, *, done: bool
    ) -> Sequence[Any]:
        contact, end, text = contact_of(about), start + timedelta(hours=1), self._words.call()
        types = self._office.types
        return (
            number,
            *self._made(number),
            types[number % len(types)],
            text,
            fold(text),
            about,
            self._account_of(contact),
            contact,
            "done" if done else "planned",
            "normal",
            False,
            start.date(),
            start,
            end,
            end,
            start,
            "reached" if done else None,
            "پاسخ داد و قیمت خواست" if done else None,
            end if done else None,
            False,
            False,
            owner.id,
            owner.team,
        )

    def notes(self) -> Iterator[Sequence[Any]]:
        """Yield notes on opportunities."""
        for i in range(1, NOTES + 1):
            yield (
                *self._made(i),
                i * 3 % OPPORTUNITIES + 1,
                "مشتری پیش‌فاکتور رسمی می‌خواهد و شنبه تصمیم می‌گیرد.",
            )

    def followers(self) -> Iterator[Sequence[Any]]:
        """Yield who follows the opportunities: their owners."""
        for i in range(1, OPPORTUNITIES + 1):
            owner = self._owner(i)
            yield (*self._made(i), i, owner.id, f"sales.opportunity:{i}:{owner.id}")

    def notifications(self) -> Iterator[Sequence[Any]]:
        """Yield what people were told; a tenth is not read yet."""
        for person in self._office.people:
            for place in range(50):
                about = (person.id * 50 + place) % OPPORTUNITIES + 1
                yield (
                    *self._made(place),
                    person.id,
                    "assignment",
                    self._words.deal(),
                    "sales.opportunity",
                    about,
                    f"{place}",
                    "none",
                    None if place % 10 == 0 else self._now,
                )

    def history(self) -> Iterator[Sequence[Any]]:
        """Yield that contacts and opportunities were made, and a move of each opportunity."""
        for i in range(1, CONTACTS + 1):
            owner = self._owner(i)
            made = {"last_name": [None, "کریمی"], "owner": [None, owner.id], "lifecycle": [None, "prospect"]}
            yield (self._at(i), "contacts.contact", i, owner.id, "", "web", "create", json.dumps(made))
        first = self._office.stages[0]
        for i in range(1, OPPORTUNITIES + 1):
            owner, stage = self._owner(i), self._stage(i)
            made = {"name": [None, "خرید"], "owner": [None, owner.id], "stage": [None, first.id]}
            moved = {"stage": [first.id, stage.id], "probability": [first.probability, stage.probability]}
            yield (self._at(i), "sales.opportunity", i, owner.id, "", "web", "create", json.dumps(made))
            yield (self._at(i), "sales.opportunity", i, owner.id, "", "web", "update", json.dumps(moved))

    def _opportunity_of(self, person: int, number: int) -> int:
        """Return one of the opportunities of the person at a place among the people."""
        people = len(self._office.people)
        own = next(i for i in range(1, people + 1) if self._owner(i) is self._office.people[person])
        return number * 7 % (OPPORTUNITIES // people) * people + own
