"""`export` and `load`: a whole site in open formats, and an empty site from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.app.backup import Say, alone, backing_up, meaning
from core.app.compose import build_site
from core.app.opening import open_ready_site
from core.app.readiness import find_address, told
from core.backup.databases import telling
from core.backup.dump import SiteDump, Source, sink
from core.backup.dumping import write_dump
from core.backup.loading import begin, documents, put_files
from core.backup.loading import load as load_rows
from core.config import Settings
from core.errors import NotFound
from core.files import blobs_of
from core.kernel.actor import system_actor
from core.kernel.site import Site
from core.lifecycle import Changes, Discovery, Lifecycle
from core.log import set_up
from core.metadata.catalog import Catalog
from core.metadata.documents import Document
from core.storage import Database, migrate
from core.storage.catalogs import Catalogs
from core.storage.documents import DocumentStore


def export(
    settings: Settings,
    target: Path,
    *,
    passwords: bool,
    say: Say,
    folders: Sequence[Path] | None = None,
) -> None:
    """Write the whole site in open formats, while it is served."""
    with open_ready_site(settings, folders=folders) as site, backing_up(settings):
        database = site.get(Database)
        address = database.engine.url.render_as_string(hide_password=False)
        with telling(address), sink(target) as to:
            dump = write_dump(
                to,
                address,
                blobs_of(settings),
                lambda: _definitions(site),
                meaning(settings),
                passwords=passwords,
            )
    say(f"{target}: {_told(dump)}")
    if dump.asleep:
        say(f"Not in it is what belongs to modules that are disabled: {', '.join(dump.asleep)}.")
    for sha256 in dump.missing:
        say(f"The content {sha256} of a file is missing on the disk; it is not in the export.")


def load(settings: Settings, source: Path, *, say: Say, folders: Sequence[Path] | None = None) -> None:
    """Make a site of an export: tables and modules, what was made in the browser, files, and last all rows at once.

    Killed before the last step it can be done again from the start.
    """
    set_up("warning" if settings.log_level == "info" else settings.log_level, settings.log_format)
    busy = "The site is being served; stop payvand serve and all workers first."
    with backing_up(settings), alone(settings, "serve.lock", busy), Source(source) as dump:
        address = find_address(settings)
        site = build_site(settings, role="cli", address=address, folders=folders)
        try:
            _check_modules(site, dump.site)
            with telling(address):
                begin(address)
            _prepare(site, dump.site, documents(dump))
        finally:
            site.get(Database).close()
        put_files(dump, blobs_of(settings))
        with telling(address):
            load_rows(dump, address)
    say(f"{source}: {_told(dump.site)}")
    _tell(settings, dump.site, say)


def _definitions(site: Site) -> tuple[Catalog, list[Document]]:
    """Return the catalog, and what was made in the browser."""
    with site.get(Database).reading() as reader:
        own = [document for document in DocumentStore().read(reader) if document.is_site]
    return site.get(Catalogs).current(), own


def _prepare(site: Site, dump: SiteDump, own: Sequence[Document]) -> None:
    """Make the tables, install the modules, and take over what was made in the browser."""
    engine, system = site.get(Database).engine, system_actor("payvand load")
    with told(engine):
        migrate(engine)
    site.get(Lifecycle).install(system, list(dump.modules), reason="load")
    if own:
        site.get(Changes).run(system, lambda present: present.with_documents(*own), reason="load")


def _check_modules(site: Site, dump: SiteDump) -> None:
    """Raise `NotFound` before anything happens where modules of the dump are not here."""
    here = site.get(Discovery).locations()
    lacking = tuple(name for name in dump.modules if name not in here)
    if lacking:
        raise NotFound(
            "These modules are not here: {names}. Install their packages first.",
            code="modules_missing",
            names=lacking,
        )


def _tell(settings: Settings, dump: SiteDump, say: Say) -> None:
    here = meaning(settings)
    for name, value in dump.settings.items():
        if here.get(name, value) != value:
            say(f"{name} was {value!r} where the export was made, and is {here[name]!r} here.")
    accounts = next((table for table in dump.tables if table.table == "core_account"), None)
    if accounts and accounts.rows:
        say("Second factors, passkeys and API keys are in no export; whoever had one sets it up anew.")
    if accounts and accounts.rows and "password_hash" not in accounts.columns:
        say("Nobody has a password yet; give the first one by: payvand user password LOGIN")


def _told(dump: SiteDump) -> str:
    return (
        f"{dump.rows} rows in {len(dump.tables)} tables, {dump.documents} documents, {dump.files} files, "
        f"Payvand {dump.version}"
    )
