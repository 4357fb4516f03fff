"""Outgoing HTTP has one client, which looks where an address leads."""

from __future__ import annotations

import ast

from tests.architecture.sources import python_files


def test_nothing_else_of_ours_asks_over_http():
    clients = {"http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp"}
    found = sorted(
        f"{source.name}: {name}"
        for folder in ("core", "modules")
        for source in python_files(folder)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
        )
        if name in clients and not source.name.startswith("core/egress/")
    )
    assert found == ["core/app/serve.py: http.client"], "which asks its own processes whether they run"
