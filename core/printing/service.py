"""`Printing`: fills a template in a reader's style and makes a PDF of it; nothing is fetched from anywhere."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.errors import Unavailable
from core.i18n import Style
from core.metadata.catalog import Catalog
from core.printing.formatted import on_paper

if TYPE_CHECKING:
    from core.printing.paper import Paper

TEMPLATES = Path(__file__).parent / "templates"
DRAWN_WITH = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libfontconfig.so.1")
"""Libraries of the system without which nothing is drawn, as Linux calls them."""


class Printing:
    """Prints pages of modules: their templates extend ``print/page.html`` of the core.

    ``assets`` is the folder of the built front end, where the fonts and the style of paper lie.
    """

    def __init__(self, assets: Path) -> None:
        self._assets = assets
        self._paper: Paper | None = None
        self._environments: dict[tuple[Path, ...], Environment] = {}

    def html(self, catalog: Catalog, template: str, style: Style, values: Mapping[str, Any]) -> str:
        """Return the page as HTML, every value in it escaped."""
        return (
            self._environment(catalog)
            .get_template(template)
            .render(style=style, _=style._, ngettext=style.ngettext, label=style.label, **values)
        )

    def pdf(
        self,
        catalog: Catalog,
        template: str,
        style: Style,
        values: Mapping[str, Any],
        pictures: Mapping[str, bytes] | None = None,
    ) -> bytes:
        """Return the page as a PDF file; ``pictures`` are found in the template as ``print:<name>``.

        `Unavailable` tells what is missing where this machine cannot print.
        """
        from core.printing.paper import Paper

        if self._paper is None:
            self._paper = Paper(self._assets)
        return self._paper.make(self.html(catalog, template, style, values), pictures or {})

    def check(self) -> None:
        """Raise `Unavailable` where this machine lacks what PDF is drawn with."""
        import_module("core.printing.paper")  # it can be loaded only where all is there

    def ready(self) -> bool:
        """Tell whether this machine can print; asked by pages, so nothing is loaded that prints.

        Other systems than Linux call the libraries differently: there all of it is loaded to find out.
        """
        try:
            if platform.system() == "Linux":
                for library in DRAWN_WITH:
                    ctypes.CDLL(library)
            else:
                self.check()
        except (OSError, Unavailable):
            return False
        return True

    def _environment(self, catalog: Catalog) -> Environment:
        folders = (*_folders(catalog), TEMPLATES)
        if folders not in self._environments:
            made = Environment(
                loader=FileSystemLoader(folders),
                autoescape=True,
                undefined=StrictUndefined,
                trim_blocks=True,
                lstrip_blocks=True,
            )
            made.filters["apart"] = apart
            made.filters["rich"] = on_paper
            self._environments = {folders: made}  # of other sets of modules nothing is kept
        return self._environments[folders]


def apart(text: object) -> str:
    """Set text apart from the direction around it: on paper characters do what ``<bdi>`` does on screens."""
    return f"\u2068{text}\u2069"


def _folders(catalog: Catalog) -> Sequence[Path]:
    own = (Path(module.path, "templates") for module in catalog.modules.values() if module.path)
    return [folder for folder in own if folder.is_dir()]
