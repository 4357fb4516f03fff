"""A table of contacts with the pairs in it that are one person, and how well a scan has found them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.duplicates.mutations import OTHERS, USUAL, Mutation, again
from benchmarks.duplicates.names import HELD_OUT, SEEN, NameStock
from benchmarks.duplicates.people import Person, Town

Pair = tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """People in the order they are entered, and the places of those that are one person."""

    name: str
    people: Sequence[Person]
    pairs: frozenset[Pair]

    def contacts(self, companies: Sequence[int]) -> Iterable[Mapping[str, Any]]:
        """Yield the people as contacts, employed by companies with these ids."""
        for one in self.people:
            points = [
                {"kind": "mobile" if _is_mobile(phone) else "phone", "value": phone} for phone in one.phones
            ]
            yield {
                "first_name": one.first or None,
                "last_name": one.last,
                "birth_date": one.born or None,
                "points": [*points, *({"kind": "email", "value": mail} for mail in one.mails)],
                "companies": [{"account": companies[one.company]}] if one.company >= 0 else [],
                "addresses": [{"postal_code": one.postal}] if one.postal else [],
            }


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """How a scan did: of what it told, how much is right; of what is there, how much it told."""

    told: int
    right: int
    planted: int

    @property
    def precision(self) -> float:
        """The part of what was told that is right."""
        return self.right / self.told if self.told else 0.0

    @property
    def recall(self) -> float:
        """The part of what is there that was told."""
        return self.right / self.planted


def seen(contacts: int, pairs: int) -> Truth:
    """Return the table that was looked at while the scan was made."""
    return _planted("seen", SEEN, 1405, USUAL, contacts, pairs)


def held_out(contacts: int, pairs: int) -> Truth:
    """Return a table with other names, another seed and more ways to go wrong."""
    return _planted("held out", HELD_OUT, 90210, OTHERS, contacts, pairs)


def _planted(
    name: str, stock: NameStock, seed: int, mutations: Sequence[Mutation], contacts: int, pairs: int
) -> Truth:
    town = Town(stock, seed)
    people = town.people(contacts - pairs)
    twice = town.chance.sample(range(len(people)), pairs)
    second = [(place, again(people[place], town.chance, stock, mutations)) for place in twice]
    order = list(range(contacts))
    town.chance.shuffle(order)
    found: list[Person] = [people[0]] * contacts
    for at, one in zip(order, (*people, *(person for _, person in second)), strict=True):
        found[at] = one
    truth = {
        (min(order[place], order[len(people) + n]), max(order[place], order[len(people) + n]))
        for n, (place, _) in enumerate(second)
    }
    return Truth(name=name, people=found, pairs=frozenset(truth))


def judged(truth: Truth, told: Iterable[Pair]) -> Found:
    """Hold the pairs that were told, by place, against the truth."""
    pairs = set(told)
    return Found(told=len(pairs), right=len(pairs & truth.pairs), planted=len(truth.pairs))


def _is_mobile(phone: str) -> bool:
    digits = "".join(str(int(letter)) for letter in phone if letter.isdigit())
    return digits.removeprefix("00").removeprefix("98").removeprefix("0").startswith("9")
