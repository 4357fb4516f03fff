"""What roles may do in words: one cell of the matrix, and the difference that a change brings, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from core.access.explain_words import ACTIONS
from core.access.matrix import EVERYTHING, Cell, Change, Kind
from core.i18n import Style
from core.lifecycle import Rehearsed
from core.metadata.actions import TRANSITION
from core.metadata.catalog import Catalog
from core.metadata.specs import SITE, EntitySpec
from core.web.form_values import whole
from core.web.texts import N_

PAGE = 100

KINDS: Mapping[Kind, str] = {
    "added": N_("Added"),
    "widened": N_("Widened"),
    "changed": N_("Changed, perhaps wider"),
    "narrowed": N_("Narrowed"),
    "removed": N_("Taken away"),
}
ROLES: Mapping[str, str] = {
    "new": N_("New: nobody has it yet"),
    "gone": N_("Goes away"),
    "stays": N_("Is in use"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldCell:
    """One cell of the matrix in the reader's words; ``all`` where it is about all records."""

    entity: str
    action: str
    field: str
    where: str
    all: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldChange:
    """One difference in the reader's words; one of the two cells is missing where it was added or taken away."""

    role: str
    kind: str
    wider: bool
    cell: ToldCell
    before: ToldCell | None
    after: ToldCell | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldRole:
    """How much of the difference is about one role."""

    name: str
    label: str
    standing: str
    wider: int
    others: int
    address: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ToldDifference:
    """The difference of the matrix: totals, the roles, and those of its rows that were asked for."""

    total: int
    wider: int
    roles: Sequence[ToldRole]
    rows: Sequence[ToldChange]
    role: str
    only_wider: bool
    before: str
    after: str


def told_difference(
    style: Style, found: Rehearsed, asked: MultiDict[str, str], address: Callable[..., str]
) -> ToldDifference:
    """Return a page of the difference. ``address`` makes the address of another with the values that it gets."""
    role, only_wider = asked.get("role", ""), asked.get("wider") == "1"
    offset = max(whole(asked.get("offset", "")) or 0, 0)
    wanted = [c for c in found.changes if role in ("", c.cell.role) and (c.wider or not only_wider)]

    def page(at: int) -> str:
        return address(role=role or None, wider="1" if only_wider else None, offset=at or None)

    return ToldDifference(
        total=len(found.changes),
        wider=found.wider,
        roles=_roles(style, found, address),
        rows=[_told_change(style, found, change) for change in wanted[offset : offset + PAGE]],
        role=role,
        only_wider=only_wider,
        before=page(max(offset - PAGE, 0)) if offset else "",
        after=page(offset + PAGE) if len(wanted) > offset + PAGE else "",
    )


def _roles(style: Style, found: Rehearsed, address: Callable[..., str]) -> list[ToldRole]:
    """Return the roles that change, those first that people have already and that come to allow more."""
    wider = Counter(change.cell.role for change in found.changes if change.wider)
    others = Counter(change.cell.role for change in found.changes if not change.wider)
    told = [
        ToldRole(
            name=name,
            label=_role(style, found, name),
            standing=_standing(found, name),
            wider=wider[name],
            others=others[name],
            address=address(role=name),
        )
        for name in {*wider, *others}
    ]
    return sorted(told, key=lambda r: (r.standing != "stays", not r.wider, style.sort_key(r.label)))


def _standing(found: Rehearsed, role: str) -> str:
    if role not in found.before.roles:
        return "new"
    return "stays" if role in found.after.roles else "gone"


def _role(style: Style, found: Rehearsed, name: str) -> str:
    spec = found.after.roles.get(name) or found.before.roles.get(name)
    return style.label(spec.label) if spec is not None else name


def _told_change(style: Style, found: Rehearsed, change: Change) -> ToldChange:
    old = told_cell(style, found.before, change.before) if change.before is not None else None
    new = told_cell(style, found.after, change.after) if change.after is not None else None
    cell = new or old
    assert cell is not None
    return ToldChange(
        role=_role(style, found, change.cell.role),
        kind=style._(KINDS[change.kind]),
        wider=change.wider,
        cell=cell,
        before=old,
        after=new,
    )


def told_cell(style: Style, catalog: Catalog, cell: Cell) -> ToldCell:
    """Return a cell of a catalog's matrix in the reader's words."""
    entity = catalog.entities.get(cell.entity)
    field = entity.fields.get(cell.field) if entity is not None else None
    name = style._("Everything") if cell.entity == EVERYTHING else cell.entity
    return ToldCell(
        entity=style.label(entity.label) if entity is not None else name,
        action=_action(style, catalog, entity, cell.action),
        field=style.label(field.label) if field is not None else cell.field,
        where=cell.where,
        all=cell.reach == "all",
    )


def origin(style: Style, catalog: Catalog, owner: str) -> str:
    """Return who has written something, in words: a module by its label, or the site."""
    if owner == SITE:
        return style._("this site")
    module = catalog.modules.get(owner)
    return style._("the module {name}", name=style.label(module.label) if module is not None else owner)


def _action(style: Style, catalog: Catalog, entity: EntitySpec | None, action: str) -> str:
    """Return what is done, in words: the common actions, and the steps of workflows by their labels."""
    word = ACTIONS.get(action)
    if word is not None:
        return style._(word.message)
    short = action.removeprefix(TRANSITION)
    for workflow in catalog.workflows_of(entity.name) if entity is not None and short != action else ():
        if short in workflow.transitions:
            return style.label(workflow.transitions[short].label)
    return style._("Everything") if action == EVERYTHING else action
