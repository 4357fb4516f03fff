"""Jinja: the environment of the pages, with assets, icons, widgets and formatting in the reader's style."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from flask import request
from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.environment import TemplateModule
from markupsafe import Markup, escape

from core.access import key_of
from core.errors import Unavailable
from core.fields import rich_markup
from core.i18n import Style
from core.identity.forms import masked
from core.metadata.catalog import Catalog
from core.records.compiled import Kept
from core.web.addresses import Addresses
from core.web.avatars import hue_of, initials
from core.web.collections import collection_url
from core.web.fields import FieldView, FieldViews
from core.web.form_drawing import DRAWN, Drawing, KeptDrawings
from core.web.marks import mark
from core.web.moulds import RECORD, Mould
from core.web.needs import Needs
from core.web.table_cells import Column, KeptCells, Looks
from core.web.texts import TEXTS
from core.web.visit import Visit

HERE = Path(__file__).parent
ASSETS = HERE / "assets"
TEMPLATES = HERE / "templates"
MANIFEST = ASSETS / "manifest.json"
NEEDS = ASSETS / "needs.json"
PROFILE = "base.user"
"""The public profile, where a module keeps one; without it everybody reads as the site does."""
STYLES = 64
ICONS = 2048
PARTS = 256
"""Ways to render a part that are kept; one that has many pushes none of the other parts out."""


Macro = Callable[..., Markup]


class Pieces:
    """The templates of one set of folders, and the macros of widgets found in them so far."""

    def __init__(
        self, folders: tuple[Path, ...], globals_: Mapping[str, Any], compiled: BytecodeCache | None = None
    ) -> None:
        self.environment = Environment(
            loader=FileSystemLoader(folders),
            bytecode_cache=compiled,
            auto_reload=False,  # a page would look at the disk for each of its dozens of templates
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.do"],
        )
        self.environment.globals.update(globals_)
        self.environment.filters["initials"] = initials
        self.environment.filters["rich"] = rich_markup
        self.environment.tests |= {"said": is_said, "person": is_person}
        self._macros: dict[tuple[str, str], Macro] = {}
        self._prints: dict[str, bool] = {}
        self._of_core: dict[str, bool] = {}

    def widget(self, style: Style, mode: str, field: FieldView, **options: Any) -> Markup:
        """Return a field's widget: ``read``, ``edit`` or ``cell`` of the template named after its control."""
        key = (field.control, mode)
        if key not in self._macros:
            self._macros[key] = self._macro(field.control, mode)
        return self._macros[key](field, style, **options)

    def cell(self, style: Style, template: str, column: Column, field: FieldView) -> Markup:
        """Return one cell of a list or of a card, by the macro ``cell`` of a template."""
        macros: Mapping[str, Macro] = vars(self.environment.get_template(template).module)
        return macros["cell"](column, field, self.widget(style, "cell", field))

    def prints(self, control: str) -> bool:
        """Tell whether a control's template says that it prints values as they are."""
        if control not in self._prints:
            self._prints[control] = bool(vars(self._widget(control)).get("printed"))
        return self._prints[control]

    def is_of_core(self, control: str) -> bool:
        """Tell whether a control is drawn by a template of the core, and not by one that a module has put in its place."""
        if control not in self._of_core:
            names = (f"widgets/{control}.html", "widgets/_frame.html", "_form_parts.html")
            found = [(TEMPLATES / name).is_file() and self.environment.get_template(name) for name in names]
            self._of_core[control] = all(
                one and one.filename and Path(one.filename).is_relative_to(TEMPLATES) for one in found
            )
        return self._of_core[control]

    def _macro(self, control: str, mode: str) -> Macro:
        """Find the macro; a missing ``cell`` reads as ``read`` does."""
        macros: Mapping[str, Macro] = vars(self._widget(control))
        return macros.get(mode) or macros["read"]

    def _widget(self, control: str) -> TemplateModule:
        """Find the template of a control; one without shows as text."""
        return self.environment.select_template([f"widgets/{control}.html", "widgets/text.html"]).module


class Renderer:
    """Renders templates for one site; those of enabled modules come before the core's.

    ``compiled`` is where templates are found that somebody else in this process has compiled (tests).
    """

    def __init__(self, compiled: BytecodeCache | None = None) -> None:
        self._compiled = compiled
        self._pieces: dict[tuple[Path, ...], Pieces] = {}
        self._current: tuple[tuple[int, str], Pieces] | None = None
        self._manifest: Mapping[str, str] = {}
        self._assets: dict[tuple[str, str], str] = {}
        self._icons: dict[tuple[str, str, str, str], Markup] = {}
        self._texts: Kept[str] = Kept(STYLES)
        self._cells = KeptCells()
        self._moulds: defaultdict[str, Kept[Mould]] = defaultdict(lambda: Kept(PARTS))
        self._drawn: KeptDrawings = Kept(DRAWN)
        self.addresses = Addresses()
        self._needs = Needs(NEEDS, lambda name: self.addresses("web.assets", name=name))

    def page(self, template: str, visit: Visit, /, **values: Any) -> str:
        """Return a page in the reader's language; ``_`` translates in it."""
        return self._render(template, visit, values)

    def part(self, template: str, visit: Visit, /, **values: Any) -> Markup:
        """Return a part of a page, to be put into another template."""
        return Markup(self._render(template, visit, values))  # noqa: S704  # rendered by a template that escapes

    def kept(
        self, visit: Visit, template: str, key: Hashable, marks: Mapping[str, str], **values: Any
    ) -> Markup:
        """Return a part that is rendered once for all with the same rights and style, for each ``key``.

        What differs from page to page stands in it as ``marks``: texts by name, put in afterwards; ``number`` is the
        id of the page's record, which may stand in addresses. Where people have written in it, nobody can write the marks.
        """
        places = {name: RECORD if name == "number" else mark(name) for name in marks}
        mould = self.mould(visit, template, key, places, marks=places, **values)
        return Markup(mould.fill({name: escape(text) for name, text in marks.items()}))  # noqa: S704  # rendered by a template that escapes

    def mould(
        self, visit: Visit, template: str, key: Hashable, marks: Mapping[str, str], /, **values: Any
    ) -> Mould:
        """Return a part with places, rendered once for all with the same rights and style, for each ``key``.

        ``marks`` tells by name what stands in the places of what the template renders.
        """
        way = (
            visit.catalog.version,
            visit.catalog.digest,
            visit.style,
            key_of(visit.actor),
            request.script_root,
        )
        return self._moulds[template].get(
            (*way, key), lambda: Mould(self._render(template, visit, values), marks)
        )

    def _render(self, template: str, visit: Visit, values: Mapping[str, Any]) -> str:
        style, pieces = visit.style, self._pieces_of(visit.catalog)
        return pieces.environment.get_template(template).render(
            visit=visit,
            style=style,
            widget=partial(pieces.widget, style),
            _=style._,
            ngettext=style.ngettext,
            label=style.label,
            csrf=masked(visit.csrf),
            kept=partial(self.kept, visit),
            texts=self._texts.get(
                (visit.catalog.version, visit.catalog.digest, style), lambda: _texts(style)
            ),
            **values,
        )

    def looks(self, visit: Visit, views: FieldViews, template: str) -> Looks:
        """Return how the cells of a page are rendered: by the macro ``cell`` of a template."""
        pieces = self._pieces_of(visit.catalog)
        return Looks(
            kept=self._cells,
            catalog=visit.catalog,
            views=views,
            root=request.script_root,
            name=template,
            draw=partial(pieces.cell, views.style, template),
            prints=pieces.prints,
        )

    def drawing(self, visit: Visit, entity: str) -> Drawing:
        """Return what draws the fields of an entity's form."""
        way = (visit.catalog.version, visit.catalog.digest, visit.style, request.script_root, entity)
        return Drawing(self._drawn, way, self._pieces_of(visit.catalog).is_of_core)

    def _pieces_of(self, catalog: Catalog) -> Pieces:
        known = (catalog.version, catalog.digest)
        if self._current is None or self._current[0] != known:
            self._current = (known, self._find_pieces(catalog))
        return self._current[1]

    def _find_pieces(self, catalog: Catalog) -> Pieces:
        own = (Path(module.path, "templates") for module in catalog.modules.values() if module.path)
        folders = (*(folder for folder in own if folder.is_dir()), TEMPLATES)
        if folders not in self._pieces:
            made: dict[str, Any] = {
                "asset": self.asset,
                "needs": self._needs.links,
                "icon": self.icon,
                "url_for": self.addresses,
                "hue_of": hue_of,
                "once": once,
                "collection_url": collection_url,
            }
            self._pieces = {
                folders: Pieces(folders, made, self._compiled)
            }  # of other sets of modules nothing is kept
        return self._pieces[folders]

    def asset(self, name: str) -> str:
        """Return the address of a built file; its name carries its content's hash."""
        root = request.script_root
        found = self._assets.get((root, name))
        if found is None:
            if not self._manifest:
                self._manifest = _read_manifest()
            found = self._assets[root, name] = self.addresses("web.assets", name=self._manifest[name])
        return found

    def icon(self, name: str, size: str = "", label: str = "") -> Markup:
        """Return an icon of the sprite; with a label it is an image with a name, else decoration."""
        sprite = self.asset("icons.svg")
        found = self._icons.get((name, size, label, sprite))
        if found is None:
            if len(self._icons) >= ICONS:
                self._icons.clear()
            found = self._icons[name, size, label, sprite] = _icon(name, size, label, sprite)
        return found


def _icon(name: str, size: str, label: str, sprite: str) -> Markup:
    role = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="i {}" {}><use href="{}#{}"/></svg>').format(size, role, sprite, name)


def _texts(style: Style) -> str:
    """Return the texts of scripts as JSON that may stand inside of a page."""
    return json.dumps({key: style._(key) for key in TEXTS}, ensure_ascii=False).replace("<", "\\u003c")


def once() -> str:
    """Return the key of a form that is to be carried out once, however often it is sent."""
    return token_urlsafe(12)


def _read_manifest() -> Mapping[str, str]:
    try:
        found: Mapping[str, str] = json.loads(MANIFEST.read_text())
    except FileNotFoundError:
        raise Unavailable(reason="the front end is not built; run: make run") from None
    return found


def is_said(field: FieldView) -> bool:
    """Tell whether a field says something where there is little room: not nothing, and not a no."""
    value = field.value
    return (
        value is not None and value is not False and not (isinstance(value, (str, tuple, list)) and not value)
    )


def is_person(field: FieldView) -> bool:
    """Tell whether a field names a colleague."""
    return field.type == "reference" and PROFILE in field.targets
