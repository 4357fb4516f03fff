"""Who is mentioned in a text: ``@`` and a name as it stands in the list of people."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from core.i18n import fold
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.records.query import Query
from core.records.reading import Reading
from core.timeline.entities import PERSON

_AT = re.compile(r"(?<![\w@.])@(?=\w)")
_END = re.compile(r"(?<=\w)(?!\w)|$")
"""Where a name may end."""

LONGEST = 120
MOST = 20
"""How many people a text may mention."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who can be mentioned."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mentions:
    """Who was found in a text, and names that several people have."""

    people: tuple[Person, ...]
    ambiguous: tuple[str, ...] = ()


def find_people(site: Site, actor: Actor, catalog: Catalog, typed: str, limit: int = 8) -> list[Person]:
    """Return active people whose names fit what was typed, as the actor may know them."""
    reading = site.get(Reading)
    if PERSON not in catalog.entities or not reading.may_read(actor, PERSON, catalog):
        return []
    query = Query(
        fields=("id", "name"), filter="active == true", sort=("name",), search=typed[:LONGEST], limit=limit
    )
    page = reading.find(actor, PERSON, query, catalog=catalog)
    return [Person(id=int(str(row["id"])), name=str(row["name"])) for row in page.items]


def read_mentions(
    site: Site, actor: Actor, catalog: Catalog, text: str, chosen: Collection[int] = ()
) -> Mentions:
    """Return who is mentioned: of several people with one name those that were ``chosen`` from the list."""
    found: dict[int, Person] = {}
    ambiguous: list[str] = []
    for rest in list(_places(text))[:MOST]:
        people = _longest(rest, find_people(site, actor, catalog, rest.split()[0].rstrip(",.:;،؛!?؟"), 100))
        picked = [one for one in people if one.id in chosen] or people
        if len(picked) == 1:
            found[picked[0].id] = picked[0]
        elif picked:
            ambiguous.append(picked[0].name)
    return Mentions(people=tuple(found.values()), ambiguous=tuple(dict.fromkeys(ambiguous)))


def _places(text: str) -> Iterator[str]:
    for match in _AT.finditer(text):
        yield text[match.end() : match.end() + LONGEST]


def _longest(rest: str, people: Collection[Person]) -> list[Person]:
    """Return those whose name the text begins with, and of them only those with the longest name."""
    begins = {fold(rest[: end.start()]) for end in _END.finditer(rest)}
    fitting = {one: fold(one.name) for one in people}
    longest = max((len(name) for name in fitting.values() if name in begins), default=0)
    return [one for one, name in fitting.items() if name in begins and len(name) == longest]


def marked(text: str, mentioned: Mapping[int, str]) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it mentions somebody."""
    names = sorted(filter(None, mentioned.values()), key=len, reverse=True)
    if not names:
        return [(text, False)]
    pieces = re.split("(@(?:" + "|".join(map(re.escape, names)) + r")(?!\w))", text)
    return [(piece, bool(place % 2)) for place, piece in enumerate(pieces) if piece]
