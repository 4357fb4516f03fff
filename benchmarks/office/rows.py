"""The records of the office, written set-based: what `core.records` would have written, without asking its hooks.

100,000 contacts at 20,000 companies, 50,000 opportunities in a pipeline of ten open stages, each with lines, a way
through the stages and its next activity, weeks of appointments, and a history of modest length.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.office.tables import Connection, copy
from benchmarks.office.words import JOBS, Words
from core.i18n import fold

ACCOUNTS, CONTACTS, OPPORTUNITIES = 20_000, 100_000, 50_000
PRODUCTS = 200
LINES = 2
LIFECYCLES = ("prospect", "customer", "customer", "former")
MADE = "created_at created_by updated_at updated_by"


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who owns records."""

    id: int
    team: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Stage:
    """A stage of the pipeline."""

    id: int
    kind: str
    probability: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Office:
    """What stands before the mass of records is written."""

    people: Sequence[Person]
    pipeline: int
    stages: Sequence[Stage]
    types: Sequence[int]
    now: datetime


def fill(connection: Connection, office: Office) -> None:
    """Write all records."""
    rows, c = Rows(office), connection
    copy(
        c,
        "contacts_account",
        f"id {MADE} name name_key kind lifecycle phone phone_key contact_count owner team do_not_contact",
        rows.accounts(),
    )
    copy(
        c,
        "contacts_contact",
        f"id {MADE} first_name last_name full_name full_name_key job_title lifecycle account email email_key mobile mobile_key owner team last_activity_at",
        rows.contacts(),
    )
    copy(c, "contacts_account_contact", f"{MADE} contact account role is_primary inactive", rows.positions())
    copy(
        c,
        "contacts_contact_point",
        f"{MADE} owner__contacts_contact kind value value_key normal number number_key is_primary invalid",
        rows.points(),
    )
    copy(
        c,
        "sales_product",
        f"id {MADE} sku sku_key name name_key kind list_price list_price_currency active",
        rows.products(),
    )
    copy(c, "sales_opportunity", f"id {MADE} {OPPORTUNITY}", rows.opportunities())
    copy(
        c,
        "sales_opportunity_line",
        f"{MADE} opportunity product description description_key quantity unit_price unit_price_currency discount_pct amount amount_currency",
        rows.lines(),
    )
    copy(
        c,
        "sales_stage_history",
        f"{MADE} opportunity from_stage to_stage at by seconds_in_stage direction amount amount_currency probability rank again",
        rows.moves(),
    )


OPPORTUNITY = (
    "number number_key name name_key account primary_contact pipeline stage state estimate estimate_currency "
    "line_count lines_total lines_total_currency amount amount_currency amount_base amount_base_currency "
    "probability_manual probability weighted weighted_currency weighted_base weighted_base_currency forecast_category "
    "expected_close closed_at stage_entered_at stale_at rotting furthest begun_at owner team next_activity_at "
    "last_activity_at"
)


class Rows:
    """Makes the rows of each table; what belongs together is worked out from the number of its record."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._words = Words(42)
        self._now = office.now

    def _made(self, number: int) -> tuple[Any, ...]:
        """Return when and by whom a record was made: over the last 200 days."""
        at, by = self._at(number), self._owner(number).id
        return at, by, at, by

    def _at(self, number: int) -> datetime:
        return self._now - timedelta(minutes=number * 7919 % (200 * 1440))

    def _owner(self, number: int) -> Person:
        return owner_of(self._office, number)

    def _account_of(self, contact: int) -> int:
        """Return the company of a contact: one of the same owner."""
        people = len(self._office.people)
        spread = contact // people * 17 % (ACCOUNTS // people)
        return (spread + (contact % people == 0)) * people + contact % people

    def _stage(self, number: int) -> Stage:
        """Return the stage of an opportunity; every fourth is closed."""
        stages = self._office.stages
        opened = [stage for stage in stages if stage.kind == "open"]
        closed = [stage for stage in stages if stage.kind != "open"]
        turn = number // len(self._office.people)
        if turn % 4 == 0:
            return closed[turn // 4 % len(closed)]
        return opened[(turn * 7 + number) % len(opened)]

    def accounts(self) -> Iterator[Sequence[Any]]:
        """Yield the companies."""
        for i in range(1, ACCOUNTS + 1):
            name, phone, owner = self._words.company(i), f"+9821{40_000_000 + i}", self._owner(i)
            kept = CONTACTS // ACCOUNTS
            yield (
                i,
                *self._made(i),
                name,
                fold(name),
                "company",
                LIFECYCLES[i % 4],
                phone,
                fold(phone),
                kept,
                owner.id,
                owner.team,
                False,
            )

    def contacts(self) -> Iterator[Sequence[Any]]:
        """Yield the contacts."""
        for i in range(1, CONTACTS + 1):
            first, last, owner = self._words.first(), self._words.last(), self._owner(i)
            name, email, mobile = f"{first} {last}", f"person{i}@example.com", f"+98912{1_000_000 + i}"
            yield (
                i,
                *self._made(i),
                first,
                last,
                name,
                fold(name),
                JOBS[i % len(JOBS)],
                LIFECYCLES[i % 4],
                self._account_of(i),
                email,
                fold(email),
                mobile,
                fold(mobile),
                owner.id,
                owner.team,
                self._at(i * 3),
            )

    def positions(self) -> Iterator[Sequence[Any]]:
        """Yield at which company contacts work."""
        for i in range(1, CONTACTS + 1):
            yield (*self._made(i), i, self._account_of(i), JOBS[i % len(JOBS)], True, False)

    def points(self) -> Iterator[Sequence[Any]]:
        """Yield a mobile number and a mail address of each contact."""
        for i in range(1, CONTACTS + 1):
            mobile, email = f"+98912{1_000_000 + i}", f"person{i}@example.com"
            yield (
                *self._made(i),
                i,
                "mobile",
                mobile,
                fold(mobile),
                mobile,
                mobile,
                fold(mobile),
                True,
                False,
            )
            yield (*self._made(i), i, "email", email, fold(email), email, None, None, True, False)

    def products(self) -> Iterator[Sequence[Any]]:
        """Yield the products."""
        for i in range(1, PRODUCTS + 1):
            sku, name = f"P-{i:04}", f"{self._words.deal()} {i}"
            yield (i, *self._made(i), sku, fold(sku), name, fold(name), "goods", i * 10_000_000, "IRR", True)

    def opportunities(self) -> Iterator[Sequence[Any]]:
        """Yield the opportunities."""
        places = {stage.id: place for place, stage in enumerate(self._office.stages)}
        for i in range(1, OPPORTUNITIES + 1):
            stage, owner, begun = self._stage(i), self._owner(i), self._at(i)
            number, name = f"O-2026-{i:05}", self._words.deal()
            amount, contact = self._amount(i), contact_of(i)
            weighted = amount * stage.probability // 100
            opened = stage.kind == "open"
            entered = begun + (self._now - begun) / 2
            money = (amount, "IRR")
            category = "closed" if stage.kind == "won" else "omitted" if stage.kind == "lost" else "pipeline"
            yield (
                i,
                *self._made(i),
                number,
                fold(number),
                name,
                fold(name),
                self._account_of(contact),
                contact,
                self._office.pipeline,
                stage.id,
                stage.kind,
                *money,
                LINES,
                *money,
                *money,
                *money,
                False,
                stage.probability,
                weighted,
                "IRR",
                weighted,
                "IRR",
                category,
                (self._now + timedelta(days=i * 13 % 120 - 40)).date(),
                None if opened else entered,
                entered,
                entered + timedelta(days=14) if opened else None,
                False,
                places[stage.id],
                begun,
                owner.id,
                owner.team,
                self._now + timedelta(hours=i * 5 % 600) if opened and i % 3 else None,
                self._at(i * 5),
            )

    def _amount(self, number: int) -> int:
        return sum(self._line(number, place) for place in range(LINES))

    def _line(self, number: int, place: int) -> int:
        return (number * (place + 3) % 900 + 100) * 1_000_000

    def lines(self) -> Iterator[Sequence[Any]]:
        """Yield the lines of the opportunities."""
        for i in range(1, OPPORTUNITIES + 1):
            for place in range(LINES):
                text, amount = self._words.deal(), self._line(i, place)
                yield (
                    *self._made(i),
                    i,
                    (i + place) % PRODUCTS + 1,
                    text,
                    fold(text),
                    1,
                    amount,
                    "IRR",
                    0,
                    amount,
                    "IRR",
                )

    def moves(self) -> Iterator[Sequence[Any]]:
        """Yield the way of each opportunity through the stages: from the first to where it stands."""
        first = self._office.stages[0]
        places = {stage.id: place for place, stage in enumerate(self._office.stages)}
        for i in range(1, OPPORTUNITIES + 1):
            stage, owner, begun, amount = self._stage(i), self._owner(i), self._at(i), self._amount(i)
            yield (
                *self._made(i),
                i,
                None,
                first.id,
                begun,
                owner.id,
                None,
                "start",
                amount,
                "IRR",
                first.probability,
                0,
                False,
            )
            if stage is not first:
                spent = (self._now - begun) / 2
                direction = "forward" if stage.kind == "open" else stage.kind
                yield (
                    *self._made(i),
                    i,
                    first.id,
                    stage.id,
                    begun + spent,
                    owner.id,
                    int(spent.total_seconds()),
                    direction,
                    amount,
                    "IRR",
                    stage.probability,
                    places[stage.id],
                    False,
                )


def owner_of(office: Office, number: int) -> Person:
    """Return who owns the record with a number."""
    return office.people[number * 31 % len(office.people)]


def contact_of(opportunity: int) -> int:
    """Return the contact of an opportunity: one of the same owner."""
    return opportunity + CONTACTS // 2 * (opportunity % 2)


def now() -> datetime:
    """Return the moment that the records lie around."""
    return datetime.now(UTC).replace(microsecond=0)
