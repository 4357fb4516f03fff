"""Commands, run in this process on a database of their own, with the kit as the only module there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.app.launcher import Launching
from core.cli.main import payvand
from core.config import Settings
from core.testing.postgres import TestPostgres

FIXTURE_MODULES = Path(__file__).parent.parent / "fixtures" / "modules"


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the modules of the fixtures be imported by their own names."""
    monkeypatch.syspath_prepend(FIXTURE_MODULES)


class Terminal:
    """Runs commands as a person would type them."""

    def __init__(self, url: str, home: Path) -> None:
        self.folders = [FIXTURE_MODULES]
        self.settings = Settings(home=home, database_url=url, log_level="error")

    def run(self, *words: str, code: int = 0) -> Result:
        """Run a command; what it raises comes out as `main` would print it."""
        done = CliRunner().invoke(payvand, words, obj=Launching(self.settings, self.folders))
        if code == 0:
            assert done.exit_code == 0, (done.output, done.exception)
        assert done.exit_code == code
        return done


@pytest.fixture
def bare(pg: TestPostgres, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal before anything was done."""
    with pg.database() as url:
        yield Terminal(url, tmp_path)


@pytest.fixture
def terminal(pg: TestPostgres, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal at a site with the kit."""

    def build(url: str) -> None:
        Terminal(url, tmp_path).run("init", "--modules", "kit")

    with pg.database(pg.template("cli kit", build)) as url:
        yield Terminal(url, tmp_path)
