"""A demo site on which time stands still, and an album that keeps small pictures of its pages."""

from __future__ import annotations

import base64
import logging
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from core.app.compose import build_site
from core.app.demo import load_demo
from core.app.web import create_app
from core.app.work import work
from core.config import Settings
from core.identity import sessions as identity_sessions
from core.jobs import Jobs
from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.records import asking
from core.sdk import look_up
from core.storage import Database, database
from core.storage.catalogs import Catalogs
from core.testing.postgres import TestPostgres, close_run, open_run
from core.testing.site import close_site, prepare_site
from core.web import natural_dates
from tests.browser.conftest import Desk

ROOT = Path(__file__).resolve().parents[1]
ADMINISTRATOR = "admin@example.com"
INSTALLED = ("base", "contacts", "l10n_fa", "activities", "sales")
STILL = datetime(2026, 11, 22, 10, 40, tzinfo=ZoneInfo("Asia/Tehran"))
"""The moment of all pictures: a Sunday morning, the first day of Azar 1405."""
STAND_STILL = """DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = 'public' AND column_default = 'now()' LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN %I SET DEFAULT %L', one.table_name, one.column_name, '<moment>');
  END LOOP; END $$"""
SMALL = """async ([png, quality]) => {
  const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  canvas.getContext('2d').drawImage(picture, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/webp', quality })).arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}"""
QUALITY = 0.78


class StillClock:
    """A clock that always shows the same moment."""

    @staticmethod
    def now(zone: tzinfo = UTC) -> datetime:
        """Return the moment of the pictures."""
        return STILL.astimezone(zone)


def stop_the_clocks() -> None:
    """Let what asks this process for the time see `STILL`; somebody who signs in stays for a hundred years."""
    for module in (database, asking):
        setattr(module, "_now", StillClock.now)  # noqa: B010  # a name of its own, reached from outside
    natural_dates.datetime = StillClock  # type: ignore[assignment,attr-defined]  # it asks nothing but now()
    identity_sessions.SESSION_DAYS = 36_500


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A served demo site."""

    site: Site
    address: str
    passwords: dict[str, str]


@contextmanager
def demo_site(language: str) -> Iterator[Shown]:
    """Lend a served site of this language with all modules and the demo data, loaded at the moment of the pictures."""
    stop_the_clocks()
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    run = open_run()
    try:
        with tempfile.TemporaryDirectory() as home, TestPostgres.of_run(run).database() as url:
            settings = Settings(home=Path(home), database_url=url, testing=True, language=language)
            site = build_site(settings, role="pictures")
            prepare_site(site, INSTALLED)
            with site.get(Database).engine.begin() as connection:
                connection.execute(sa.text(STAND_STILL.replace("<moment>", STILL.isoformat())))
            passwords = dict(load_demo(site))
            catch_up(site)
            server = make_server("127.0.0.1", 0, create_app(site), threaded=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield Shown(site=site, address=f"http://127.0.0.1:{server.server_port}", passwords=passwords)
            server.shutdown()
            server.server_close()
            close_site(site)
    finally:
        close_run(run)


def catch_up(site: Site) -> None:
    """Do what the night and the worker would have done: mark what went stale, and make the paper of issued quotes."""
    system = system_actor("pictures")
    with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        jobs = site.get(Jobs)
        jobs.defer(uow, "sales.mark_stale", {})
        for quote in look_up(uow, "sales.quote", (), where="state == 'sent'"):
            jobs.defer(uow, "sales.print_quote", {"quote": int(str(quote["id"]))})
    run_jobs(site)


def run_jobs(site: Site) -> None:
    """Run what is promised until nothing is left, in a thread: the browser's loop holds this one."""
    thread = threading.Thread(target=work, args=(site,), kwargs={"wait": False})
    thread.start()
    thread.join()


class Album:
    """Takes pictures of pages and keeps them small."""

    def __init__(self, folder: Path, browser: Browser, shown: Shown) -> None:
        self.folder = folder
        self.shown = shown
        self.bytes = 0
        self._browser = browser
        self._bench = browser.new_page()

    @contextmanager
    def desk(self, width: int, language: str, theme: str, *, login: str = ADMINISTRATOR) -> Iterator[Desk]:
        """Seat somebody before a screen."""
        desk = Desk(
            self._browser,
            self.shown.address,
            width=width,
            language=language,
            theme=theme,
            bypass=False,
            phone=width < 500,
        )
        desk.context.clock.set_fixed_time(STILL)
        desk.signs_in(login, self.shown.passwords[login])
        yield desk
        complaints = desk.close()
        if complaints:
            raise SystemExit("\n".join(complaints))

    def take(self, name: str, page: Page) -> None:
        """Keep what the page shows under this name."""
        page.evaluate("document.fonts.ready.then(() => 0)")
        page.wait_for_load_state("networkidle")
        shot = base64.b64encode(page.screenshot(animations="disabled", caret="hide")).decode()
        picture = base64.b64decode(self._bench.evaluate(SMALL, [shot, QUALITY]))
        (self.folder / f"{name}.webp").write_bytes(picture)
        self.bytes += len(picture)
        print(f"{name:36} {len(picture) / 1024:6.1f} KB", flush=True)
