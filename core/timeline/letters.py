"""Mail of what people are told, written at the moment when it leaves: of what its reader may still see then, and as they see it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from core.i18n import Style
from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.mail import Letter
from core.metadata.specs import Json
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.timeline.people import people, style_of
from core.timeline.sight import About, Sight, sight

SYSTEM = system_actor("mail of what people are told is written")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Item:
    """One thing that somebody is told, with marks for the names of records."""

    title: str
    body: str
    about: About | None


def letter_of(
    reader: int, items: Sequence[tuple[str, str, About | None]], *, together: bool = False
) -> Mapping[str, Json]:
    """Return what a mail is made of: title, text and record of each thing; one, or several ``together``."""
    told: list[Json] = [
        {"title": title, "body": body, "about": list(about) if about else None}
        for title, body, about in items
    ]
    return {"reader": reader, "items": told, "together": together}


def write_letter(site: Site, made_of: Mapping[str, Json]) -> Letter | None:
    """Write a mail as its reader may read it now; None where nothing is left of it, or they may not sign in any more."""
    reader, items = int(str(made_of["reader"])), _items(made_of["items"])
    with site.get(Database).unit(site.get(Catalogs).current(), SYSTEM, reading=True) as uow:
        actor = people(uow, [reader]).get(reader)
        if actor is None:
            return None
        style = style_of(uow, actor)
        seen = sight(
            site,
            actor,
            style,
            catalog=uow.catalog,
            records=[item.about for item in items],
            texts=[text for item in items for text in (item.title, item.body)],
            uow=uow,
        )
    shown = [item for item in items if seen.shows(item.about)]
    if not shown:
        return None
    root = site.settings.base_url.rstrip("/")
    return _together(shown, seen, root) if made_of["together"] else _alone(shown[0], seen, root)


def _items(given: Json) -> list[_Item]:
    assert isinstance(given, list)  # as `letter_of` has made it
    found = []
    for one in given:
        assert isinstance(one, Mapping)
        about = one["about"]
        known = (str(about[0]), int(str(about[1]))) if isinstance(about, list) else None
        found.append(_Item(title=str(one["title"]), body=str(one["body"]), about=known))
    return found


def _alone(item: _Item, seen: Sight, root: str) -> Letter:
    title, body = seen.words(item.title), seen.words(item.body)
    return _letter(title, [line for line in (title, *_where(item, seen, root), body) if line], seen.style)


def _together(items: Sequence[_Item], seen: Sight, root: str) -> Letter:
    lines = [" · ".join(filter(None, (seen.words(item.title), *_where(item, seen, root)))) for item in items]
    subject = seen.style.ngettext("{number} thing happened", "{number} things happened", len(lines))
    return _letter(subject, lines, seen.style)


def _where(item: _Item, seen: Sight, root: str) -> tuple[str, str]:
    """Return the name of the record, and the way to it where the site knows its own address."""
    if item.about is None:
        return "", ""
    entity, number = item.about
    return seen.title(item.about) or "", f"{root}/records/{entity}/{number}" if root else ""


def _letter(subject: str, lines: Sequence[str], style: Style) -> Letter:
    """Return a letter of these lines, as text and as a page in the direction of its language."""
    paragraphs = "".join(f"<p>{_linked(line)}</p>" for line in lines)
    html = f'<!doctype html><html lang="{style.lang}" dir="{style.dir}"><body>{paragraphs}</body></html>'
    return Letter(subject=subject, text="\n\n".join(lines) + "\n", html=html)


def _linked(line: str) -> str:
    safe = escape(line)
    return re.sub(r"(https?://[^\s<]+)", r'<a href="\1">\1</a>', safe)
