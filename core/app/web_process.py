"""The web processes under the supervisor: Granian, with the code loaded once and shared by all of them."""

from __future__ import annotations

import gc
import multiprocessing
import os

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

import core.app.wsgi
import core.storage.ddl  # Alembic, once for all processes: the first change of a table must not wait for it
from core.app.children import Parent
from core.config import Settings
from core.log import set_up


def main() -> None:
    """Wait for the address of the database, then serve until a signal."""
    parent = Parent()
    settings = Settings.from_environment()
    set_up(settings.log_level, settings.log_format)
    server = build_server(settings)
    address = parent.address()
    if address is None:
        return
    os.environ["DATABASE_URL"] = address
    parent.stop_with()
    multiprocessing.set_start_method("fork", force=True)  # the queue of pages is inherited
    core.app.wsgi.page_turns()
    if settings.metrics_token:
        from core.app.metrics_files import folder_of, tidy, workers_of

        for folder in (folder_of(settings.home), workers_of(settings.home)):
            tidy(folder, all_of_the_dead=True)
    gc.collect()
    gc.freeze()  # what is loaded now stays shared between the processes
    server.serve()


def build_server(settings: Settings) -> MPServer:
    """Return the server for these settings."""
    return MPServer(
        f"{core.app.wsgi.__name__}:application",
        factory=True,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        address=settings.host,
        port=settings.port,
        workers=settings.processes,
        blocking_threads=settings.threads,
        blocking_threads_idle_timeout=600,
        runtime_blocking_threads=1,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.warning,
        log_access=False,
        log_dictconfig={"loggers": {"_granian": {"handlers": [], "propagate": True}}},  # as lines of ours
    )


if __name__ == "__main__":
    main()
