"""What this module adds to the core's localization."""

from __future__ import annotations

from core.sdk import Calendar, Collation, DigitSet, Language, MoneyUnit, hookimpl
from modules.l10n_fa.jalali import Jalali
from modules.l10n_fa.rial import RIAL, TOMAN
from modules.l10n_fa.writing import PERSIAN, PERSIAN_DIGITS, PERSIAN_ORDER


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


CHOICES = (N_("Jalali"), N_("Persian"))
"""The calendar and the digits of this module, as people choose them."""


@hookimpl
def register_languages() -> tuple[Language, ...]:
    """Offer Persian."""
    return (PERSIAN,)


@hookimpl
def register_calendars() -> tuple[Calendar, ...]:
    """Offer the Jalali calendar."""
    return (Jalali(),)


@hookimpl
def register_digits() -> tuple[DigitSet, ...]:
    """Offer Persian digits."""
    return (PERSIAN_DIGITS,)


@hookimpl
def register_money_units() -> tuple[MoneyUnit, ...]:
    """Offer Rial and Toman for amounts in IRR."""
    return (RIAL, TOMAN)


@hookimpl
def register_collation() -> Collation:
    """Order text by the Persian alphabet."""
    return PERSIAN_ORDER
