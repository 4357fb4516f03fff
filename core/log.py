"""Structured logs: a static event name, facts as fields, one JSON object a line."""

from __future__ import annotations

import logging
import sys

import structlog

SECRET_NAMES = frozenset({"password", "token", "secret", "authorization", "cookie", "key", "api_key"})


def set_up(level: str = "info") -> None:
    """Configure logging for this process; every line goes to standard error."""
    number = getattr(logging, level.upper())
    logging.basicConfig(stream=sys.stderr, level=max(number, logging.WARNING), format="%(message)s")
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(number),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _bounded,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def get_logger(room: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of a room."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(room=room)
    return logger


def _bounded(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Cut long values and mask secrets, so that no input can flood or leak through the log."""
    for key, value in event.items():
        if key.lower() in SECRET_NAMES:
            event[key] = "***"
        elif isinstance(value, str) and len(value) > 2000 and key != "exception":
            event[key] = value[:2000] + "…"
    return event
