"""The meaning of rights once more, as naively as possible: one record at a time, no compiling, no SQL.

Who may do what with which record; which of its values that gives stands in `reference_fields.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.kernel.actor import Actor
from tests.access.kit_ties import NOW, WHOLES
from tests.access.reference_fields import ADMINISTRATOR, Fields, Grant, Record, Seen, in_scope, needed


@dataclass
class World(Fields):
    """Records by entity and id, grants by role, what binds all, and what their conditions mean."""

    records: dict[str, dict[int, Record]]
    roles: Mapping[str, Sequence[Grant]]
    meanings: Mapping[str, Callable[[Any, Actor], bool]]
    fields: Mapping[str, Sequence[str]]
    implies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    restrictions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def held(self, roles: Sequence[str] | frozenset[str]) -> set[str]:
        """Return known roles with those that come with them."""
        found = {r for r in roles if r in self.roles}
        more = {other for r in found for other in self.implies.get(r, ())} - found
        return found | self.held([*found, *more]) if more else found

    def may(self, actor: Actor, entity: str, action: str, record: Record) -> bool:
        return in_scope(actor, entity, action) and (
            ADMINISTRATOR in actor.roles
            or (any(self.holding(actor, entity, action, record)) and self.free(actor, entity, action, record))
        )

    def binding(self, actor: Actor, entity: str, action: str) -> list[str]:
        """Return the conditions of the restrictions on an entity that bind somebody who does this."""
        return [
            r["when"]
            for r in self.restrictions.values()
            if r["entity"] == entity
            and (not r["actions"] or action in r["actions"])
            and not self.held(actor.roles) & set(r["except"])
        ]

    def free(self, actor: Actor, entity: str, action: str, record: Record) -> bool:
        """Tell whether nothing restricts this on the record, or on what it is part of."""
        wholes = [(w, record[by]) for by, w, _ in WHOLES.get(entity, ()) if record[by] is not None]
        return all(
            self.holds(when, actor, entity, record) for when in self.binding(actor, entity, action)
        ) and all(
            self.free(actor, w, needed(action, entity), self.records[w][number]) for w, number in wholes
        )

    def holds(self, text: str, actor: Actor, entity: str, record: Record) -> bool:
        return self.meanings[text](Seen(self, None, entity, record), actor)

    def holding(self, actor: Actor, entity: str, action: str, record: Record) -> Iterator[tuple[Grant, bool]]:
        """Yield the grants that hold on the record, and whether each was inherited from the whole."""
        for role in sorted(self.held(actor.roles)):
            for grant, inherited in self.granting(role, entity, action):
                if self._reaches(actor, entity, record, grant, inherited):
                    yield grant, inherited
                elif self._opened(actor, entity, record, grant, inherited, action):
                    asked = needed(action, entity) if inherited else action
                    yield self.by_share(actor, grant, asked), inherited

    def _opened(
        self, actor: Actor, entity: str, record: Record, grant: Grant, inherited: bool, action: str
    ) -> bool:
        """Tell whether a share opens the record, or what it is part of, to a grant that does not reach it."""
        if not inherited:
            return self.shared(actor, entity, record, action)
        for by, of, shown in WHOLES[entity]:
            whole = self.records[of].get(record[by]) if of == grant["entity"] else None
            asked = needed(action, entity)
            given = self.names(self.by_share(actor, grant, asked), "edit" if asked == "update" else "read")
            if whole and (shown is None or shown in given) and self.shared(actor, of, whole, asked):
                return True
        return False

    def shared(self, actor: Actor, entity: str, record: Record, action: str) -> bool:
        """Tell whether a share that is not over opens an action on a record."""
        by, levels = f"record__{entity.replace('.', '_')}", {"read": ("read", "edit"), "update": ("edit",)}
        return any(
            share.get(by) == record["id"]
            and share["level"] in levels.get(action, ())
            and (share["expires_at"] is None or share["expires_at"] > NOW)
            and (
                (actor.id is not None and share["with_user"] == actor.id)
                or share["with_team"] in actor.teams
                or share["with_role"] in self.held(actor.roles)
            )
            for share in self.records["base.share"].values()
            if share.get(by) is not None
        )

    def granting(self, role: str, entity: str, action: str) -> Iterator[tuple[Grant, bool]]:
        own = [g for g in self.roles[role] if g["entity"] == entity]
        if own or entity not in WHOLES:
            yield from ((g, False) for g in own if action in g["actions"])
            return
        asked = needed(action, entity)
        kind = "edit" if asked == "update" else "read"
        for _by, whole, shown in WHOLES[entity]:
            for g in self.roles[role]:
                fits = g["entity"] == whole and asked in g["actions"]
                if fits and (shown is None or shown in self.names(g, kind)):
                    yield g, True

    def _reaches(self, actor: Actor, entity: str, record: Record, grant: Grant, inherited: bool) -> bool:
        if inherited:
            for by, of, shown in WHOLES[entity]:
                whole = self.records[of].get(record[by]) if of == grant["entity"] else None
                hidden = whole and shown and self.masked(actor, grant, whole, shown)
                if whole and not hidden and self._reaches(actor, of, whole, grant, False):
                    return True
            return False
        return self._in_reach(actor, entity, record, grant["scope"]) and (
            not grant["when"] or self.holds(grant["when"], actor, entity, record)
        )

    def _in_reach(self, actor: Actor, entity: str, record: Record, scope: str) -> bool:
        if scope == "all":
            return True
        if "owner" in record:
            teams = {"own": (), "team": actor.teams, "team_below": (*actor.teams, *actor.teams_below)}[scope]
            return (actor.id is not None and record["owner"] == actor.id) or record["team"] in teams
        wholes = [(w, self.records[w].get(record[by])) for by, w, _ in WHOLES.get(entity, ())]
        return any(whole is not None and self._in_reach(actor, w, whole, scope) for w, whole in wholes)
