"""One grant as the page of a role asks for it: read from the form, and shown again with what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from core.errors import Problem, ValidationFailed
from core.metadata.actions import ADMINISTER
from core.metadata.layers import mapping, text, texts
from core.metadata.specs import Json

COMMON = ("read", "create", "update", "delete", "export", "import", ADMINISTER)
"""Actions that can be ticked; others are typed."""

EMPTY_ROWS = 2
"""Rows for fields to hide that stand there without a script."""

Masks = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class TypedGrant:
    """What stands in the fields of the form. ``masks`` are (field, expression), empty rows at the end."""

    entity: str = ""
    scope: str = "all"
    ticked: tuple[str, ...] = ("read",)
    more: str = ""
    when: str = ""
    read: str = ""
    edit: str = ""
    masks: tuple[tuple[str, str], ...] = (("", ""),) * EMPTY_ROWS


def typed_grant(form: MultiDict[str, str]) -> TypedGrant:
    """Return what was typed, as it was."""
    return TypedGrant(
        entity=form.get("entity", ""),
        scope=form.get("scope", "all"),
        ticked=tuple(form.getlist("action")),
        more=form.get("more", ""),
        when=form.get("when", ""),
        read=form.get("read", ""),
        edit=form.get("edit", ""),
        masks=_rows(_masks(form)),
    )


def shown_grant(grant: Mapping[str, Json]) -> TypedGrant:
    """Return a grant as it is written, to be changed."""
    fields, actions = mapping(grant.get("fields")), texts(grant.get("actions"))
    return TypedGrant(
        entity=text(grant.get("entity")),
        scope=text(grant.get("scope"), "all"),
        ticked=tuple(name for name in actions if name in COMMON),
        more=" ".join(name for name in actions if name not in COMMON),
        when=text(grant.get("when")),
        read=" ".join(texts(fields.get("read"))),
        edit=" ".join(texts(fields.get("edit"))),
        masks=_rows([(name, text(when)) for name, when in mapping(fields.get("masked")).items()]),
    )


def grant_of(form: MultiDict[str, str]) -> dict[str, Json]:
    """Return the grant that was asked for; what of it makes no sense is told when it is compiled."""
    grant: dict[str, Json] = {
        "entity": form.get("entity", ""),
        "actions": [*form.getlist("action"), *words(form.get("more", ""))],
        "scope": form.get("scope", "all"),
    }
    if form.get("when", "").strip():
        grant["when"] = form["when"].strip()
    fields: dict[str, Json] = {key: words(form[key]) for key in ("read", "edit") if words(form.get(key, ""))}
    masked = _masked(_masks(form))
    if masked:
        fields["masked"] = masked
    return {**grant, "fields": fields} if fields else grant


def words(typed: str) -> list[Json]:
    """Return names that were typed with spaces or commas between them."""
    return [*typed.replace(",", " ").replace("،", " ").split()]


def _masked(masks: Masks) -> dict[str, Json]:
    problems, masked = [], dict[str, Json]()
    for name, when in masks:
        if not name:
            problems.append(_refused("Say which field is hidden where {when}.", when=when))
        elif name in masked:
            problems.append(
                _refused("The field {name} stands twice; join its expressions with or.", name=name)
            )
        masked[name] = when
    if problems:
        raise ValidationFailed(problems=problems)
    return masked


def _refused(message: str, **params: str) -> Problem:
    return Problem(code="masks", field="masked", message=message, params=params)


def _masks(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    pairs = zip(form.getlist("mask_field"), form.getlist("mask_when"), strict=False)
    return [(name.strip(), when.strip()) for name, when in pairs if name.strip() or when.strip()]


def _rows(masks: Masks) -> tuple[tuple[str, str], ...]:
    return (*masks, *((("", ""),) * max(1, EMPTY_ROWS - len(masks))))
