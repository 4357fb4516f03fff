"""People who are made up from a seed: families with one phone, colleagues behind one switchboard, and namesakes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.duplicates.names import NameStock

PREFIXES = ("0912", "0919", "0913", "0915", "0917", "0935", "0936", "0901", "0902", "0903", "0990", "0921")
HOSTS = ("gmail.com", "yahoo.com", "chmail.ir", "outlook.com")
PER_COMPANY = 40
FAMILIES = 0.15
"""The part of people who live with others that are in the table, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """One entry: ``company`` is the place of a company, -1 for none."""

    first: str
    last: str
    phones: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    company: int = -1
    born: str = ""
    postal: str = ""


class Town:
    """Makes people; the same seed makes the same ones."""

    def __init__(self, stock: NameStock, seed: int) -> None:
        self._stock = stock
        self.chance = random.Random(seed)
        self._lines: list[str] = []

    def people(self, number: int) -> list[Person]:
        """Return so many people, each of them somebody else."""
        self._lines = [self._landline() for _ in range(max(number // PER_COMPANY, 1))]
        found: list[Person] = []
        while len(found) < number:
            if self.chance.random() < FAMILIES / 3:
                found += self._family()
            else:
                found.append(self._person(self._last()))
        return found[:number]

    def _family(self) -> list[Person]:
        """Return a household: one last name and postal code, often one landline, now and then all else, too."""
        last, home, postal = self._last(), self._landline(), self._digits(10)
        shared = self._person(last)
        given: list[str] = []
        household: list[Person] = []
        for _ in range(self.chance.randint(2, 4)):
            one = self._person(last)
            if one.first in given:
                continue
            given.append(one.first)
            phones = (home, *one.phones) if self.chance.random() < 0.7 else one.phones
            if self.chance.random() < 0.25:
                phones = (*shared.phones, home)
            mails = shared.mails if self.chance.random() < 0.15 else one.mails
            household.append(replace(one, phones=phones, mails=mails, postal=postal))
        return household

    def _person(self, last: str) -> Person:
        first = self._often(self._stock.men if self.chance.random() < 0.55 else self._stock.women)
        at_work = self.chance.random() < 0.4
        company = min(int(self.chance.paretovariate(1.1)) - 1, len(self._lines) - 1) if at_work else -1
        phones = [] if self.chance.random() < 0.07 else [self._mobile()]
        if company >= 0 and self.chance.random() < 0.3:
            phones.append(self._lines[company])
        return Person(
            first=first,
            last=last,
            phones=tuple(phones),
            mails=(self._mail(),) if self.chance.random() < 0.45 or not phones else (),
            company=company,
            born=self._born() if self.chance.random() < 0.3 else "",
            postal=self._digits(10) if self.chance.random() < 0.2 else "",
        )

    def _last(self) -> str:
        last = self._often(self._stock.families)
        if self.chance.random() < 0.12:
            last = f"{last} {self._often(self._stock.families)}"
        return last

    def _often(self, names: Sequence[str]) -> str:
        """Return a name, those at the beginning more often."""
        return names[min(int(len(names) * self.chance.random() ** 1.6), len(names) - 1)]

    def _mobile(self) -> str:
        return self.chance.choice(PREFIXES) + self._digits(7)

    def _landline(self) -> str:
        return f"021{self.chance.randint(2, 8)}{self._digits(7)}"

    def _mail(self) -> str:
        letters = "".join(self.chance.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(7))
        return f"{letters}{self.chance.randint(1, 99)}@{self.chance.choice(HOSTS)}"

    def _born(self) -> str:
        return f"{self.chance.randint(1945, 2004)}-{self.chance.randint(1, 12):02d}-{self.chance.randint(1, 28):02d}"

    def _digits(self, number: int) -> str:
        first = str(self.chance.randint(1, 9))
        return first + "".join(str(self.chance.randint(0, 9)) for _ in range(number - 1))
