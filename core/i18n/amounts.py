"""Write and read amounts of money: in the reader's unit, and never without one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from babel import Locale
from babel.numbers import get_currency_precision

from core.i18n.characters import ascii_digits, clean
from core.i18n.folding import fold
from core.i18n.money import Money, MoneyUnit
from core.i18n.numbers import NumberForm, read_number, write_number
from core.i18n.unreadable import Unreadable

_AMOUNT = re.compile(
    r"(?P<before>[^0-9]*?)(?P<number>[+\-\u2212]?[ .\u066b]?[0-9](?:.*[0-9])?)(?P<after>[^0-9]*)", re.DOTALL
)
_SIGN = re.compile("^\\s*[-\u2212]")


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """How one reader writes money: ``unit`` is the unit chosen for its currency, ``units`` all there are."""

    form: NumberForm
    locale: Locale
    units: Mapping[str, MoneyUnit]
    unit: MoneyUnit | None = None

    def write(self, money: Money) -> str:
        """Return the amount and its unit, e.g. ``1,250.00 USD``."""
        return f"{self.number(money)} {self.short_name(money.currency)}"

    def number(self, money: Money) -> str:
        """Return the amount without its unit, for places that name the unit themselves."""
        amount = self.shown(money)
        least = 0 if self.unit_of(money.currency) else get_currency_precision(money.currency)
        return write_number(self.form, amount, max(least, _places(amount)))

    def shown(self, money: Money) -> Decimal:
        """Return the amount as a number of the unit it is shown in."""
        unit = self.unit_of(money.currency)
        return unit.shown(money.amount) if unit else money.amount

    def name(self, currency: str) -> str:
        """Return the full name of the unit that amounts of ``currency`` are shown in."""
        unit = self.unit_of(currency)
        name: str = self.locale.currencies.get(currency, currency)
        return unit.label(self.locale.language) if unit else name

    def short_name(self, currency: str) -> str:
        """Return the unit's name as it stands behind an amount: its label, else the ISO code.

        Among letters that run from right to left the code would be a foreign word, so there it is the name.
        """
        unit = self.unit_of(currency)
        if unit:
            return unit.label(self.locale.language)
        return self.name(currency) if self.locale.text_direction == "rtl" else currency

    def spoken(self, money: Money) -> tuple[Decimal, str]:
        """Return an amount as it is said, with the unit: the reader's where that comes out even, else the currency's own."""
        unit = self.unit_of(money.currency)
        if unit is not None and unit.shown(money.amount) % 1:
            unit = self._own_unit(money.currency)
        name: str = self.locale.currencies.get(money.currency, money.currency)
        amount = unit.shown(money.amount) if unit else money.amount
        places = get_currency_precision(money.currency) if amount % 1 else 0
        said = amount.quantize(Decimal(1).scaleb(-max(places, _places(amount))))
        return said, unit.label(self.locale.language) if unit else name

    def own(self, money: Money) -> str | None:
        """Return an amount in the currency's own unit; None where the reader counts in that one anyway."""
        unit = self.unit_of(money.currency)
        if unit is None or unit.factor == 1:
            return None
        own = self._own_unit(money.currency)
        number = write_number(self.form, money.amount, _places(money.amount))
        return f"{number} {own.label(self.locale.language) if own else money.currency}"

    def unit_of(self, currency: str) -> MoneyUnit | None:
        """Return the reader's unit for a currency, else the currency's own where it has a label."""
        if self.unit is not None and self.unit.currency == currency:
            return self.unit
        return self._own_unit(currency)

    def _own_unit(self, currency: str) -> MoneyUnit | None:
        own = (unit for unit in self.units.values() if unit.currency == currency and unit.factor == 1)
        return next(own, None)

    def read(self, text: str, currency: str) -> Money:
        """Return the amount typed: in the unit written with it, else in the reader's unit of ``currency``."""
        match = _AMOUNT.fullmatch(ascii_digits(clean(text)))
        if match is None:
            raise Unreadable(
                "Write an amount like {example}.",
                code="amount_unreadable",
                example=self.write(Money(Decimal(1250000), currency)),
            )
        before, number = match["before"], match["number"]
        if _SIGN.match(before):
            before, number = _SIGN.sub("", before), f"-{number}"
        shown = read_number(self.form, number)
        unit, currency = self._unit_written(f"{before} {match['after']}", currency)
        amount = unit.ledger(shown) if unit else shown
        self._check_precision(amount, currency)
        return Money(amount, currency)

    def _unit_written(self, words: str, currency: str) -> tuple[MoneyUnit | None, str]:
        key = fold(words)
        if not key:
            return self.unit_of(currency), currency
        if key in {fold(name) for name in (currency, self._symbol(currency))}:
            return None, currency
        found = self._words.get(key)
        if found:
            return found
        raise Unreadable(
            "{unit} is not a known unit of money.", code="unknown_money_unit", unit=words.strip()[:40]
        )

    @cached_property
    def _words(self) -> Mapping[str, tuple[MoneyUnit | None, str]]:
        """What people write for units, folded: codes, names and symbols of currencies, and all words of units."""
        words: dict[str, tuple[MoneyUnit | None, str]] = {}
        for code, name in self.locale.currencies.items():
            words[fold(name)] = words[fold(code)] = (None, code)
            words[fold(self._symbol(code))] = (None, code)
        for unit in self.units.values():
            for word in (unit.name, *unit.labels.values(), *unit.words):
                words[fold(word)] = (unit, unit.currency)
        return words

    def _symbol(self, currency: str) -> str:
        symbol: str = self.locale.currency_symbols.get(currency, currency)
        return symbol

    def _check_precision(self, amount: Decimal, currency: str) -> None:
        precision = get_currency_precision(currency)
        if _places(amount) > precision:
            own = Amounts(form=self.form, locale=self.locale, units=self.units)
            smallest = own.write(Money(Decimal(1).scaleb(-precision), currency))
            raise Unreadable(
                "Amounts smaller than {smallest} do not exist.", code="amount_too_fine", smallest=smallest
            )


def _places(amount: Decimal) -> int:
    """Return how many decimals an amount really has."""
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
