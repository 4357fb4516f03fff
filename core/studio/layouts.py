"""The site's documents about views: which columns, sections, order and filters a list, a form or a card has.

What is wanted is told as a whole; what the site must say for it is worked out against what the modules say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from core.declaration import document_from_json
from core.errors import Problem, ValidationFailed
from core.lifecycle.changes import Definitions
from core.metadata.catalog import Catalog
from core.metadata.documents import Document, plain
from core.metadata.findings import Findings
from core.metadata.generated import generated_view
from core.metadata.layers import items, mapping, texts
from core.metadata.layout import MORE
from core.metadata.names import FIELD_NAME, SITE_PREFIX
from core.metadata.specs import NOTHING, SITE, ItemSpec, Json, ViewSpec
from core.metadata.view_merge import CARD, COLUMNS, ViewMerge
from core.studio.arranged import shown
from core.studio.arrangement import Reads, unknown_field

Body: TypeAlias = Mapping[str, Json]
Layout: TypeAlias = "dict[str, list[str]]"
"""Names of what is shown, by section, in order."""

WANTED = ("label", "sort", "columns", "sections", "filters")
"""What a caller says of a view; what they do not name stays, and null takes the site's own word back."""


def with_arranged_view(
    definitions: Definitions, catalog: Catalog, view: ViewSpec, body: object, reads: Reads
) -> Definitions:
    """Return the definitions with a view as somebody wants it; what they cannot read stays as it was."""
    wanted = _asked(body)
    present = next((d for d in definitions.documents if d.key == (SITE, "extend", view.name)), None)
    written = mapping(plain(present.body)) if present is not None else NOTHING
    lower = _lower(definitions, catalog, view)
    said = {**{k: v for k, v in written.items() if k != "base"}, "extends": view.name}
    for key in ("label", "sort"):
        if key in wanted:
            _put(said, key, wanted[key])
    if "sort" in wanted:
        _refuse_unknown((name.removeprefix("-") for name in texts(wanted["sort"])), reads)
    if "filters" in wanted:
        _put(said, "filters", _filters(view, mapping(said.get("filters")), wanted["filters"]))
    _lay_out(said, wanted, _Layouts(catalog, view, lower, items(written.get("items")), reads))
    if not said.keys() - {"extends"}:
        return definitions.without((SITE, "extend", view.name))
    base = {
        **_seen(lower, said),
        **{k: v for k, v in mapping(written.get("base")).items() if k in _said(said)},
    }
    return definitions.with_documents(document_from_json("extend", {**said, "base": base}))


def _asked(body: object) -> Body:
    if not isinstance(body, Mapping) or body.keys() - {*WANTED}:
        known = ", ".join(WANTED)
        raise _refused("not_an_object", None, "A view is an object with some of {known}.", known=known)
    return body


def _put(said: dict[str, Json], key: str, value: Json) -> None:
    if value:
        said[key] = value
    else:
        said.pop(key, None)


def _lower(definitions: Definitions, catalog: Catalog, view: ViewSpec) -> ViewSpec:
    """Return the view as the modules say it, or as it is generated where none does."""
    documents = [d for d in definitions.documents if not d.is_site]
    base: Document | ViewSpec | None = next(
        (d for d in documents if (d.kind, d.name) == ("view", view.name)), None
    )
    extends = [d for d in documents if (d.kind, d.name) == ("extend", view.name)]
    base = base or generated_view(catalog.entity(view.entity), view.kind)
    assert base is not None  # `present_view` has found one
    return ViewMerge(base, extends, Findings(), []).merge()


def _filters(view: ViewSpec, said: Body, wanted: Json) -> Body:
    """Return what the site says of ready-made filters: how they are called, and which are not offered."""
    offered = mapping(view.options.get("filters"))
    found = dict(said)
    for name, one in mapping(wanted).items():
        if name not in offered or not isinstance(one, Mapping) or one.keys() - {"label", "hidden"}:
            raise _refused(
                "unknown_filter", "filters", "{name} is no filter that can be changed here.", name=name[:80]
            )
        found[name] = {**mapping(plain(offered[name])), **one}
    return found


def _lay_out(said: dict[str, Json], wanted: Body, layouts: _Layouts) -> None:
    """Say what is wanted of columns or sections."""
    key = "sections" if layouts.view.kind == "form" else "columns"
    if ("columns" if key == "sections" else "sections") in wanted:
        raise _refused("wrong_part", None, "The {kind} has {known}.", kind=layouts.view.kind, known=key)
    if key not in wanted:
        return
    if wanted[key] is None:
        _put(said, "items", layouts.operations_out_of_sight())
        said.pop("sections", None)
    elif key == "columns":
        only = next((s.name for s in layouts.view.sections if s.name in (COLUMNS, CARD)), COLUMNS)
        _put(said, "items", layouts.operations({only: list(_names(wanted[key], key))}))
    else:
        sections = dict(layouts.sections(wanted[key], mapping(said.get("sections"))))
        _put(said, "items", layouts.operations(layouts.read(wanted[key])))
        _put(said, "sections", sections)


class _Layouts:
    """Works out what the site says of one view for a layout that somebody wants."""

    def __init__(
        self,
        catalog: Catalog,
        view: ViewSpec,
        lower: ViewSpec,
        present: tuple[Json, ...],
        reads: Reads,
    ) -> None:
        self.view = view
        self._entity = catalog.entity(view.entity)
        self._shown = shown(catalog, view)
        self._in_view = {item.name: item for section in view.sections for item in section.items}
        self._lower = {item.name: item for section in lower.sections for item in section.items}
        self._labels = {section.name: section.label for section in lower.sections}
        self._present = present
        self._reads = reads

    def read(self, written: Json) -> Layout:
        """Return the layout of a form as it is wanted."""
        return {
            str(mapping(one).get("name")): list(_names(mapping(one).get("items") or (), "items"))
            for one in items(written)
        }

    def sections(self, written: Json, said: Body) -> Iterator[tuple[str, Json]]:
        """Yield what the site says of sections: how they are called, and which are its own."""
        known = {section.name for section in self._shown}
        for one in map(mapping, items(written)):
            name, label = str(one.get("name")), one.get("label")
            own = name not in self._labels and name != MORE
            if (
                own
                and not (FIELD_NAME.fullmatch(name) and name.startswith(SITE_PREFIX))
                and name not in known
            ):
                raise _refused(
                    "bad_name",
                    "sections",
                    "Names of your own sections begin with x_: {name}.",
                    name=name[:80],
                )
            before = mapping(said.get(name))
            label = label or before.get("label") or (name if own else None)
            if label:
                own = own or (name == MORE and MORE not in self._labels)
                yield name, {"label": label, **({"items": []} if own else {})}

    def operations_out_of_sight(self) -> list[Json]:
        """Return which fields that the caller cannot read were added, hidden or shown; where they stand is left."""
        found = [mapping(one) for one in self._present]
        return [one for one in found if "move" not in one and not self._reads(_subject(one))]

    def operations(self, wanted: Layout) -> list[Json]:
        """Return the operations that lead from what the modules say to this layout."""
        _refuse_unknown((name for names in wanted.values() for name in names), self._reads)
        full = self._with_out_of_sight(wanted)
        placed = [name for names in full.values() for name in names]
        twice = next((name for name in placed if placed.count(name) > 1), None)
        if twice is not None:
            raise _refused("twice", "columns", "{name} is there twice.", name=twice)
        hidden = [name for name in self._known() if name not in placed]
        self._refuse_lost(hidden)
        return [
            *(self._put(name, section) for section, names in full.items() for name in names),
            *({"show": name} for name in placed if name in self._lower and self._lower[name].hidden),
            *(one for name in hidden for one in self._hide(name)),
        ]

    def _known(self) -> Iterator[str]:
        """Yield every name that the view has, or shows because nobody has placed it."""
        names = [item.name for section in self._shown for item in section.items]
        yield from dict.fromkeys([*self._in_view, *names])

    def _put(self, name: str, section: str) -> Json:
        """Return what puts an item at the end of a section; that of what nobody has placed needs no name."""
        unnamed = section == MORE and MORE not in self._labels
        at: dict[str, Json] = {} if unnamed else {"section": section}
        return {"move": name, **at} if name in self._lower else {"add": name, **at, **self._look(name)}

    def _look(self, name: str) -> dict[str, Json]:
        item = self._in_view.get(name, ItemSpec(name=name))
        look: dict[str, Json] = {"columns": list(item.columns)} if item.columns else {}
        return {**look, "span": True} if item.span else look

    def _hide(self, name: str) -> Iterator[Json]:
        """Yield what hides an item; what a form would show anyway is placed first."""
        if name in self._lower:
            if not self._lower[name].hidden:
                yield {"hide": name}
        elif self.view.kind == "form" or not self._reads(name):
            yield {"add": name, **self._look(name)}
            yield {"hide": name}

    def _with_out_of_sight(self, wanted: Layout) -> Layout:
        """Return the layout with what the caller cannot read, each behind what it stands behind now."""
        found = {section: list(names) for section, names in wanted.items()}
        for section in self._shown:
            before: list[str] = []
            for item in section.items:
                if not item.hidden and not self._reads(item.name):
                    _put_behind(found, section.name, item.name, before)
                before.append(item.name)
        return found

    def _refuse_lost(self, hidden: list[str]) -> None:
        """Refuse a form on which something that must be filled in has no place."""
        fields = self._entity.fields
        for name in hidden if self.view.kind == "form" else ():
            field = fields.get(name)
            if field is not None and field.required and field.default is None and not field.derived:
                raise _refused(
                    "required_field", "sections", "{name} must be filled in; it stays on the form.", name=name
                )


def _put_behind(found: Layout, section: str, name: str, before: list[str]) -> None:
    """Put an item behind the nearest of those that stood before it, or else first."""
    for one in reversed(before):
        for names in found.values():
            if one in names:
                names.insert(names.index(one) + 1, name)
                return
    found.setdefault(section, []).insert(0, name)


def _subject(operation: Body) -> str:
    return next((str(operation[verb]) for verb in ("add", "move", "hide", "show") if verb in operation), "")


def _names(written: Json, key: str) -> Iterator[str]:
    for one in items(written):
        if not isinstance(one, str):
            raise _refused("wrong_type", key, "Write names of fields here.")
        yield one


def _refuse_unknown(names: Iterator[str], reads: Callable[[str], bool]) -> None:
    for name in names:
        if not reads(name):
            raise unknown_field(name)


def _said(said: Body) -> frozenset[str]:
    """Return the paths of what the site sets, as `base` names them."""
    filters = {f"filters.{name}" for name in mapping(said.get("filters"))}
    labels = {
        f"sections.{n}.label"
        for n, one in mapping(said.get("sections")).items()
        if "items" not in mapping(one)
    }
    return frozenset({key for key in ("label", "sort") if key in said} | filters | labels)


def _seen(lower: ViewSpec, said: Body) -> Body:
    """Return what the modules say of all that the site sets, so that an upgrade can tell that it has moved."""
    sections = {f"sections.{section.name}.label": section.label for section in lower.sections}
    filters = {f"filters.{n}": one for n, one in mapping(lower.options.get("filters")).items()}
    options = {key: lower.options.get(key) for key in ("label", "sort")}
    found = {**sections, **filters, **options}
    return {path: plain(found.get(path)) for path in sorted(_said(said))}


def _refused(code: str, field: str | None, message: str, **params: str) -> ValidationFailed:
    return ValidationFailed(problems=[Problem(code=code, field=field, message=message, params=params)])
