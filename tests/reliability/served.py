"""The web processes of a site with test modules, as the server runs them. Usage: served.py PORT (see `environment`)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from core.app.web import create_app
from core.log import set_up
from core.storage.catalogs import Catalogs
from core.testing.site import open_site


def environment(url: str, home: Path, folder: Path) -> dict[str, str]:
    """Return what the processes need to know."""
    return {
        **os.environ,
        "RELIABILITY_URL": url,
        "RELIABILITY_HOME": str(home),
        "RELIABILITY_FOLDER": str(folder),
    }


def application() -> Flask:
    """Return the application of one web process."""
    set_up("error")
    site = open_site(
        os.environ["RELIABILITY_URL"],
        Path(os.environ["RELIABILITY_HOME"]),
        [Path(os.environ["RELIABILITY_FOLDER"])],
    )
    site.get(Catalogs).current()
    return create_app(site)


def main() -> None:
    """Serve with two processes until killed; one that dies is started again."""
    MPServer(
        "tests.reliability.served:application",
        factory=True,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        address="127.0.0.1",
        port=int(sys.argv[1]),
        workers=2,
        blocking_threads=4,
        runtime_blocking_threads=1,
        respawn_failed_workers=True,
        log_level=LogLevels.critical,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    main()
