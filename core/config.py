"""Settings from the environment, each with name, type, default and one sentence; a wrong one is refused by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import SettingsInvalid

LEAST_MEMORY = 512
"""With less, in MB, a worker could not even import a usual sheet."""


TESTING_IS_ON = (
    "The test switches are open (PAYVAND_TESTING): mail does not leave and is shown at /testing/mail, other servers are asked "
    "by PAYVAND_TESTING_HTTP_MAP alone. Never do this in production."
)

LEAST_TOKEN = 20
"""Characters of a token that nobody guesses."""


def _about(env: str, sentence: str) -> Mapping[str, str]:
    return {"env": env, "about": sentence}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a site reads from its environment."""

    home: Path = field(
        default=Path("var"),
        metadata=_about("PAYVAND_HOME", "Folder for data, files and the embedded database."),
    )
    files: str = field(
        default="",
        metadata=_about(
            "PAYVAND_FILES",
            "Where the contents of files lie: file:///folder, or a bucket behind a protocol of fsspec. Empty: in files, "
            "in PAYVAND_HOME.",
        ),
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
    proxies: str = field(
        default="",
        metadata=_about(
            "PAYVAND_PROXIES",
            "Addresses or networks, separated by commas, of the proxies in front, which say who asks (X-Forwarded-For).",
        ),
    )
    forwarded_host: bool = field(
        default=False,
        metadata=_about(
            "PAYVAND_FORWARDED_HOST",
            "Those proxies also say which host was asked for (X-Forwarded-Host), whatever the asker has written there.",
        ),
    )
    sites_open: int = field(
        default=16,
        metadata=_about(
            "PAYVAND_SITES_OPEN",
            "Of several sites, how many besides the first a web process keeps open at once.",
        ),
    )
    mail_url: str = field(
        default="",
        metadata=_about(
            "PAYVAND_MAIL_URL",
            "Where mail leaves: smtp://user:password@host:port, smtps:// or file:///folder; ?from=address says from whom. "
            "Empty: mail waits.",
        ),
    )
    sign_in_help: str = field(
        default="",
        metadata=_about(
            "PAYVAND_SIGN_IN_HELP", "Whom to ask who cannot sign in, in a sentence; everybody can read it."
        ),
    )
    name_administrators: bool = field(
        default=False,
        metadata=_about(
            "PAYVAND_NAME_ADMINISTRATORS",
            "Name the administrators to people who cannot sign in; everybody can read it.",
        ),
    )
    second_factor: str = field(
        default="",
        metadata=_about(
            "PAYVAND_SECOND_FACTOR",
            "Who must sign in with a second factor: administrators or everyone. Empty: whoever wants to.",
        ),
    )
    backups: str = field(
        default="",
        metadata=_about(
            "PAYVAND_BACKUPS",
            "Folder into which the worker writes a backup each day, of this site alone; empty: none is made.",
        ),
    )
    backup_hour: int = field(
        default=2,
        metadata=_about("PAYVAND_BACKUP_HOUR", "Hour of the day, in the site's zone, of that backup."),
    )
    backups_kept: int = field(
        default=14,
        metadata=_about(
            "PAYVAND_BACKUPS_KEPT", "How many of those backups are kept; older ones are removed."
        ),
    )
    oidc_issuer: str = field(
        default="",
        metadata=_about("PAYVAND_OIDC_ISSUER", "Address of a service that signs people in (OpenID Connect)."),
    )
    oidc_client: str = field(
        default="", metadata=_about("PAYVAND_OIDC_CLIENT", "What that service calls this site (client id).")
    )
    oidc_secret: str = field(
        default="",
        metadata=_about("PAYVAND_OIDC_SECRET", "Secret shared with that service; empty for a public client."),
    )
    oidc_name: str = field(
        default="", metadata=_about("PAYVAND_OIDC_NAME", "What people call that service; empty: its host.")
    )
    oidc_scope: str = field(
        default="",
        metadata=_about(
            "PAYVAND_OIDC_SCOPE", "What it is asked for besides openid and email, such as: profile groups"
        ),
    )
    oidc_domains: str = field(
        default="",
        metadata=_about(
            "PAYVAND_OIDC_DOMAINS",
            "Mail domains, with commas between, of people for whom an account is made when that service names them first; "
            "empty: none is made.",
        ),
    )
    oidc_new_roles: str = field(
        default="",
        metadata=_about(
            "PAYVAND_OIDC_NEW_ROLES",
            "Roles, with commas between, of accounts that are made so; none that administers.",
        ),
    )
    oidc_new_team: str = field(
        default="",
        metadata=_about("PAYVAND_OIDC_NEW_TEAM", "Name of the team of people whose account is made so."),
    )
    oidc_claim: str = field(
        default="groups",
        metadata=_about(
            "PAYVAND_OIDC_CLAIM",
            "Under which name that service tells the groups of a person, such as groups or realm_access.roles.",
        ),
    )
    oidc_roles: str = field(
        default="",
        metadata=_about(
            "PAYVAND_OIDC_ROLES",
            'Which roles those groups give, as JSON such as {"staff": ["base.member"]} or a file with it; the roles '
            "named there are given and taken at each sign-in by that service.",
        ),
    )
    egress_allow: str = field(
        default="",
        metadata=_about(
            "PAYVAND_EGRESS_ALLOW",
            "Servers of one's own network that the site may ask over HTTP, as host:port with commas between.",
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
        default=False,
        metadata=_about(
            "PAYVAND_TESTING",
            "Opens the test switches: mail is kept and shown at /testing/mail, other servers are asked by the map below; only where "
            "PAYVAND_HOST is this machine alone, never in production.",
        ),
    )
    testing_http_map: str = field(
        default="",
        metadata=_about(
            "PAYVAND_TESTING_HTTP_MAP",
            "With PAYVAND_TESTING: which local address is asked in place of a server, as JSON such as "
            '{"api.example.com": "127.0.0.1:9000"} or a file with it; what is not named there is not asked.',
        ),
    )
    log_level: str = field(
        default="info", metadata=_about("PAYVAND_LOG_LEVEL", "debug, info, warning or error.")
    )
    metrics_token: str = field(
        default="",
        metadata=_about(
            "PAYVAND_METRICS_TOKEN",
            "What a program must send to read /metrics (Authorization: Bearer …); empty: there is no such page.",
        ),
    )
    log_format: str = field(
        default="json",
        metadata=_about("PAYVAND_LOG_FORMAT", "json, one object a line, or console, for people."),
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
                values[spec.name] = read_setting(name, raw, spec.default)
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
        self._check_what_is_kept()
        _ = self.proxy_networks
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
        self._check_signing_in()
        self._check_testing()
        if len(self.region) != 2 or not self.region.isalpha():
            raise SettingsInvalid(
                name="PAYVAND_REGION", reason=f"{self.region!r} is not a country code of two letters"
            )
        if self.area_code and not (self.area_code.isascii() and self.area_code.isdigit()):
            raise SettingsInvalid(
                name="PAYVAND_AREA_CODE", reason=f"{self.area_code!r} is not made of digits"
            )
        self._check_watching()
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise SettingsInvalid(
                name="PAYVAND_TIME_ZONE", reason=f"there is no time zone {self.time_zone!r}"
            ) from None

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The proxies in front, as networks."""
        try:
            return tuple(ip_network(part.strip()) for part in self.proxies.split(",") if part.strip())
        except ValueError as failure:
            raise SettingsInvalid(name="PAYVAND_PROXIES", reason=str(failure)) from None

    @property
    def mail_leaves(self) -> bool:
        """True where there is a way out for mail: a server, a folder, or the place where tests look for it."""
        return self.testing or bool(self.mail_url)

    def _check_testing(self) -> None:
        if self.testing_http_map and not self.testing:
            raise SettingsInvalid(
                name="PAYVAND_TESTING_HTTP_MAP",
                reason="it is a test switch; leave it out, or set PAYVAND_TESTING, never in production",
            )
        if self.testing and not _is_loopback(self.host):
            raise SettingsInvalid(
                name="PAYVAND_TESTING",
                reason="it shows everybody's mail to whoever asks; set PAYVAND_HOST to 127.0.0.1 "
                f"(it is {self.host}), or leave PAYVAND_TESTING out",
            )

    def _check_what_is_kept(self) -> None:
        if self.backups and not Path(self.backups).is_absolute():
            raise SettingsInvalid(name="PAYVAND_BACKUPS", reason=f"{self.backups!r} does not begin with /")
        if not 0 <= self.backup_hour <= 23:
            raise SettingsInvalid(
                name="PAYVAND_BACKUP_HOUR", reason=f"{self.backup_hour} is not between 0 and 23"
            )
        for name, least in (
            ("PAYVAND_BACKUPS_KEPT", self.backups_kept),
            ("PAYVAND_SITES_OPEN", self.sites_open),
        ):
            if least < 1:
                raise SettingsInvalid(name=name, reason=f"{least} is less than 1")

    def _check_watching(self) -> None:
        if self.log_level not in ("debug", "info", "warning", "error"):
            raise SettingsInvalid(name="PAYVAND_LOG_LEVEL", reason="use debug, info, warning or error")
        if self.metrics_token and len(self.metrics_token) < LEAST_TOKEN:
            raise SettingsInvalid(
                name="PAYVAND_METRICS_TOKEN", reason=f"it has fewer than {LEAST_TOKEN} characters"
            )
        if self.log_format not in ("json", "console"):
            raise SettingsInvalid(name="PAYVAND_LOG_FORMAT", reason="use json or console")

    def _check_signing_in(self) -> None:
        if self.oidc_issuer and not self.oidc_issuer.startswith("https://"):
            raise SettingsInvalid(name="PAYVAND_OIDC_ISSUER", reason="it must start with https://")
        if self.second_factor not in ("", "administrators", "everyone"):
            raise SettingsInvalid(
                name="PAYVAND_SECOND_FACTOR", reason="use administrators or everyone, or leave it empty"
            )


def _is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches what listens there; a name other than localhost may be anything."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def read_setting(name: str, raw: str, default: object) -> object:
    """Return what a text says for a setting with this default; raise `SettingsInvalid` where it is of another type."""
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
