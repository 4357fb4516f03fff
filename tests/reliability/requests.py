"""Random requests over openapi.json: half fit the description, half do not in one way or another."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask.testing import FlaskClient

from core.app.web import create_app
from core.identity import Identity
from core.kernel.actor import Scope
from core.testing.site import actor_of, make_account
from tests.reliability.conftest import SYSTEM, Depot

NASTY: Sequence[Any] = (
    None,
    True,
    0,
    -1,
    1,
    2,
    7,
    1.5,
    2**31,
    2**63,
    -(2**63) - 1,
    10**30,
    1e308,
    float("nan"),
    float("inf"),
    "",
    " ",
    "a",
    "x" * 300,
    "x" * 20_000,
    "\x00",
    "\x07",
    "\ud800",
    "\u202e",
    "علی",
    "۱۲۳",
    "𝕏",
    "²",
    "NaN",
    "1e999",
    "--",
    "'",
    '"; DROP TABLE depot_bin; --',
    "%",
    "_",
    "\\",
    "../../etc/passwd",
    "$user",
    "{name}",
    "%s%n",
    "name",
    "id",
    "version",
    "created_by",
    "owner",
    "secret",
    "depot.bin",
    "depot.safe",
    "depot.nothing",
    "core_account",
    "deleted_at",
    "name == 'a'",
    "secret == 'a'",
    "any(items, code == 'a')",
    "(" * 60,
    "count()",
    "sum(filled)",
    "-name",
    "2026-02-30",
    "1405-12-30",
    "2026-03-21T25:00:00Z",
    "9999-12-31T23:59:59-14:00",
    [],
    {},
    [[]],
    [{}],
    [None],
    {"id": 1},
    {"id": "x"},
    {"entity": "depot.bin", "id": 1},
    {"entity": "x", "id": -1},
    {"amount": "1", "currency": "IRR"},
    {"amount": "NaN", "currency": "x"},
    [{"id": 1}],
    [1, 2],
    [10**30],
    {"name": {"name": {}}},
    {"a" * 300: 1},
)
GARBAGE = (b"", b"{", b"[" * 10_000, b"\xff\xfe", b'{"a":1,"a":2}', b"NaN", b"null", b"\x00")
METHODS = ("get", "post", "patch", "delete", "put")


@dataclass(frozen=True)
class Caller:
    """Somebody with a key to everything that they may do."""

    client: FlaskClient
    key: str

    @classmethod
    def of(cls, depot: Depot, role: str) -> Caller:
        login = f"{role}@example.com"
        make_account(depot.site, login, [role])
        actor = actor_of(depot.site, login)
        identity = depot.site.get(Identity)
        key = depot.write(lambda u: identity.create_key(SYSTEM, actor.id, "a key", [Scope()], uow=u))
        return cls(create_app(depot.site).test_client(), key)

    def __call__(self, method: str, address: str, body: bytes | None = None, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.key}", **headers}
        return self.client.open(f"/api/v1{address}", method=method.upper(), data=body, headers=sent)


def send_random(caller: Caller, requests: int, seed: int) -> Counter[int]:
    """Send so many random requests; return how many were answered with which status. What broke is told."""
    chance, answers = random.Random(seed), Counter[int]()
    described = caller("GET", "/openapi.json").json
    operations = [
        (path, method, one)
        for path, methods in sorted(described["paths"].items())
        for method, one in sorted(methods.items())
        if method in METHODS
    ]
    asked = _Asked(described, chance)
    for _ in range(requests):
        path, method, operation = chance.choice(operations)
        address, body, headers = asked.request(path, operation)
        response = caller(method, address, body, **headers)
        answers[response.status_code] += 1
        if response.status_code >= 500:
            sys.stderr.write(f"{response.status_code} {method} {address} {headers} {(body or b'')[:300]!r}\n")
    return answers


class _Asked:
    """Makes requests of descriptions."""

    def __init__(self, described: Mapping[str, Any], chance: random.Random) -> None:
        self._described = described
        self._chance = chance

    def request(self, path: str, operation: Mapping[str, Any]) -> tuple[str, bytes | None, dict[str, str]]:
        """Return address, body and headers."""
        query, headers = [], {}
        for one in operation.get("parameters", ()):
            name, where = one["name"], one["in"]
            if where == "path":
                path = path.replace(
                    "{" + name + "}", quote(self._text(one["schema"]), safe="", errors="replace")
                )
            elif one.get("required") or self._chance.random() < 0.4:
                text = self._text(one["schema"])
                if where == "query":
                    query.append((name, text))
                else:
                    headers[name] = text.encode("ascii", "replace").decode().replace("\n", " ")[:500]
        if self._chance.random() < 0.05:
            query.append((self._text({}), self._text({})))
        address = f"{path}?{urlencode(query, errors='replace')}" if query else path
        return (address, *self._body(operation, headers))

    def _body(
        self, operation: Mapping[str, Any], headers: dict[str, str]
    ) -> tuple[bytes | None, dict[str, str]]:
        content = operation.get("requestBody", {}).get("content", {})
        if not content:
            return None, headers
        kind, described = next(iter(content.items()))
        headers["Content-Type"] = kind if self._chance.random() < 0.97 else "text/plain"
        if kind.startswith("multipart"):
            headers["Content-Type"] = "multipart/form-data; boundary=xyz"
            return self._multipart(), headers
        if self._chance.random() < 0.05:
            return self._chance.choice(GARBAGE), headers
        return json.dumps(self.value(described.get("schema", {}), 0)).encode(), headers

    def _multipart(self) -> bytes:
        parts = []
        for name in ("file", "entity", "mapping", "key", "mode", "dry_run", "name"):
            if self._chance.random() < 0.6:
                file = '; filename="a.csv"' if name == "file" and self._chance.random() < 0.8 else ""
                text = self._text({}) if self._chance.random() < 0.7 else "depot.bin"
                parts.append(
                    f'--xyz\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{text}\r\n'
                )
        return ("".join(parts) + "--xyz--\r\n").encode("utf-8", "replace")

    def _text(self, schema: Mapping[str, Any]) -> str:
        value = self.value(schema, 3)
        return value if isinstance(value, str) else json.dumps(value)

    def value(self, schema: Mapping[str, Any], depth: int) -> Any:
        """Return a value that fits the schema, or one that does not."""
        if self._chance.random() < 0.15 or depth > 5:
            return self._chance.choice(NASTY)
        while "$ref" in schema:
            schema = self._described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        for many in ("oneOf", "anyOf", "allOf"):
            if many in schema:
                return self.value(self._chance.choice(schema[many]), depth)
        if "enum" in schema:
            return self._chance.choice(schema["enum"])
        kind = schema.get("type", "string")
        return self._of(self._chance.choice(kind) if isinstance(kind, list) else kind, schema, depth)

    def _of(self, kind: str, schema: Mapping[str, Any], depth: int) -> Any:
        match kind:
            case "object":
                known = schema.get("properties", {})
                names = [n for n in known if n in schema.get("required", ()) or self._chance.random() < 0.4]
                made = {name: self.value(known[name], depth + 1) for name in names}
                if self._chance.random() < 0.15:
                    made[str(self._chance.choice(NASTY))] = self._chance.choice(NASTY)
                return made
            case "array":
                return [
                    self.value(schema.get("items", {}), depth + 1) for _ in range(self._chance.randrange(4))
                ]
            case "integer":
                return self._chance.choice((1, 2, 3, 10))
            case "number":
                return self._chance.choice((1, 2.5))
            case "boolean":
                return self._chance.random() < 0.5
            case "null":
                return None
        return self._chance.choice(
            ("a", "b", "name", "x_new", "depot.bin", "1", "2026-03-21", "علی رضایی", self.word())
        )

    def word(self) -> str:
        """Return a word that nobody had before."""
        return f"w{self._chance.randrange(10**6)}"
