"""Flask-Babel's locale of a request: the reader's, so that what Babel knows of the world reads in their language."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import get_timezone, get_timezone_location
from flask import Flask, g
from flask_babel import Babel, get_locale


def init_locale(app: Flask) -> None:
    """Let Flask-Babel ask the visit for locale and zone; outside of pages it keeps its defaults."""
    Babel(app, locale_selector=_locale, timezone_selector=_zone)


def _locale() -> str | None:
    present = g.get("visit")
    return str(present.style.locale) if present is not None else None


def _zone() -> str | None:
    present = g.get("visit")
    return str(present.style.zone.key) if present is not None else None


def time_zones() -> dict[str, str]:
    """Return the time zones that people live in by the names of their places, in the reader's language."""
    return dict(_places(str(get_locale() or "en")))


@lru_cache(maxsize=8)
def _places(code: str) -> tuple[tuple[str, str], ...]:
    locale = Locale.parse(code)
    inhabited = [
        z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/", "US/"))
    ]
    named = ((zone, get_timezone_location(get_timezone(zone), locale=locale)) for zone in inhabited)
    return tuple(sorted(named, key=lambda pair: (pair[1], pair[0])))
