"""Settings from the environment, each with name, type, default and one sentence; a wrong one is refused by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import SettingsInvalid

LEAST_MEMORY = 512
"""With less, in MB, a worker could not even import a usual sheet."""


def _about(env: str, sentence: str) -> Mapping[str, str]:
    return {"env": env, "about": sentence}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a site reads from its environment."""

    home: Path = field(
        default=Path("var"),
        metadata=_about("PAYVAND_HOME", "Folder for data, files and the embedded database."),
    )
    port: int = field(default=8000, metadata=_about("PAYVAND_PORT", "Port the server listens on."))
    host: str = field(default="127.0.0.1", metadata=_about("PAYVAND_HOST", "Address the server listens on."))
    database_url: str = field(
        default="", metadata=_about("DATABASE_URL", "PostgreSQL to use instead of the embedded one.")
    )
    processes: int = field(default=2, metadata=_about("PAYVAND_PROCESSES", "Web processes."))
    threads: int = field(default=4, metadata=_about("PAYVAND_THREADS", "Threads of each web process."))
    language: str = field(
        default="en", metadata=_about("PAYVAND_LANGUAGE", "Language where the reader has chosen none.")
    )
    time_zone: str = field(
        default="Asia/Tehran", metadata=_about("PAYVAND_TIME_ZONE", "Time zone of the site.")
    )
    currency: str = field(
        default="IRR", metadata=_about("PAYVAND_CURRENCY", "Currency of amounts entered without one.")
    )
    region: str = field(
        default="IR",
        metadata=_about("PAYVAND_REGION", "Country meant by phone numbers without a country code."),
    )
    area_code: str = field(
        default="",
        metadata=_about(
            "PAYVAND_AREA_CODE", "Area code, with its leading zero, meant by local phone numbers."
        ),
    )
    base_url: str = field(
        default="",
        metadata=_about(
            "PAYVAND_BASE_URL",
            "Public address, for links (mails with links need it) and for checking the origin of requests.",
        ),
    )
    secure_cookies: bool = field(
        default=False,
        metadata=_about("PAYVAND_SECURE_COOKIES", "Send cookies over TLS only (set it behind TLS)."),
    )
    mail_url: str = field(
        default="",
        metadata=_about(
            "PAYVAND_MAIL_URL",
            "Where mail leaves: smtp://user:password@host:port, smtps:// or file:///folder; ?from=address says from whom. "
            "Empty: mail waits.",
        ),
    )
    max_body: int = field(
        default=20 * 2**20, metadata=_about("PAYVAND_MAX_BODY", "Largest request body, in bytes.")
    )
    worker_memory: int = field(
        default=2048,
        metadata=_about(
            "PAYVAND_WORKER_MEMORY",
            "Most memory of a worker, in MB: what a hostile file may cost; 0 for no limit.",
        ),
    )
    testing: bool = field(
        default=False, metadata=_about("PAYVAND_TESTING", "Opens the test switches; never in production.")
    )
    log_level: str = field(
        default="info", metadata=_about("PAYVAND_LOG_LEVEL", "debug, info, warning or error.")
    )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the environment; raise `SettingsInvalid` naming the first wrong setting."""
        environ = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        for spec in fields(cls):
            name = spec.metadata["env"]
            raw = environ.get(name)
            if raw is not None and raw != "":
                values[spec.name] = _read(name, raw, spec.default)
        settings = cls(**values)
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse values that parse but cannot work."""
        if not 0 < self.port < 65536:
            raise SettingsInvalid(
                name="PAYVAND_PORT", reason=f"{self.port} is not a port number (1 to 65535)"
            )
        for name, value in (("PAYVAND_PROCESSES", self.processes), ("PAYVAND_THREADS", self.threads)):
            if not 1 <= value <= 64:
                raise SettingsInvalid(name=name, reason=f"{value} is not between 1 and 64")
        if self.worker_memory and self.worker_memory < LEAST_MEMORY:
            raise SettingsInvalid(
                name="PAYVAND_WORKER_MEMORY",
                reason=f"{self.worker_memory} is neither 0 nor at least {LEAST_MEMORY}",
            )
        if self.database_url and not self.database_url.startswith(
            ("postgresql://", "postgres://", "postgresql+psycopg://")
        ):
            raise SettingsInvalid(name="DATABASE_URL", reason="it must start with postgresql://")
        if self.mail_url and not self.mail_url.startswith(("smtp://", "smtps://", "file:///")):
            raise SettingsInvalid(
                name="PAYVAND_MAIL_URL", reason="it must start with smtp://, smtps:// or file:///"
            )
        if len(self.region) != 2 or not self.region.isalpha():
            raise SettingsInvalid(
                name="PAYVAND_REGION", reason=f"{self.region!r} is not a country code of two letters"
            )
        if self.area_code and not (self.area_code.isascii() and self.area_code.isdigit()):
            raise SettingsInvalid(
                name="PAYVAND_AREA_CODE", reason=f"{self.area_code!r} is not made of digits"
            )
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise SettingsInvalid(name="PAYVAND_LOG_LEVEL", reason="use debug, info, warning or error")
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise SettingsInvalid(
                name="PAYVAND_TIME_ZONE", reason=f"there is no time zone {self.time_zone!r}"
            ) from None


def _read(name: str, raw: str, default: object) -> object:
    if isinstance(default, bool):
        if raw.lower() in ("1", "true", "yes", "on"):
            return True
        if raw.lower() in ("0", "false", "no", "off"):
            return False
        raise SettingsInvalid(name=name, reason=f"{raw!r} is neither true nor false")
    if isinstance(default, int):
        try:
            return int(raw)
        except ValueError:
            raise SettingsInvalid(name=name, reason=f"{raw!r} is not a whole number") from None
    return Path(raw) if isinstance(default, Path) else raw
