"""A form as its template gets it: sections of fields, sub-tables with their rows, problems at their places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.access import Access, FieldRights
from core.errors import Problem
from core.fields import FieldTypes
from core.kernel.site import Site
from core.kernel.values import FileRef
from core.metadata.catalog import Catalog
from core.metadata.specs import EntitySpec, FieldSpec, ItemSpec
from core.records.compiled import Kept
from core.records.lines import REMOVED
from core.records.looking import Look
from core.views import FormSection, form_sections
from core.web.fields import FieldView, FieldViews, Same
from core.web.form_rows import Row, SubTable
from core.web.form_values import FormValues
from core.web.listing import context_of
from core.web.pictures import pictured, portrait
from core.web.visit import Visit

SPARE = "__n__"
"""Number of the row that the script copies for new lines."""

MOST_COLUMNS = 6
PILLS = 2
REACH = frozenset({"phone", "email"})
KEPT_STYLES, KEPT_ROWS = 64, 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A titled group of fields and sub-tables."""

    name: str
    label: str
    items: tuple[FieldView | SubTable, ...]

    @property
    def mistakes(self) -> int:
        """How many of its fields are told to be mended."""
        return sum(map(_mistakes, self.items))

    @property
    def hidden(self) -> bool:
        """True where all of it depends on what is typed, and nothing of it shows now."""
        return all(_view(item).hidden for item in self.items)


def _view(item: FieldView | SubTable) -> FieldView:
    return item.view if isinstance(item, SubTable) else item


def _mistakes(item: FieldView | SubTable) -> int:
    if isinstance(item, FieldView):
        return bool(item.errors)
    return bool(item.view.errors) + sum(bool(cell.errors) for row in item.rows for cell in row.cells)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """Sections that stand together."""

    id: str
    label: str
    sections: tuple[Section, ...]

    @property
    def mistakes(self) -> int:
        """How many of its fields are told to be mended."""
        return sum(section.mistakes for section in self.sections)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A problem in the summary on top, with a link to its field."""

    text: str
    target: str = ""
    label: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FormModel:
    """Everything the form's template needs; a form without tabs has one."""

    tabs: tuple[Tab, ...]
    refusals: tuple[Refusal, ...] = ()
    picture: FileRef | None = None
    """What stands for the record beside its title."""

    @property
    def sections(self) -> tuple[Section, ...]:
        """All sections, in order."""
        return tuple(section for tab in self.tabs for section in tab.sections)

    @property
    def is_typed(self) -> bool:
        """True where there is anything to type; some records only come about by what others do."""
        items = (item for section in self.sections for item in section.items)
        return any(isinstance(item, SubTable) or not item.read_only for item in items)

    @property
    def facts(self) -> tuple[FieldView, ...]:
        """What one looks for first: the state and another choice, the tags, how to reach."""
        found, choices = list[FieldView](), 0
        for item in (item for section in self.sections for item in section.items):
            if isinstance(item, SubTable) or not item.value:
                continue
            choices += item.type == "choice"
            is_state = item.type == "choice" and choices <= PILLS
            if is_state or item.type == "links" or (item.type in REACH and item.read_only):
                found.append(item)
        return tuple(found)


def columns_of(
    catalog: Catalog, item: ItemSpec, spec: FieldSpec, readable: Mapping[str, object]
) -> tuple[str, ...]:
    """Return the columns of a sub-table: those of the view, else the first of the lines' own fields."""
    child = catalog.entity(str(spec.option("of")))
    by = str(spec.option("by"))
    wanted = item.columns or [
        f.name
        for f in child.fields.values()
        if not f.system and f.name != by and f.type not in ("list", "links", "long_text", "rich_text")
    ]
    return tuple(name for name in wanted if name in readable and name in child.fields)[:MOST_COLUMNS]


def form_columns(catalog: Catalog, entity: EntitySpec, rights: FieldRights) -> dict[str, tuple[str, ...]]:
    """Return the columns of every sub-table of an entity's form."""
    found = {}
    for section in form_sections(catalog, entity, rights.readable):
        for item in section.items:
            spec = entity.fields[item.name]
            if spec.type == "list":
                child = catalog.entity(str(spec.option("of")))
                found[item.name] = columns_of(catalog, item, spec, child.fields)
    return found


@dataclass(frozen=True, slots=True)
class KeptViews:
    """What was worked out for one style: what the values of fields have in common, and rows for new lines."""

    same: Same = field(default_factory=dict)
    rows: Kept[Row] = field(default_factory=lambda: Kept(KEPT_ROWS))


KEPT: Kept[KeptViews] = Kept(KEPT_STYLES)
"""By catalog, style and currency."""


class _Builder:
    def __init__(
        self,
        site: Site,
        present: Visit,
        rights: FieldRights,
        writable: bool,
        typed: FormValues | None,
        problems: Iterable[Problem],
        conflict: bool,
        look: Look,
    ) -> None:
        self._look = look
        self._conflict = conflict
        self._present = present
        self._catalog = present.catalog
        self._access = site.get(Access)
        self._rights = rights
        self._writable = writable
        self._raw = typed.raw if typed else {}
        self._typed = typed.values if typed else {}
        way = (present.catalog.version, present.catalog.digest, present.style, site.settings.currency)
        self._kept = KEPT.get(way, KeptViews)
        self._views = FieldViews(
            site.get(FieldTypes), present.style, site.settings.currency, same=self._kept.same
        )
        self._context = context_of(site, present)
        self._errors: dict[str, list[str]] = defaultdict(list)
        for problem in problems:
            # Lines are told as items.2.code; their inputs are called items-2-code.
            self._errors[(problem.field or "").replace(".", "-")].append(present.style.problem(problem))

    def section(self, entity: EntitySpec, section: FormSection, values: Mapping[str, Any]) -> Section:
        items = tuple(self._item(entity, item, values) for item in section.items)
        return Section(name=section.name, label=self._present.style.label(section.label), items=items)

    def _item(self, entity: EntitySpec, item: ItemSpec, values: Mapping[str, Any]) -> FieldView | SubTable:
        spec = entity.fields[item.name]
        view = self._field(
            spec,
            pictured(spec, self._typed.get(spec.name, values.get(spec.name)), values.get(entity.title)),
            "",
            span=item.span,
            editable=spec.name in self._rights.editable,
        )
        look, name = self._look, spec.name
        if name in look.required or name in look.hidden or name in look.read_only:
            view = replace(
                view,
                required=view.required or name in look.required,
                hidden=name in look.hidden,
                locked=name in look.read_only,
            )
        return self._table(spec, item, view, values) if spec.type == "list" else view

    def _field(
        self, spec: FieldSpec, value: Any, prefix: str, *, editable: bool, span: bool = False
    ) -> FieldView:
        key = f"{prefix}{spec.name}"
        return self._views.field(
            spec,
            value,
            raw=self._raw.get(key),
            prefix=prefix,
            span=span,
            read_only=not (self._writable and editable),
            errors=self._errors.get(key, ()),
        )

    def _table(self, spec: FieldSpec, item: ItemSpec, view: FieldView, values: Mapping[str, Any]) -> SubTable:
        child = self._catalog.entity(str(spec.option("of")))
        rights = self._access.fields(self._present.actor, child.name, self._catalog)
        columns = columns_of(self._catalog, item, spec, rights.readable)
        lines = self._typed.get(spec.name, values.get(spec.name)) or ()
        if self._conflict:  # whoever has seen what stands there now may write over it
            now = {line["id"]: line["version"] for line in values.get(spec.name) or ()}
            lines = [{**line, "version": now.get(line.get("id"), "")} for line in lines]
        rows = tuple(self._row(spec, child, columns, rights, n, line) for n, line in enumerate(lines))
        spare = self._new_row(spec, child, columns, rights, len(rows))
        return SubTable(
            view=view,
            headings=spare.cells,
            rows=rows,
            spare=spare,
            pattern=self._new_row(spec, child, columns, rights, SPARE),
        )

    def _new_row(
        self,
        spec: FieldSpec,
        child: EntitySpec,
        columns: Sequence[str],
        rights: FieldRights,
        number: int | str,
    ) -> Row:
        """Return a row for a new line; one into which nobody has typed anything is alike for all with equal rights."""
        if self._raw:
            return self._row(spec, child, columns, rights, number, {})
        editable = tuple(name in rights.editable for name in columns)
        key = (spec.entity, spec.name, child.name, tuple(columns), editable, self._writable, number)
        return self._kept.rows.get(key, lambda: self._row(spec, child, columns, rights, number, {}))

    def _row(
        self,
        spec: FieldSpec,
        child: EntitySpec,
        columns: Sequence[str],
        rights: FieldRights,
        number: int | str,
        line: Mapping[str, Any],
    ) -> Row:
        prefix = f"{spec.name}-{number}-"
        cells = tuple(
            self._field(
                child.fields[name],
                line.get(name) if line else self._start(child.fields[name]),
                prefix,
                editable=name in rights.editable,
            )
            for name in columns
        )
        return Row(
            number=str(number),
            id=str(line.get("id") or ""),
            version=str(line.get("version") or ""),
            cells=cells,
            removed=line.get(REMOVED) is True,
        )

    def _start(self, spec: FieldSpec) -> Any:
        """Return what a new line starts with: its plain defaults."""
        if spec.default is None or spec.derived or str(spec.default).startswith("$"):
            return None
        return self._views.types.get(spec.type).load(spec, spec.default, self._context)

    def refusals(self, entity: EntitySpec) -> tuple[Refusal, ...]:
        """Return the summary: every sentence with the field it belongs to."""
        found = []
        for name, sentences in self._errors.items():
            label = self._named(entity, name)
            found += [
                Refusal(text=text, target=f"f-{name}" if name else "", label=label) for text in sentences
            ]
        return tuple(found)

    def _named(self, entity: EntitySpec, name: str) -> str:
        """Return what a field is called in the summary; one of a line with the row in which it stands."""
        style, spec = self._present.style, entity.fields.get(name)
        if spec is not None:
            return style.label(spec.label)
        table, _, rest = name.partition("-")
        number, _, column = rest.partition("-")
        lines = entity.fields.get(table)
        if lines is None or lines.type != "list" or not number.isdecimal():
            return ""
        field = self._catalog.entity(str(lines.option("of"))).fields.get(column)
        return (
            style._("{field}, row {number}", field=style.label(field.label), number=int(number) + 1)
            if field
            else ""
        )

    def tabs(
        self, entity: EntitySpec, sections: Sequence[FormSection], values: Mapping[str, Any]
    ) -> tuple[Tab, ...]:
        """Return the sections on their tabs; those that name no tab stand on the first."""
        style = self._present.style
        first = style._("Details")
        found: dict[str, list[Section]] = {first: []}
        for section in sections:
            label = style.label(section.tab) if section.tab else first
            found.setdefault(label, []).append(self.section(entity, section, values))
        shown = [(label, some) for label, some in found.items() if some]
        return tuple(Tab(id=some[0].name, label=label, sections=tuple(some)) for label, some in shown)


def build_form(
    site: Site,
    present: Visit,
    entity: EntitySpec,
    sections: Sequence[FormSection],
    values: Mapping[str, Any],
    rights: FieldRights,
    *,
    writable: bool,
    typed: FormValues | None,
    problems: Iterable[Problem],
    conflict: bool,
    look: Look,
) -> FormModel:
    """Return the form of a record: its values, or what was typed where that was refused."""
    builder = _Builder(site, present, rights, writable, typed, problems, conflict, look)
    return FormModel(
        tabs=builder.tabs(entity, sections, values),
        refusals=builder.refusals(entity),
        picture=portrait(entity, values),
    )
