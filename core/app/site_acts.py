"""What `payvand site` does: sites are made whole or can be made on, closed before they go, and go with a backup."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from core.app.backup import Say, back_up
from core.app.hosts import sent_host, site_host
from core.app.initialize import initialize
from core.app.opening import open_site
from core.app.readiness import find_address
from core.app.sites import CLOSED, DATABASE, DRAFT, OPEN, Declared, Sites, check_name, read_lines
from core.backup.archive import sync_folder, told_of_disk
from core.backup.databases import SERVER, check_unused, telling
from core.config import Settings
from core.errors import BadRequest, Conflict
from core.storage.embedded import create_database
from core.storage.engine import database_address

MARK = "payvand: site {host}"
"""The comment on a database that was made for a site, and goes with it."""

LONGEST = 40
"""Letters of the name of a database: what is made beside it has longer ones, and PostgreSQL keeps 63."""

COMMENT = "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s"


def add(
    settings: Settings,
    written: str,
    lines: Sequence[str],
    *,
    modules: Sequence[str],
    demo: bool,
    say: Say,
    folders: Sequence[Path] | None = None,
) -> Mapping[str, str]:
    """Make a site, or go on making one that was begun; return the demo's passwords by login.

    ``lines`` are settings of its own, as NAME=value; with a DATABASE_URL that database is used, and else one is made
    beside that of the first site. People find it only when all of it is there.
    """
    host = site_host(written)
    given = _read(lines)
    if host == _public(settings):
        raise Conflict("The first site is at {host} (PAYVAND_BASE_URL).", code="host_taken", host=host)
    sites = Sites(settings)
    with _alone(sites):
        found = sites.find(host)
        if found is not None and found.file != DRAFT:
            raise Conflict("There is a site {host} already.", code="host_taken", host=host)
        address, several = find_address(settings), sites.several
        own = {"PAYVAND_BASE_URL": _base_url(settings, host), **given}
        if "DATABASE_URL" not in own:
            own[DATABASE] = name_of(host)
            _make_database(address, own[DATABASE], host)
        draft = _write_draft(sites.folder / host, own)
        with open_site(sites.settings_of(draft, address), folders=folders) as site:
            passwords = initialize(site, modules, demo=demo, say=say)
        _rename(draft, OPEN)
        sites.settle()
    say(f"The site {host} is at {own['PAYVAND_BASE_URL']}; its settings are in {draft.home / OPEN}")
    if not several:
        say(f"The first site answers at {_hosts_of_first(settings)} from now on, and at no other host.")
    return passwords


def close(settings: Settings, written: str) -> Declared:
    """Let nobody into a site and stop its worker, within seconds; all it holds stays."""
    return _put(settings, written, OPEN, CLOSED)


def open_again(settings: Settings, written: str) -> Declared:
    """Let people into a site that was closed."""
    return _put(settings, written, CLOSED, OPEN)


def remove(settings: Settings, written: str, *, backup: Path | None, say: Say) -> None:
    """Remove a closed site for good, its database where it was made with it, its files and its key.

    ``backup`` is a new file that is written before, brought back for trying, and kept; None writes none.
    """
    sites = Sites(settings)
    with _alone(sites):
        site = sites.get(written)
        if site.file != CLOSED:
            raise Conflict(
                "The site {host} is open; close it first: payvand site close {host}",
                code="site_open",
                host=site.host,
            )
        site_settings = sites.settings_of(site, find_address(settings))
        check_unused(site_settings.database_url)
        if backup is not None:
            back_up(site_settings, backup, verify=True, say=say)
        if not _drop_database(site_settings.database_url, site.host):
            say("Its database was not made by payvand site add; it is left as it is.")
        with told_of_disk(site.home):
            gone = site.home.with_name(f".{site.host}.gone")
            site.home.rename(gone)
            shutil.rmtree(gone)
        sites.settle()
    say(f"The site {site.host} is gone.")


class Acts:
    """The same, for commands; ``folders`` are searched for modules instead of the installed ones (tests)."""

    def __init__(self, settings: Settings, folders: Sequence[Path] | None = None) -> None:
        self._settings = settings
        self._folders = folders

    def listed(self) -> Sequence[Declared]:
        """Return the sites beside the first."""
        return Sites(self._settings).listed()

    def add(
        self, host: str, lines: Sequence[str], *, modules: Sequence[str], demo: bool, say: Say
    ) -> Mapping[str, str]:
        """Make one, with settings of its own; return the demo's passwords by login."""
        return add(self._settings, host, lines, modules=modules, demo=demo, say=say, folders=self._folders)

    def close(self, host: str) -> None:
        """Let nobody in; all stays."""
        close(self._settings, host)

    def open(self, host: str) -> None:
        """Let people in again."""
        open_again(self._settings, host)

    def remove(self, host: str, *, backup: Path | None, say: Say) -> None:
        """Remove a closed one for good."""
        remove(self._settings, host, backup=backup, say=say)


def name_of(host: str) -> str:
    """Return what the database of a host is called: to be recognised, and never that of another."""
    digest = hashlib.sha256(host.encode()).hexdigest()[:8]
    plain = "".join(letter if letter.isalnum() else "_" for letter in host)
    return f"payvand_{plain}"[: LONGEST - 9] + f"_{digest}"


def _read(lines: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, equals, value = line.partition("=")
        if not equals or "\n" in line or "\r" in line:
            raise BadRequest("{line} is not a setting, such as PAYVAND_LANGUAGE=fa", line=line)
        check_name(name)
        found[name] = value
    return found


def _hosts_of_first(settings: Settings) -> str:
    return (
        f"{_public(settings)} and localhost"
        if _public(settings)
        else "localhost and at addresses without a name"
    )


def _public(settings: Settings) -> str:
    return sent_host(urlsplit(settings.base_url).netloc.rpartition("@")[2])


def _base_url(settings: Settings, host: str) -> str:
    if settings.secure_cookies or settings.base_url.startswith("https://"):
        return f"https://{host}"
    return f"http://{host}" if settings.port == 80 else f"http://{host}:{settings.port}"


def _make_database(address: str, name: str, host: str) -> None:
    """Make the database of a site, or find the one that was made for it before."""
    server = database_address(address).set(database=SERVER).render_as_string(hide_password=False)
    with telling(server):
        create_database(server, name, MARK.format(host=host))
        if _comment(server, name) != MARK.format(host=host):
            raise Conflict(
                "There is a database {name} that was not made for this site; rename or remove it.",
                code="database_of_others",
                name=name,
            )


def _drop_database(address: str, host: str) -> bool:
    url = database_address(address)
    server, name = url.set(database=SERVER).render_as_string(hide_password=False), url.database or ""
    with telling(server):
        if _comment(server, name) != MARK.format(host=host):
            return False
        with psycopg.connect(_plain(server), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    return True


def _comment(server: str, name: str) -> str:
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        row = connection.execute(COMMENT, [name]).fetchone()
    return str(row[0]) if row else ""


def _plain(address: str) -> str:
    return address.replace("postgresql+psycopg://", "postgresql://", 1)


def _write_draft(home: Path, own: Mapping[str, str]) -> Declared:
    with told_of_disk(home):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = home / DRAFT
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("# Settings of this site; each change is taken over with its next request.\n")
            file.writelines(f"{name}={value}\n" for name, value in own.items())
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    read_lines(path)
    return Declared(host=home.name, home=home, file=DRAFT)


def _put(settings: Settings, written: str, before: str, after: str) -> Declared:
    sites = Sites(settings)
    with _alone(sites):
        site = sites.get(written)
        if site.file == before:
            _rename(site, after)
    return site


def _rename(site: Declared, after: str) -> None:
    with told_of_disk(site.home):
        (site.home / site.file).rename(site.home / after)
        sync_folder(site.home)


@contextmanager
def _alone(sites: Sites) -> Iterator[None]:
    """Let one command at a time change what sites there are."""
    home = sites.folder.parent
    with told_of_disk(home):
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "sites.lock").open("a")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict("Another command is changing the sites.", code="under_way") from None
        yield
