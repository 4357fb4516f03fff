"""Two people at one record: what only one of them has changed is put together, the rest is chosen field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.fields import FieldRefused, FieldTypes
from core.metadata.specs import FieldSpec, Json
from core.records.history_reading import HistoryReading
from core.web.fields import FieldViews
from core.web.form_open import OpenForm
from core.web.form_values import FormValues
from core.web.listing import context_of

MOST = 100
"""So many changes are looked at to find what stood there when the page was opened."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clash:
    """A field that both have changed: what stands there now, and what was typed."""

    name: str
    label: str
    theirs: str
    mine: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Conflict:
    """What somebody else has saved meanwhile: fields to choose, and fields that were taken over as they are now."""

    who: str
    clashes: tuple[Clash, ...]
    taken: tuple[str, ...]


def find_conflict(form: OpenForm, typed: FormValues, seen: int) -> Conflict:
    """Compare what was typed with what stands there now; values of theirs that nobody touched here are taken over.

    ``form`` holds the record as it is now, ``seen`` is the version on the page that was sent.
    """
    before, who = _before(form, seen)
    views = FieldViews(form.site.get(FieldTypes), form.present.style, form.site.settings.currency)
    clashes, taken = [], []
    for name, mine in list(typed.values.items()):
        spec, theirs = form.entity.fields[name], form.record.get(name)
        if spec.type == "list" or _same(form, spec, mine, theirs):
            continue
        label = form.present.style.label(spec.label)
        if before is not None and name not in before:
            continue  # only typed here
        if before is not None and _same(form, spec, mine, _loaded(form, spec, before[name])):
            del typed.values[name]
            typed.raw.pop(name, None)
            taken.append(label)
            continue
        texts = [views.cell(spec, value).text for value in (theirs, mine)]
        clashes.append(Clash(name=name, label=label, theirs=texts[0], mine=texts[1]))
    return Conflict(who=who, clashes=tuple(clashes), taken=tuple(taken))


def _before(form: OpenForm, seen: int) -> tuple[Mapping[str, Json] | None, str]:
    """Return what stood in the fields that were changed since a version, and who did it; None where nobody knows."""
    since = int(form.record.get("version") or 0) - seen
    history = form.site.get(HistoryReading).history(
        form.present.actor, form.entity.name, form.number, MOST, catalog=form.present.catalog
    )
    own = [entry for entry in history if entry.part is None]
    if not 0 < since <= len(own):
        return None, ""
    before: dict[str, Json] = {}
    for entry in own[:since]:  # the newest first, so that the oldest has the last word
        before.update({name: pair[0] for name, pair in entry.changes.items()})
    return before, own[0].actor_name or ""


def _loaded(form: OpenForm, spec: FieldSpec, value: Json) -> Any:
    """Return a value of the history as Python value."""
    plain = value.get("id") if isinstance(value, Mapping) and spec.type == "reference" else value
    if plain is None:
        return None
    try:
        return form.site.get(FieldTypes).get(spec.type).load(spec, plain, context_of(form.site, form.present))
    except FieldRefused:
        return None


def _same(form: OpenForm, spec: FieldSpec, one: Any, other: Any) -> bool:
    if one in (None, "", ()) or other in (None, "", ()):
        return (one in (None, "", ())) and (other in (None, "", ()))
    if spec.type in ("links", "multi_choice"):
        return sorted(map(_key, one)) == sorted(map(_key, other))
    return form.site.get(FieldTypes).get(spec.type).equal(one, other)


def _key(value: Any) -> str:
    return str(getattr(value, "id", value))
