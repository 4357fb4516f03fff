"""Where the processor time of a request goes: the same requests inside this process, under a profiler, by room and library."""

from __future__ import annotations

import cProfile
import io
import pstats
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.payvand_data import MODULES, site_home
from benchmarks.payvand_side import DATABASE, PayvandSide
from benchmarks.place import Place
from benchmarks.requests import UNIQUE, Request
from benchmarks.windows import OPERATIONS
from core.app.compose import build_site
from core.app.web import create_app
from core.config import Settings
from core.storage import Database

REPEATED = 300
WARM = 60
FIRST_NUMBER = 90_000_000
LIBRARIES = ("psycopg", "sqlalchemy", "flask", "werkzeug", "marshmallow", "pluggy", "orjson")


def where_time_goes(place: Place, side: PayvandSide) -> Mapping[str, Mapping[str, float]]:
    """Return milliseconds of processor time a request by operation and part; the database's own work is not in it."""
    sys.path.append(str(MODULES))
    settings = Settings(home=site_home(place), database_url=place.url(DATABASE))
    site = build_site(settings)
    try:
        app = create_app(site)
        return {
            operation: _measure(app, side.requests(operation, REPEATED + WARM)) for operation in OPERATIONS
        }
    finally:
        site.get(Database).close()


def _measure(app: Any, requests: Sequence[Request]) -> Mapping[str, float]:
    numbers = iter(range(FIRST_NUMBER + int(time.time()) % 10**6 * 5, 10 ** len(UNIQUE)))
    for request in requests[:WARM]:
        _send(app, request.numbered(next(numbers)))
    ready = [_environ(request.numbered(next(numbers))) for request in requests[WARM:]]
    started = time.process_time()
    for environ in ready[::2]:
        _call(app, environ)
    plain = (time.process_time() - started) * 1000 / len(ready[::2])
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for environ in ready[1::2]:
        _call(app, environ)
    profile.disable()
    parts = _parts(pstats.Stats(profile))
    whole = sum(parts.values())
    # The profiler makes everything slower: the shares are about right, the sum is not.
    found = {name: seconds / whole * plain for name, seconds in parts.items()}
    return {"whole": plain, **dict(sorted(found.items(), key=lambda part: -part[1]))}


def _parts(stats: pstats.Stats) -> Mapping[str, float]:
    found: dict[str, float] = defaultdict(float)
    entries: Mapping[tuple[str, int, str], tuple[int, int, float, float, Any]] = vars(stats)["stats"]
    for (file, _line, function), (_, _, own, _, _) in entries.items():
        found[_part(file, function)] += own
    return found


def _part(file: str, function: str) -> str:
    pieces = file.split("/")
    if "core" in pieces:
        return "core." + pieces[pieces.index("core") + 1].removesuffix(".py")
    return next((name for name in LIBRARIES if name in file or name in function), "Python itself")


def _environ(request: Request) -> dict[str, Any]:
    path, _, query = request.path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(request.body)),
        "HTTP_HOST": "127.0.0.1",
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def _send(app: Any, request: Request) -> None:
    _call(app, _environ(request))


def _call(app: Any, environ: dict[str, Any]) -> None:
    answers: list[str] = []

    def start(status: str, _headers: Iterable[tuple[str, str]], _failure: object = None) -> None:
        answers.append(status)

    body = app(environ, start)
    text = b"".join(body)
    body.close()
    if not answers[0].startswith("2"):
        raise RuntimeError(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}: {answers[0]} {text[:300]!r}")
