"""`initialize`: from an empty database to a site with its modules; nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from core.app.demo import load_demo
from core.app.readiness import check_connection, told
from core.errors import PayvandError, Unavailable
from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.lifecycle import Discovery, Lifecycle
from core.storage import Database, migrate
from core.storage.catalogs import Catalogs

Say = Callable[[str], object]


def bundled(site: Site) -> tuple[str, ...]:
    """Return the modules that come with the system itself."""
    return tuple(
        name
        for name, (_, package) in site.get(Discovery).locations().items()
        if package.startswith("modules.")
    )


def initialize(site: Site, modules: Sequence[str], *, demo: bool, say: Say) -> Mapping[str, str]:
    """Bring tables, modules and demo data to where they should be; return the demo's passwords by login.

    Without ``modules`` an empty site gets those that come with the system; later ones are left as they are.
    """
    engine = site.get(Database).engine
    with told(engine):
        migrate(engine)
    check_connection(engine)
    lifecycle, system = site.get(Lifecycle), system_actor("init")
    enabled = site.get(Catalogs).current().modules
    wanted = [name for name in modules or (() if enabled else bundled(site)) if name not in enabled]
    if wanted:
        say(f"Installing {', '.join(wanted)}")
        lifecycle.install(system, wanted)
    take_over(lifecycle, say)
    if not demo:
        return {}
    say("Loading the demo")
    return load_demo(site)


def take_over(lifecycle: Lifecycle, say: Say) -> None:
    """Take over what has changed in the files; where that is refused, tell why and go on with what is stored."""
    try:
        if lifecycle.refresh(system_actor("init")) is not None:
            say("Took over what has changed in the files of the modules")
    except Unavailable:
        raise
    except PayvandError as refused:
        say(
            "What has changed in the files of the modules cannot be taken over; all goes on as it was stored:"
        )
        for line in refused.text().splitlines():
            say(f"  {line}")
