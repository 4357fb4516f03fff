"""What modules ask about the worth of amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.app.tasks import FILL
from core.i18n import Money
from core.jobs import Jobs
from core.records.exchanging import converted, forget_rates, rate_of
from core.storage import UnitOfWork


def rate(uow: UnitOfWork, code: str, on: date) -> Decimal:
    """Return how much of the site's currency one of ``code`` is worth on a day; `Conflict` where nobody knows."""
    return rate_of(uow, code, on)


def convert(uow: UnitOfWork, money: Money, to: str, on: date) -> Money:
    """Return an amount in another currency at the rates of a day, rounded once; `Conflict` where a rate is missing."""
    return converted(uow, money, to, on)


def refresh_base_amounts(uow: UnitOfWork) -> None:
    """Promise that all amounts in the site's currency that are not frozen follow the rates, once this is committed."""
    assert uow.site is not None  # hooks are asked by a site
    forget_rates(uow)
    promised: set[str] = uow.memo.setdefault(refresh_base_amounts, set())
    for entity in uow.catalog.entities.values():
        if entity.name not in promised and any(spec.exchanged for spec in entity.fields.values()):
            promised.add(entity.name)
            uow.site.get(Jobs).defer(uow, FILL, {"entity": entity.name, "keyed": []})
