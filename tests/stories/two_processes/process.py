"""A web process or a worker of its own, on a database that is there already.

python -m tests.stories.two_processes.process web|worker HOME URL [FOLDER …]; a web process prints its port.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from werkzeug.serving import make_server

from core.app.compose import build_site
from core.app.web import create_app
from core.app.work import work
from core.config import Settings
from core.log import set_up


def main(role: str, home: str, url: str, *folders: str) -> None:
    """Serve, or work, until a signal."""
    set_up("error")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    sys.path.extend(folders)
    settings = Settings(home=Path(home), database_url=url)
    site = build_site(settings, role=role, folders=[Path(folder) for folder in folders] or None)
    if role == "worker":
        work(site)
        return
    server = make_server("127.0.0.1", 0, create_app(site), threaded=True)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
