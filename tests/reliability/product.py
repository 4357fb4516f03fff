"""The whole product as people run it: `payvand serve` on an embedded database, its clients, and its processes by name."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from core.storage.embedded import Embedded
from core.testing.postgres import roomy_folder
from tests.app.processes import PATIENCE, children, command_line, environment, free_port, wait_for

KEY = re.compile(r"pv_\S+")
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a client was answered; status 0 where the connection broke, so that nobody knows what became of it."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def json(self) -> Any:
        """What the body says."""
        return json.loads(self.body)

    @property
    def cookies(self) -> str:
        """The cookies that it sets, as they are sent back."""
        found = [value.partition(";")[0] for name, value in self.headers if name.lower() == "set-cookie"]
        return "; ".join(one for one in found if not one.endswith(("=", '=""')))


class Product:
    """A site that is served by its own supervisor."""

    def __init__(self, home: Path, env: Mapping[str, str], supervisor: int, port: int) -> None:
        self.home = home
        self.env = env
        self.supervisor = supervisor
        self.port = port

    def processes(self) -> dict[str, int]:
        """Return the processes of ours by name; those that are just not there are missing."""
        found = {"supervisor": self.supervisor}
        for pid in children(self.supervisor):
            line = command_line(pid)
            if "core.app.work" in line:
                found["worker"] = pid
            if "core.app.web_process" in line:
                found["web"] = pid
                found |= {f"web {n}": child for n, child in enumerate(sorted(web_processes(pid)), 1)}
        return found

    def database(self) -> int | None:
        """Return the process id of the database server; None while there is none."""
        folder = Embedded(self.home, outside=self.home).folder()
        try:
            return int((folder / "data" / "postmaster.pid").read_text().split()[0]) if folder else None
        except (OSError, ValueError, IndexError):
            return None

    def user(self, login: str, *roles: str) -> str:
        """Make somebody and return an API key of theirs."""
        given = [word for role in roles for word in ("--role", role)]
        password = secrets.token_urlsafe(12)
        run("user", "create", login, "--name", login, *given, "--password", password, env=self.env)
        return KEY.findall(run("user", "token", login, env=self.env))[-1]

    def token(self, login: str) -> str:
        """Return a new API key of somebody."""
        return KEY.findall(run("user", "token", login, env=self.env))[-1]

    def ask(
        self,
        key: str,
        method: str,
        path: str,
        body: object = None,
        *,
        seconds: float = 10.0,
        **headers: str,
    ) -> Told:
        """Ask the API; names of headers are written with underscores."""
        sent = {"Authorization": f"Bearer {key}"} | {n.replace("_", "-"): v for n, v in headers.items()}
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        return self.send(method, f"/api/v1{path}", data, sent, seconds=seconds)

    def send(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        seconds: float = 10.0,
    ) -> Told:
        """Ask anything on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, path, data, dict(headers or {}))
            answer = connection.getresponse()
            return Told(status=answer.status, body=answer.read(), headers=tuple(answer.getheaders()))
        except (OSError, http.client.HTTPException):
            return Told(status=0)
        finally:
            connection.close()

    def sign_in(self, login: str, password: str) -> Mapping[str, str]:
        """Sign in at a browser; return the headers that it sends from then on."""
        page = self.send("GET", "/sign-in")
        token = CSRF.search(page.body.decode())
        assert token is not None, page.status
        form = urlencode({"login": login, "password": password, "csrf": token[1]}).encode()
        answer = self.send("POST", "/sign-in", form, {"Content-Type": FORM, "Cookie": page.cookies})
        assert answer.status in (302, 303), (answer.status, answer.body[-500:])
        return {"Cookie": answer.cookies, "Accept-Encoding": "gzip"}

    def wait_until_well(self, patience: float = PATIENCE) -> None:
        """Wait until it says itself that all is well."""
        wait_for(lambda: self.send("GET", "/health").status == 200, patience)


def web_processes(parent: int) -> list[int]:
    """Return the children of the web server that answer requests (others of its children only count for it)."""
    return [pid for pid in children(parent) if "web_process" in command_line(pid)]


def run(*words: str, env: Mapping[str, str]) -> str:
    """Run `payvand` to its end and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "core.app.command", *words],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (words, done.stdout[-1000:], done.stderr[-2000:])
    return done.stdout


@contextmanager
def served(home: Path, env: Mapping[str, str]) -> Iterator[Product]:
    """Serve a site while the block runs; what its processes say goes to ``serve.log`` (a pipe that nobody reads would stop them)."""
    port = free_port()
    with (home / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.app.command", "serve", "--port", str(port)],
            env=env,
            stdout=log,
            stderr=log,
        )
        try:
            yield Product(home, env, process.pid, port)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            finally:
                process.kill()


@contextmanager
def product(
    *, processes: int = 2, modules: str = "", demo: bool = False, paths: tuple[Path, ...] = (), **more: str
) -> Iterator[Product]:
    """Make a site on an embedded database that keeps what it confirms, and serve it; nothing of it is left."""
    with tempfile.TemporaryDirectory(prefix="payvand-", dir=roomy_folder()) as folder:
        home = Path(folder)
        home.chmod(0o711)
        search = os.pathsep.join([*map(str, paths), os.environ.get("PYTHONPATH", "")])
        env = environment(home, PYTHONPATH=search, PAYVAND_PROCESSES=str(processes), **more)
        try:
            run("init", *(["--demo"] if demo else []), *(["--modules", modules] if modules else []), env=env)
            with served(home, env) as made:
                made.wait_until_well()
                yield made
        finally:
            Embedded(home, outside=home).stop()
