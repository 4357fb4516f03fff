"""The look at the database that the parts of a page share."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import g

from core.errors import BadRequest, Unavailable
from core.storage import Database
from core.web.looking import look_away, looking
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
    with pytest.raises(BadRequest), looking(site, present) as first:
        first.execute(sa.text("select 1 / 0"))
    with looking(site, present) as second:
        assert second.execute(sa.text("select 1")).scalar_one() == 1


def test_errors_inside_a_look_are_told_in_our_words(site, present):
    with pytest.raises(BadRequest) as refused, looking(site, present) as uow:
        uow.execute(sa.text("select 'x'::int"))
    assert refused.value.reason == "bad_value"


@pytest.mark.parametrize("met", [True, False], ids=["met", "unmet"])
def test_a_connection_that_died_during_a_look_is_given_up_without_a_word(site, present, met):
    with looking(site, present) as uow:
        killed = uow.execute(sa.text("select pg_backend_pid()")).scalar_one()
    with site.get(Database).reading() as reader:
        reader.value("select pg_terminate_backend(%s, 5000)", [killed])
    if met:
        with pytest.raises(Unavailable) as refused, looking(site, present) as uow:
            uow.execute(sa.text("select 1"))
        assert refused.value.reason == "database_lost"
        with looking(site, present) as again:
            assert again.execute(sa.text("select 1")).scalar_one() == 1
    look_away()
