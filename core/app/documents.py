"""`check_documents`: compiles the documents of all modules that are here, without any database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.app.compose import build_site
from core.app.extensions import Extensions
from core.config import Settings
from core.declaration import Compiler
from core.errors import PayvandError, Problem
from core.hooks import Plugins
from core.lifecycle import Discovery
from core.lifecycle.resolve import order

NOWHERE = "postgresql://localhost/nowhere"
"""The address of a database that nobody asks."""


def check_documents(settings: Settings, folders: Sequence[Path] | None = None) -> list[Problem]:
    """Return everything that is wrong, as installing all modules at once would tell it."""
    site = build_site(settings, role="cli", address=NOWHERE, folders=folders)
    sources, problems = site.get(Discovery).all()
    known = {source.manifest.name: source for source in sources}
    found = list(problems)
    try:
        names = order(known, {name: source.manifest for name, source in known.items()}, ())
        modules = [known[name].manifest for name in names]
        site.get(Extensions)(modules)
        site.get(Compiler).compile(
            [d for name in names for d in known[name].documents], modules, 1, strict=True
        )
    except PayvandError as error:
        found.extend(
            error.problems or [Problem(code=error.reason, message=error.message, params=error.params)]
        )
    return [*found, *site.get(Plugins).quarantined.values()]
