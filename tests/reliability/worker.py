"""The worker process of a site with test modules, quick to miss a dead one. Usage: worker.py URL HOME FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from core.app.work import work
from core.jobs import worker
from core.log import set_up
from core.testing.site import open_site


def main() -> None:
    """Work until killed."""
    url, home, folder = sys.argv[1:4]
    set_up("error")
    worker.HEARTBEAT, worker.STALLED, worker.LOOK_AROUND = 0.2, 1.0, 0.3
    site = open_site(url, Path(home), [Path(folder)])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    work(site)


if __name__ == "__main__":
    main()
