"""Make the pictures of docs/screenshots anew, from a fresh site with the demo data.

Usage: screenshots.py [FOLDER=docs/screenshots]; needs what the browser tests need (`make setup-dev`).
"""

from __future__ import annotations

import base64
import struct
import sys
import tempfile
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from core.app.demo import load_demo
from core.app.web import create_app
from core.app.work import work
from core.log import set_up
from core.testing.postgres import TestPostgres, close_run, open_run
from core.testing.site import MODULES, close_site, open_site, prepare_site
from tests.browser.conftest import CHROMIUM, FLAGS, Desk
from tests.browser.test_import import LIST, Wizard
from tests.stories.make_sheet import make_sheet, write_sheet

if TYPE_CHECKING:
    from core.kernel.site import Site

ROOT = Path(__file__).resolve().parents[1]
ADMINISTRATOR = "admin@example.com"
SORTED = {"fa": "?sort=-full_name", "en": ""}
"""Names in the letters of the reader's language come first."""
COLOURS = 256
PIXELS = """async (png) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const brush = canvas.getContext('2d');
  brush.drawImage(picture, 0, 0);
  const bytes = new Uint8Array(brush.getImageData(0, 0, picture.width, picture.height).data.buffer);
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [picture.width, picture.height, btoa(text)];
}"""


@contextmanager
def demo_site() -> Iterator[tuple[Site, str, str]]:
    """Lend a served site with the demo data: the site, its address, and the administrator's password."""
    run = open_run()
    try:
        with tempfile.TemporaryDirectory() as home, TestPostgres.of_run(run).database() as url:
            site = open_site(url, Path(home))
            prepare_site(site, MODULES)
            password = load_demo(site)[ADMINISTRATOR]
            server = make_server("127.0.0.1", 0, create_app(site), threaded=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield site, f"http://127.0.0.1:{server.server_port}", password
            server.shutdown()
            server.server_close()
            close_site(site)
    finally:
        close_run(run)


class Album:
    """Takes pictures and keeps them small: a screen of this product has few colours."""

    def __init__(self, folder: Path, browser: Browser, address: str, password: str) -> None:
        self.folder = folder
        self._browser = browser
        self._address = address
        self._password = password
        self._bench = browser.new_page()

    @contextmanager
    def desk(self, width: int, language: str, theme: str) -> Iterator[Desk]:
        """Seat the administrator before a screen."""
        desk = Desk(self._browser, self._address, width=width, language=language, theme=theme, bypass=False)
        desk.signs_in(ADMINISTRATOR, self._password)
        yield desk
        complaints = desk.close()
        if complaints:
            raise SystemExit("\n".join(complaints))

    def take(self, name: str, page: Page) -> None:
        """Keep what the page shows under this name."""
        page.evaluate("document.fonts.ready.then(() => 0)")
        shot = base64.b64encode(page.screenshot()).decode()
        width, height, pixels = self._bench.evaluate(PIXELS, shot)
        picture = png(width, height, base64.b64decode(pixels))
        (self.folder / f"{name}.png").write_bytes(picture)
        print(f"{name:36} {len(picture) / 1024:6.1f} KB", flush=True)


def png(width: int, height: int, pixels: bytes) -> bytes:
    """Return a PNG of RGBA pixels, with the most frequent colours and those nearest to them."""
    values = struct.unpack(f"<{width * height}I", pixels)
    counted = Counter(values)
    palette = [colour for colour, _ in counted.most_common(COLOURS)]
    index = {colour: number for number, colour in enumerate(palette)}
    parts = [_channels(colour) for colour in palette]
    for colour in counted.keys() - index.keys():
        red, green, blue = _channels(colour)
        index[colour] = min(
            range(len(parts)),
            key=lambda n: (parts[n][0] - red) ** 2 + (parts[n][1] - green) ** 2 + (parts[n][2] - blue) ** 2,
        )
    flat = bytes(index[value] for value in values)
    rows = b"".join(b"\0" + flat[at : at + width] for at in range(0, len(flat), width))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(channel for part in parts for channel in part)),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _channels(colour: int) -> tuple[int, int, int]:
    return colour & 255, colour >> 8 & 255, colour >> 16 & 255


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def lists_and_forms(album: Album) -> None:
    """People at a list and at a form."""
    for width, language, theme in ((1440, "fa", "light"), (1440, "en", "dark"), (390, "fa", "dark")):
        with album.desk(width, language, theme) as desk:
            album.take(f"list-{language}-{theme}-{width}", desk.goes(LIST + SORTED[language]))
    for width, language, theme in ((1440, "fa", "light"), (390, "en", "light"), (1440, "en", "dark")):
        with album.desk(width, language, theme) as desk:
            page = desk.goes(LIST + SORTED[language])
            page.locator("tbody a").first.click()
            page.locator("form#record").wait_for()
            album.take(f"form-{language}-{theme}-{width}", desk.settles())


def building(album: Album) -> None:
    """An administrator who adds a field, and who looks at the modules."""
    with album.desk(1440, "en", "light") as desk:
        album.take("modules-en-light-1440", desk.goes("/modules"))
    with album.desk(1440, "fa", "light") as desk:
        page = desk.goes("/fields/contacts.contact")
        page.fill("#label_fa", "زبان گفت‌وگو")
        page.fill("#label_en", "Spoken language")
        page.locator("form.stack button.primary").click()
        page.locator("tbody", has_text="x_spoken_language").wait_for()
        desk.settles()
        page.locator("tbody tr", has_text="x_spoken_language").scroll_into_view_if_needed()
        album.take("field-added-fa-light-1440", page)


def importing(album: Album, worker: Callable[[], None], folder: Path) -> None:
    """Somebody who brings a sheet along: its columns, and what a check says."""
    write_sheet(make_sheet(), folder / "customers.xlsx")
    for width in (1440, 390):
        with album.desk(width, "fa", "light") as desk:
            page = desk.goes(f"{LIST}/import")
            wizard = Wizard(page, worker)
            wizard.uploads(folder / "customers.xlsx")
            album.take(f"import-columns-fa-light-{width}", desk.settles())
            wizard.goes_on()
            album.take(f"import-check-fa-light-{width}", desk.settles())


def main(arguments: list[str]) -> int:
    """Make all pictures."""
    set_up("warning")
    folder = Path(arguments[0]) if arguments else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with demo_site() as (site, address, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        album = Album(folder, browser, address, password)

        def worker() -> None:
            thread = threading.Thread(target=work, args=(site,), kwargs={"wait": False})
            thread.start()
            thread.join()

        lists_and_forms(album)
        building(album)
        with tempfile.TemporaryDirectory() as sheets:
            importing(album, worker, Path(sheets))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
