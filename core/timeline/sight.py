"""Names of records in what people are told: kept as marks, and written out only when it is read, for who reads it.

What was told is kept for long, and rights, names and the trash move on meanwhile. A sentence therefore keeps which
record it names and not its name, and what is about a record shows only as long as its reader sees that record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from core.i18n import Style
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.kernel.values import AnyRef
from core.metadata.catalog import Catalog
from core.records.reading import Reading
from core.records.search import Searching
from core.storage import UnitOfWork

About: TypeAlias = "tuple[str, int]"

_MARK = re.compile(r"⟦([a-z0-9_.]{1,100})/([0-9]{1,18})⟧")
LONGEST_NAME = 300
"""How many characters of a name are written out; of a note its text is the name."""


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


UNSEEN = N_("A record you can no longer see")
WITHIN = N_("a record you can no longer see")


def mark(record: AnyRef) -> str:
    """Return what stands for the name of a record."""
    return f"⟦{record.entity}/{record.id}⟧"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """Records as somebody sees them now, by entity and number; what they do not see is missing, a hidden title is None."""

    titles: Mapping[str, Mapping[int, str | None]]
    style: Style

    def shows(self, about: About | None) -> bool:
        """Tell whether words about this record may be shown: it is there, and its reader sees it by its title."""
        return about is None or self.title(about) is not None

    def may_open(self, about: About) -> bool:
        """Tell whether its reader may open a record."""
        return about[1] in self.titles.get(about[0], {})

    def title(self, about: About) -> str | None:
        """Return the title of a record; None where it is out of sight or hidden."""
        return self.titles.get(about[0], {}).get(about[1])

    def words(self, text: str) -> str:
        """Return a text with the names of its records written out."""
        return _MARK.sub(lambda found: self._name((found[1], int(found[2]))), text)

    def _name(self, record: About) -> str:
        title = self.title(record)
        return self.style._(WITHIN) if title is None else title[:LONGEST_NAME]


def sight(
    site: Site,
    actor: Actor,
    style: Style,
    *,
    catalog: Catalog,
    records: Iterable[About | None] = (),
    texts: Iterable[str] = (),
    uow: UnitOfWork | None = None,
) -> Sight:
    """Look at these records, and at those that the texts name, as somebody may read them: one statement for each entity."""
    named = ((found[1], int(found[2])) for text in texts for found in _MARK.finditer(text))
    wanted: dict[str, set[int]] = {}
    for record in (*records, *named):
        if record is not None:
            wanted.setdefault(record[0], set()).add(record[1])
    reading, searching = site.get(Reading), site.get(Searching)
    titles = {
        entity: searching.titles(actor, entity, sorted(ids), catalog=catalog, uow=uow)
        for entity, ids in wanted.items()
        if entity in catalog.entities and reading.may_read(actor, entity, catalog)
    }
    return Sight(titles=titles, style=style)
