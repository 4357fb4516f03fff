"""Random requests from openapi.json: what it allows, what it nearly allows, and what nobody should send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

STRANGE = (
    "",
    " ",
    "\x00",
    "\u202e",
    "\u200c",
    "%",
    "'",
    '"',
    "\\",
    "1e30",
    "NaN",
    "-1",
    "null",
    "x" * 300,
    "۱۲۳",
    "علی",
    "../..",
    "{}",
    "title",
    "id == 1",
    "sum(pages)",
    "count()",
    "2026-02-30",
    "office.paper",
    "\U0001f600",
)
LARGE = (0, -1, 1, 2**31, 2**53, 2**63, 10**30, 1.5, 1e300)
SKIPPED = ("/modules/",)
"""Modules are left alone: without them there is nothing to ask."""


@dataclass
class Sent:
    """A request."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def junk() -> st.SearchStrategy[Any]:
    """Return JSON of any shape."""
    leaves = st.none() | st.booleans() | st.sampled_from(LARGE) | texts()
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(STRANGE) | st.text(max_size=8), inner, max_size=3)
        ),
        max_leaves=6,
    )


def texts() -> st.SearchStrategy[str]:
    """Return texts, most of them strange."""
    letters = st.characters(codec="utf-8")
    return st.sampled_from(STRANGE) | st.text(letters, max_size=12)


class Requests:
    """Draws requests from a description."""

    def __init__(self, document: Mapping[str, Any], ids: list[int]) -> None:
        self._schemas = document["components"]["schemas"]
        self._ids = st.sampled_from([*ids, 0, 999_999])
        self._operations = [
            (path, method.upper(), one)
            for path, item in document["paths"].items()
            for method, one in item.items()
            if not (path.startswith(SKIPPED) and method != "get")
        ]

    def any(self) -> st.SearchStrategy[Sent]:
        """Return requests to any of the operations."""
        return st.sampled_from(self._operations).flatmap(lambda one: self._request(*one))

    def _request(self, path: str, method: str, described: Mapping[str, Any]) -> st.SearchStrategy[Sent]:
        in_path = {p["name"]: self._part(p) for p in described["parameters"] if p["in"] == "path"}
        query = {p["name"]: self._word(p["schema"]) for p in described["parameters"] if p["in"] == "query"}
        content = described.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        body = st.none() if schema is None else self.value(schema) | self.value(schema) | junk()
        version = st.sampled_from(('"1"', "*", "1", "x", ""))
        headers = st.fixed_dictionaries(
            {},
            optional={
                p["name"]: version
                if p["name"] == "If-Match"
                else st.sampled_from(("k1", "return=minimal", ""))
                for p in described["parameters"]
                if p["in"] == "header"
            },
        )
        return st.builds(
            lambda parts, given, sent, more: Sent(method, _filled(path, parts), given, sent, more),
            st.fixed_dictionaries(in_path),
            _some(query),
            body,
            headers,
        )

    def _part(self, parameter: Mapping[str, Any]) -> st.SearchStrategy[str]:
        if parameter["schema"].get("type") == "integer":
            return self._ids.map(str) | st.sampled_from(("x", "-1", "9" * 40, "1.5", "٣"))
        known = parameter["schema"].get("examples", [])
        return st.sampled_from([*known, "office.nothing", "x_note", "title"]) | texts().filter(
            lambda t: t.strip("./")
        )

    def _word(self, schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
        if "enum" in schema:
            return st.sampled_from(schema["enum"]) | texts()
        if schema.get("type") == "integer":
            return st.integers(-5, 300).map(str) | st.sampled_from(STRANGE)
        if schema.get("type") == "boolean":
            return st.sampled_from(("true", "false", "1"))
        return (
            st.sampled_from(
                ("title", "-pages,title", "pages > 2", "room.name == 'Hall'", "count(),sum(pages)", "state")
            )
            | texts()
        )

    def value(self, schema: Mapping[str, Any], depth: int = 0) -> st.SearchStrategy[Any]:
        """Return values of a schema, and now and then something else."""
        if "$ref" in schema:
            return self.value(self._schemas[schema["$ref"].rpartition("/")[2]], depth)
        if "anyOf" in schema or "oneOf" in schema:
            return st.one_of(*(self.value(one, depth) for one in schema.get("anyOf", schema.get("oneOf"))))
        if "enum" in schema:
            return st.sampled_from(schema["enum"])
        kind = schema.get("type")
        kinds = {
            "string": self._text(schema),
            "integer": self._ids | st.integers(-3, 50),
            "boolean": st.booleans(),
            "number": st.floats(-5, 5),
            "null": st.none(),
            "array": st.just([])
            if depth > 3 or "items" not in schema
            else st.lists(self.value(schema["items"], depth + 1), max_size=3),
        }
        return kinds[kind] if isinstance(kind, str) and kind in kinds else self._object(schema, depth)

    def _text(self, schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
        formats = {"date": "2026-03-21", "date-time": "2026-03-21T08:30:00Z", "email": "a@example.com"}
        if schema.get("format") in formats:
            return st.just(formats[schema["format"]]) | texts()
        if "pattern" in schema:
            return st.from_regex(schema["pattern"], fullmatch=True) | texts()
        return texts() | st.text("abc ", min_size=1, max_size=6)

    def _object(self, schema: Mapping[str, Any], depth: int) -> st.SearchStrategy[Any]:
        properties = schema.get("properties")
        if not properties or depth > 3:
            return st.dictionaries(st.sampled_from(("title", "label", "type", "x")), junk(), max_size=2)
        drawn = {name: self.value(one, depth + 1) for name, one in properties.items()}
        required = {name: drawn[name] for name in schema.get("required", ()) if name in drawn}
        title = {"title": st.text("abc", min_size=1, max_size=5)} if "title" in drawn else {}
        return st.fixed_dictionaries(
            {**required, **title},
            optional={n: s for n, s in drawn.items() if n not in required and n not in title},
        )


def _some(query: Mapping[str, st.SearchStrategy[str]]) -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries({}, optional=query)


def _filled(path: str, parts: Mapping[str, str]) -> str:
    for name, value in parts.items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    return path
