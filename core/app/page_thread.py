"""Pages are made one after the other, by one thread of a process: several only get into each other's way.

They share one interpreter; what is made side by side is ready later, and costs more. A page that takes long holds up
nobody for longer than ``PATIENCE``: others are then made by the threads that were asked for them. What is not a page
(the API, files, /health) is always answered by those: it waits for the database or for the disk, which can be done
together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Any, TypeAlias

PATIENCE = 0.1
"""Seconds after which a page is one that takes long."""

NO_PAGES = ("/api/", "/assets/", "/health")
"""How addresses begin at which nothing is rendered."""

Sent: TypeAlias = "Iterable[bytes]"
Application: TypeAlias = "Callable[[dict[str, Any], Callable[..., Any]], Sent]"
Page: TypeAlias = "Callable[[], Sent]"


class PageThread:
    """Makes pages in the order in which they are asked for."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pages")
        self._begun: float | None = None

    def make(self, page: Page) -> Sent:
        """Return what a page returns, or raise what it raises."""
        begun = self._begun
        if begun is not None and monotonic() - begun > self._patience:
            return page()
        future = self._thread.submit(self._timed, page)
        try:
            return future.result(self._patience)
        except TimeoutError:
            return page() if future.cancel() else future.result()

    def _timed(self, page: Page) -> Sent:
        self._begun = monotonic()
        try:
            return page()
        finally:
            self._begun = None


def in_order(application: Application, thread: PageThread) -> Application:
    """Return an application whose pages are made by this thread; what they stream is sent by the server's own."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Sent:
        if environ["REQUEST_METHOD"] != "GET" or environ["PATH_INFO"].startswith(NO_PAGES):
            return application(environ, start_response)
        return thread.make(lambda: application(environ, start_response))

    return answer
