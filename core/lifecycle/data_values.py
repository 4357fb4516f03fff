"""Values of data files that depend on where and when they are loaded: days counted from today, and translated texts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.i18n import Localization
from core.metadata.specs import FieldSpec, Json
from core.storage import UnitOfWork

_RELATIVE = re.compile(r"\$today(?:([+-]\d{1,5}))?(?:T(\d{2}:\d{2}))?")
DAWN = "00:00"


def written_out(spec: FieldSpec, value: Json, uow: UnitOfWork) -> Json:
    """Return a value in wire form: ``$today-3`` of a date field and ``$today+1T09:30`` of a moment become one.

    Days and times are those of the site's zone. Anything else stays as it is.
    """
    if spec.type not in ("date", "datetime") or not isinstance(value, str):
        return value
    match = _RELATIVE.fullmatch(value)
    if match is None:
        return value
    zone = _zone(uow)
    day = uow.now.astimezone(zone).date() + timedelta(days=int(match[1] or 0))
    if spec.type == "date":
        return day.isoformat()
    local = datetime.combine(day, time.fromisoformat(match[2] or DAWN), tzinfo=zone)
    return local.astimezone(UTC).isoformat()


def translated(text: str, uow: UnitOfWork) -> str:
    """Return a text in the language of the site."""
    if uow.site is None:
        return text
    return uow.site.get(Localization).messages.gettext(uow.site.settings.language, text)


def _zone(uow: UnitOfWork) -> ZoneInfo:
    return ZoneInfo(uow.site.settings.time_zone if uow.site else "UTC")
