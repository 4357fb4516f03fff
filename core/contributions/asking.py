"""`Asking`: what hooks and handlers of modules get handed: who asks, in which style, inside which unit of work."""

from __future__ import annotations

from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from core.contributions.addresses import record_address, route_address
from core.contributions.routes import Routes
from core.errors import AccessDenied, Conflict
from core.i18n import Localization, Style
from core.kernel.actor import Actor
from core.kernel.site import Site
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec
from core.storage import UnitOfWork

Args = MultiDict[str, str]

LONGEST_NUMBER = 18
"""So many digits every whole number of the database can hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """One question of a person, or of nobody where the route is public.

    ``uow`` only reads where somebody looks (GET), and is one unit of work where somebody acts (POST).
    ``address`` is the network address it comes from, empty in jobs; ``args`` is the query string, ``form`` what was posted; ``method`` is GET or POST.
    """

    site: Site
    actor: Actor
    uow: UnitOfWork
    style: Style
    method: str = "GET"
    channel: str = "web"
    root: str = ""
    address: str = ""
    args: Args = field(default_factory=MultiDict)
    form: Args = field(default_factory=MultiDict)

    @property
    def catalog(self) -> Catalog:
        """The catalog of this question."""
        return self.uow.catalog

    def entity(self, name: str) -> EntitySpec:
        """Return an entity; raise `NotFound` where there is none."""
        return self.catalog.entity(name)

    def number(self, name: str) -> int | None:
        """Return the whole number that the address says under a name; None where it says none, or anything else."""
        said = self.args.get(name, "")
        return int(said) if said.isascii() and said.isdigit() and len(said) <= LONGEST_NUMBER else None

    def url(self, route: str, *, absolute: bool = False, **args: object) -> str:
        """Return the address of a route; what its path does not name goes into the query string."""
        found = self.site.get(Routes).get(route)
        return (self.root if absolute else "") + route_address(found, args)

    def mailed_url(self, route: str, **args: object) -> str:
        """Return the address of a route for others to read, as in a mail.

        It never follows what the browser calls this site: whoever asks could lead the readers elsewhere.
        """
        root = self.site.settings.base_url.rstrip("/")
        if not root:
            raise Conflict(
                "Links in mails need to know where this site is; the administrator has to set {setting}.",
                code="no_base_url",
                setting="PAYVAND_BASE_URL",
            )
        return root + route_address(self.site.get(Routes).get(route), args)

    def record_url(self, entity: str, record_id: int, *, absolute: bool = False) -> str:
        """Return the address of a record's page."""
        return (self.root if absolute else "") + record_address(entity, record_id)

    def system(self, reason: str) -> Actor:
        """Return the one who asks with all rights, for a stated reason; what they write says it in the history."""
        if not reason.strip():
            raise AccessDenied("Say why all rights are needed.", code="no_reason")
        self.uow.reason = self.uow.reason or reason
        return self.actor.elevate(reason)


def asking_at(uow: UnitOfWork) -> Asking:
    """Return the asking of a unit of work that no page has opened, such as one of a job or of the API."""
    assert uow.site is not None  # handlers are asked by a site
    site = uow.site
    style = site.get(Localization).style(uow.actor.preferences, site.settings)
    return Asking(
        site=site,
        actor=uow.actor,
        uow=uow,
        style=style,
        channel=uow.channel,
        root=site.settings.base_url.rstrip("/"),
    )
