"""All that a module may import from the core: a thin re-export, in alphabetical order."""

from core.hooks import hookimpl
from core.i18n import (
    Calendar,
    Collation,
    Day,
    DigitSet,
    Language,
    Localization,
    Messages,
    Money,
    MoneyUnit,
    Style,
    Unreadable,
    add_months,
    add_years,
    fold,
    period,
    read_date,
    sort_key_ddl,
)
from core.kernel.actor import Preferences

__all__ = [
    "Calendar",
    "Collation",
    "Day",
    "DigitSet",
    "Language",
    "Localization",
    "Messages",
    "Money",
    "MoneyUnit",
    "Preferences",
    "Style",
    "Unreadable",
    "add_months",
    "add_years",
    "fold",
    "hookimpl",
    "period",
    "read_date",
    "sort_key_ddl",
]
