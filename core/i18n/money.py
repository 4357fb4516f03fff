"""`Money` and the units it is shown in: an amount never travels without its currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in major units with its ISO 4217 currency; never a float, never without currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyUnit:
    """A unit people count a currency in; one of it is worth ``factor`` of the currency.

    ``labels`` are its names by language, ``words`` what else people write for it (compared folded).
    """

    name: str
    currency: str
    labels: Mapping[str, str]
    factor: Decimal = Decimal(1)
    words: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return self.name

    def label(self, language: str) -> str:
        """Return the unit's name in a language, else in English."""
        return self.labels.get(language) or self.labels["en"]

    def shown(self, amount: Decimal) -> Decimal:
        """Return a ledger amount in this unit."""
        return amount / self.factor

    def ledger(self, shown: Decimal) -> Decimal:
        """Return an amount of this unit in the currency itself."""
        return shown * self.factor
