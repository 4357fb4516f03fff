"""A file of each program comes in through the wizard, in a browser, with exact counts."""

from __future__ import annotations

import pytest

from core.testing.site import PASSWORD, make_account
from tests.browser.test_import import LIST, Wizard, told
from tests.stories.test_moving_in import FILES

pytestmark = [pytest.mark.browser, pytest.mark.modules, pytest.mark.covers("CD-45", "IN-22")]

MINA = "mina@example.com"


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_each_program_comes_in_with_exact_counts(seat, site, worker, tmp_path, name):
    content, expected = FILES[name]
    (tmp_path / name).write_bytes(content)
    make_account(site, MINA, ["base.member", "contacts.manager"], password=PASSWORD, name="Mina")
    desk = seat(language="fa")
    desk.signs_in(MINA, PASSWORD)
    wizard = Wizard(desk.goes(f"{LIST}/import"), worker)
    wizard.uploads(tmp_path / name)
    assert told(wizard.goes_on()) == expected
    assert told(wizard.goes_on()) == expected
    assert desk.goes(LIST).locator("tbody tr").count() == expected["created"]
