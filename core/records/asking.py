"""What comes with a question besides its shape: who asks, when, and over which connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime

from core.kernel.actor import Actor
from core.storage.database import Database
from core.storage.reader import Reader
from core.storage.unit import UnitOfWork, zone_of

Given = dict[str, object]

NOBODY = 0


class Asking:
    """Lends a reader and fills in the constants of one evaluation."""

    def __init__(self, database: Database, zone: str, clock: Callable[[], datetime] | None = None) -> None:
        self._database = database
        self._zone = zone
        self._clock = clock or _now

    @contextmanager
    def reader(self, uow: UnitOfWork | None, reader: Reader | None) -> Iterator[Reader]:
        """Lend the reader that was handed, that of the unit of work, or a connection of its own."""
        if reader is not None:
            yield reader
        elif uow is not None:
            yield uow.reader
        else:
            with self._database.reading() as lent:
                yield lent

    def constants(self, wants: frozenset[str], actor: Actor, uow: UnitOfWork | None) -> Given:
        """Return those ``env_…`` parameters that a statement wants."""
        if not wants:
            return {}
        given: Given = {
            "env_user": actor.id,
            "env_team": actor.team,
            "env_teams": list(actor.teams),
            "env_teams_below": list(actor.teams_below or actor.teams),
        }
        if "env_now" in wants or "env_today" in wants:
            given["env_now"] = now = uow.now if uow is not None else self._clock()
            if "env_today" in wants:
                given["env_today"] = (
                    uow.today if uow is not None else now.astimezone(zone_of(actor, self._zone)).date()
                )
        for name in wants:
            of, _, place = name.rpartition("_")
            if place.isdigit() and of in ("env_teams", "env_teams_below"):  # one of them
                given[name] = _at(given[of], int(place))
        return given


def _at(ids: object, place: int) -> int:
    """Return one of several ids; no record has the id that stands for none."""
    assert isinstance(ids, list)  # constants that are numbered are lists of ids
    return ids[place] if place < len(ids) else NOBODY


def pattern(folded: str) -> str:
    """Return the LIKE pattern of what contains a folded word."""
    escaped = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def words(patterns: tuple[str, ...]) -> Mapping[str, object]:
    """Return the parameters of the words of a search."""
    return {f"w{i}": one for i, one in enumerate(patterns)}


def _now() -> datetime:
    return datetime.now(UTC)
