"""What a person was told: the page behind the bell, and the way from there to what it is about."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from core.errors import NotFound
from core.kernel.site import Site
from core.storage import Database
from core.timeline.inbox import inbox, mark_read
from core.web.form_values import whole
from core.web.pages import Pages, go
from core.web.visit import visit

ICONS = {"mention": "at", "assignment": "user", "followed": "eye", "reminder": "alarm"}


def register(made: Blueprint, site: Site, pages: Pages) -> None:
    """Add the routes of this page."""
    made.add_url_rule("/notifications", "notifications", lambda: show(site, pages))
    made.add_url_rule("/notifications", "read_notifications", lambda: read(site), methods=["POST"])
    made.add_url_rule("/notifications/<int:number>", "notification", lambda number: follow(site, number))


def show(site: Site, pages: Pages) -> Response:
    """Show what somebody was told: a page, or the inside of a dialog."""
    present = visit().require()
    now, style = site.get(Database).now(), present.style
    items = [
        {
            "told": one,
            "icon": ICONS.get(one.kind, "bell"),
            "when": style.relative(one.at, now),
            "moment": style.datetime(one.at),
        }
        for one in inbox(site, present.actor, present.catalog, style)
    ]
    return pages.show("notifications.html", nav="notifications", items=items)


def follow(site: Site, number: int) -> Response:
    """Lead to what a notification is about; opened by its reader it counts as read. To a record out of sight nothing leads."""
    present = visit().require()
    for one in inbox(site, present.actor, present.catalog, present.style):
        if one.id == number and (one.seen or one.entity):
            if present.eyes is None:  # who looks through the eyes of its reader has not read it for them
                mark_read(site, present.actor, present.catalog, number)
            if one.entity:
                return go(url_for("web.record", entity=one.entity, number=one.record_id))
            return go(url_for("web.notifications"))
    raise NotFound


def read(site: Site) -> Response:
    """Mark one notification, or all of them, as read."""
    present = visit().require()
    mark_read(site, present.actor, present.catalog, whole(request.form.get("id", "")))
    return go(url_for("web.notifications"))
