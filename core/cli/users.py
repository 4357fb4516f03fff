"""`payvand user`: accounts, their roles, passwords and API keys."""

from __future__ import annotations

import secrets

import click

from core.cli.launcher import Launcher, pass_launcher
from core.cli.output import show_table
from core.errors import NotFound
from core.identity import Identity
from core.kernel.actor import Scope, system_actor
from core.storage import Database
from core.storage.catalogs import Catalogs


@click.group()
def user() -> None:
    """Accounts, their roles, passwords and API keys."""


@user.command("list")
@pass_launcher
def list_users(launcher: Launcher) -> None:
    """List all accounts."""
    system = system_actor("payvand user list")
    with launcher.site() as site, site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        accounts = site.get(Identity).accounts(system, uow=uow)
    show_table([(a.login, "active" if a.active else "locked", ", ".join(a.roles)) for a in accounts])


@user.command()
@click.argument("login")
@click.option("--name", default="", help="What the person is called.")
@click.option("--role", "roles", multiple=True, help="A role; may be given several times.")
@click.option("--password", help="A password; without it one is made and printed.")
@pass_launcher
def create(launcher: Launcher, login: str, name: str, roles: tuple[str, ...], password: str | None) -> None:
    """Create an account."""
    system = system_actor("payvand user create")
    chosen = password or secrets.token_urlsafe(12)
    with launcher.site() as site, site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        account = site.get(Identity).create_account(system, login, chosen, roles, name=name, uow=uow)
    click.echo(f"Created {account.login}" + ("" if password else f" with the password {chosen}"))


@user.command()
@click.argument("login")
@click.option("--password", help="A password; without it one is made and printed.")
@pass_launcher
def password(launcher: Launcher, login: str, password: str | None) -> None:
    """Give an account a new password and end its sessions."""
    system = system_actor("payvand user password")
    chosen = password or secrets.token_urlsafe(12)
    with launcher.site() as site, site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        identity = site.get(Identity)
        identity.set_password(system, identity.find_account(login, uow=uow), chosen, uow=uow)
    click.echo("The password was changed." if password else f"The new password is {chosen}")


@user.command()
@click.argument("login")
@click.option("--name", default="payvand user token", help="What the key is for.")
@click.option("--days", type=click.IntRange(1, 3650), help="Days until it ends.")
@pass_launcher
def token(launcher: Launcher, login: str, name: str, days: int | None) -> None:
    """Print a new API key that may do all that its owner may; it is shown this once."""
    system = system_actor("payvand user token")
    with launcher.site() as site, site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        identity = site.get(Identity)
        account = identity.find_account(login, uow=uow)
        key = identity.create_key(system, account.id, name, [Scope()], uow=uow, days=days)
    click.echo(key)


@user.command()
@click.argument("login")
@click.option("--add", multiple=True, help="A role to give; may be given several times.")
@click.option("--remove", multiple=True, help="A role to take away; may be given several times.")
@pass_launcher
def roles(launcher: Launcher, login: str, add: tuple[str, ...], remove: tuple[str, ...]) -> None:
    """Give an account roles or take them away, from its next request on, and print those that it has."""
    system = system_actor("payvand user roles")
    with launcher.site() as site, site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        identity = site.get(Identity)
        account = identity.find_account(login, uow=uow)
        missing = sorted(set(remove) - set(account.roles))
        if missing:
            raise NotFound("{login} has no role {name}.", login=account.login, name=missing[0])
        wanted = (set(account.roles) | set(add)) - set(remove)
        if add or remove:
            identity.set_roles(system, account.id, wanted, uow=uow)
    click.echo("\n".join(sorted(wanted)))


@user.command("reset-factor")
@click.argument("login")
@pass_launcher
def reset_factor(launcher: Launcher, login: str) -> None:
    """Take the second factor of somebody who has lost it, and end their sessions."""
    system = system_actor("payvand user reset-factor")
    with launcher.site() as site, site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        identity = site.get(Identity)
        identity.factors.reset(system, identity.find_account(login, uow=uow).id, uow=uow)
    click.echo("The second factor was reset. A password alone signs in now.")


@user.command()
@click.argument("login")
@pass_launcher
def lock(launcher: Launcher, login: str) -> None:
    """Keep an account out and end its sessions."""
    _let_in(launcher, login, active=False)


@user.command()
@click.argument("login")
@pass_launcher
def unlock(launcher: Launcher, login: str) -> None:
    """Let an account in again."""
    _let_in(launcher, login, active=True)


def _let_in(launcher: Launcher, login: str, *, active: bool) -> None:
    system = system_actor("payvand user unlock" if active else "payvand user lock")
    with launcher.site() as site, site.get(Database).unit(site.get(Catalogs).current(), system) as uow:
        identity = site.get(Identity)
        identity.set_active(system, identity.find_account(login, uow=uow).id, active, uow=uow)
