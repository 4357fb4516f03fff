"""What the scripts of a page need: asked for at once, where a browser would find out one after the other.

A browser learns of a script's own scripts when it has read it, and of an element's script when that of the page has
run: on a slow line each of these steps costs another way there and back. The build has written down who needs what.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from flask import request
from markupsafe import Markup

from core.records.compiled import Kept

PAGE = "app"
"""The script of every page, as the build calls it."""

KEPT = 256
_ELEMENT = re.compile("<(ui-[a-z-]+)(?![a-z-]| hidden)")
"""What is hidden at first may wait for its script."""

_LINK = Markup('<link rel="modulepreload" href="{}" fetchpriority="low">')


class Needs:
    """Tells a page what to ask for: ``written`` is the file of the build, ``address`` gives the address of a file."""

    def __init__(self, written: Path, address: Callable[[str], str]) -> None:
        self._written = written
        self._address = address
        self._kept: Kept[Markup] = Kept(KEPT)

    def links(self, page: str) -> Markup:
        """Return the links that ask for what the elements of a page need, after what is painted first."""
        named = frozenset(_ELEMENT.findall(str(page)))
        return self._kept.get((request.script_root, named), lambda: self._links(sorted(named)))

    def _links(self, named: Sequence[str]) -> Markup:
        files = dict.fromkeys(file for one in (PAGE, *named) for file in self._known.get(one, ()))
        return Markup("\n").join(_LINK.format(self._address(file)) for file in files)

    @cached_property
    def _known(self) -> Mapping[str, Sequence[str]]:
        if not self._written.is_file():
            return {}  # a page does without: its browser finds out by itself
        found: Mapping[str, Sequence[str]] = json.loads(self._written.read_text())
        return found
