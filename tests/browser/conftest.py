"""A real browser before a running site; every violation of the policy and every error of a script fails its test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    expect,
    sync_playwright,
)
from werkzeug.serving import make_server

from core.app.work import work
from core.kernel.actor import system_actor
from core.records.service import Records
from core.storage import Database
from core.storage.catalogs import Catalogs
from core.testing.site import PASSWORD, make_account, web_of

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # there is no world but the site
]
LOGIN = "admin@example.com"
SIZES = {1440: 900, 390: 844, 320: 640}
LISTEN = """
window.violations = [];
document.addEventListener('securitypolicyviolation', (e) => violations.push(`${e.effectiveDirective} ${e.sample || e.blockedURI}`));
"""
PATIENCE = 15_000
"""Milliseconds that a step may take where tests share two cores."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file; its event loop must end before other tests want to run theirs."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def address(site) -> Iterator[str]:
    """The address of the running site, which knows it as an operator has told."""
    with served(web_of(site)) as address, pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "settings", replace(site.settings, base_url=address))
        yield address


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Serve a site for the length of a block, and tell its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Desk:
    """Somebody at a screen of some width, in a language and a theme; remembers what the browser complained about."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        width: int,
        language: str,
        theme: str,
        bypass: bool,
        phone: bool,
        scripts: bool = True,
    ) -> None:
        self.address = address
        self._scripts = scripts
        self.complaints: list[str] = []
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": SIZES[width]},
            reduced_motion="reduce",
            bypass_csp=bypass,
            has_touch=width < 500,
            is_mobile=phone,
            java_script_enabled=scripts,
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(LISTEN + f"localStorage.setItem('theme', '{theme}');")
        self.context.add_cookies([{"name": "payvand_language", "value": language, "url": address}])
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("console", self._heard)
        self.context.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.complaints.append(f"elsewhere: {request.url}")

    def _heard(self, message: ConsoleMessage) -> None:
        # A refused form answers with its status; Chromium calls that an error of the network.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def goes(self, path: str) -> Page:
        """Open a page, also while the last one is still on its way elsewhere.

        A form that was saved goes on by itself; where that begins after we have asked for a page, the browser drops
        what we asked for (``ERR_ABORTED``). What it has begun ends first, then we ask again.
        """
        try:
            self.page.goto(self.address + path)
        except Error as dropped:
            if "ERR_ABORTED" not in dropped.message:
                raise
            self.page.wait_for_load_state()
            self.page.goto(self.address + path)
        return self.settles()

    def settles(self) -> Page:
        """Wait until everything on the page has its behaviour: each lazy chunk defines an element of the page."""
        if self._scripts:
            self.page.locator(":not(:defined):not([hidden])").first.wait_for(state="detached")
        return self.page

    def signs_in(self, login: str = LOGIN, password: str = PASSWORD) -> Page:
        """Come in, as the administrator where nobody else is named."""
        page = self.goes("/sign-in")
        page.fill("#login", login)
        page.fill("#password", password)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda address: "/sign-in" not in address)  # a dashboard, or the first list
        return self.settles()

    def is_signed_in(self, token: str) -> None:
        """Come in with a session that there is already; an empty one goes out."""
        self.context.clear_cookies(name="payvand_session")
        if token:
            self.context.add_cookies([{"name": "payvand_session", "value": token, "url": self.address}])

    def close(self) -> list[str]:
        """Leave; return the complaints."""
        if not self.page.is_closed():
            self.complaints += [f"policy: {one}" for one in self.page.evaluate("window.violations ?? []")]
        self.context.close()
        return self.complaints


Seat = Callable[..., Desk]


@pytest.fixture
def seat(browser: Browser, address: str, site: Any) -> Iterator[Seat]:
    """Seat somebody: ``seat(width=390, language="fa", theme="dark")``; nothing may be complained about."""
    make_account(site, LOGIN, ["base.administrator"], password=PASSWORD, name="مینا کریمی")
    desks: list[Desk] = []

    def make(*, width: int = 1440, language: str = "en", theme: str = "light", **options: bool) -> Desk:
        options = {"bypass": False, "phone": False, **options}
        desks.append(Desk(browser, address, width=width, language=language, theme=theme, **options))
        return desks[-1]

    yield make
    complaints = [complaint for desk in desks for complaint in desk.close()]
    assert complaints == []


@pytest.fixture
def worker(site) -> Callable[[], None]:
    """Let a worker do what is promised, in a thread of its own: the browser has the event loop of this one."""

    def run() -> None:
        thread = threading.Thread(target=work, args=(site,), kwargs={"wait": False})
        thread.start()
        thread.join()

    return run


@pytest.fixture
def add(site) -> Callable[..., list[int]]:
    """Write records as the system and return their ids."""

    def write(entity: str, *rows: dict[str, Any]) -> list[int]:
        system, catalog = system_actor("a test"), site.get(Catalogs).current()
        with site.get(Database).unit(catalog, system) as uow:
            return [
                saved.id
                for saved in site.get(Records).create(system, entity, [dict(row) for row in rows], uow=uow)
            ]

    return write


@pytest.fixture
def people(add) -> dict[str, int]:
    """A small world: companies, tags, people who are hard to find."""
    arya, star = add(
        "contacts.account",
        {"name": "داده‌پردازان آریا", "credit_limit": {"amount": "25000000", "currency": "IRR"}},
        {"name": "پخش ستاره"},
    )
    tag = add("base.tag", {"name": "مشتری ویژه", "hue": "violet"})[0]
    rows = [
        {
            "first_name": first,
            "last_name": last,
            "lifecycle": "customer",
            "birth_date": "1990-05-01",
            "tags": [tag],
            "points": [{"kind": "mobile", "value": f"0912123456{number}", "is_primary": True}],
            "companies": [{"account": arya, "is_primary": True}],
        }
        for number, (first, last) in enumerate([("علی", "کریمی"), ("سارا", "رضایی"), ("کاوه", "نوری")])
    ]
    ali, sara, kaveh = add("contacts.contact", *rows)
    return {"arya": arya, "star": star, "ali": ali, "sara": sara, "kaveh": kaveh}


AXE = Path(__file__).resolve().parents[2] / "themes" / "node_modules" / "axe-core" / "axe.min.js"
