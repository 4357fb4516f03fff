"""The look at the database that the parts of a page share."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import g

from core.web.looking import looking
from core.web.visit import Visit


@pytest.fixture
def present(site, app, editor):
    with app.test_request_context(
        "/", headers={"Cookie": f"payvand_session={editor.client.get_cookie('payvand_session').value}"}
    ):
        app.preprocess_request()
        found: Visit = g.visit
        yield found


def test_all_parts_share_one_look_that_writes_nothing(site, present):
    with looking(site, present) as first, looking(site, present) as second:
        assert first is second
        assert first.execute(sa.text("show transaction_read_only")).scalar_one() == "on"


def test_a_statement_that_failed_spoils_nothing_for_the_next_part(site, present):
    with looking(site, present) as first, pytest.raises(sa.exc.DBAPIError):
        first.execute(sa.text("select 1 / 0"))
    with looking(site, present) as second:
        assert second is not first
        assert second.execute(sa.text("select 1")).scalar_one() == 1
