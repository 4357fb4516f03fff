"""Numbers of records: given when a record is made or issued, from a row-locked counter for each series and period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from core.errors import Conflict, Problem
from core.i18n import Calendar, Gregorian, Localization
from core.records.change import Draft
from core.records.deriving import compute, find_changed
from core.records.loading import refuse
from core.records.plan import Numbered
from core.records.work import Work
from core.storage.counters import keep_day, latest_day, next_number


def give_numbers(work: Work, drafts: Sequence[Draft]) -> None:
    """Fill the numbers that new records begin with; one statement for each series, however many records."""
    for numbered in work.plan.sequences:
        if numbered.when is None and not numbered.by and not numbered.date:
            _take(work, numbered, "", drafts)


def issue_numbers(work: Work, drafts: Sequence[Draft]) -> None:
    """Give the numbers that waited for a condition, or for the values that choose series and period.

    It is called once nothing speaks against the write any more: a number is never taken for a record that is refused,
    and the lock of a series is held as short as can be.
    """
    issued: list[Draft] = []
    for numbered in work.plan.sequences:
        waiting = [draft for draft in drafts if _is_due(work, numbered, draft)]
        for draft in waiting:
            _require(numbered, draft)
        refuse(drafts)
        for series in sorted({_series(work, numbered, draft) for draft in waiting}):
            _take(work, numbered, series, [d for d in waiting if _series(work, numbered, d) == series])
        issued += waiting
    if issued:
        compute(work, issued)
        find_changed(work.plan, issued)


def check_series(work: Work, drafts: Iterable[Draft]) -> None:
    """Note a problem where the value that chose the series of a number is changed afterwards."""
    for numbered in work.plan.sequences:
        for draft in drafts:
            for name in (numbered.by, numbered.date):
                if name in draft.changed and draft.before.get(numbered.spec.name) is not None:
                    draft.problems.append(
                        Problem(
                            code="numbered",
                            field=name,
                            message="This record has the number {number}; what the number follows from cannot change.",
                            params={"number": str(draft.before[numbered.spec.name])},
                        )
                    )


def keep_numbered(work: Work, drafts: Iterable[Draft]) -> None:
    """Refuse to delete records whose numbers must not go missing."""
    for numbered in work.plan.sequences:
        for draft in drafts:
            number = draft.before.get(numbered.spec.name)
            if numbered.kept and number is not None:
                raise Conflict(
                    "The record with the number {number} cannot be deleted, as its number would be missing; cancel it instead.",
                    code="numbered",
                    number=str(number),
                )


def _is_due(work: Work, numbered: Numbered, draft: Draft) -> bool:
    name = numbered.spec.name
    if draft.after.get(name, draft.before.get(name)) is not None:
        return False
    if numbered.when is None:
        return not draft.before
    return numbered.when(work.view(draft), work.env(work.old(draft))) is True


def _series(work: Work, numbered: Numbered, draft: Draft) -> str:
    """Return the key of the value whose series a record belongs to; empty where all share one."""
    if not numbered.by:
        return ""
    spec = work.plan.entity.fields[numbered.by]
    return work.plan.types[numbered.by].key(spec, _value(draft, numbered.by)) or ""


def _require(numbered: Numbered, draft: Draft) -> None:
    """Note a problem where a value that the number follows from is missing."""
    for name in (numbered.by, numbered.date):
        if name and _value(draft, name) is None:
            draft.problems.append(Problem(code="required", message="This value is required.", field=name))


def _value(draft: Draft, name: str) -> object:
    return draft.after.get(name, draft.before.get(name))


def _take(work: Work, numbered: Numbered, series: str, drafts: Sequence[Draft]) -> None:
    """Number the drafts of one series; where they are dated, those with the earliest date first."""
    name = f"{work.entity}.{numbered.spec.name}" + (f":{series}" if series else "")
    calendar = _calendar(work, numbered)
    for period, found in _periods(work, numbered, calendar, drafts).items():
        first = next_number(work.uow, name, period, len(found))
        if numbered.date:
            _keep_order(work, numbered, name, period, found)
        for number, (on, draft) in enumerate(found, start=first):
            draft.after[numbered.spec.name] = numbered.pattern.write(number, calendar.from_date(on))


def _periods(
    work: Work, numbered: Numbered, calendar: Calendar, drafts: Iterable[Draft]
) -> Mapping[str, list[tuple[date, Draft]]]:
    """Return the drafts with their dates, by the period in which they are numbered."""
    days = [(_day(work, numbered, draft), draft) for draft in drafts]
    found: dict[str, list[tuple[date, Draft]]] = {}
    for on, draft in sorted(days, key=lambda pair: pair[0]):
        found.setdefault(numbered.pattern.period(calendar.from_date(on)), []).append((on, draft))
    return found


def _day(work: Work, numbered: Numbered, draft: Draft) -> date:
    value = _value(draft, numbered.date) if numbered.date else work.uow.today
    assert isinstance(value, date)  # required above, and a date field
    return value


def _keep_order(
    work: Work, numbered: Numbered, name: str, period: str, found: Sequence[tuple[date, Draft]]
) -> None:
    """Refuse a date before that of a number given already: whoever reads the series sees both go the same way."""
    latest, (on, draft) = latest_day(work.uow, name), found[0]
    if latest is not None and on < latest:
        draft.problems.append(
            Problem(
                code="too_early",
                field=numbered.date,
                message="A number of this series stands on a later date already; choose that date or one after it.",
            )
        )
        refuse([draft])
    keep_day(work.uow, name, period, found[-1][0])


def _calendar(work: Work, numbered: Numbered) -> Calendar:
    """Return the calendar that periods are counted in; never another one in its place."""
    name = numbered.spec.option("calendar")
    if not isinstance(name, str) or name == Gregorian.name:
        return Gregorian()
    known = work.uow.site.get(Localization).calendars if work.uow.site else {}
    if name not in known:
        raise Conflict(
            "The numbers of {field} are counted in the calendar {calendar}, which is not known here; enable the module that brings it.",
            code="no_calendar",
            field=numbered.spec.name,
            calendar=name,
        )
    return known[name]
