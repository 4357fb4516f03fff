"""A worker in a process of its own, for tests that kill it: ``python -m tests.timeline.reminding`` with DATABASE_URL."""

from __future__ import annotations

from core.app.compose import build_site
from core.app.work import work
from core.config import Settings
from core.log import set_up

if __name__ == "__main__":
    set_up("error")
    work(build_site(Settings.from_environment(), role="worker"))
