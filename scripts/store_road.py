"""The road to a server: what a client says is carried there and back, or not, as networks do."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
DROPPED = re.compile(rb"\r\n(?:connection|expect):[^\r]*", re.IGNORECASE)
REFUSALS = {"403": ("403 Forbidden", "AccessDenied"), "500": ("500 Internal Server Error", "InternalError")}
HALF = 100_000
"""Bytes of a content after which a connection is torn."""


class Road:
    """Listens on a port of its own and carries each connection to another port of this machine.

    Faults: ``refused`` nobody listens, ``silent`` nothing is answered, ``403`` and ``500`` are answered, ``torn`` ends in the
    middle of a content, ``drip`` answers one byte a second.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._fault = ""
        self._listener = self._listen(0)
        self._own: int = self._listener.getsockname()[1]

    @property
    def address(self) -> str:
        """Where clients go to."""
        return f"http://127.0.0.1:{self._own}"

    def fault(self, kind: str) -> None:
        """Let everything fail this way from now on; nothing fails with an empty one."""
        closed, self._fault = self._fault == "refused", kind
        if kind == "refused":
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        elif closed:
            self._listener = self._listen(self._own)

    @contextmanager
    def with_fault(self, kind: str) -> Iterator[None]:
        """Let everything fail for a while."""
        self.fault(kind)
        try:
            yield
        finally:
            self.fault("")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.close()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), backlog=100)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client, self._fault), daemon=True).start()

    def _carry(self, client: socket.socket, fault: str) -> None:
        with client, contextlib.suppress(OSError):
            head, _, body = _until_head_ends(client).partition(HEAD_END)
            if fault == "silent":
                client.recv(1)  # until the client goes away
                return
            if re.search(rb"\r\nexpect: *100", head, re.IGNORECASE):
                client.sendall(b"HTTP/1.1 100 Continue" + HEAD_END)
            found = LENGTH.search(head)
            wanted = int(found.group(1)) if found else 0
            while len(body) < wanted:
                body += _some(client)
                if fault == "torn" and len(body) > HALF:
                    _tear(client)
                    return
            if fault in REFUSALS:
                client.sendall(_refusal(*REFUSALS[fault]))
                return
            self._ask(client, head, body, fault)

    def _ask(self, client: socket.socket, head: bytes, body: bytes, fault: str) -> None:
        with socket.create_connection(("127.0.0.1", self._port)) as server:
            server.sendall(DROPPED.sub(b"", head) + b"\r\nConnection: close" + HEAD_END + body)
            answer = b"".join(iter(lambda: server.recv(2**16), b""))
        if fault == "torn":
            client.sendall(answer[:-1] if head.startswith(b"GET") else answer)
            _tear(client)
        elif fault == "drip":
            for byte in answer:
                client.sendall(bytes([byte]))
                time.sleep(1)  # this is how slow it is
        else:
            client.sendall(answer)


def _until_head_ends(client: socket.socket) -> bytes:
    found = b""
    while HEAD_END not in found:
        found += _some(client)
    return found


def _some(client: socket.socket) -> bytes:
    found = client.recv(2**16)
    if not found:
        raise ConnectionError
    return found


def _tear(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no farewell


def _refusal(status: str, code: str) -> bytes:
    body = f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {len(body)}\r\nConnection: close"
    return head.encode() + HEAD_END + body
