"""Addresses of pages for templates: what Flask would build, from patterns that are read from its rules once."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from flask import current_app, request, url_for

from core.records.compiled import Kept

MOST = 512
PLACE = re.compile(r"<(?:(string|default|int):)?(\w+)>")
SAFE = "!$&'()*+,/:;=@"
"""What stays as it is in a segment of a path, as in Werkzeug."""

Pattern = tuple[tuple[str, str], ...]
"""Text, and the value that follows it; the last value is empty."""


class Addresses:
    """Builds addresses whose values all stand in the path; Flask builds the others."""

    def __init__(self) -> None:
        self._patterns: Kept[Pattern] = Kept(MOST)

    def __call__(self, endpoint: str, **values: object) -> str:
        """Return the address of an endpoint, as `flask.url_for` does."""
        pattern = self._patterns.get((endpoint, *values), lambda: _pattern(endpoint, frozenset(values)))
        if not pattern or any(type(value) is not str and type(value) is not int for value in values.values()):
            return url_for(endpoint, **values)  # type: ignore[arg-type]  # values of addresses are what rules take
        path = "".join(text + quote(str(values[name]), safe=SAFE) if name else text for text, name in pattern)
        return request.script_root + path


@lru_cache(1024)
def _segment(value: object) -> str:
    """Return a value as a segment of a path."""
    return quote(str(value), safe=SAFE)


def _pattern(endpoint: str, names: frozenset[str]) -> Pattern:
    """Return the pattern of the one rule that these names fill; nothing where Flask has to choose or to add."""
    rules = list(current_app.url_map.iter_rules(endpoint)) if "." in endpoint[1:] else []
    if len(rules) != 1 or rules[0].arguments != names or rules[0].defaults or rules[0].host:
        return ()
    text, pattern = rules[0].rule, list[tuple[str, str]]()
    start = 0
    for found in PLACE.finditer(text):
        pattern.append((text[start : found.start()], found[2]))
        start = found.end()
    rest = text[start:]
    if any("<" in part for part, _ in (*pattern, (rest, ""))):
        return ()  # a converter that this does not know
    return (*pattern, (rest, ""))
