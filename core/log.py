"""Structured logs: a static event name, facts as fields, one line each, with the number of the request they belong to."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.typing import EventDict, Processor

SECRET_NAMES = frozenset({"password", "token", "secret", "authorization", "cookie", "key", "api_key"})

SECRETS_IN_TEXT = re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)|(?<=[Bb]earer )[^\s\"',]+")
"""Passwords in addresses and API keys, wherever they stand in a text: libraries put them into what they raise."""

LINKS = re.compile(r"(?<=/)(?=[^/]*[A-Z0-9])[\w.~:-]{20,}")
"""Parts of addresses that open doors: signed links, and those with which a password is set."""

LONGEST = 2000
"""Characters of a value; a traceback may have more."""

REQUEST = "request"
"""The field that holds the number of a request: its own lines have it, and those of the jobs that it has promised."""


SITE = "site"
"""The field that holds the host of a site, where there are several."""


def set_up(level: str = "info", form: str = "json") -> None:
    """Configure logging for this process; every line goes to standard error, those of libraries too.

    ``form`` is json, one object a line, or console, for people.
    """
    number = getattr(logging, level.upper())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _bounded,
    ]
    end = _end(form)
    _take_over_libraries(max(number, logging.WARNING), shared, end)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        processors=[*shared, end],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger(room: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a room."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(room=room)
    return logger


def begin_request(number: str, site: str = "") -> None:
    """Let every line of this thread carry the number of a request and of several sites its own, and nothing of the one before."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**{REQUEST: number, **({SITE: site} if site else {})})


def end_request() -> None:
    """Let lines of this thread belong to no request any more."""
    structlog.contextvars.clear_contextvars()


@contextmanager
def telling(**facts: str | int) -> Iterator[None]:
    """Let every line inside carry these facts; empty ones are left out."""
    with structlog.contextvars.bound_contextvars(**{name: fact for name, fact in facts.items() if fact}):
        yield


def request_number() -> str:
    """Return the number of the request that is being answered, or that has promised this job; empty where there is none."""
    return str(structlog.contextvars.get_contextvars().get(REQUEST, ""))


def _end(form: str) -> Processor:
    if form == "console":
        return structlog.dev.ConsoleRenderer(colors=False)
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _take_over_libraries(level: int, shared: list[Processor], end: Processor) -> None:
    """Write what libraries log as lines of ours."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _bounded, end],
        )
    )
    root = logging.getLogger()
    for old in [
        one for one in root.handlers if isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)
    ]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)


def _bounded(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Cut long values and mask secrets, so that no input can flood or leak through the log."""
    for key, value in event.items():
        if key.lower() in SECRET_NAMES:
            event[key] = "***"
        elif key == "path":
            event[key] = LINKS.sub("***", str(value))[:LONGEST]
        elif isinstance(value, str):
            shown = SECRETS_IN_TEXT.sub("***", value) if "://" in value or "earer " in value else value
            event[key] = shown if len(shown) <= LONGEST or key == "exception" else shown[:LONGEST] + "…"
    return event
