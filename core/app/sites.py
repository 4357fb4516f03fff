"""`Sites`: the sites beside the first one. Each is a folder with a file of settings, a key and files of its own.

``PAYVAND_HOME/sites/<host>/`` holds ``site.env``. Who cannot be asked has its settings in a file of another name:
``draft.env`` while a site is being made, ``closed.env`` while it is closed. So it takes one look at the disk to know
whether there is a site, and one renaming to let it appear or go.
"""

from __future__ import annotations

import fcntl
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import IO, Any

from core.app.hosts import shown_host, site_host
from core.config import Settings, read_setting
from core.errors import Conflict, NotFound, SettingsInvalid
from core.storage.engine import database_address

OPEN, CLOSED, DRAFT = "site.env", "closed.env", "draft.env"

DATABASE = "PAYVAND_DATABASE"
"""In the file of a site: which database of the installation's server is its own."""

BUSY = "The site is being worked on."

OF_THE_PROCESS = frozenset(
    {
        "home",
        "host",
        "port",
        "processes",
        "threads",
        "proxies",
        "forwarded_host",
        "sites_open",
        "log_format",
        "log_level",
        "metrics_token",
        "testing",
        "testing_http_map",
    }
)
"""What holds for all sites of a process, and none can say for itself."""

OF_THE_FIRST = frozenset({"metrics_token"})
"""What counts for the whole process, which no site but the first shows anybody."""

HANDED_DOWN = frozenset(
    {
        *(OF_THE_PROCESS - OF_THE_FIRST),
        "secure_cookies",
        "max_body",
        "worker_memory",
        "second_factor",
        "backup_hour",
        "backups_kept",
        "language",
        "time_zone",
        "currency",
        "region",
    }
)
"""What a site takes from the installation where it says nothing itself. All else is nobody else's: who signs people in,
where mail leaves and from whom, whom it may ask, whom to turn to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """A site that is there: its host, its folder, and in which file its settings are."""

    host: str
    home: Path
    file: str

    @property
    def shown(self) -> str:
        """Its host as people read it."""
        return shown_host(self.host)

    @property
    def state(self) -> str:
        """In a word."""
        return {OPEN: "open", CLOSED: "closed"}.get(self.file, "unfinished")

    @property
    def is_open(self) -> bool:
        """True where people may come."""
        return self.file == OPEN


class Sites:
    """The sites beside the first one, as they lie on the disk now."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.folder = settings.home / "sites"
        self._mark = self.folder / ".several"

    @property
    def several(self) -> bool:
        """True where there are others than the first: one look at the disk, for each request."""
        return self._mark.is_file()

    def settle(self) -> None:
        """Write down whether there are others than the first; one that was only begun changes nothing for it."""
        if any(site.file != DRAFT for site in self.listed()):
            self._mark.touch()
        else:
            self._mark.unlink(missing_ok=True)

    def listed(self) -> list[Declared]:
        """Return all sites in the order of their hosts."""
        homes = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        return [found for home in homes if (found := self._in(home)) is not None]

    def find(self, host: str) -> Declared | None:
        """Return the site of a host, as `sent_host` returns it."""
        return self._in(self.folder / host) if host else None

    def get(self, written: str) -> Declared:
        """Return the site of a host as somebody has written it; raise `NotFound` where there is none."""
        host = site_host(written)
        found = self.find(host)
        if found is None:
            raise NotFound("There is no site {host}; payvand site list names all.", code="no_site", host=host)
        if found.file == DRAFT:
            raise Conflict(
                "The site {host} was begun and never finished; run payvand site add {host} again.",
                code="site_unfinished",
                host=host,
            )
        return found

    def stamp(self, host: str) -> int:
        """Return what changes when the settings of an open site do; 0 where no such site is open."""
        try:
            return (self.folder / host / OPEN).stat().st_mtime_ns
        except OSError:
            return 0

    def settings_of(self, site: Declared, address: str) -> Settings:
        """Return the settings of a site; ``address`` is where the first site has its database.

        Raise `SettingsInvalid` naming the first wrong line of its file.
        """
        given = read_lines(site.home / site.file)
        own = {spec.name: _value(spec.metadata["env"], spec.default, given) for spec in fields(Settings)}
        said = {name: value for name, value in own.items() if value is not None}
        first = {name: getattr(self._settings, name) for name in HANDED_DOWN}
        if self._settings.backups:
            first["backups"] = str(Path(self._settings.backups) / site.host)
        database = said.get("database_url") or _beside(address, given, site)
        values: dict[str, Any] = {**first, **said, "home": site.home, "database_url": database}
        settings = Settings(**values)
        settings.check()
        return settings

    def _in(self, home: Path) -> Declared | None:
        for file in (OPEN, CLOSED, DRAFT):
            if (home / file).is_file():
                return Declared(host=home.name, home=home, file=file)
        return None


def hold(settings: Settings) -> IO[str]:
    """Hold the folder of a site, with all others who serve it; raise `Conflict` where it is being replaced."""
    file = (settings.home / "serve.lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Conflict(BUSY, code="under_way") from None
    return file


def read_lines(path: Path) -> Mapping[str, str]:
    """Return the settings that a file says, as NAME=value, each on a line of its own; raise `SettingsInvalid`."""
    found: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals:
            raise SettingsInvalid(name=f"{path.name}:{number}", reason="a line is NAME=value")
        check_name(name.strip())
        found[name.strip()] = value.strip()
    return found


def check_name(name: str) -> None:
    """Raise `SettingsInvalid` where a site cannot say this for itself."""
    known = {spec.metadata["env"]: spec.name for spec in fields(Settings)}
    if name != DATABASE and name not in known:
        raise SettingsInvalid(name=name, reason="there is no such setting")
    if known.get(name) in OF_THE_PROCESS:
        raise SettingsInvalid(name=name, reason="it holds for all sites; set it in the environment")


def _value(name: str, default: object, given: Mapping[str, str]) -> object:
    raw = given.get(name, "")
    return read_setting(name, raw, default) if raw else None


def _beside(address: str, given: Mapping[str, str], site: Declared) -> str:
    name = given.get(DATABASE, "")
    if not name:
        raise SettingsInvalid(
            name=f"{DATABASE} ({site.host})", reason="the file of the site names no database"
        )
    return database_address(address).set(database=name).render_as_string(hide_password=False)
