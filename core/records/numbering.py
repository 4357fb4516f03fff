"""Sequence numbers: given when a record is made, from a row-locked counter for each period."""

from __future__ import annotations

from collections.abc import Sequence

from core.fields import pattern_of
from core.i18n import Day
from core.records.change import Draft
from core.records.work import Work
from core.storage.counters import next_number


def give_numbers(work: Work, drafts: Sequence[Draft]) -> None:
    """Fill the sequence fields of new records; one statement for each field, however many records."""
    today = work.uow.today
    day = Day(today.year, today.month, today.day)
    for spec in work.plan.sequences:
        pattern = pattern_of(spec)
        first = next_number(work.uow, f"{work.entity}.{spec.name}", pattern.period(day), len(drafts))
        for number, draft in enumerate(drafts, start=first):
            draft.after[spec.name] = pattern.write(number, day)
