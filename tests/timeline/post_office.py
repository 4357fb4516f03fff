"""A mail server for tests, in a thread: it counts what it takes, and can hold somebody at a point."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class PostOffice:
    """Takes mail on a port of its own. ``answer`` may give another answer to a command: (word, line) → text or None."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answer: Callable[[str, str], str | None] = lambda _word, _line: None
        self.hold_at: str = ""
        self.held = threading.Event()
        self.release = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The setting that leads here."""
        return f"smtp://127.0.0.1:{self._socket.getsockname()[1]}?from=crm@example.com"

    def counts(self) -> Counter[str]:
        """Return how often each Message-ID was taken."""
        return Counter(str(message["Message-ID"]) for message in self.taken)

    def close(self) -> None:
        self.release.set()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as stream:

            def say(text: str) -> None:
                stream.write(f"{text}\r\n".encode())
                stream.flush()

            try:
                say("220 ready")
                for raw in stream:
                    line = raw.decode("utf-8", "replace").strip()
                    word = line.split(" ")[0].split(":")[0].upper()
                    self._stop(word)
                    told = self.answer(word, line)
                    if word == "DATA" and told is None:
                        say("354 go on")
                        self._take(stream)
                        self._stop("TAKEN")
                    say(told or ("221 bye" if word == "QUIT" else "250 fine"))
                    if word == "QUIT":
                        return
            except OSError:
                return

    def _stop(self, point: str) -> None:
        if point == self.hold_at:
            self.hold_at = ""
            self.held.set()
            self.release.wait(60)

    def _take(self, stream) -> None:
        lines = []
        for raw in stream:
            if raw == b".\r\n":
                break
            lines.append(raw[1:] if raw.startswith(b"..") else raw)
        self.taken.append(message_from_bytes(b"".join(lines), policy=policy.default))


@contextmanager
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    try:
        yield office
    finally:
        office.close()
