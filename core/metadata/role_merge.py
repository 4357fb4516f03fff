"""Roles and menu entries: grants of all modules add up; labels and weights may be set by others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.metadata.documents import Document
from core.metadata.findings import Findings
from core.metadata.layers import Layers, Override, Setting, items, mapping, text, texts
from core.metadata.names import humanized
from core.metadata.specs import GrantSpec, Json, Label, MenuSpec, RoleSpec

ROLE_OPEN = frozenset({"label"})
MENU_OPEN = frozenset({"label", "group", "icon", "weight", "key", "hidden"})


def merge_role(
    base: Document, extends: Sequence[Document], findings: Findings, overrides: list[Override]
) -> RoleSpec:
    """Return the frozen role with its own grants and implied roles and those that others add, in the order of modules."""
    settings = list(open_settings(base, extends, ROLE_OPEN, ("grants", "implies"), findings))
    tree = Layers(base.name, findings, overrides).apply({"label": base.body.get("label")}, settings)
    grants = [grant for document in (base, *extends) for grant in _grants(document)]
    return RoleSpec(
        name=base.name,
        label=label_of(tree["label"], base.name),
        grants=tuple(grants),
        implies=tuple(dict.fromkeys(n for d in (base, *extends) for n in texts(d.body.get("implies")))),
        owner=base.owner,
        administrator=base.body.get("administrator") is True,
        place=base.place,
    )


def implied(roles: Mapping[str, RoleSpec], names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the roles that come with these, each with the way to it; one that is not there brings none.

    A way begins with the role that was asked for and ends with the role itself; the shortest is told.
    """
    ways: dict[str, tuple[str, ...]] = {name: (name,) for name in sorted(names) if name in roles}
    waiting = list(ways)
    for name in waiting:
        for other in roles[name].implies:
            if other in roles and other not in ways:
                ways[other] = (*ways[name], other)
                waiting.append(other)
    return ways


def merge_menu(
    base: Document, extends: Sequence[Document], findings: Findings, overrides: list[Override]
) -> MenuSpec | None:
    """Return the frozen menu entry, or None where somebody hides it."""
    settings = list(open_settings(base, extends, MENU_OPEN, (), findings))
    tree = Layers(base.name, findings, overrides).apply(dict(base.body), settings)
    if tree.get("hidden") is True:
        return None
    weight = tree.get("weight")
    return MenuSpec(
        name=base.name,
        label=label_of(tree.get("label"), base.name),
        entity=text(tree.get("entity")),
        route=text(tree.get("route")),
        group=label_of(tree.get("group"), ""),
        icon=text(tree.get("icon"), "database"),
        weight=weight if isinstance(weight, int) else 100,
        key=text(tree.get("key")),
        owner=base.owner,
        place=base.place,
    )


def open_settings(
    base: Document,
    extends: Sequence[Document],
    opened: frozenset[str],
    added: tuple[str, ...],
    findings: Findings,
) -> Iterator[Setting]:
    """Yield what others set of the ``opened`` keys; any other key but those that are ``added`` is told."""
    for document in extends:
        for key, value in document.body.items():
            if key in opened:
                yield Setting(document=document, path=(key,), at=(key,), value=value)
            elif key not in added and key not in ("extends", "base"):
                findings.add(
                    document,
                    (key,),
                    "protected",
                    "{property} of {target} belongs to {owner} and cannot be changed from outside. "
                    "What can be: {open}.",
                    property=key,
                    target=base.name,
                    owner=base.owner,
                    open=tuple(sorted(opened)),
                )


def _grants(document: Document) -> Iterator[GrantSpec]:
    for index, value in enumerate(items(document.body.get("grants"))):
        body = mapping(value)
        fields = mapping(body.get("fields"))
        yield GrantSpec(
            entity=text(body.get("entity")),
            actions=texts(body.get("actions")),
            scope=text(body.get("scope"), "all"),
            when=text(body.get("when")),
            read=_names(fields.get("read")),
            edit=_names(fields.get("edit")),
            masked=tuple((name, text(when)) for name, when in mapping(fields.get("masked")).items()),
            owner=document.owner,
            place=document.place_of("grants", str(index)),
        )


def _names(value: Json) -> tuple[str, ...]:
    """Return the written names; nothing written means all fields, an empty list means none."""
    return ("*",) if value is None else texts(value)


def label_of(value: Json, name: str) -> Label:
    """Return a written label, one for each language too; without one the name in words."""
    if isinstance(value, str):
        return value
    if value:
        return {k: v for k, v in mapping(value).items() if isinstance(v, str)}
    return humanized(name)
