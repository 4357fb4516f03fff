"""The meaning of rights once more, as naively as possible: one record at a time, no compiling, no SQL.

Knows the kit's entities by heart. `Seen` is a record as one reader sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.kernel.actor import Actor
from tests.access.kit_ties import FOLLOW, INPUTS, LISTS, PUBLIC, ROLLED, WHOLES

Record = Mapping[str, Any]
Grant = Mapping[str, Any]


@dataclass
class World:
    """Records by entity and id, grants by role, and what the conditions of grants mean."""

    records: dict[str, dict[int, Record]]
    roles: Mapping[str, Sequence[Grant]]
    meanings: Mapping[str, Callable[[Any, Actor], bool]]
    fields: Mapping[str, Sequence[str]]

    def may(self, actor: Actor, entity: str, action: str, record: Record) -> bool:
        return in_scope(actor, entity, action) and (
            "kit.administrator" in actor.roles or any(self.holding(actor, entity, action, record))
        )

    def holding(self, actor: Actor, entity: str, action: str, record: Record) -> Iterator[tuple[Grant, bool]]:
        """Yield the grants that hold on the record, and whether each was inherited from the whole."""
        for role in sorted(actor.roles & self.roles.keys()):
            for grant, inherited in self.granting(role, entity, action):
                if self._holds(actor, entity, record, grant, inherited):
                    yield grant, inherited

    def granting(self, role: str, entity: str, action: str) -> Iterator[tuple[Grant, bool]]:
        own = [g for g in self.roles[role] if g["entity"] == entity]
        if own or entity not in WHOLES:
            yield from ((g, False) for g in own if action in g["actions"])
            return
        asked = action if action in ("read", "export") else "update"
        for _by, whole, shown in WHOLES[entity]:
            listed = "edit" if asked == "update" else "read"
            for g in self.roles[role]:
                if (
                    g["entity"] == whole
                    and asked in g["actions"]
                    and (shown is None or shown in self.names(g, listed))
                ):
                    yield g, True

    def _holds(self, actor: Actor, entity: str, record: Record, grant: Grant, inherited: bool) -> bool:
        if inherited:
            wholes = [
                (self.records[whole].get(record[by]), shown)
                for by, whole, shown in WHOLES[entity]
                if whole == grant["entity"]
            ]
            return any(
                whole is not None
                and not (shown and self.masked(actor, grant, whole, shown))
                and self._holds(actor, grant["entity"], whole, grant, False)
                for whole, shown in wholes
            )
        return self._reached(actor, entity, record, grant["scope"]) and (
            not grant["when"] or self.meanings[grant["when"]](Seen(self, None, entity, record), actor)
        )

    def _reached(self, actor: Actor, entity: str, record: Record, scope: str) -> bool:
        if scope == "all":
            return True
        if "owner" in record:
            teams = {"own": (), "team": actor.teams, "team_below": (*actor.teams, *actor.teams_below)}[scope]
            return (actor.id is not None and record["owner"] == actor.id) or record["team"] in teams
        wholes = [(w, self.records[w].get(record[by])) for by, w, _ in WHOLES.get(entity, ())]
        return any(whole is not None and self._reached(actor, w, whole, scope) for w, whole in wholes)

    def names(self, grant: Grant, kind: str) -> set[str]:
        """Return the fields a grant lists."""
        written = grant["fields"].get(kind, ["*"])
        names = set(self.fields[grant["entity"]]) if "*" in written else set(written)
        return {n for n in names if not n.startswith("!")} - {n[1:] for n in written if n.startswith("!")}

    def masked(self, actor: Actor, grant: Grant, record: Record, name: str) -> bool:
        """Tell whether a grant hides a field on a record."""
        mask = grant["fields"].get("masked", {}).get(name)
        return bool(mask) and self.meanings[mask](Seen(self, None, grant["entity"], record), actor)

    def gives(self, actor: Actor, grant: Grant, record: Record, name: str, kind: str = "read") -> bool:
        """Tell whether a grant that holds on a record gives a field of it."""
        return name in PUBLIC or (
            name in self.names(grant, kind) and not self.masked(actor, grant, record, name)
        )

    def edits(self, actor: Actor, entity: str, record: Record, name: str) -> bool:
        """Tell whether a field of a record may be changed, as far as the record as it stands goes."""
        return in_scope(actor, entity, "update") and (
            "kit.administrator" in actor.roles
            or any(
                inherited or self.gives(actor, grant, record, name, "edit")
                for grant, inherited in self.holding(actor, entity, "update", record)
            )
        )

    def shows(self, actor: Actor, entity: str, record: Record, name: str) -> bool:
        """Tell whether a visible record shows a field."""
        if "kit.administrator" in actor.roles:
            drawn = [e for e, _ in INPUTS.get((entity, name), ())] + [
                ROLLED.get((entity, name), (entity,))[0]
            ]
            return all(e == entity or in_scope(actor, e, "read") for e in drawn)
        holding = list(self.holding(actor, entity, "read", record))
        if not any(i or self.gives(actor, g, record, name) for g, i in holding):
            return False
        if (entity, name) in INPUTS:
            return all(
                self.shows(actor, e, record, n) if e == entity else self.plain(actor, e, n)
                for e, n in INPUTS[entity, name]
            )
        if (entity, name) in ROLLED:
            source, inputs = ROLLED[entity, name]
            parts = any(
                any(g is h for h, inherited in self.granting(role, source, "read") if inherited)
                and not self.masked(actor, g, record, WHOLES[source][0][2])
                for g, _ in holding
                for role in actor.roles & self.roles.keys()
            )
            return all(self.plain(actor, source, n) for n in inputs) or (
                parts and in_scope(actor, source, "read")
            )
        return True

    def plain(self, actor: Actor, entity: str, name: str) -> bool:
        """Tell whether a field shows on every record there could be."""
        if not in_scope(actor, entity, "read"):
            return False
        grants = [
            (g, i)
            for role in actor.roles & self.roles.keys()
            for g, i in self.granting(role, entity, "read")
            if self._possible(entity, g)
        ]
        always = [
            (g, i)
            for g, i in grants
            if g["scope"] == "all" and not g["when"] and not (i and self._listed_under_mask(entity, g))
        ]
        listing = [
            (g, i)
            for g, i in grants
            if i or name in PUBLIC or name in self.names(g, "read") - g["fields"].get("masked", {}).keys()
        ]
        return bool(always) and (len(listing) == len(grants) or any(g in listing for g in always))

    @staticmethod
    def _listed_under_mask(part: str, grant: Grant) -> bool:
        lists = {shown for _, whole, shown in WHOLES[part] if whole == grant["entity"]}
        return bool(lists & grant["fields"].get("masked", {}).keys())

    @staticmethod
    def _possible(entity: str, grant: Grant) -> bool:
        return grant["scope"] == "all" or entity != "kit.person"


class Seen:
    """A record as an actor sees it; with nobody's eyes (None) everything is seen."""

    def __init__(self, world: World, actor: Actor | None, entity: str, record: Record) -> None:
        self.world, self.actor, self.entity, self.record = world, actor, entity, record

    def get(self, name: str) -> Any:
        if self.actor is not None and not self.world.shows(self.actor, self.entity, self.record, name):
            return None
        return self.record.get(name)

    def follow(self, name: str) -> Seen | None:
        target = FOLLOW[self.entity, name]
        return self._other(target, self.world.records[target].get(self.get(name)))

    def items(self, name: str) -> list[Seen]:
        source, by = LISTS[self.entity, name]
        if self.actor is not None and not self.world.shows(self.actor, self.entity, self.record, name):
            return []
        found = [r for r in self.world.records[source].values() if r[by] == self.record["id"]]
        return [seen for r in found if (seen := self._other(source, r)) is not None]

    def _other(self, entity: str, record: Record | None) -> Seen | None:
        if record is None or (
            self.actor is not None and not self.world.may(self.actor, entity, "read", record)
        ):
            return None
        return Seen(self.world, self.actor, entity, record)


def in_scope(actor: Actor, entity: str, action: str) -> bool:
    return actor.scopes is None or any(
        s.entity in ("*", entity) and s.action in ("*", action) for s in actor.scopes
    )
