"""Sites that tests have given back: the next test gets what they have compiled, and nothing of what they have done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.jobs import Jobs, Task
from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle
from core.testing.desk import Desk
from core.testing.site import actor_of, lent_site, make_account, open_site, web_of
from core.testing.warm import WarmSites

FOLDERS = [Path(__file__).parent.parent / "fixtures" / "modules"]
SYSTEM = system_actor("a test")


@pytest.fixture(scope="module")
def template(pg, tmp_path_factory):
    """A database with the kit, to be copied."""
    with lent_site(pg, ("kit",), tmp_path_factory.mktemp("home"), FOLDERS):
        return pg.template(f"site ('kit',) {[str(folder) for folder in FOLDERS]}", lambda url: None)


@pytest.fixture
def lend(pg, tmp_path, template):
    """Lend a site as the fixture `site` does."""
    sites = WarmSites()

    def new(url):
        (tmp_path / "secret").write_bytes(b"k" * 32)
        return open_site(url, tmp_path, FOLDERS)

    return lambda: sites.lent(pg, template, new)


def test_the_next_test_gets_the_same_site_with_new_data(lend):
    with lend() as site:
        first, app = site, web_of(site)
        Desk(site).one("kit.shelf", name="Left behind")
        make_account(site, "anna@example.com", ())
        assert actor_of(site, "anna@example.com").login == "anna@example.com"
        (site.settings.home / "files").mkdir()
        (site.settings.home / "files" / "left").touch()
    with lend() as site:
        assert (site, web_of(site)) == (first, app)
        assert Desk(site).column("kit.shelf", "name") == []
        make_account(site, "bert@example.com", ())
        assert actor_of(site, "bert@example.com").login == "bert@example.com"
        assert [left.name for left in site.settings.home.iterdir()] == ["secret"]


@pytest.mark.parametrize(
    "change",
    [
        lambda site: site.get(Lifecycle).disable(SYSTEM, "kit"),
        lambda site: site.get(Jobs).register(Task(name="kit.new", run=lambda context: {})),
        lambda site: setattr(site, "settings", replace(site.settings, language="fa")),
    ],
    ids=["modules", "jobs", "settings"],
)
def test_a_site_that_a_test_has_changed_is_not_used_again(lend, change):
    with lend() as site:
        first = site
        change(site)
    with lend() as site:
        assert site is not first
        assert Desk(site).column("kit.shelf", "name") == []
