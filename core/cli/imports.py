"""`payvand import`: a spreadsheet into an entity, here and now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
import orjson

from core.cli.launcher import Launcher, pass_launcher
from core.cli.output import show_table
from core.errors import BadRequest
from core.exchange.service import Exchange
from core.files import Files
from core.identity import Identity
from core.jobs import Jobs, JobStatus
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.metadata.specs import Json
from core.storage import Database
from core.storage.catalogs import Catalogs

COUNTS = ("created", "updated", "skipped", "duplicates", "errors")
LOOK = 0.2
"""Seconds between looks at the progress."""


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--entity", required=True, help="What the rows are, e.g. contacts.contact.")
@click.option("--as", "login", required=True, help="Whose rights count, and who stands in the history.")
@click.option(
    "--mapping", help="JSON of columns and the fields they mean; guessed from the headers without it."
)
@click.option(
    "--mode", type=click.Choice(("create", "update", "upsert")), default="create", show_default=True
)
@click.option("--key", help="The field by which records are found again (update, upsert).")
@click.option("--sheet", default="", help="Which sheet; the first by default.")
@click.option("--create-missing", is_flag=True, help="Make records that references name and nobody has.")
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@click.option(
    "--errors", type=click.Path(dir_okay=False, path_type=Path), help="Where rows that were left out go."
)
@pass_launcher
def import_file(
    launcher: Launcher,
    file: Path,
    entity: str,
    login: str,
    mapping: str | None,
    mode: str,
    key: str | None,
    sheet: str,
    create_missing: bool,
    dry_run: bool,
    errors: Path | None,
) -> None:
    """Import a spreadsheet (xlsx or csv); exit code 0 only where no row was refused."""
    with launcher.site() as site:
        actor = _person(site, login)
        with site.get(Database).unit(site.get(Catalogs).current(), actor) as uow, file.open("rb") as stream:
            number = site.get(Files).store(stream, file.name, actor, uow)
            job = site.get(Exchange).start(
                actor,
                number,
                entity,
                _mapping(mapping),
                mode=mode,
                key=key,
                uow=uow,
                dry_run=dry_run,
                sheet=sheet,
                create_missing=create_missing,
            )
        status = _follow(launcher, site, actor, job)
        result = status.result or {}
        if status.state == "done":
            show_table([(name, str(result.get(name, 0))) for name in COUNTS])
            if errors is not None and result.get("error_file_id"):
                _save(site, int(str(result["error_file_id"])), errors)
    if status.state != "done":
        click.echo(status.error or status.state, err=True)
    if status.state != "done" or result.get("errors"):
        raise click.exceptions.Exit(1)


def _person(site: Site, login: str) -> Actor:
    system = system_actor("payvand import")
    with site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        account = site.get(Identity).find_account(login, uow=uow)
    return site.get(Identity).actor_of(account.id)


def _follow(launcher: Launcher, site: Site, actor: Actor, job: int) -> JobStatus:
    """Run the job and show how far it is until it has ended."""
    jobs = site.get(Jobs)
    running = launcher.run_job(site, job)
    with click.progressbar(length=1, label="Importing", show_pos=True) as bar:
        while not running.wait(LOOK):
            status = jobs.status(actor, job)
            bar.length = status.total or 1
            bar.update(status.done - bar.pos)
    return jobs.status(actor, job)


def _mapping(given: str | None) -> Mapping[str, str] | None:
    if given is None:
        return None
    try:
        mapping: Json = orjson.loads(given)
    except ValueError:
        mapping = None
    if not isinstance(mapping, Mapping):
        raise BadRequest("mapping is an object of columns and the fields that they mean.", code="wrong_type")
    return {str(column): str(target) for column, target in mapping.items()}


def _save(site: Site, number: int, target: Path) -> None:
    files = site.get(Files)
    with site.get(Database).reading() as reader:
        found = files.find(number, reader)
    with files.open(found) as content:
        target.write_bytes(content.read())
    click.echo(f"The rows that were left out are in {target}.")
