"""Addresses of pages for templates: what Flask would build, from patterns that are read from its rules once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlencode

from flask import current_app, request, url_for

from core.records.compiled import Kept

MOST = 512
PLACE = re.compile(r"<(?:(string|default|int):)?(\w+)>")
SAFE = "!$&'()*+,/:;=@"
"""What stays as it is in a segment of a path, as in Werkzeug."""

ASKED = "!$'()*,/:;?@"
"""What stays as it is behind the question mark, as in Werkzeug."""

KEPT = "core.web.addresses"

Pattern = tuple[tuple[str, str], ...]
"""Text, and the value that follows it; the last value is empty."""


@dataclass(frozen=True, slots=True)
class Known:
    """The one rule of an endpoint: its pattern, and the names that it does not take and that are asked after."""

    pattern: Pattern
    asked: tuple[str, ...]


class Addresses:
    """Builds addresses whose values stand in the path, or are asked after it; Flask builds the others."""

    def __init__(self) -> None:
        self._known: Kept[Known] = Kept(MOST)

    def __call__(self, endpoint: str, **values: object) -> str:
        """Return the address of an endpoint, as `flask.url_for` does."""
        known = self._known.get((endpoint, *values), lambda: _known(endpoint, tuple(values)))
        if not known.pattern or not all(_fits(name, value, known) for name, value in values.items()):
            return url_for(endpoint, **values)  # type: ignore[arg-type]  # values of addresses are what rules take
        path = "".join([text + _segment(values[name]) if name else text for text, name in known.pattern])
        if known.asked:
            asked = [(name, values[name]) for name in known.asked if values[name] is not None]
            path += "?" + urlencode(asked, safe=ASKED) if asked else ""
        return request.script_root + path


UNKNOWN = Known((), ())


def _fits(name: str, value: object, known: Known) -> bool:
    return type(value) is str or type(value) is int or (value is None and name in known.asked)


def address(endpoint: str, **values: object) -> str:
    """Return the address of an endpoint of the present app."""
    addresses: Addresses = current_app.extensions.setdefault(KEPT, Addresses())
    return addresses(endpoint, **values)


@lru_cache(1024)
def _segment(value: object) -> str:
    """Return a value as a segment of a path."""
    return quote(str(value), safe=SAFE)


def _known(endpoint: str, names: tuple[str, ...]) -> Known:
    """Return the pattern of the one rule that these names fill; nothing where Flask has to choose."""
    rules = list(current_app.url_map.iter_rules(endpoint)) if "." in endpoint[1:] else []
    if len(rules) != 1 or not rules[0].arguments <= {*names} or rules[0].defaults or rules[0].host:
        return UNKNOWN
    if any(name.startswith("_") for name in names):
        return UNKNOWN  # something that Flask is told, such as an anchor
    text, pattern = rules[0].rule, list[tuple[str, str]]()
    start = 0
    for found in PLACE.finditer(text):
        pattern.append((text[start : found.start()], found[2]))
        start = found.end()
    rest = text[start:]
    if any("<" in part for part, _ in (*pattern, (rest, ""))):
        return UNKNOWN  # a converter that this does not know
    asked = tuple(name for name in names if name not in rules[0].arguments)
    return Known((*pattern, (rest, "")), asked)
