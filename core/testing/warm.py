"""`WarmSites`: sites that tests have given back, for the next test that wants the same modules.

What a site has compiled (statements, pages, rights) serves the next test as well. Its data go with its database, and
the next one gets a new database under the same name. A site of which a test has changed more than data is not used
again.
"""

from __future__ import annotations

import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.config import Settings
from core.contributions import Operations, Routes
from core.errors import PayvandError
from core.hooks import Plugins
from core.i18n import Localization
from core.identity import Identity
from core.jobs import Jobs
from core.kernel.site import Site
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.postgres import TestPostgres
from core.workflow import Guards

MOST = 6
"""Sites that one process keeps; the one that was not asked for the longest goes first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What the caches of a site rest on: all but its data."""

    version: int
    settings: Settings
    registered: tuple[object, ...]

    @classmethod
    def of(cls, site: Site) -> Shape:
        """Return the shape that a site has now."""
        version, local = site.get(Catalogs).current().version, site.get(Localization)
        names = (
            site.get(Plugins).modules,
            site.get(Jobs).names,
            site.get(Guards).names,
            site.get(Operations).names,
            site.get(Routes).generation,
            *map(tuple, (local.calendars, local.digits, local.money_units, local.languages)),
        )
        return cls(version=version, settings=site.settings, registered=names)


@dataclass(frozen=True, kw_only=True, slots=True)
class WarmSite:
    """A site, where its database lies and of what it is copied, and its shape when it was new."""

    site: Site
    url: str
    template: str
    shape: Shape

    def unchanged(self) -> bool:
        """Tell whether the test has left everything but the data as it was."""
        try:
            return Shape.of(self.site) == self.shape
        except PayvandError:
            return False

    def tidy(self) -> None:
        """Forget who was there, and remove the files they have left."""
        self.site.get(Identity).forget()
        for left in self.site.settings.home.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            elif left.name != "secret":
                left.unlink()


class WarmSites:
    """Keeps sites by the template of their databases."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, WarmSite] = OrderedDict()

    @contextmanager
    def lent(self, pg: TestPostgres, template: str, new: Callable[[str], Site]) -> Iterator[Site]:
        """Lend a site with a copy of ``template``: a kept one, or one that ``new(url)`` makes."""
        warm = self._kept.pop(template, None)
        url = pg.clone(template, "" if warm is None else warm.url)
        try:
            if warm is None:
                site = new(url)
                warm = WarmSite(site=site, url=url, template=template, shape=Shape.of(site))
            try:
                yield warm.site
                if warm.unchanged():
                    warm.tidy()
                    self._keep(warm)
            finally:
                warm.site.get(Database).close()
        finally:
            pg.drop(url)

    def _keep(self, warm: WarmSite) -> None:
        self._kept[warm.template] = warm
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
