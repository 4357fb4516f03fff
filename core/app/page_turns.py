"""Pages are made in turn, by one thread of each web process; whichever process is free takes the next one.

Within a process several pages only get into each other's way: they share one interpreter. And connections fall on the
processes as it happens, seven on one and one on another, so who was asked for a page need not be who makes it: all
processes take from one queue. It is a pair of sockets made before the fork. With its address a request carries a
socket of its own for the answer, so that the end of the process that has taken it is heard at once.

Who was asked makes the page alone where nobody takes it within ``PATIENCE``, where the process that took it dies, and
where what comes is streamed or very large. What changes nothing can be begun twice. What is known not to be a page
(the API, files, /health) never waits in the queue: it waits for the database or for the disk, which can be
done together.
"""

from __future__ import annotations

import contextlib
import json
import socket
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from threading import Thread
from typing import Any, Final, TypeAlias

from core.log import get_logger

PATIENCE = 0.2
"""Seconds after which a request waits no longer for its turn: the pages before it take long."""

NO_PAGES = ("/api/", "/assets/", "/files/", "/health", "/metrics")
"""How addresses begin at which nothing is rendered."""

EXPORT = "/export."
"""In the address of a list as a file: it is made whole, which takes a while and makes no other page wait."""

LARGEST_REQUEST = 64 * 1024
LARGEST_PAGE = 1024 * 1024
"""Bytes that go from process to process; who asks for more is answered by the process that was asked."""

CARRIED = ("REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "wsgi.url_scheme")
CARRIED_FAMILIES = ("HTTP_", "SERVER_", "REMOTE_")
BODY = ("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING")

BEGUN: Final = b"."

UNSENT: Final = "payvand.unsent"
"""In the environ of a page that nobody gets, because who was asked makes it anew: it is not to be counted twice."""

Environ: TypeAlias = "dict[str, Any]"
StartResponse: TypeAlias = "Callable[..., Any]"
Application: TypeAlias = "Callable[[Environ, StartResponse], Iterable[bytes]]"


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page: its status line, its headers, its bytes."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class PageTurns:
    """The queue of the processes that were forked after it was made."""

    def __init__(self) -> None:
        self._asking, self._taking = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def ask(self, environ: Mapping[str, Any], patience: float = PATIENCE) -> Page | None:
        """Return the page somebody has made, or None where the one who asks must make it."""
        try:
            here, there = socket.socketpair()
        except OSError:  # no handle is left
            return None
        with here:
            with there:
                if not self._put(environ, there):
                    return None
            if not _has_begun(here, patience):
                return None
            with here.makefile("rb") as answer:
                return _read(answer.readline(), answer.read())

    def take(self) -> tuple[Environ, socket.socket] | None:
        """Wait for a request; return it with the socket for its answer, or None once the queue is closed."""
        handles: list[int] = []
        while not handles:  # where no handle is left here the socket is lost, which who asked hears at once
            try:
                packed, handles, _, _ = socket.recv_fds(
                    self._taking, LARGEST_REQUEST, 1, socket.MSG_CMSG_CLOEXEC
                )
            except OSError:
                return None
            if not packed:
                return None
        return json.loads(packed), socket.socket(fileno=handles[0])

    def close(self) -> None:
        """Let everybody go who waits for a request."""
        self._taking.shutdown(socket.SHUT_RDWR)
        self._asking.close()
        self._taking.close()

    def _put(self, environ: Mapping[str, Any], there: socket.socket) -> bool:
        packed = json.dumps({name: value for name, value in environ.items() if _is_carried(name)}).encode()
        if len(packed) > LARGEST_REQUEST:
            return False
        try:
            socket.send_fds(self._asking, [packed], [there.fileno()], socket.MSG_DONTWAIT)
        except OSError:  # the queue is full
            return False
        return True


def in_turn(application: Application, turns: PageTurns, patience: float = PATIENCE) -> Application:
    """Return an application whose pages come from the queue; a thread of this process makes pages from now on."""
    Thread(target=_make_pages, args=(application, turns), name="pages", daemon=True).start()

    def answer(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if not _may_be_page(environ):
            return application(environ, start_response)
        page = turns.ask(environ, patience)
        if page is None:
            return application(environ, start_response)
        start_response(page.status, page.headers)
        return [page.body]

    return answer


def _may_be_page(environ: Environ) -> bool:
    return (
        environ["REQUEST_METHOD"] == "GET"
        and not environ["PATH_INFO"].startswith(NO_PAGES)
        and EXPORT not in environ["PATH_INFO"]
        and environ.get("CONTENT_LENGTH") in {None, "", "0"}
        and "HTTP_TRANSFER_ENCODING" not in environ
    )


def _is_carried(name: str) -> bool:
    return name in CARRIED or name.startswith(CARRIED_FAMILIES)


def _has_begun(here: socket.socket, patience: float) -> bool:
    """True once somebody has taken the request; who has not by then can take it no more."""
    here.settimeout(patience)
    try:
        begun = here.recv(len(BEGUN))
    except TimeoutError:
        here.shutdown(socket.SHUT_RD)
        begun = here.recv(len(BEGUN))  # what came before the door was shut
    here.settimeout(None)
    return begun == BEGUN


def _read(head: bytes, body: bytes) -> Page | None:
    """Return what was sent where it was sent whole."""
    if not head.endswith(b"\n"):
        return None
    status, headers, length = json.loads(head)
    return Page(status, [(name, value) for name, value in headers], body) if len(body) == length else None


def _make_pages(application: Application, turns: PageTurns) -> None:
    while (taken := turns.take()) is not None:
        environ, there = taken
        with there, contextlib.suppress(OSError):  # who asked has gone, or makes it alone
            there.sendall(BEGUN)
            try:
                page = _make(application, environ)
            except Exception:  # noqa: BLE001  # who asked meets the same error and answers for it; the thread goes on
                get_logger("app").warning("page_failed", path=environ["PATH_INFO"], exc_info=True)
                continue
            if page is not None:
                head = json.dumps([page.status, page.headers, len(page.body)]).encode()
                there.sendall(head + b"\n" + page.body)


def _make(application: Application, environ: Environ) -> Page | None:
    """Return what comes whole, or None where it is streamed or very large: who asked then sends it as it is made."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _failure: object = None) -> None:
        started.append((status, headers))

    environ = _completed(environ)
    answer = application(environ, start_response)
    try:
        status, headers = started[-1]
        told = {name.lower(): value for name, value in headers}
        length = told.get("content-length", "")
        if not length.isdecimal() or int(length) > LARGEST_PAGE:
            environ[UNSENT] = True
            return None
        return Page(status, headers, b"".join(answer))
    finally:
        getattr(answer, "close", bool)()


def _completed(environ: Environ) -> Environ:
    """Return what WSGI (PEP 3333) wants besides what came with the request."""
    return {
        "SCRIPT_NAME": "",
        "wsgi.version": (1, 0),
        "wsgi.input": BytesIO(),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        **environ,
    }
