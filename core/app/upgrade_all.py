"""`upgrade_all`: every site of an installation to this version, one after the other, each as if it were alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.app.backup import Say
from core.app.readiness import find_address
from core.app.sites import DRAFT, Sites
from core.app.upgrade import Show, upgrade
from core.config import Settings
from core.errors import PayvandError
from core.log import get_logger, telling

FIRST = "the first site"

DONE, NOTHING, FAILED, LEFT = "upgraded", "of this version already", "not upgraded", "left out"
PLANNED = "would be upgraded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of one site: its name, in a word or two, and where it failed, why."""

    name: str
    state: str
    why: str = ""

    @property
    def failed(self) -> bool:
        """True where the site is not of this version, though it should be."""
        return self.state == FAILED


def upgrade_all(
    first: Settings,
    *,
    plan: bool,
    trial: bool,
    say: Say,
    show: Show,
    folders: Sequence[Path] | None = None,
) -> list[Outcome]:
    """Upgrade the first site and all beside it, also those that are closed; return what came of each.

    Each has its backup before it is touched. One that fails is as it was before, and keeps no other from being upgraded.
    """
    outcomes = []
    for name, settings in _sites(first):
        say(f"{name}:")
        if settings is None:
            say("It was begun and never finished.")
            outcomes.append(Outcome(name=name, state=LEFT, why="it was begun and never finished"))
            continue
        with telling(site="" if name == FIRST else name):
            outcomes.append(
                _one(
                    name,
                    lambda settings=settings: upgrade(  # type: ignore[misc]  # mypy does not infer its default
                        settings(), plan=plan, trial=trial, backup=None, say=say, show=show, folders=folders
                    ),
                    PLANNED if plan else DONE,
                    say,
                )
            )
    return outcomes


def _sites(first: Settings) -> Iterator[tuple[str, Callable[[], Settings] | None]]:
    """Yield all sites by name with how their settings are read, which may fail; None for one that is unfinished."""
    yield FIRST, lambda: first
    sites = Sites(first)
    declared = sites.listed()
    address = find_address(first) if declared else ""
    for site in declared:
        yield site.host, None if site.file == DRAFT else partial(sites.settings_of, site, address)


def _one(name: str, act: Callable[[], bool], done: str, say: Say) -> Outcome:
    try:
        return Outcome(name=name, state=done if act() else NOTHING)
    except PayvandError as failure:
        why = failure.text()
    except Exception as failure:  # noqa: BLE001  # whatever breaks in one site, the others go on
        get_logger("app").error("upgrade_broke", site=name, error=repr(failure), exc_info=failure)
        why = f"it broke ({type(failure).__name__}); the log says where"
    say(why)
    return Outcome(name=name, state=FAILED, why=why)
