"""`check_documents`: compiles the documents of all modules that are here, without any database."""

from __future__ import annotations

from core.app.extensions import Extensions
from core.declaration import Compiler
from core.errors import PayvandError, Problem
from core.hooks import Plugins
from core.kernel.site import Site
from core.lifecycle import Discovery
from core.lifecycle.resolve import order


def check_documents(site: Site) -> list[Problem]:
    """Return everything that is wrong, as installing all modules at once would tell it."""
    sources, problems = site.get(Discovery).all()
    known = {source.manifest.name: source for source in sources}
    found = list(problems)
    try:
        names = order(known, {name: source.manifest for name, source in known.items()}, ())
        modules = [known[name].manifest for name in names]
        site.get(Extensions)(modules)
        site.get(Compiler).compile([d for name in names for d in known[name].documents], modules, 1, strict=True)
    except PayvandError as error:
        found.extend(error.problems or [Problem(code=error.reason, message=error.message, params=error.params)])
    return [*found, *site.get(Plugins).quarantined.values()]
