"""`payvand access`: what people may do, and how the database is asked it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

import click

from core.access import Access
from core.access.matrix import cells, differences
from core.access.matrix_csv import read, write
from core.cli.launcher import Launcher, pass_launcher
from core.cli.output import show_rights
from core.errors import NotFound
from core.identity import Identity
from core.kernel.actor import Actor, system_actor
from core.kernel.site import Site
from core.metadata.actions import ADMINISTER
from core.metadata.catalog import Catalog
from core.records.rights_in_sql import RightsInSql, Written
from core.storage import Database
from core.storage.catalogs import Catalogs


@click.group()
def access() -> None:
    """Look at what people may do."""


@access.command()
@click.argument("login")
@click.argument("entity")
@click.argument("action")
@pass_launcher
def sql(launcher: Launcher, login: str, entity: str, action: str) -> None:
    """Print what each role and restriction asks of a record, as SQL; what may be done is one of the roles and all restrictions."""
    system = system_actor("payvand access sql")
    with launcher.site() as site:
        catalog = site.get(Catalogs).current()
        with site.get(Database).unit(catalog, system, reading=True) as uow:
            account = site.get(Identity).find_account(login, uow=uow)
        person = site.get(Identity).actor_of(account.id)
        for line in _lines(site, person, entity, action, catalog):
            click.echo(line)


@access.command()
@click.option("--role", "roles", multiple=True, help="Only this role; may be given several times.")
@click.option("--entity", "entities", multiple=True, help="Only this entity; may be given several times.")
@pass_launcher
def matrix(launcher: Launcher, roles: tuple[str, ...], entities: tuple[str, ...]) -> None:
    """Print what every role may do with every entity and field, as CSV; `payvand access diff` compares with it later."""
    with launcher.site() as site:
        catalog = site.get(Catalogs).current()
        for name in entities:
            catalog.entity(name)
        missing = [name for name in roles if name not in catalog.roles]
        if missing:
            raise NotFound("There is no role {name}.", name=missing[0])
        found = cells(site.get(Access), catalog, roles or None, entities or None)
        for line in write(found):
            click.echo(line, nl=False)


@access.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--widening", is_flag=True, help="Only what may let somebody do more.")
@pass_launcher
def diff(launcher: Launcher, file: TextIO, widening: bool) -> None:
    """Compare what roles may do with what `payvand access matrix` printed before; exit code 1 where anything is wider."""
    before = list(read(file.read()))
    with launcher.site() as site:
        found = list(differences(before, cells(site.get(Access), site.get(Catalogs).current())))
    show_rights(change for change in found if change.wider or not widening)
    if any(change.wider for change in found):
        raise click.exceptions.Exit(1)


def _lines(site: Site, person: Actor, entity: str, action: str, catalog: Catalog) -> Iterator[str]:
    rights = site.get(Access).rights(person, catalog)
    catalog.entity(entity)
    if rights.everything:
        yield f"-- {person.login} is an administrator: every record"
        return
    found = list(site.get(RightsInSql).written(person, entity, action, catalog))
    if not found:
        yield "-- nothing is granted: no record"
    for one in found:
        yield from _told(one, entity if action == ADMINISTER else "")


def _told(one: Written, administered: str) -> Iterator[str]:
    way = f" (with {', '.join(one.through)})" if one.through else ""
    place = f", {one.place}" if str(one.place) else ""
    fields = f", only for {', '.join(one.fields)}" if one.fields else ""
    yield f"-- {one.kind} {one.name}{way}{place}{fields}"
    if administered:
        yield f"-- the definitions of {administered}: no record is asked"
        return
    yield from (f"-- :{name} = {value!r}" for name, value in one.params)
    yield f"{one.sql};"
