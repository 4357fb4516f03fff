"""The meaning of rights once more, as naively as possible: one record at a time, no compiling, no SQL.

`Seen` is a record as one reader sees it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.kernel.actor import Actor
from tests.access.kit_ties import FOLLOW, INPUTS, LISTS, NOW, PUBLIC, ROLLED, WHOLES, deciding

Record = Mapping[str, Any]
Grant = Mapping[str, Any]
ADMINISTRATOR = "kit.administrator"


@dataclass
class World:
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

    def names(self, grant: Grant, kind: str) -> set[str]:
        """Return the fields a grant lists."""
        written = grant["fields"].get(kind, ["*"])
        names = set(self.fields[grant["entity"]]) if "*" in written else set(written)
        return {n for n in names if not n.startswith("!")} - {n[1:] for n in written if n.startswith("!")}

    def masked(self, actor: Actor, grant: Grant, record: Record, name: str) -> bool:
        mask = grant["fields"].get("masked", {}).get(name)
        return bool(mask) and self.holds(mask, actor, grant["entity"], record)

    def gives(self, actor: Actor, entity: str, record: Record, name: str, action: str) -> bool:
        """Tell whether a grant that holds on the record gives a field of it."""
        kind = "edit" if action == "update" else "read"
        return any(
            (inherited and not (action == "update" and "of" in g and self.stays(entity, name)))
            or (not inherited and name in PUBLIC)
            or (not inherited and name in self.names(g, kind) and not self.masked(actor, g, record, name))
            for g, inherited in self.holding(actor, entity, action, record)
        )

    def by_share(self, actor: Actor, grant: Grant, action: str) -> Grant:
        """Return what a grant gives of a shared record: what no grant masks, and no change of what decides."""
        entity, held = grant["entity"], self.held(actor.roles)
        others = [g for r in held for g in self.roles[r] if g["entity"] == entity and action in g["actions"]]
        hidden = [f"!{name}" for g in others for name in g["fields"].get("masked", {})]
        fields = {kind: [*grant["fields"].get(kind, ["*"]), *hidden] for kind in ("read", "edit")}
        fields["edit"] += ["!owner", "!team", *(f"!{name}" for of, name in self.decides() if of == entity)]
        return {**grant, "fields": fields, "of": grant}

    def stays(self, part: str, name: str) -> bool:
        """Tell whether a field of a part is not changed by a share of its whole."""
        moved = name in {by.partition("__")[0] for by, _, _ in WHOLES[part]}
        return not moved and (name in ("owner", "team") or (part, name) in self.decides())

    def decides(self) -> set[tuple[str, str]]:
        grants = [g for some in self.roles.values() for g in some]
        texts = [
            (g["entity"], text)
            for g in grants
            for text in (g["when"], *g["fields"].get("masked", {}).values())
        ]
        return deciding(
            [*texts, *((r["entity"], r["when"]) for r in self.restrictions.values())], self.fields
        )

    def shows(self, actor: Actor, entity: str, record: Record, name: str) -> bool:
        """Tell whether a visible record shows a field."""
        inputs, (source, rolled) = INPUTS.get((entity, name), ()), ROLLED.get((entity, name), ("", ()))
        if ADMINISTRATOR in actor.roles:
            return all(e in ("", entity) or in_scope(actor, e, "read") for e in (*dict(inputs), source))
        if not self.gives(actor, entity, record, name, "read"):
            return False
        if source:
            return all(self.plain(actor, source, n) for n in rolled) or self._with_parts(
                actor, entity, record, source
            )
        return all(
            self.shows(actor, e, record, n) if e == entity else self.plain(actor, e, n) for e, n in inputs
        )

    def _with_parts(self, actor: Actor, entity: str, record: Record, source: str) -> bool:
        """Tell whether all parts come with the record, by a grant on it."""
        coming = [g for r in self.held(actor.roles) for g, part in self.granting(r, source, "read") if part]
        lists = [shown for _, whole, shown in WHOLES.get(source, ()) if whole == entity]
        return (
            in_scope(actor, source, "read")
            and not self.binding(actor, source, "read")
            and any(
                any(g.get("of", g) is h for h in coming)
                and not any(
                    self.masked(actor, g, record, n) or f"!{n}" in g["fields"].get("read", ()) for n in lists
                )
                for g, _ in self.holding(actor, entity, "read", record)
            )
        )

    def plain(self, actor: Actor, entity: str, name: str) -> bool:
        """Tell whether a field shows on every record there could be."""
        wholes = WHOLES.get(entity, ())
        bound = any(self.binding(actor, e, "read") for e in (entity, *(whole for _, whole, _ in wholes)))
        if bound or not in_scope(actor, entity, "read"):
            return False
        lists = {shown for _, _, shown in wholes}
        grants = [
            (g, part, g["fields"].get("masked", {}).keys())
            for role in self.held(actor.roles)
            for g, part in self.granting(role, entity, "read")
            if g["scope"] == "all" or entity != "kit.person"
        ]
        giving = [
            g
            for g, part, masked in grants
            if part or name in PUBLIC or name in self.names(g, "read") - masked
        ]
        always = [
            g
            for g, part, masked in grants
            if g["scope"] == "all" and not g["when"] and not (part and lists & masked)
        ]
        return bool(always) and (len(giving) == len(grants) or any(g in giving for g in always))


class Seen:
    """A record as an actor sees it; with nobody's eyes (None) everything is seen."""

    def __init__(self, world: World, actor: Actor | None, entity: str, record: Record) -> None:
        self.world, self.actor, self.entity, self.record = world, actor, entity, record

    def _shows(self, name: str) -> bool:
        return self.actor is None or self.world.shows(self.actor, self.entity, self.record, name)

    def get(self, name: str) -> Any:
        return self.record.get(name) if self._shows(name) else None

    def follow(self, name: str) -> Seen | None:
        target = FOLLOW[self.entity, name]
        return self._other(target, self.world.records[target].get(self.get(name)))

    def items(self, name: str) -> list[Seen]:
        source, by = LISTS[self.entity, name]
        found = [r for r in self.world.records[source].values() if r[by] == self.record["id"]]
        return [seen for r in found if self._shows(name) and (seen := self._other(source, r)) is not None]

    def _other(self, entity: str, record: Record | None) -> Seen | None:
        out = record is None or (self.actor and not self.world.may(self.actor, entity, "read", record))
        return None if out or record is None else Seen(self.world, self.actor, entity, record)


def needed(action: str, entity: str) -> str:
    """Return what must be allowed on a whole to do this with its parts."""
    if entity == "base.share" and action in ("create", "update", "delete"):
        return "share"
    return action if action in ("read", "export") else "update"


def in_scope(actor: Actor, entity: str, action: str) -> bool:
    return actor.scopes is None or any(
        s.entity in ("*", entity) and s.action in ("*", action) for s in actor.scopes
    )
