"""The reference pages of commands and settings, written from the code.

    python scripts/reference.py

A test compares `docs/reference/cli.md` and `docs/reference/settings.md` with what stands here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click

from core.cli.main import payvand
from core.config import Settings

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "reference"

CLI_HEAD = """# Commands

`payvand` is what an administrator types at a terminal. What was asked for goes to standard output, what is wrong to standard
error, one sentence a line; the exit code is 0 only where all went well, 1 where something was refused, 2 where the command itself
was mistyped. Everything else comes from [settings](settings.md). A command that needs the database starts the embedded one
where it does not run, and leaves it running.

What is done at a terminal is done by the system, with all rights, and stands so in the history; only `payvand import` asks in whose
name.

Every command takes `--site HOST`, before or behind its name: it is about that one of [several sites](../operate/sites.md), and else
about the first. `PAYVAND_SITE` in the environment does the same.

This page is written from `core/cli` by `python scripts/reference.py`; a test holds the two together.
"""

SETTINGS_HEAD = """# Settings

Everything is read from the environment, once, when a process starts. A setting that is wrong stops the start with its name and the
reason; an empty one counts as not given. `true`, `yes`, `on` and `1` are true, `false`, `no`, `off` and `0` are not.

| setting | default | what |
|---|---|---|
"""

SETTINGS_TAIL = """
`PAYVAND_HOME` holds `postgres` (the embedded database), `files` (uploads), `secret` (the site's key), `demo-accounts.txt` and `sites`
([several sites](../operate/sites.md), each with settings of its own in a file).
Processes and threads are between 1 and 64. `DATABASE_URL` begins with `postgresql://`.

Tests read `PAYVAND_TEST_PG`, the URL of a PostgreSQL whose role may make databases, instead of a throwaway server of their own.

This page is written from `core/config.py` by `python scripts/reference.py`; a test holds the two together.
"""


def pages() -> dict[str, str]:
    """Return the pages by file name."""
    return {"cli.md": CLI_HEAD + "".join(_commands(payvand, "payvand")), "settings.md": _settings()}


def _settings() -> str:
    rows = [
        f"| `{spec.metadata['env']}` | {_default(spec.default)} | {spec.metadata['about']} |\n"
        for spec in fields(Settings)
    ]
    return SETTINGS_HEAD + "".join(rows) + SETTINGS_TAIL


def _default(value: object) -> str:
    if value == "":
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _commands(command: click.Command, path: str) -> Iterator[str]:
    """Yield a section for each command, groups before what is in them."""
    context = click.Context(command)
    if isinstance(command, click.Group):
        if path != "payvand":
            yield f"\n## `{path}`\n\n{command.help}\n"
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _commands(found, f"{path} {name}")
        return
    depth = "##" if path.count(" ") == 1 else "###"
    yield f"\n{depth} `{' '.join([path, *_arguments(command)])}`\n\n{command.help}\n"
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    if options:
        yield "\n| option | what |\n|---|---|\n"
    yield from (f"| {_names(option)} | {_about(option)} |\n" for option in options)


def _arguments(command: click.Command) -> list[str]:
    return [
        str(p.make_metavar(click.Context(command))) for p in command.params if isinstance(p, click.Argument)
    ]


def _names(option: click.Option) -> str:
    shown = " ".join(
        [*option.opts] if option.is_flag else [*option.opts, (option.metavar or option.name or "").upper()]
    )
    return f"`{shown}`"


def _about(option: click.Option) -> str:
    notes = [option.help] if option.help else []
    if isinstance(option.type, click.Choice):
        notes.append(f"One of {', '.join(f'`{choice}`' for choice in option.type.choices)}.")
    if option.required:
        notes.append("Required.")
    if option.show_default:
        notes.append(f"Default: `{option.default}`.")
    return " ".join(notes)


if __name__ == "__main__":
    for file, text in pages().items():
        (FOLDER / file).write_text(text, encoding="utf-8")
