"""Rounds in turn: the administrator and one person of each kind ask the same, again and again, and are compared."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

import orjson

from benchmarks.expressions import measure_expressions
from benchmarks.place import Place
from benchmarks.rights.database import ASKED, Held, find_held
from benchmarks.rights.people import Holdings, Sight, now
from benchmarks.rights.sides import (
    DATABASE,
    PAGE,
    SHOWN,
    Api,
    InProcess,
    OverHttp,
    Pages,
    Question,
    Side,
    Site,
    asked_of,
)
from core.records.query import MOST_COUNTED

ROUNDS, QUICK_ROUNDS = 400, 80
WARM_UP = 12
TOLD = frozenset({"page of records", "count of records", "get of records", "get of pages"})
"""What clients get decides. `core.records` alone is told, where everything beside the question is left out, and so are
forms, which ask for much more than the record.
"""
EXPRESSION, MICROSECONDS = "five terms", 3.0

Say = Callable[[str], None]
Records = Mapping[str, Sequence[Sequence[int]]]
"""By kind, for each of its people, some records that they see."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One question as one kind of people ask it, beside the administrator: milliseconds, lower quartiles and medians."""

    side: str
    question: str
    kind: str
    about: str
    budget: float
    decides: bool
    ms: float
    without_ms: float
    median_ms: float
    median_without_ms: float

    @property
    def ratio(self) -> float:
        """How many times as long it takes with rights."""
        return self.ms / self.without_ms

    @property
    def kept(self) -> bool:
        """True where it takes no longer than it may."""
        return self.ratio <= self.budget


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a run has found."""

    figures: Sequence[Figure]
    expression: float
    seen: Mapping[str, int]
    building: float

    @property
    def kept(self) -> bool:
        """True where everything that decides is kept."""
        return self.expression <= MICROSECONDS and all(one.kept for one in self.figures if one.decides)


def measure_rights(place: Place, say: Say, *, quick: bool = False, fresh: bool = False) -> Found:
    """Look whether everybody sees what they should, then time it."""
    held = find_held(place, fresh=fresh)
    say(f"{held.database}: built in {held.seconds} s")
    place.copy(held.database, DATABASE)
    with place.connection(DATABASE) as connection:
        connection.execute("vacuum analyze")
    site, records, api, pages = Site(place), InProcess(place, held), Api(held), Pages(held)
    sides: tuple[Side, ...] = (records, api, pages)
    figures = list[Figure]()
    try:
        site.start(api.request("get", held.administrator, 1))
        seen, some = _right(held, records)
        for side in sides:
            for question in asked_of(side):
                figures += _measure(held, side, question, some, QUICK_ROUNDS if quick else ROUNDS)
                say("\n".join(line_of(one) for one in figures[-len(ASKED) :]))
    finally:
        for side in sides:
            side.stop()
        site.stop()
    expression = measure_expressions()[EXPRESSION]
    return Found(figures=figures, expression=expression, seen=seen, building=held.seconds)


def _right(held: Held, records: InProcess) -> tuple[Mapping[str, int], Records]:
    """See that everybody finds exactly as many deals as the numbers say, in order; return how many, and some of them."""
    sight = Sight(Holdings(held.people, held.teams, now()), held.people, held.teams)
    seen, found = dict[str, int](), dict[str, list[list[int]]]()
    for kind in ASKED:
        for person in held.asked(kind):
            total, *ids = records.all_of(person.id, PAGE)
            right = sight.of(person)
            if total != len(right) or len(ids) != PAGE or not right.issuperset(ids):
                raise SystemExit(f"{kind} {person.id} sees {total} deals instead of {len(right)}.")
            counted = orjson.loads(records.ask("count", person.id, 0))["total"]
            if counted != min(total, MOST_COUNTED + 1):
                raise SystemExit(f"{kind} {person.id} counts {counted} of {total} deals.")
            found.setdefault(kind, []).append(
                [*ids[::2], *sorted(right)[:: max(1, len(right) // PAGE)][:PAGE]]
            )
        seen[kind] = round(median(len(sight.of(person)) for person in held.asked(kind)))
    return seen, found


def _measure(held: Held, side: Side, question: Question, records: Records, rounds: int) -> list[Figure]:
    """Take the rounds; in each of them the administrator asks beside everybody for the same."""
    taken: dict[str, list[float]] = {}
    beside: dict[str, list[float]] = {}
    for number in range(-WARM_UP, rounds):
        for kind in ASKED:
            people = held.asked(kind)
            which = number % len(people)
            some = records[kind][which]
            asked = (question.name, some[number // len(people) % len(some)])
            one = _timed(side, asked, people[which].id, number == -WARM_UP)
            two = _timed(side, asked, held.administrator, number == -WARM_UP)
            if number >= 0:
                taken.setdefault(kind, []).append(one)
                beside.setdefault(kind, []).append(two)
    return [_figure(side, question, kind, taken[kind], beside[kind]) for kind in ASKED]


def _timed(side: Side, asked: tuple[str, int], account: int, looked_at: bool) -> float:
    question, record = asked
    started = time.perf_counter()
    answer = side.ask(question, account, record)
    spent = (time.perf_counter() - started) * 1000
    if looked_at and isinstance(side, OverHttp) and question == "page":
        rows = answer.count(SHOWN) if side.name == "pages" else len(orjson.loads(answer)["items"])
        if rows < PAGE:
            raise SystemExit(f"{side.about}: the list of {account} has {rows} rows.")
    return spent


def _figure(
    side: Side, question: Question, kind: str, taken: Sequence[float], beside: Sequence[float]
) -> Figure:
    return Figure(
        side=side.name,
        question=question.name,
        kind=kind,
        about=f"{question.about}, {side.about}",
        budget=question.budget,
        decides=f"{question.name} of {side.name}" not in TOLD,
        ms=quantiles(taken, n=4)[0],
        without_ms=quantiles(beside, n=4)[0],
        median_ms=median(taken),
        median_without_ms=median(beside),
    )


def line_of(one: Figure) -> str:
    """Return a figure in one line."""
    return (
        f"{one.about:55} {one.kind:8} {one.ms:7.2f} beside {one.without_ms:7.2f} ms: "
        f"{one.ratio:.2f} × {verdict(one)}"
    )


def verdict(one: Figure) -> str:
    """Tell whether a figure is kept, and whether that decides."""
    kept = f"{'kept' if one.kept else 'not kept'} (≤ {one.budget:g} ×)"
    return kept if one.decides else f"told: {kept}"
