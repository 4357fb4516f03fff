"""What stands behind keys: the commands of the palette, and the help that tells which key does what."""

from __future__ import annotations

from flask import Blueprint, Response

from core.kernel.site import Site
from core.web.pages import Pages
from core.web.visit import visit


def register(made: Blueprint, _site: Site, pages: Pages) -> None:
    """Add the routes of these answers."""
    made.add_url_rule("/palette", "palette", lambda: commands(pages))
    made.add_url_rule("/keyboard", "keyboard", lambda: keyboard(pages))


def commands(pages: Pages) -> Response:
    """Return what the palette offers besides records; a script puts it there when it is first opened."""
    visit().require()
    return pages.show("_commands.html")


def keyboard(pages: Pages) -> Response:
    """Tell what the keys do: a page, or the inside of a dialog."""
    visit().require()
    return pages.show("keyboard.html")
