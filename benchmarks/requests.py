"""Requests as both sides send them, and one kept-alive connection to send them over."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

UNIQUE = "@UNIQUE@"
"""Stands in bodies where each sending needs a text of its own; as long as what replaces it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def sending(cls, method: str, path: str, headers: Mapping[str, str], value: Any) -> Request:
        """Return a request with a JSON body."""
        return cls(
            method=method,
            path=path,
            headers={**headers, "Content-Type": "application/json"},
            body=json.dumps(value).encode(),
        )

    def numbered(self, number: int) -> Request:
        """Return the request with ``UNIQUE`` replaced."""
        return Request(
            method=self.method,
            path=self.path,
            headers=self.headers,
            body=self.body.replace(UNIQUE.encode(), unique(number).encode()),
        )

    def raw(self) -> bytes:
        """Return the bytes of the request."""
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body or self.method != "GET":
            lines.append(f"Content-Length: {len(self.body)}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + self.body


def unique(number: int) -> str:
    """Return the text that a number stands for in a request."""
    return f"{number:0{len(UNIQUE)}d}"


def write_requests(path: Path, requests: Sequence[Request]) -> None:
    """Write requests as replay.lua reads them: the length on a line of its own, then the bytes."""
    with path.open("wb") as file:
        for request in requests:
            raw = request.raw()
            file.write(f"{len(raw)}\n".encode() + raw + b"\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Line:
    """One kept-alive connection; opened again when the server has closed it."""

    def __init__(self, port: int, *, timeout: float = 300.0) -> None:
        self._port = port
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None

    def __call__(self, request: Request) -> Answer:
        """Send a request and return the answer."""
        try:
            return self._send(request)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()  # the server was done with this connection
            return self._send(request)

    def _send(self, request: Request) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
        self._connection.request(request.method, request.path, request.body or None, dict(request.headers))
        response = self._connection.getresponse()
        return Answer(status=response.status, body=response.read(), headers=dict(response.getheaders()))

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
