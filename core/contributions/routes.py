"""`Route`: a page of a module under an address of its own, and `Answer`: what its handler gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from core.errors import Conflict, NotFound
from core.metadata.specs import Label

if TYPE_CHECKING:
    from core.contributions.asking import Asking

METHODS = frozenset({"GET", "POST"})


@dataclass(frozen=True, slots=True)
class Page:
    """A template of the module with values, inside the shell; of public routes inside a plain frame.

    ``secret`` says that a secret stands on it that lasts, such as a link with a token: it is sent uncompressed then.
    """

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    title: Label = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Redirect:
    """Another address of this site, with a message for the page there."""

    url: str
    message: Label = ""
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Download:
    """A file to keep, or to look at in the browser (``inline``: PDF and images only)."""

    data: bytes
    name: str
    mime: str
    inline: bool = False


Answer: TypeAlias = "Page | Redirect | Download"


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A page of a module: ``path`` lies below ``/m/<module>/`` and may have places, ``<int:number>`` or ``<token>``.

    ``grant`` names what somebody must be allowed to do, (entity, action), to come here and to see its menu entry;
    ``reads`` the fields of that entity that they must be able to read, be it on some records only.
    ``public`` routes have no session: who comes is nobody, and is slowed down where they come too often.
    """

    name: str
    path: str
    handle: Callable[..., Answer]
    methods: tuple[str, ...] = ("GET",)
    public: bool = False
    grant: tuple[str, str] | None = None
    reads: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not set(self.methods) <= METHODS or not self.methods:
            raise ValueError(f"{self.name}: a route answers GET, POST or both")
        if self.public and self.grant:
            raise ValueError(f"{self.name}: a public route knows nobody who could be granted anything")
        if self.reads and not self.grant:
            raise ValueError(f"{self.name}: a route reads fields of the entity that its grant names")

    @property
    def module(self) -> str:
        """The module it belongs to."""
        return self.name.partition(".")[0]

    def answer(self, asking: Asking, path: Mapping[str, Any]) -> Answer:
        """Ask the module."""
        return self.handle(asking, **path)


class Routes:
    """The routes of the enabled modules. ``generation`` moves whenever they change."""

    def __init__(self) -> None:
        self.generation = 0
        self._routes: dict[str, Route] = {}

    def fill(self, extra: Iterable[Route] = ()) -> None:
        """Take these contributions of the enabled modules in place of those before."""
        self.generation += 1
        self._routes = {}
        for route in extra:
            self.register(route)

    def register(self, route: Route) -> None:
        """Add a route; a name that is taken is refused."""
        if route.name in self._routes:
            raise Conflict("There are two routes named {name}.", code="route_taken", name=route.name)
        self.generation += 1
        self._routes = {**self._routes, route.name: route}

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes.values())

    def get(self, name: str) -> Route:
        """Return the route of this name; raise `NotFound` where there is none."""
        try:
            return self._routes[name]
        except KeyError:
            raise NotFound("There is no route {name}.", code="unknown_route", name=name[:80]) from None

    def find(self, name: str) -> Route | None:
        """Return the route of this name, or None."""
        return self._routes.get(name)
