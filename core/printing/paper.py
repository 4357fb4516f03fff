"""HTML to PDF by WeasyPrint, shut off from network and files: only the fonts, the style and given pictures are found."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from threading import Lock

from core.errors import Unavailable

SCHEME = "print:"
BUILT = ("print.css", "print-regular.ttf", "print-bold.ttf")
FRESH = 24 * 3600.0
"""Seconds for which fonts are used that were laid out once."""

TYPES = {".css": "text/css", ".ttf": "font/ttf"}

try:
    # It prints where to read on, which is nothing for who asked for something else.
    with redirect_stdout(StringIO()):
        from weasyprint import HTML
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher, URLFetcherResponse
except OSError as missing:  # the package is there, the libraries of the system it draws with are not
    raise Unavailable(
        reason="PDF needs the library Pango (Debian: libpango-1.0-0, libpangoft2-1.0-0, libharfbuzz-subset0)"
    ) from missing


class Shelf(URLFetcher):  # type: ignore[misc]  # the library has no types
    """Hands out what lies ready by name; every other address is refused."""

    def __init__(self, ready: Mapping[str, bytes]) -> None:
        super().__init__()
        self._ready = ready

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return what a page names; a refusal leaves the picture out of the page."""
        name = url.removeprefix(SCHEME)
        if not url.startswith(SCHEME) or name not in self._ready:
            raise ValueError(f"a printed page may not load {url[:80]}")
        kind = TYPES.get(Path(name).suffix)
        return URLFetcherResponse(url, self._ready[name], {"Content-Type": kind} if kind else None)


class Paper:
    """Makes PDF files of HTML, with the fonts kept from one to the next: each set of fonts takes memory that no library gives back.

    The fonts lie in a folder of the system for what is passing, which is swept of what is old: they are laid out anew each day.
    """

    def __init__(self, assets: Path) -> None:
        self._assets = assets
        self._alone = Lock()
        self._fonts = FontConfiguration()
        self._since = time.monotonic()

    def make(self, html: str, pictures: Mapping[str, bytes]) -> bytes:
        """Return the pages of ``html`` as a PDF file."""
        document = HTML(string=html, base_url=SCHEME, url_fetcher=Shelf({**pictures, **_built(self._assets)}))
        with self._alone:
            if time.monotonic() - self._since > FRESH:
                self._fonts, self._since = FontConfiguration(), time.monotonic()
            made = document.write_pdf(font_config=self._fonts)
        assert isinstance(made, bytes)  # without a target it returns what it made
        return made


def _built(assets: Path) -> Mapping[str, bytes]:
    try:
        manifest: Mapping[str, str] = json.loads((assets / "manifest.json").read_text())
        return {name: (assets / manifest[name]).read_bytes() for name in BUILT}
    except (OSError, KeyError) as missing:
        raise Unavailable(
            reason="the front end is not built; run make setup, or node themes/build.mjs"
        ) from missing
