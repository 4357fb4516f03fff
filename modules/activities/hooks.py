"""What the activities module answers the core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.sdk import (
    Asking,
    Behaviour,
    Change,
    EntitySpec,
    Guard,
    Operation,
    Panel,
    Problem,
    Route,
    Task,
    TimelineEvent,
    TimelineKind,
    UnitOfWork,
    hookimpl,
)
from modules.activities import answers, feeds
from modules.activities.behaviours import ACTIVITIES, COMPANY_ACTIVITIES
from modules.activities.booking import PAGE
from modules.activities.booking_mail import follow_bookings, follow_meetings
from modules.activities.booking_pages import ROUTES
from modules.activities.booking_setup import address_panel, page_problems, with_slug
from modules.activities.colleagues import guard_start
from modules.activities.events import events_of, kinds_of
from modules.activities.feeds import FEED
from modules.activities.following import follow
from modules.activities.jobs import JOBS
from modules.activities.normalizing import normal_activity
from modules.activities.operations import OPERATIONS
from modules.activities.panels import panels_of
from modules.activities.series import normal_series


@hookimpl
def register_behaviours() -> tuple[Behaviour, ...]:
    """Offer activities on any record, and on companies those of all that is theirs."""
    return (ACTIVITIES, COMPANY_ACTIVITIES)


@hookimpl
def register_jobs() -> Iterable[Task]:
    """Offer what is done at night."""
    return JOBS


@hookimpl
def register_operations() -> Iterable[Operation]:
    """Offer to log, plan, close, move and repeat."""
    return OPERATIONS


@hookimpl
def register_guards() -> tuple[Guard, ...]:
    """Ask why a call is begun although a colleague has been in touch."""
    return (Guard(name="activities.colleague_was_in_touch", check=guard_start),)


@hookimpl
def register_routes() -> tuple[Route, ...]:
    """Offer the page of one's calendar link, what calendar programs read, and the pages on which guests answer and book."""
    return (
        Route(
            name="activities.calendar_link",
            path="/calendar-link",
            handle=feeds.link_page,
            methods=("GET", "POST"),
            grant=(FEED, "create"),
        ),
        Route(name=FEED, path="/feed/<token>", handle=feeds.feed, public=True),
        Route(
            name=answers.PURPOSE,
            path="/answer/<token>",
            handle=answers.answer_page,
            methods=("GET", "POST"),
            public=True,
        ),
        *ROUTES,
    )


@hookimpl
def timeline_kinds(entity: EntitySpec) -> Iterable[TimelineKind]:
    """Let people see the activities of a record alone."""
    return kinds_of(entity)


@hookimpl
def timeline_events(
    entity: EntitySpec, record_id: int, asking: Asking, kind: str, before: datetime | None, limit: int
) -> Iterable[TimelineEvent]:
    """Tell in timelines what was done."""
    return events_of(entity, record_id, asking, kind, before, limit)


@hookimpl
def record_panels(entity: EntitySpec, record: Mapping[str, object], asking: Asking) -> Iterable[Panel]:
    """Show the next step, and who of the colleagues has been in touch lately."""
    return address_panel(record, asking) if entity.name == PAGE else panels_of(entity, record, asking)


@hookimpl
def record_normalize(
    entity: EntitySpec, values: Mapping[str, object], uow: UnitOfWork
) -> Mapping[str, object] | None:
    """Settle when an activity is and whom it is about, and how a series is repeated."""
    match entity.name:
        case "activities.activity":
            return normal_activity(values, uow)
        case "activities.recurrence":
            return normal_series(values, uow)
        case "activities.booking_page":
            return with_slug(values)
        case _:
            return None


@hookimpl
def records_saved(changes: Sequence[Change], uow: UnitOfWork) -> None:
    """Follow what happens to activities: in their series, their reminders, and to whom they are told."""
    follow(changes, uow)
    match changes[0].entity.name:
        case "activities.activity":
            follow_meetings(changes, uow)
        case "activities.booking":
            follow_bookings(changes, uow)


@hookimpl
def record_validate(change: Change, uow: UnitOfWork) -> Iterable[Problem]:
    """Refuse addresses of booking pages that nobody could type, and to delete pages on which somebody booked."""
    return page_problems(change, uow) if change.entity.name == PAGE else ()
