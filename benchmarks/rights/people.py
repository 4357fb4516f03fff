"""Who holds what: 40 teams in a tree, 500 people in them, and who owns and is shared which of the records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

PEOPLE, DEALS, SHARES = 500, 200_000, 40_000
WIDTH, LEVELS = 3, 4
TEAMS = sum(WIDTH**level for level in range(LEVELS))
ABOVE = TEAMS - WIDTH ** (LEVELS - 1)
"""How many of the teams have others below them; each of these has nobody but its manager."""
DESKS = tuple(f"held.desk_{name}" for name in ("a", "b", "c", "d", "e", "f", "g", "h"))
MEMBER, SELLER, LEAD, MANAGER = "base.member", "held.seller", "held.lead", "held.manager"
STATES = (*("open",) * 12, *("won",) * 4, *("lost",) * 3)
ON_OFFER = 200
"""One of so many deals is on offer to everybody."""
BEGUN = date(2026, 1, 1)
DAYS = 730
TO_USERS, TO_TEAMS = 0.97, 0.02
"""The parts of the shares that name a person and a team; the rest names a role. Few do: each reaches many people."""
ENDED = 10
"""One of so many shares is over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with an account."""

    id: int
    team: int
    place: int
    """Which team of the tree it is, from 0 at the top."""


def parent(place: int) -> int | None:
    """Return which team the team with a place is part of."""
    return (place - 1) // WIDTH if place else None


def team_of(number: int) -> int:
    """Return the place of somebody's team: the first manage the teams above, the others are spread over those below."""
    return number if number < ABOVE else ABOVE + (number - ABOVE) % (TEAMS - ABOVE)


def roles_of(number: int) -> tuple[str, ...]:
    """Return somebody's roles: managers, then one lead for each of the teams at the bottom, then sellers."""
    job = MANAGER if number < ABOVE else LEAD if number < TEAMS else SELLER
    return (MEMBER, job, DESKS[number % len(DESKS)])


class Holdings:
    """The rows of deals and shares; whose a deal is follows from its number."""

    def __init__(self, people: Sequence[Person], teams: Sequence[int], now: datetime) -> None:
        self._owners = [person for person in people if person.place >= ABOVE]
        self._people, self._teams, self._now = people, teams, now

    def deals(self) -> Iterator[Sequence[Any]]:
        """Yield the deals: their days lie in no order of their owners."""
        for number in range(1, DEALS + 1):
            owner = self.owner(number)
            at = self._now - timedelta(minutes=number % 400_000)
            name = f"Deal {number}"
            state = "on_offer" if number % ON_OFFER == 0 else STATES[number // 7 % len(STATES)]
            yield (
                *(number, at, owner.id, at, owner.id, name, state),
                BEGUN + timedelta(days=number * 7919 % DAYS),
                *(number * 37 % 90_000, "USD", f"City {number % 300}", f"What was said of deal {number}."),
                *(owner.id, owner.team),
            )

    def owner(self, number: int) -> Person:
        """Return who owns the deal with a number."""
        return self._owners[number * 7 % len(self._owners)]

    def shares(self) -> Iterator[Sequence[Any]]:
        """Yield the shares: most with people, some with teams, few with roles."""
        for number in range(1, SHARES + 1):
            at = self._now - timedelta(days=number % 300)
            until = at if number % ENDED == 0 else None
            level = "edit" if number % 4 == 0 else "read"
            yield (
                *(at, None, at, None, self.shared(number), *self._with(number), level, until),
                *("They help with it", "held.deal"),
            )

    def shared(self, number: int) -> int:
        """Return the deal that a share is of."""
        return number * 7919 % DEALS + 1

    def _with(self, number: int) -> tuple[int | None, int | None, str | None]:
        part = number * 37 % 1000 / 1000
        if part < TO_USERS:
            return self._people[number * 13 % len(self._people)].id, None, None
        if part < TO_USERS + TO_TEAMS:
            return None, self._teams[number * 13 % len(self._teams)], None
        return None, None, DESKS[number * 13 % len(DESKS)]


class Sight:
    """What each person sees, worked out from the numbers alone: what a run must find before anything is timed."""

    def __init__(self, holdings: Holdings, people: Sequence[Person], teams: Sequence[int]) -> None:
        self._holdings, self._teams = holdings, teams
        self._numbers = {person.id: number for number, person in enumerate(people)}
        self._shared: dict[object, set[int]] = {}
        for row in holdings.shares():
            deal, *named, until = *row[4:8], row[9]
            for whom in zip(("user", "team", "role"), named, strict=True):
                if whom[1] is not None and until is None:
                    self._shared.setdefault(whom, set()).add(deal)

    def of(self, person: Person) -> set[int]:
        """Return the deals that somebody sees."""
        number = self._numbers[person.id]
        roles = roles_of(number)
        teams = {person.team} if LEAD in roles or MANAGER in roles else set()
        if MANAGER in roles:
            teams = {team for place, team in enumerate(self._teams) if person.place in lineage(place)}
        seen = {
            deal
            for deal in range(1, DEALS + 1)
            if deal % ON_OFFER == 0 or (owner := self._holdings.owner(deal)) is person or owner.team in teams
        }
        for whom in (("user", person.id), ("team", person.team), *(("role", role) for role in roles)):
            seen |= self._shared.get(whom, set())
        return seen


def lineage(place: int) -> list[int]:
    """Return a team and those above it."""
    above = parent(place)
    return [place] if above is None else [place, *lineage(above)]


def now() -> datetime:
    """Return the moment before which all was written."""
    return datetime.now(UTC).replace(microsecond=0)
