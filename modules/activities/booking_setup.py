"""Booking pages as people set them up: an address that can be typed or cannot be guessed, and where it stands."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping

from core.sdk import Asking, Change, Panel, Problem, UnitOfWork, look_up
from modules.activities.booking import BOOKING
from modules.activities.booking_hosts import host_problems

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
GUESSED_IN = 12
"""Bytes of an address that nobody typed."""


def with_slug(values: Mapping[str, object]) -> Mapping[str, object] | None:
    """Give a page an address, where nobody did."""
    slug = values.get("slug")
    return {"slug": str(slug).lower() if slug else secrets.token_hex(GUESSED_IN)}


def page_problems(change: Change, uow: UnitOfWork) -> Iterator[Problem]:
    """Tell what stands against a change of a page: its bookings, its address, or its hosts."""
    if change.action == "delete":
        yield from _booked(change.id, uow)
        return
    if not _SLUG.fullmatch(str(change.after.get("slug") or "")):
        yield Problem(
            code="bad_slug",
            field="slug",
            message="Use small letters a to z, digits and hyphens, such as first-talk.",
        )
    yield from host_problems(change, uow)


def _booked(page: int, uow: UnitOfWork) -> Iterator[Problem]:
    """Tell of bookings: whoever booked has a link to this page, and a meeting that would not know its guest."""
    if any(True for _ in look_up(uow, BOOKING, (), where=f"page == {page}", most=1)):
        yield Problem(
            code="page_booked",
            message="Guests have booked on this page. Take it out of use instead of deleting it.",
        )


def address_panel(record: Mapping[str, object], asking: Asking) -> Iterator[Panel]:
    """Yield the address to hand out, as long as the page is in use."""
    if record.get("active") and record.get("slug"):
        yield Panel(
            name="activities.booking_address",
            title="Address for guests",
            template="activities/booking_address.html",
            values={"url": asking.url("activities.book", absolute=True, slug=record["slug"])},
            place="side",
            weight=20,
        )
