"""A field is added through one process and used through the other with the very next request, and the other way round."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

KINDS: tuple[tuple[Mapping[str, Any], Any, str], ...] = (
    ({"type": "text", "search": True}, "Penicillin {n}", "{name} == 'Penicillin {n}'"),
    ({"type": "integer"}, 7, "{name} == 7"),
    ({"type": "date"}, "2026-03-21", "{name} == date('2026-03-21')"),
    ({"type": "boolean"}, True, "{name}"),
    (
        {"type": "choice", "choices": {"mild": {"label": "Mild"}, "bad": {"label": "Bad"}}},
        "bad",
        "{name} == 'bad'",
    ),
    ({"type": "money"}, {"amount": "1250000", "currency": "IRR"}, "{name} > 1_000_000"),
)
"""What is added in turn: the definition, a value, and a filter that finds it."""


@dataclass
class Outcome:
    """What the alternations have shown."""

    alternations: int = 0
    wrong: list[str] = field(default_factory=list)
    adding: list[float] = field(default_factory=list)
    using: list[float] = field(default_factory=list)

    def expect(self, what: str, found: object, wanted: object) -> None:
        """Remember what is not as it must be."""
        if found != wanted:
            self.wrong.append(f"{self.alternations}: {what}: {found!r} instead of {wanted!r}"[:400])


class Web:
    """A web process, asked over one connection with one API key."""

    def __init__(self, port: int, key: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._key = key

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        """Return status and answer."""
        sent = None if body is None else json.dumps(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        self._connection.request(
            method, f"/api/v1{path}", sent, {"Authorization": f"Bearer {self._key}", **kind, **headers}
        )
        response = self._connection.getresponse()
        answer = response.read()
        is_json = "json" in response.headers.get("Content-Type", "")
        return response.status, json.loads(answer) if is_json else answer.decode()


@contextmanager
def processes(home: str, url: str, folders: Sequence[str], roles: Sequence[str]) -> Iterator[list[int]]:
    """Start processes, and give the ports of those that serve."""
    with ExitStack() as stack:
        started = []
        for role in roles:
            command = [sys.executable, "-m", "tests.stories.two_processes.process", role, home, url, *folders]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(process.terminate)
            started.append((role, process))
        yield [_port(process) for role, process in started if role == "web"]


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


def alternate(
    first: Web,
    second: Web,
    entity: str,
    make: Mapping[str, Any],
    times: int,
    tell: Callable[[int], object] = lambda _: None,
) -> Outcome:
    """Add a field by one and use it by the other, ``times`` times; every other field is removed in the same way."""
    outcome = Outcome()
    status, record = first.ask("POST", f"/records/{entity}", make)
    outcome.expect("a record to work with", status, 201)
    for number in range(times):
        outcome.alternations = number + 1
        here, there = (first, second) if number % 2 == 0 else (second, first)
        _add_and_use(outcome, here, there, entity, record["id"], number)
        tell(number + 1)
    return outcome


def _add_and_use(outcome: Outcome, here: Web, there: Web, entity: str, record: int, number: int) -> None:
    definition, value, condition = KINDS[number % len(KINDS)]
    name = f"x_note_{number}"
    value = value.format(n=number) if isinstance(value, str) else value
    fields = f"/metadata/entities/{entity}/fields"
    started = time.perf_counter()
    status, _ = here.ask("POST", fields, {"name": name, "label": {"en": f"Note {number}"}, **definition})
    added = time.perf_counter()
    outcome.expect("add", status, 201)
    _use(outcome, there, entity, record, name, value, condition.format(name=name, n=number))
    outcome.adding.append(added - started)
    outcome.using.append(time.perf_counter() - added)
    if definition.get("search"):
        _, found = there.ask("GET", f"/search?{urlencode({'q': value, 'entity': entity})}")
        outcome.expect("search", [hit["id"] for hit in found["items"]], [record])
    if number % 2:
        outcome.expect("remove", there.ask("DELETE", f"{fields}/{name}")[0], 204)
        outcome.expect("sort by what is gone", here.ask("GET", f"/records/{entity}?sort={name}")[0], 400)
        outcome.expect("read what is gone", name in here.ask("GET", f"/records/{entity}/{record}")[1], False)


def _use(
    outcome: Outcome, there: Web, entity: str, record: int, name: str, value: object, condition: str
) -> None:
    path = f"/records/{entity}/{record}"
    status, changed = there.ask("PATCH", path, {name: value}, **{"If-Match": "*"})
    outcome.expect("write", (status, changed.get(name)), (200, value))
    outcome.expect("read", there.ask("GET", path)[1].get(name), value)
    asked = f"fields=id,{name}&sort=-{name}&filter={quote(condition)}"
    status, page = there.ask("GET", f"/records/{entity}?{asked}")
    outcome.expect("list", (status, page.get("items")), (200, [{"id": record, name: value}]))
    status, described = there.ask("GET", f"/metadata/entities/{entity}/fields")
    outcome.expect("describe", (status, name in {one["name"] for one in described["items"]}), (200, True))
    status, exported = there.ask("GET", f"/exports?entity={entity}&format=csv&fields=id,{name}")
    outcome.expect("export", (status, "Note" in exported), (200, True))
