"""What the caller was told and is to be reminded of, in words that say of records only what they may read now."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response

from core.api.answers import reply
from core.api.call import Call
from core.api.routes import Route, listed, ref
from core.records.reading import Reading
from core.timeline.entities import NOTIFICATION, REMINDER
from core.timeline.inbox import inbox, reminders


def list_notifications(call: Call) -> Response:
    """Answer what the caller was told."""
    call.site.get(Reading).require_read(call.actor, NOTIFICATION, call.catalog)
    found = inbox(call.site, call.actor, call.catalog, call.style)
    return reply({"items": [asdict(one) for one in found]})


def list_reminders(call: Call) -> Response:
    """Answer what the caller is to be reminded of, and was."""
    call.site.get(Reading).require_read(call.actor, REMINDER, call.catalog)
    found = reminders(call.site, call.actor, call.catalog, call.style)
    return reply({"items": [asdict(one) for one in found]})


ROUTES = (
    Route(
        method="GET",
        path="/notifications",
        name="list_notifications",
        run=list_notifications,
        group="Access",
        about="What you were told, newest first, at most 60. Of a record that you no longer see it says only that.",
        answers={200: listed(ref("Notification"))},
    ),
    Route(
        method="GET",
        path="/reminders",
        name="list_reminders",
        run=list_reminders,
        group="Access",
        about="What you are to be reminded of and were, the last first, at most 60. Of a record that you no longer see it says only that.",
        answers={200: listed(ref("Reminder"))},
    ),
)
