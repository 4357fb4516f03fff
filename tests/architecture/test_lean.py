"""Web processes stay lean: what only workers, commands and rare pages need is not loaded at boot."""

from __future__ import annotations

import json
import subprocess
import sys

# structlog loads rich.console where rich is installed (5 MiB, shared by all web processes); the rest of it stays out.
HEAVY = {
    "alembic",
    "calamine",
    "core.identity.attesting",
    "core.identity.claims",
    "core.identity.sealing",
    "core.identity.totp",
    "core.exchange",
    "cryptography",
    "holidays",
    "joserfc",
    "openpyxl",
    "prometheus_client",
    "pyotp",
    "rich.progress",
    "segno",
    "stdnum",
    "weasyprint",
    "webauthn",
    "PIL",
    "fsspec",
    "core.testing",
}
BOOT = """
import importlib.util, json, sys
from pathlib import Path
from core.app.compose import build_site
from core.config import Settings

build_site(Settings(home=Path(sys.argv[1]), database_url="postgresql://nobody@localhost/nowhere"))
for room in ("core.web.app", "core.api.app", "core.web", "core.api"):
    if importlib.util.find_spec(room.rpartition(".")[0]) and importlib.util.find_spec(room):
        importlib.import_module(room)
print(json.dumps(sorted(sys.modules)))
"""


def test_a_web_process_loads_nothing_that_only_others_need(tmp_path):
    done = subprocess.run([sys.executable, "-c", BOOT, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout))
    assert "core.records.service" in loaded
    assert not HEAVY & loaded
