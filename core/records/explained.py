"""An explanation as API and screens show it: every grant and restriction with its parts, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from core.access.explain import Clause, Explanation, Reason
from core.access.explain_words import Words
from core.errors import Problem, Word
from core.expressions import fields_used, unparse
from core.fields import FieldTypes
from core.i18n import Style
from core.metadata.catalog import Catalog

DECISIONS = {True: "allowed", False: "refused", None: "depends"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """An explanation, and the values of the record as the one who asks sees it; none without a record."""

    told: Explanation
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One thing that is asked of a record; ``text`` is empty where the reader may not know of it."""

    text: str
    why: str
    holds: bool | None
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One grant or restriction. ``through`` are the roles by which it came to the person."""

    kind: str
    name: str
    label: str
    owner: str
    through: tuple[str, ...]
    entity: str
    scope: str
    holds: bool | None
    hidden: bool
    gives_field: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """The whole: the decision, sentences that tell why and who can change it, and what it is made of."""

    decision: str
    why: tuple[str, ...]
    who_can_change_it: tuple[str, ...]
    lines: tuple[Line, ...]


class Shower:
    """Shows explanations in one style."""

    def __init__(self, catalog: Catalog, types: FieldTypes, style: Style) -> None:
        self._catalog = catalog
        self._types = types
        self._style = style

    def show(self, explained: Explained) -> Shown:
        """Return an explanation in words."""
        told = explained.told
        words = Words(told, self._catalog, self._style.label)
        return Shown(
            decision=DECISIONS[told.decision],
            why=self._sentences(words.why()),
            who_can_change_it=self._sentences(words.remedies()),
            lines=tuple(self._line(explained, words, reason) for reason in told.reasons),
        )

    def _sentences(self, problems: tuple[Problem, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._style.problem(one) for one in problems))

    def _line(self, explained: Explained, words: Words, reason: Reason) -> Line:
        spec = reason.limit.restriction if reason.limit is not None else self._catalog.roles.get(reason.name)
        whole = reason.grant.entity if reason.grant is not None else getattr(spec, "entity", "")
        return Line(
            kind=reason.kind,
            name=reason.name,
            label=self._style.label(spec.label) if spec is not None else "",
            owner=self._word(words.owner(spec.owner)) if spec is not None else "",
            through=tuple(self._style.label(self._catalog.roles[name].label) for name in reason.way[:-1]),
            entity=whole,
            scope=reason.grant.scope if reason.grant is not None else "",
            holds=reason.holds,
            hidden=reason.hidden,
            gives_field=reason.gives,
            parts=tuple(self._part(explained, clause) for clause in reason.clauses),
        )

    def _part(self, explained: Explained, clause: Clause) -> Part:
        if not clause.seen:
            return Part(text="", why=clause.why, holds=None, values=())
        return Part(
            text=unparse(clause.condition.node),
            why=clause.why,
            holds=clause.holds,
            values=tuple(self._values(explained, clause)),
        )

    def _values(self, explained: Explained, clause: Clause) -> Iterator[tuple[str, str]]:
        """Yield the values of the record itself that were looked at, as the one who asks reads them."""
        entity = self._catalog.entity(explained.told.asked.entity)
        for of, name in sorted(fields_used(clause.condition)):
            spec = entity.fields.get(name) if of == entity.name else None
            if spec is not None and name in explained.values and spec.type not in ("list", "links"):
                shown = self._types.get(spec.type).show(spec, explained.values[name], self._style)
                yield self._style.label(spec.label), shown

    def _word(self, text: str) -> str:
        return self._style._(text.message, **text.params) if isinstance(text, Word) else text
