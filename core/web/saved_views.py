"""Saved views in the bar of a collection: found, opened first, saved, changed, renamed and deleted.

They are records of a module; where no module has them, the bar offers none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import parse_qsl

from flask import Blueprint, Response, g, request
from werkzeug.datastructures import MultiDict

from core.access import Access
from core.errors import BadRequest
from core.kernel.site import Site
from core.kernel.values import Ref
from core.records.query import Query
from core.records.reading import Reading
from core.records.service import Records
from core.storage import Database
from core.web.collections import collection_url
from core.web.list_query import ListState
from core.web.pages import go
from core.web.visit import Visit, visit

SAVED_VIEW = "base.saved_view"
MOST = 50
STATES = 512
"""Addresses of which the states are kept: every page of a collection reads those of all its saved views."""

REACHES = ("personal", "team", "everybody")
"""Whom a view is for; of several that open first the nearest does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedView:
    """A view that somebody saved; ``mine`` where the reader may change it."""

    id: int
    version: int
    name: str
    kind: str
    state: ListState
    reach: str
    is_default: bool
    mine: bool

    @property
    def address(self) -> str:
        """The query string that shows it, with its whole state."""
        return self.state.address(saved=str(self.id))

    def shows(self, state: ListState) -> bool:
        """Tell whether a collection still shows what was saved."""
        return kept(state) == kept(self.state)


def kept(state: ListState) -> ListState:
    """Return what is saved of a state: not the page, nor which groups stand open, nor where it came from."""
    return replace(state, cursor="", open=(), saved="")


@lru_cache(STATES)
def read_state(address: str) -> ListState:
    """Return the state that a query string holds."""
    return ListState.read(MultiDict(parse_qsl(address.lstrip("?"))))


def register(made: Blueprint, site: Site) -> None:
    """Add the routes of saved views."""
    made.add_url_rule(
        "/records/<entity>/views", "save_view", lambda entity: save(site, entity), methods=["POST"]
    )
    made.add_url_rule(
        "/records/<entity>/views/<int:number>",
        "change_view",
        lambda entity, number: change(site, entity, number),
        methods=["POST"],
    )


def saved_views(present: Visit, entity: str) -> tuple[SavedView, ...]:
    """Return the views of an entity that this reader sees, each request asks once."""
    catalog = present.catalog
    if not _may(present, "read"):
        return ()
    known: dict[str, tuple[SavedView, ...]] = g.setdefault("saved_views", {})
    if entity not in known:
        query = Query(
            fields=("id", "version", "name", "entity", "kind", "state", "reach", "is_default", "owner"),
            filter=f"entity == '{entity}'",
            sort=("name",),
            limit=MOST,
        )
        items = present.site.get(Reading).find(present.actor, SAVED_VIEW, query, catalog=catalog).items
        known[entity] = tuple(_view(present, item) for item in items)
    return known[entity]


def _may(present: Visit, action: str) -> bool:
    known = SAVED_VIEW in present.catalog.entities
    return known and present.site.get(Access).may(present.actor, SAVED_VIEW, action, present.catalog)


def _view(present: Visit, item: Mapping[str, object]) -> SavedView:
    owner = item["owner"]
    own = isinstance(owner, Ref) and owner.id == present.actor.id
    return SavedView(
        id=int(str(item["id"])),
        version=int(str(item["version"])),
        name=str(item["name"]),
        kind=str(item["kind"]),
        state=kept(read_state(str(item["state"] or ""))),
        reach=str(item["reach"]),
        is_default=item["is_default"] is True,
        mine=own
        or present.site.get(Access).is_administrator(present.actor, present.catalog)
        or (item["reach"] != "personal" and _arranges(present, str(item["entity"]))),
    )


def default_view(present: Visit, entity: str) -> SavedView | None:
    """Return the view that opens first for this reader: their own, else their team's, else everybody's."""
    found = [view for view in saved_views(present, entity) if view.is_default]
    return min(found, key=lambda view: REACHES.index(view.reach), default=None)


def _arranges(present: Visit, entity: str) -> bool:
    """Tell whether this person publishes views of an entity, and changes those of others."""
    access = present.site.get(Access)
    return entity in present.catalog.entities and access.administers(present.actor, entity, present.catalog)


def allowed_reaches(present: Visit, entity: str) -> tuple[str, ...]:
    """Return for whom this person may save a view of an entity."""
    if not _may(present, "create"):
        return ()
    everybody = _arranges(present, entity)
    return (
        "personal",
        *(("team",) if present.actor.team is not None else ()),
        *(("everybody",) if everybody else ()),
    )


def save(site: Site, entity: str) -> Response:
    """Save what a collection shows under a name, and show it as that view."""
    present = visit().require()
    present.catalog.entity(entity)
    name = request.form.get("name", "").strip()
    state = kept(read_state(request.form.get("state", "")))
    kind = request.form.get("kind", "list")
    if not name:
        raise BadRequest("Give the view a name.", code="required")
    values = {
        "name": name,
        "entity": entity,
        "kind": kind,
        "state": state.address().lstrip("?"),
        "reach": request.form.get("reach", "personal"),
        "is_default": request.form.get("is_default") == "1",
    }
    database = site.get(Database)

    def act() -> int:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            return site.get(Records).create(present.actor, SAVED_VIEW, [values], uow=uow)[0].id

    number = database.attempt(act)
    message = present.style._("The view {name} is saved.", name=name)
    return go(collection_url(kind, entity) + state.address(saved=str(number)), message)


def change(site: Site, entity: str, number: int) -> Response:
    """Keep the present state in a saved view, rename it, let it open first or not, or delete it."""
    present = visit().require()
    view = next((one for one in saved_views(present, entity) if one.id == number), None)
    if view is None:
        return go(collection_url("list", entity), present.style._("This view is gone."))
    act = request.form.get("act", "")
    state = kept(read_state(request.form.get("state", "")))
    kind = request.form.get("kind", view.kind)
    values, message = _change(present, view, act, state, kind)
    database = site.get(Database)

    def write() -> None:
        with database.unit(present.catalog, present.actor, channel="web") as uow:
            if act == "delete":
                site.get(Records).delete(present.actor, SAVED_VIEW, [number], uow=uow)
            else:
                site.get(Records).update(
                    present.actor, SAVED_VIEW, number, values, version=view.version, uow=uow
                )

    database.attempt(write)
    if act == "delete":
        return go(collection_url(kind, entity) + state.address(), message, undo=f"{SAVED_VIEW}:{number}")
    return go(collection_url(kind, entity) + state.address(saved=str(number)), message)


def _change(
    present: Visit, view: SavedView, act: str, state: ListState, kind: str
) -> tuple[dict[str, object], str]:
    """Return the values that an act writes, and what the next page says about it."""
    _ = present.style._
    match act:
        case "keep":
            values: dict[str, object] = {"state": state.address().lstrip("?"), "kind": kind}
            return values, _("The view {name} is saved.", name=view.name)
        case "rename":
            name = request.form.get("name", "").strip()
            if not name:
                raise BadRequest("Give the view a name.", code="required")
            return {"name": name}, _("The view is called {name} now.", name=name)
        case "first":
            return {"is_default": True}, _("The list opens with {name} from now on.", name=view.name)
        case "not_first":
            return {"is_default": False}, _("The list opens without a view from now on.")
        case "delete":
            return {}, _("The view {name} is deleted.", name=view.name)
    raise BadRequest("Say what to do with the view.", code="unknown_act")
