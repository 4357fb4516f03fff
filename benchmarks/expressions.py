"""What a condition costs in Python: microseconds of the processor for each record, by how many terms it has."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from statistics import median
from types import MappingProxyType

from core.expressions import Env, Type, compile_python, compile_text

TEXTS: Mapping[str, str] = {
    "one term": "amount > 1000",
    "five terms": "amount > 1000 and state == 'open' and owner == $user and not is_empty(due) and due < $today",
    "five terms, the first three not": "amount > 9000 or state == 'won' or owner == 5 or is_empty(due) or due < $today",
    "arithmetic": "round(amount * (100 - discount) / 100, 2) > 500",
    "days": "due != null and due - $today < 7",
}
"""Conditions by what they stand for; each is read to its end."""

FIELDS: Mapping[str, Type] = {
    "amount": Type("number"),
    "discount": Type("number"),
    "state": Type("choice", choices=("open", "won")),
    "owner": Type("reference", entity="bench.person"),
    "due": Type("date"),
}
RECORD: Mapping[str, object] = {
    "amount": 5000,
    "discount": 10,
    "state": "open",
    "owner": 3,
    "due": date(2026, 3, 1),
}
ROUNDS, REPEATED = 9, 50_000


class _Fields:
    """The schema of the records that are asked about."""

    functions: Mapping[str, object] = MappingProxyType({})

    def type_of(self, _entity: str, name: str) -> Type | None:
        return FIELDS.get(name)

    def names(self, _entity: str) -> Iterable[str]:
        return FIELDS


class _Record:
    """A record in memory."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.value = values.get

    def follow(self, _name: str) -> None:
        return None

    def items(self, _name: str) -> tuple[_Record, ...]:
        return ()


def measure_expressions() -> Mapping[str, float]:
    """Return microseconds for each condition: the median of several rounds, without the loop around it."""
    env = Env(user=3, team=1, teams=(1,), now=datetime(2026, 3, 21, tzinfo=UTC), today=date(2026, 3, 21))
    record, empty = _Record(RECORD), _round(lambda _view, _env: True, None, env)
    found = {}
    for name, text in TEXTS.items():
        read = compile_python(compile_text(text, _Fields(), "bench.deal", "boolean"))
        assert read(record, env) is True, text
        found[name] = _round(read, record, env) - empty
    return found


def _round(read: object, record: object, env: Env) -> float:
    assert callable(read)
    spent = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(REPEATED):
            read(record, env)
        spent.append((time.process_time() - started) / REPEATED * 1e6)
    return median(spent)


def expressions_table() -> str:
    """Return the figures as lines, with the conditions."""
    rows = [f"| {name} | `{TEXTS[name]}` | {spent:.2f} µs |" for name, spent in measure_expressions().items()]
    return "\n".join(["| condition | | a record |", "|---|---|---|", *rows])


if __name__ == "__main__":
    print(expressions_table())
