"""When people work, as modules ask for it."""

from __future__ import annotations

from core.hooks import Plugins
from core.i18n import Localization, WorkingTime, always
from core.kernel.actor import Preferences
from core.storage import UnitOfWork


def working_time(uow: UnitOfWork, calendar: int | None = None, user: int | None = None) -> WorkingTime:
    """Return the hours of a working calendar; without one, of a person: their own, their team's, or the usual one.

    Where no calendar is kept every minute counts, in the zone of the site.
    """
    assert uow.site is not None  # hooks are asked by a site
    site = uow.site
    told: WorkingTime | None = site.get(Plugins).call.working_time_of(calendar=calendar, user=user, uow=uow)
    return told or always(site.get(Localization).style(Preferences(), site.settings).zone)
