"""Outgoing HTTP has one client, which looks where an address leads."""

from __future__ import annotations

import ast

from tests.architecture.sources import python_files

CLIENTS = {"http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp"}
OTHERS = {"socket", "ssl", "smtplib", "ftplib", "imaplib", "poplib", "telnetlib", "xmlrpc.client", "asyncio"}


def imported(folder):
    """Yield each file with each name that it imports."""
    for source in python_files(folder):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ImportFrom):
                yield source.name, node.module or ""
                yield from ((source.name, f"{node.module}.{alias.name}") for alias in node.names)
            elif isinstance(node, ast.Import):
                yield from ((source.name, alias.name) for alias in node.names)


def test_nothing_else_of_ours_asks_over_http():
    found = {
        f"{file}: {name}"
        for folder in ("core", "modules")
        for file, name in imported(folder)
        if name in CLIENTS and not file.startswith("core/egress/")
    }
    assert found == {"core/app/serve.py: http.client"}, "which asks its own processes whether they run"


def test_the_core_opens_sockets_in_few_places_and_modules_in_none():
    found = {f"{file}: {name}" for file, name in imported("core") if name in OTHERS}
    assert found == {
        "core/app/metrics_files.py: socket",  # the name of the machine
        "core/app/page_turns.py: socket",  # a pair between processes of ours
        "core/app/serve.py: socket",  # looks whether its port is free
        "core/egress/client.py: socket",
        "core/egress/client.py: ssl",
        "core/jobs/worker.py: asyncio",  # in which the queue runs
        "core/mail/sending.py: smtplib",  # for what may go wrong with it
        "core/mail/transport.py: smtplib",  # the server that the operator has named
        "core/mail/transport.py: ssl",
        "core/storage/embedded.py: socket",  # looks whether the database answers
    }
    assert not [
        f"{file}: {name}"
        for folder in ("modules", "tests/fixtures/modules")
        for file, name in imported(folder)
        if name in CLIENTS | OTHERS and "/tests/" not in file.removeprefix("tests/")
    ], "modules ask through core.sdk.egress"
