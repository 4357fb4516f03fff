"""A press at which articles go from draft to print, and copies from place to place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.records.change import Saved
from core.records.service import Records
from core.storage import Database, UnitOfWork
from core.storage.catalogs import Catalogs
from core.testing.desk import Desk
from core.workflow import Offer
from tests.api.conftest import caller
from tests.web.conftest import app, kept, person

MODULES = Path(__file__).parent / "modules"
ARTICLE, COPY = "press.article", "press.copy"

__all__ = ["app", "caller", "kept", "person"]


@pytest.fixture(scope="session")
def site_modules() -> Sequence[str]:
    return ("press",)


@pytest.fixture(scope="session")
def site_folders() -> Sequence[Path]:
    return [MODULES]


class Press:
    """Moves records, for the system or for ``by`` somebody; each call is a transaction."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.desk = Desk(site)
        self.system = system_actor("a test")

    @property
    def records(self) -> Records:
        return self.site.get(Records)

    @contextmanager
    def unit(self, by: Actor | None = None) -> Iterator[UnitOfWork]:
        with self.site.get(Database).unit(self.site.get(Catalogs).current(), by or self.system) as uow:
            yield uow

    def take(
        self, record: int, name: str, *, by: Actor | None = None, entity: str = ARTICLE, **more: Any
    ) -> Saved:
        more.setdefault("version", None)
        with self.unit(by) as uow:
            return self.records.transition(by or self.system, entity, record, name, uow=uow, **more)

    def to(
        self,
        record: int,
        target: str | int,
        *,
        by: Actor | None = None,
        entity: str = ARTICLE,
        **more: Any,
    ) -> Saved:
        more.setdefault("version", None)
        with self.unit(by) as uow:
            return self.records.move_to(by or self.system, entity, record, target, uow=uow, **more)

    def offers(self, *records: int, by: Actor | None = None, entity: str = ARTICLE) -> dict[int, list[Offer]]:
        with self.unit(by) as uow:
            return self.records.moves(by or self.system, entity, records, uow=uow)

    def update_many(
        self, changes: Mapping[int, Mapping[str, Any]], *, by: Actor | None = None
    ) -> list[Saved]:
        with self.unit(by) as uow:
            return self.records.update_many(by or self.system, ARTICLE, changes, uow=uow)

    def forget_state(self, article: int) -> None:
        """Make an article as it was before there was a workflow."""
        with self.unit() as uow:
            uow.execute(sa.text("update press_article set state = null where id = :id"), {"id": article})

    def article(self, state: str = "draft", **values: Any) -> int:
        return self.desk.one(ARTICLE, **{"title": "On salt", "state": state, "pages": 9, **values})

    def known(self, actor: Actor) -> Actor:
        """Return somebody whom articles can refer to."""
        with self.unit() as uow:
            rows = [{"name": actor.login}]
            self.records.create(self.system, "press.person", rows, ids=[int(str(actor.id))], uow=uow)
        return actor

    def state(self, record: int) -> Any:
        return self.desk.get(ARTICLE, record, "state")["state"]


@pytest.fixture
def press(site: Site) -> Press:
    return Press(site)


@pytest.fixture
def shelf(press: Press) -> dict[str, int]:
    """A shelf with its places, and one of another shelf."""
    one, other = press.desk.create("press.shelf", {"name": "A"}, {"name": "B"})
    made = {"shelf": one, "other_shelf": other}
    for name, kind, rank, at in (
        ("second", "waiting", 20, one),
        ("first", "waiting", 10, one),
        ("out", "lent", 30, one),
        ("gone", "lost", 40, one),
        ("elsewhere", "waiting", 1, other),
    ):
        made[name] = press.desk.one("press.place", name=name, kind=kind, rank=rank, shelf=at)
    return made
