"""An explanation in sentences: why it is so, and who can change it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from core.access.explain import Explanation, Reason
from core.access.shares import LEVELS, SHARED, is_shareable
from core.errors import Param, Problem, Word
from core.expressions import unparse
from core.metadata.actions import ADMINISTER
from core.metadata.catalog import Catalog
from core.metadata.specs import SITE, Label

Show: TypeAlias = Callable[[Label], str]
"""Returns a label as the reader reads it."""

ACTIONS: Mapping[str, Word] = {
    "read": Word("Read"),
    "create": Word("Create"),
    "update": Word("Change"),
    "delete": Word("Delete"),
    "import": Word("Import"),
    "export": Word("Export"),
    "merge": Word("Merge"),
    "override:duplicates": Word("Save in spite of duplicates"),
    "scan:duplicates": Word("Look for duplicates among all records"),
    ADMINISTER: Word("Arrange fields and views"),
}
"""What can be asked about, in words; steps and operations have names of their own."""

_SCOPES = {
    "own": Word("The role {role} reaches only one's own records, and this one belongs to somebody else."),
    "team": Word(
        "The role {role} reaches only records of one's own teams, and this one belongs to another team."
    ),
    "team_below": Word(
        "The role {role} reaches only records of one's own teams and those below, and this one belongs to another team."
    ),
    "shared": Word("Nobody has shared this record with {person} for that."),
}


class Words:
    """Puts an explanation into words for one reader."""

    def __init__(self, told: Explanation, catalog: Catalog, show: Show) -> None:
        self._told = told
        self._catalog = catalog
        self._show = show
        entity = catalog.entity(told.asked.entity)
        field = entity.fields.get(told.asked.field)
        action = told.asked.action
        self._names: Mapping[str, Param] = {
            "person": told.person.name or told.person.login,
            "action": ACTIONS.get(action, action),
            "entity": show(entity.label),
            "field": show(field.label) if field is not None else "",
        }

    def why(self) -> tuple[Problem, ...]:
        """Return why the decision is as it is, the weightiest first."""
        told = self._told
        if told.decision is None:
            return (self._say("depends", "It depends on the record: choose one to see what decides."),)
        return tuple(self._of_yes() if told.decision else self._of_no())

    def _of_yes(self) -> Iterator[Problem]:
        first = next((r for r in self._told.reasons if self._counts(r)), None)
        if first is not None and first.kind == "administrator":
            yield self._say("administrator", "The role {role} of {person} may do everything.", first)
        elif first is not None:
            yield self._say("granted", "{person} may do this, because the role {role} grants it.", first)
        else:
            yield self._say("granted_besides", "{person} may do this.")

    @staticmethod
    def _counts(reason: Reason) -> bool:
        return reason.kind in ("administrator", "grant") and reason.holds is True and reason.gives

    def _of_no(self) -> Iterator[Problem]:
        grants = [r for r in self._told.reasons if r.kind == "grant"]
        limits = [r for r in self._told.reasons if r.kind == "restriction" and r.holds is False]
        if any(r.kind == "key" for r in self._told.reasons):
            yield self._say("key", "The API key is not made for this.")
            return
        if not self._told.typed:
            yield self._say("not_typed", "Nobody types {field}, or no role opens it for that.")
        if any(r.kind == "administrator" for r in self._told.reasons):
            if self._told.typed:
                yield self._drawn()
            return
        for one in limits:
            yield self._say(
                "restricted", "The restriction {name} leaves this out, whatever roles grant.", one
            )
        if not grants:
            yield self._say("not_granted", "None of the roles of {person} grants: {action} on {entity}.")
        elif not any(r.gives for r in grants):
            yield self._say("field_not_granted", "None of the roles of {person} gives the field {field}.")
        elif not any(r.holds is True for r in grants if r.gives):
            giving = [r for r in grants if r.gives]
            own = [r for r in giving if not _is_share(r)]
            yield from map(self._of_grant, own or giving)
        elif not limits and any(map(_is_hidden_limit, self._told.reasons)):
            yield from self._of_hidden_limits()
        elif not limits and self._told.asked.action == ADMINISTER:
            yield self._of_unread()
        elif not limits and self._told.typed:
            yield self._drawn()

    def _drawn(self) -> Problem:
        return self._say(
            "drawn", "It is drawn from something that {person} may not read, or not on this record."
        )

    def _of_unread(self) -> Problem:
        """Tell that nobody arranges what they may not read."""
        if self._told.asked.field:
            message = (
                "{person} may not read {field} on every record, and nobody arranges what they may not read."
            )
            return self._say("field_not_read", message)
        return self._say(
            "not_read", "{person} may not read {entity}, and nobody arranges what they may not read."
        )

    def _of_hidden_limits(self) -> Iterator[Problem]:
        """Tell of restrictions that look at something out of the asker's sight: that they may be why, and no more."""
        for one in filter(_is_hidden_limit, self._told.reasons):
            yield self._say(
                "restriction_hidden",
                "Roles grant it; the restriction {name}, which looks at something that you may not read, may leave it out.",
                one,
            )

    def _of_grant(self, reason: Reason) -> Problem:
        """Tell why a grant does not hold on the record."""
        failing = next((c for c in reason.clauses if c.seen and c.holds is False), None)
        scope = reason.grant.scope if reason.grant is not None else ""
        if failing is None:
            return self._say("grant_hidden", "The grant of the role {role} does not hold here.", reason)
        if failing.why == "scope" and scope in _SCOPES:
            return self._say(f"scope_{scope}", _SCOPES[scope], reason)
        if failing.why == "whole":
            return self._say(
                "no_whole",
                "The role {role} grants it with what this is part of, and that is not there.",
                reason,
            )
        if failing.why == "mask":
            return self._say("masked", "The role {role} hides the field {field} on this record.", reason)
        return self._say(
            "condition",
            "The role {role} grants it only where this holds, which it does not here: {condition}",
            reason,
            condition=unparse(failing.condition.node),
        )

    def remedies(self) -> tuple[Problem, ...]:
        """Return who can change the decision, and how."""
        told = self._told
        if told.decision is True:
            return tuple(self._takers())
        return tuple(self._givers())

    def _takers(self) -> Iterator[Problem]:
        for one in _once(r for r in self._told.reasons if self._counts(r)):
            yield self._say(
                "take_role",
                "An administrator can take the role {role} away from {person}, or narrow it: it is of {owner}.",
                one,
            )

    def _givers(self) -> Iterator[Problem]:
        reasons = self._told.reasons
        if any(r.kind == "key" for r in reasons):
            yield self._say("other_key", "{person} can make a key with wider scopes.")
            return
        failing = [r for r in reasons if r.kind == "grant" and r.holds is False and r.grant is not None]
        if any(c.why == "scope" and c.holds is False for r in failing if not _is_share(r) for c in r.clauses):
            yield self._say(
                "hand_over", "Whoever may change the owner or the team of the record can hand it over."
            )
        if failing and self._can_be_shared():
            yield self._say("share", "Whoever may share the record can share it with {person}.")
        for one in reasons:
            if one.kind == "restriction" and one.holds is not True:
                yield self._say(
                    "except_role",
                    "An administrator can except a role from the restriction {name}, or change it: it is of {owner}.",
                    one,
                )
        if self._told.typed:
            yield self._say(
                "give_role", "An administrator can give {person} another role, or let a role grant more."
            )

    def _can_be_shared(self) -> bool:
        """Tell whether a share would help: it opens records to those who have a role for them, within restrictions."""
        asked, reasons = self._told.asked, self._told.reasons
        free = all(r.holds is True for r in reasons if r.kind == "restriction")
        return free and asked.action in LEVELS and is_shareable(self._catalog, asked.entity)

    def _say(self, code: str, message: str, reason: Reason | None = None, **more: Param) -> Problem:
        return Problem(code=code, message=message, params={**self._names, **self._of(reason), **more})

    def _of(self, reason: Reason | None) -> Mapping[str, Param]:
        """Return what sentences tell of a reason."""
        if reason is None:
            return {}
        if reason.limit is not None:
            spec = reason.limit.restriction
            return {"name": self._show(spec.label), "owner": self.owner(spec.owner)}
        role = self._catalog.roles[reason.name]
        return {"role": self._show(role.label), "owner": self.owner(role.owner)}

    def owner(self, name: str) -> str:
        """Return who has written something: a module by its label, or the site."""
        if name == SITE:
            return Word("this site")
        module = self._catalog.modules.get(name)
        return self._show(module.label) if module is not None else name


def _is_share(reason: Reason) -> bool:
    return reason.grant is not None and reason.grant.scope == SHARED


def _is_hidden_limit(reason: Reason) -> bool:
    return reason.kind == "restriction" and reason.hidden and reason.holds is None


def _once(reasons: Iterable[Reason]) -> Iterator[Reason]:
    told: set[str] = set()
    for one in reasons:
        if one.name not in told:
            told.add(one.name)
            yield one
