"""The data set that both sides hold: 20 people, 8 stages, 100,000 contacts, 50,000 opportunities; the same at every run."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass

PEOPLE = 20
CONTACTS, OPPORTUNITIES, IMPORTED = 100_000, 50_000, 10_000
TERMS = 60
STAGES = (
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Perception",
    "Proposal",
    "Negotiation",
    "Closed Won",
)
PROBABILITIES = (10, 20, 30, 45, 55, 70, 85, 100)
SOURCES = ("web", "call", "email", "partner", "campaign", "event")
TITLES = ("CEO", "CTO", "Buyer", "Engineer", "Manager")
SYLLABLES = [
    "ba",
    "be",
    "bo",
    "ka",
    "ke",
    "ko",
    "la",
    "le",
    "lo",
    "ma",
    "me",
    "mi",
    "na",
    "ne",
    "no",
    "ra",
    "re",
    "ri",
    "ro",
    "sa",
    "se",
    "si",
    "so",
    "ta",
    "te",
    "to",
    "va",
    "ve",
    "vi",
    "za",
    "ze",
    "zi",
    "dra",
    "kov",
    "mir",
    "sten",
    "berg",
    "lund",
    "holm",
]
ADJECTIVES = [
    "new",
    "big",
    "annual",
    "pilot",
    "global",
    "regional",
    "strategic",
    "fast",
    "cloud",
    "data",
    "field",
    "core",
]
NOUNS = [
    "rollout",
    "renewal",
    "licence",
    "upgrade",
    "migration",
    "support",
    "audit",
    "training",
    "platform",
    "hardware",
    "contract",
    "expansion",
]
CONTACT_FIELDS = ("first_name", "last_name", "email", "phone", "title", "street", "zip", "city", "source")

Record = dict[str, str | int]


@dataclass(frozen=True, kw_only=True, slots=True)
class DataSet:
    """Everything that is loaded, and what is asked for: ``imported`` are contacts that are not loaded."""

    contacts: Sequence[Record]
    opportunities: Sequence[Record]
    imported: Sequence[Record]
    terms: Sequence[str]


def make_data() -> DataSet:
    """Return the data set."""
    words = _Words(random.Random(42))
    contacts = [words.contact(i) for i in range(CONTACTS)]
    opportunities = [words.opportunity(i) for i in range(OPPORTUNITIES)]
    imported = [words.contact(200_000 + i) for i in range(IMPORTED)]
    return DataSet(
        contacts=contacts,
        opportunities=opportunities,
        imported=imported,
        terms=_terms(words.last_names, contacts),
    )


class _Words:
    """Makes names and records of syllables."""

    def __init__(self, source: random.Random) -> None:
        self._random = source
        self._first_names = sorted({self._word(2, 3) for _ in range(420)})[:400]
        self.last_names = sorted({self._word(3, 4) for _ in range(2600)})[:2500]
        self._cities = [
            self._word(2, 3) + source.choice(("ville", "burg", "ton", "stad")) for _ in range(200)
        ]

    def _word(self, least: int, most: int) -> str:
        return "".join(
            self._random.choice(SYLLABLES) for _ in range(self._random.randint(least, most))
        ).capitalize()

    def contact(self, number: int) -> Record:
        """Return one contact; ``number`` makes its address its own."""
        choose, between = self._random.choice, self._random.randint
        first, last = choose(self._first_names), choose(self.last_names)
        return {
            "first_name": first,
            "last_name": last,
            "name": f"{first} {last}",
            "email": f"{first}.{last}.{number}@example.com".lower(),
            "phone": f"+1{between(2000000000, 9999999999)}",
            "title": choose(TITLES),
            "street": f"{between(1, 999)} {self._word(2, 3)} st",
            "zip": str(between(10000, 99999)),
            "city": choose(self._cities),
            "source": choose(SOURCES),
            "owner": self._random.randrange(PEOPLE),
        }

    def opportunity(self, number: int) -> Record:
        """Return one opportunity; owner, stage and contact count from zero."""
        choose, between, below = self._random.choice, self._random.randint, self._random.randrange
        stage = below(len(STAGES))
        return {
            "name": f"{choose(ADJECTIVES)} {choose(NOUNS)} {number}",
            "amount": f"{between(100, 9_999_999) / 100:.2f}",
            "stage": stage,
            "owner": below(PEOPLE),
            "contact": below(CONTACTS),
            "close_date": f"2026-{between(1, 12):02d}-{between(1, 28):02d}",
            "probability": PROBABILITIES[stage],
            "source": choose(SOURCES),
            "description": " ".join(choose(NOUNS) for _ in range(12)),
        }


def _terms(last_names: Sequence[str], contacts: Sequence[Record]) -> list[str]:
    """Return parts of last names that 20 to 400 contacts contain."""
    source, found = random.Random(7), list[str]()
    names = "\n".join(str(contact["name"]).lower() for contact in contacts)
    while len(found) < TERMS:
        name = source.choice(last_names).lower()
        start = source.randrange(max(1, len(name) - 5))
        term = name[start : start + 6]
        if 20 <= names.count(term) <= 400:
            found.append(term)
    return found


def as_csv(records: Sequence[Record], columns: Sequence[str]) -> str:
    """Return records as CSV with a header."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()
