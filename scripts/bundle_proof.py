"""Use a bundle on a machine that has nothing: started by check_bundle.py, inside of that machine, with its own Python alone.

    python3 bundle_proof.py FIRST SECOND FOLDER          two unpacked bundles; the second has one more module

Each step prints `seconds<TAB>what was done`; the first that fails ends it with 1 and its reason.
"""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

SITE = "http://127.0.0.1:8000"
ABSENT = ("pip", "pip3", "node", "npm", "cc", "gcc", "make", "psql", "curl", "git")
TOKEN = re.compile(r'name="csrf" value="([\w-]+)"')
NAME = "Proof of the bundle"
PATIENCE = 90  # seconds until a server answers, or a job has been tried


class Failed(Exception):
    """What did not happen, in a sentence."""


class Browser:
    """Somebody who signs in."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.token = ""

    def get(self, path: str) -> str:
        """Return a page."""
        with self._opener.open(f"{SITE}{path}", timeout=30) as answer:
            text: str = answer.read().decode()
        return text

    def sign_in(self, login: str, password: str) -> None:
        """Sign in over the form, as a browser does."""
        form = {"csrf": self._token("/sign-in"), "login": login, "password": password}
        body = urllib.parse.urlencode(form).encode()
        with self._opener.open(f"{SITE}/sign-in", body, timeout=30) as answer:
            if answer.geturl().endswith("/sign-in"):
                raise Failed(f"{login} could not sign in")
        self.token = self._token("/records/contacts.contact/new")

    def post(self, path: str, values: Mapping[str, object], **headers: str) -> dict[str, object]:
        """Send JSON to the API."""
        sent = {"Content-Type": "application/json", "X-CSRF-Token": self.token, **headers}
        request = urllib.request.Request(f"{SITE}{path}", json.dumps(values).encode(), sent)  # noqa: S310  # our own site
        with self._opener.open(request, timeout=30) as answer:
            body: dict[str, object] = json.loads(answer.read())
        return body

    def read(self, path: str) -> dict[str, object]:
        """Read from the API."""
        body: dict[str, object] = json.loads(self.get(path))
        return body

    def _token(self, path: str) -> str:
        found = TOKEN.search(self.get(path))
        if found is None:
            raise Failed(f"{path} has no form")
        return found[1]


def main(first: Path, second: Path, folder: Path) -> int:
    """Do everything an operator and a user do in the first hour, and an upgrade."""
    try:
        _prove(first, second, folder)
    except (Failed, urllib.error.URLError, KeyError, StopIteration) as reason:
        print(f"failed: {reason!r}", flush=True)
        if isinstance(reason, urllib.error.HTTPError):
            print(reason.read().decode(errors="replace")[:2000], flush=True)
        return 1
    return 0


def _prove(first: Path, second: Path, folder: Path) -> None:
    with step() as told:
        told(_nothing_here())
    with step() as told:
        _refuses_changed(first, folder)
        told("a bundle with one changed byte is refused, and nothing is installed")
    with step() as told:
        run("sh", str(first / "install.sh"), "--into", str(folder), "--demo", timeout=900)
        told("install.sh: packages, database, all modules, demo data")
    contact = _first_hour(second, folder)
    _next_version(second, folder, contact)
    _unprivileged(second)


def _first_hour(second: Path, folder: Path) -> object:
    """Serve, sign in, work, back up; return the record that was made."""
    payvand = str(folder / "payvand")
    browser, account = Browser(), _account(folder)
    with serving(folder):
        with step() as told:
            browser.sign_in(*account)
            told(f"{account[0]} signs in over HTTP")
        with step() as told:
            contact = _contact(browser)
            told("a record is created by the API and read on its page")
        with step() as told:
            told(_no_paper(browser, folder))
        with step() as told:
            _wait(
                lambda: any((folder / "backups").glob("payvand-*.zip")),
                "the worker made no backup of the day",
            )
            run(payvand, "backup", str(folder / "backups" / "proof.zip"), "--verify")
            told("the worker's backup of the day; payvand backup --verify, while the site is served")
        with step() as told:
            refused = run("sh", str(second / "install.sh"), "--into", str(folder), code=1)
            if "stop payvand serve" not in refused:
                raise Failed(f"the upgrade of a site that is served said: {refused}")
            told("the next bundle is refused while the site is served")
    return contact


def _next_version(second: Path, folder: Path, contact: object) -> None:
    """Bring the site to the next bundle, and find everything again."""
    with step() as told:
        run("sh", str(second / "install.sh"), "--into", str(folder), timeout=900)
        run(str(folder / "payvand"), "module", "install", "suppliers")
        told("stopped; the next bundle installed in place, its module installed")
    with serving(folder):
        with step() as told:
            browser = Browser()
            browser.sign_in(*_account(folder))
            if NAME not in browser.get(f"/records/contacts.contact/{contact}"):
                raise Failed("the record of before is gone")
            browser.get("/records/suppliers.supplier")
            told("the record of before is read, and the list of the new module")
    with step() as told:
        run("sh", str(second / "install.sh"), "--into", str(folder))
        told("the same bundle again: nothing to do")


def _nothing_here() -> str:
    """Make sure that this is the bare machine that is meant."""
    present = [name for name in ABSENT if shutil.which(name)]
    interfaces = [name for _, name in socket.if_nameindex()]
    routes = Path("/proc/net/route").read_text().splitlines()[1:]
    if interfaces != ["lo"] or routes:
        raise Failed(f"there is a network here: {interfaces} {routes}")
    release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    here = f"{release['PRETTY_NAME'].strip(chr(34))}, Python {sys.version.split()[0]}, interfaces: lo"
    return f"{here}; present of {', '.join(ABSENT)}: {', '.join(present) or 'none'}"


def _refuses_changed(bundle: Path, folder: Path) -> None:
    copy = bundle.with_name("changed")
    shutil.copytree(bundle, copy)
    wheel = next((copy / "wheels").glob("flask-3*.whl"))
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 1
    wheel.write_bytes(content)
    words = run("sh", str(copy / "install.sh"), "--into", str(folder), code=1)
    if wheel.name not in words or folder.exists():
        raise Failed(f"a changed bundle was not refused: {words}")
    shutil.rmtree(copy)


def _account(folder: Path) -> tuple[str, str]:
    lines = (folder / "data" / "demo-accounts.txt").read_text().splitlines()
    login, password = next(line.split(maxsplit=1) for line in lines if line.startswith("admin@"))
    return login, password


def _contact(browser: Browser) -> object:
    made = browser.post("/api/v1/records/contacts.contact", {"first_name": NAME, "last_name": "نمونه"})
    if "نمونه" not in browser.get(f"/records/contacts.contact/{made['id']}"):
        raise Failed("the page does not show the record")
    return made["id"]


def _no_paper(browser: Browser, folder: Path) -> str:
    """Without Pango of the system, what prints says what to install, and all else goes on."""
    told = run(str(folder / "payvand"), "doctor", code=None)
    if "All is well" in told:
        return "payvand doctor: all is well, Pango for PDF included"
    if "libpango-1.0-0" not in told:
        raise Failed(f"payvand doctor says: {told}")
    quotes = browser.read("/api/v1/records/sales.quote?limit=1&filter=state%20%3D%3D%20'draft'")["items"]
    assert isinstance(quotes, list)  # a page of the API has its records so
    number = quotes[0]["id"]
    browser.post(f"/api/v1/records/sales.quote/{number}/transitions/send", {}, **{"If-Match": "*"})
    log = folder / "serve.log"
    _wait(lambda: "libpango-1.0-0" in log.read_text(), "the job that prints did not say what is missing")
    browser.get(f"/records/sales.quote/{number}")
    if '"status": "ok"' not in _health():
        raise Failed("the site is not well after printing was refused")
    return "no Pango here: doctor and the job that prints a quote name the packages; the quote is sent, the site is well"


def _wait(happened: Callable[[], bool], otherwise: str) -> None:
    patience = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > patience:
            raise Failed(otherwise)
        time.sleep(0.5)  # a worker that works elsewhere does not wake us


def _unprivileged(bundle: Path) -> None:
    """Install once more for somebody without any rights, in their own folder."""
    home = Path("/srv/somebody")
    run("/usr/sbin/useradd", "--create-home", "--home-dir", str(home), "somebody")
    as_them = pwd.getpwnam("somebody")
    copy = home / "bundle"
    shutil.copytree(bundle, copy)
    for path in (copy, *copy.rglob("*")):
        os.chown(path, as_them.pw_uid, as_them.pw_gid)
    with step() as told:
        run("sh", str(copy / "install.sh"), user="somebody", timeout=900)
        with serving(home / "payvand", user="somebody"):
            told("installed and served by somebody without rights, in the folder payvand of their own")


@contextmanager
def serving(folder: Path, user: str | None = None) -> Iterator[None]:
    """Serve with the one command; afterwards stop it in order and look that nothing of it is left."""
    begun, log = time.monotonic(), Path(folder / "serve.log")
    with log.open("a") as out:
        process = subprocess.Popen([str(folder / "payvand"), "serve"], stdout=out, stderr=out, **_as(user))
    try:
        while True:
            try:
                if '"status": "ok"' in _health():
                    break
            except OSError:
                pass
            if process.poll() is not None or time.monotonic() > begun + PATIENCE:
                raise Failed(f"payvand serve does not answer: {log.read_text()[-2000:]}")
            time.sleep(0.2)  # a server that starts does not wake us
        show(begun, "payvand serve answers /health with 200")
        yield
        begun = time.monotonic()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=PATIENCE)
    left = [
        text
        for text in map(_command_of, Path("/proc").glob("[0-9]*"))
        if "payvand" in text and "proof" not in text
    ]
    if left:
        raise Failed(f"left running: {left}")
    show(begun, "stopped by SIGTERM; no process of it is left")


def _health() -> str:
    with urllib.request.urlopen(f"{SITE}/health", timeout=5) as answer:  # noqa: S310  # our own site
        return json.dumps(json.load(answer))


def _command_of(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:  # it has just ended
        return ""


def run(*command: str, code: int | None = 0, timeout: int = 300, user: str | None = None) -> str:
    """Run a command that must end as said; return what it printed."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        cwd="/",
        **_as(user),
    )
    words: str = done.stdout + done.stderr
    with Path("/proof.log").open("a") as log:
        log.write(f"$ {' '.join(command)}\n{words}\n")
    if code is not None and done.returncode != code:
        raise Failed(f"{' '.join(command)} ended with {done.returncode}: {words[-3000:]}")
    return words


def _as(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    found = pwd.getpwnam(user)
    environment = {**os.environ, "HOME": found.pw_dir}
    return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": [], "env": environment}


@contextmanager
def step() -> Iterator[Callable[[str], None]]:
    """Time a step that says at its end what it has shown."""
    begun = time.monotonic()
    said: list[str] = []
    yield said.append
    show(begun, said[0])


def show(begun: float, what: str) -> None:
    """Print a line of the report."""
    print(f"{time.monotonic() - begun:.1f}\t{what}", flush=True)


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
