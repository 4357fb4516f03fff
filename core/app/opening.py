"""Open a site for one command: with its database started, and what goes wrong there told in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.app.compose import build_site
from core.app.readiness import check_ready, find_address, told
from core.config import Settings
from core.kernel.site import Site
from core.log import set_up
from core.storage import Database


@contextmanager
def open_site(
    settings: Settings, *, role: str = "cli", folders: Sequence[Path] | None = None
) -> Iterator[Site]:
    """Open the site, whether its tables are there or not."""
    set_up("warning" if settings.log_level == "info" else settings.log_level, settings.log_format)
    site = build_site(settings, role=role, address=find_address(settings), folders=folders)
    database = site.get(Database)
    try:
        with told(database.engine):
            yield site
    finally:
        database.close()


@contextmanager
def open_ready_site(
    settings: Settings, *, role: str = "cli", folders: Sequence[Path] | None = None
) -> Iterator[Site]:
    """Open a site that can be worked with; raise `Unavailable` where something has to be done before."""
    with open_site(settings, role=role, folders=folders) as site:
        check_ready(site.get(Database).engine)
        yield site
