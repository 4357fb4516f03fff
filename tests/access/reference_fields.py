"""The meaning of field rights once more, as naively as possible: which values of a record somebody sees and changes.

`Seen` is a record as one reader sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.kernel.actor import Actor
from tests.access.kit_ties import COPIES, FOLLOW, INPUTS, LISTS, PUBLIC, ROLLED, WHOLES, deciding

Record = Mapping[str, Any]
Grant = Mapping[str, Any]
ADMINISTRATOR = "kit.administrator"


class Fields:
    """What grants give of the records on which they hold; `World` says on which they do."""

    def __getattr__(self, name: str) -> Any:
        """Let what `World` has be used here."""
        raise AttributeError(name)

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
        by, copied, original = COPIES.get((entity, name), ("", "", ""))
        if ADMINISTRATOR in actor.roles:
            return all(
                e in ("", entity) or in_scope(actor, e, "read") for e in (*dict(inputs), source, copied)
            )
        if not self.gives(actor, entity, record, name, "read"):
            return False
        if copied:
            there = self.records[copied].get(record[by])
            seen = there is not None and self.may(actor, copied, "read", there)
            names = (original, *(n for _, n in INPUTS.get((copied, original), ())))
            everywhere = all(self.plain(actor, copied, n) for n in names)
            return everywhere or (seen and self.shows(actor, copied, there, original))
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

    def __init__(self, world: Fields, actor: Actor | None, entity: str, record: Record) -> None:
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
