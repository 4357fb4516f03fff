"""`payvand`: the commands."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace

import click

from core import __version__
from core.cli.launcher import Launcher, pass_launcher
from core.cli.output import show_accounts, show_problems
from core.config import TESTING_IS_ON

ELSEWHERE = {
    "access": "core.cli.access:access",
    "backup": "core.cli.backup:backup",
    "bundle": "core.cli.bundle:bundle",
    "export": "core.cli.dump:export",
    "import": "core.cli.imports:import_file",
    "load": "core.cli.dump:load",
    "metadata": "core.cli.metadata:metadata",
    "module": "core.cli.modules:module",
    "site": "core.cli.sites:site",
    "restore": "core.cli.backup:restore",
    "upgrade": "core.cli.upgrade:upgrade",
    "user": "core.cli.users:user",
}
"""Commands by name, and where each is: loaded when asked for, so that `serve` starts at once."""


SITE = "--site"
"""Which of several sites a command is about; it may stand before the command or behind it."""


class _Lazy(click.Group):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, site_first(args))

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in ELSEWHERE:
            module, _, name = ELSEWHERE[cmd_name].partition(":")
            found: click.Command = getattr(importlib.import_module(module), name)
            return found
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="payvand")
@click.option(
    SITE,
    metavar="HOST",
    envvar="PAYVAND_SITE",
    help="Of several sites the one at this host, and not the first.",
)
@click.pass_context
def payvand(ctx: click.Context, site: str | None) -> None:
    """Payvand: a CRM of modules on a low-code core."""
    if site:
        ctx.obj = ctx.obj.at(site)


def site_first(words: list[str]) -> list[str]:
    """Return the words of a command with the site that it is about in front."""
    rest, moved, words = list[str](), list[str](), list(words)
    while words and words[0] != "--":
        word = words.pop(0)
        if word == SITE or word.startswith(f"{SITE}="):
            moved += [word, *([words.pop(0)] if word == SITE and words else [])]
        else:
            rest.append(word)
    return [*moved, *rest, *words]


@payvand.command()
@click.option("--host", help="Address to listen on instead of PAYVAND_HOST.")
@click.option("--port", type=int, help="Port to listen on instead of PAYVAND_PORT.")
@pass_launcher
def serve(launcher: Launcher, host: str | None, port: int | None) -> None:
    """Run everything: database, worker and web, until Ctrl-C."""
    settings = replace(
        launcher.settings, host=host or launcher.settings.host, port=port or launcher.settings.port
    )
    settings.check()
    launcher.serve(settings, click.echo)


@payvand.command()
@click.option("--once", is_flag=True, help="Stop when no job is left.")
@pass_launcher
def worker(launcher: Launcher, once: bool) -> None:
    """Run jobs, e.g. on a machine of their own."""
    launcher.work(wait=not once)


@payvand.command()
@click.option(
    "--modules",
    default="",
    help="Modules to install, separated by commas; those that come with it by default.",
)
@click.option("--demo", is_flag=True, help="Load accounts and records to play with.")
@pass_launcher
def init(launcher: Launcher, modules: str, demo: bool) -> None:
    """Make database, tables and modules ready; what is there already stays."""
    wanted = [name.strip() for name in modules.split(",") if name.strip()]
    passwords = launcher.initialize(wanted, demo=demo, say=click.echo)
    if passwords:
        settings = launcher.settings
        show_accounts(settings.base_url or f"http://{settings.host}:{settings.port}", list(passwords.items()))


@payvand.command()
@click.option(
    "--repair",
    is_flag=True,
    help="Repair what can be repaired safely; each repair is told before it is done.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what is wrong as JSON, for programs.")
@pass_launcher
def doctor(launcher: Launcher, repair: bool, as_json: bool) -> None:
    """Look for anything that is wrong; exit code 0 only where nothing is, or nothing is left."""
    repaired: list[str] = []
    say = repaired.append if as_json else click.echo
    problems = launcher.repair(say) if repair else launcher.examine()
    if as_json:
        found = [
            {"code": p.code, "sentence": p.text(), "repair": launcher.repair_of(p) or None} for p in problems
        ]
        click.echo(
            json.dumps({"well": not found, "problems": found, "repaired": repaired}, ensure_ascii=False)
        )
    else:
        show_problems(problems)
        if not repair and any(launcher.repair_of(problem) for problem in problems):
            click.echo("Some of this can be repaired: payvand doctor --repair", err=True)
        if launcher.settings.testing:
            click.echo(TESTING_IS_ON, err=True)
    if problems:
        raise click.exceptions.Exit(1)
    if not as_json:
        click.echo("All is well.")
