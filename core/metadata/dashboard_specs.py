"""The specs of dashboards: cards of figures, lists and charts."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import Place
from core.metadata.specs import Label

CARD_KINDS = ("count", "sum", "list", "chart")


@dataclass(frozen=True, kw_only=True, slots=True)
class CardSpec:
    """One card: how many records, what they add up to, the first of them, or a chart of them."""

    name: str
    label: Label
    kind: str
    entity: str
    where: str = ""
    measure: str = "count()"
    group_by: str = ""
    by: str = "month"
    look: str = "bar"
    columns: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    limit: int = 5
    place: Place = Place()


@dataclass(frozen=True, kw_only=True, slots=True)
class DashboardSpec:
    """Cards in order, the roles whose home page they are (none: everybody's); lighter dashboards come first."""

    name: str
    label: Label
    cards: tuple[CardSpec, ...]
    roles: tuple[str, ...] = ()
    weight: int = 100
    owner: str = ""
    place: Place = Place()
