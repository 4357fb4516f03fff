"""A server on this machine that notes what it is asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What somebody asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@contextmanager
def local_server(answer: bytes = b"here") -> Iterator[tuple[int, list[Question]]]:
    """Lend the port of a server that always answers this, and what it is asked."""
    seen: list[Question] = []

    class Handler(BaseHTTPRequestHandler):
        def take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            seen.append(Question(method=self.command, path=self.path, headers=dict(self.headers), body=body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = take  # noqa: N815  # the names by which the library calls them

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    try:
        yield made.server_port, seen
    finally:
        made.shutdown()
        made.server_close()
