"""Formatted text goes out and comes back: as its words where a list is exported, whole where an import is to take it back."""

from __future__ import annotations

import pytest

from core.i18n import Localization
from core.records.query import Query
from core.records.service import Records
from tests.exchange.conftest import counts

STORY = '<h3 dir="auto">Born</h3><ul dir="auto"><li>in <strong>Yazd</strong></li><li>=1+1</li></ul>'
PLAIN = '<p dir="auto">one</p><p dir="auto">two &lt;3</p>'


@pytest.fixture
def told(office):
    office.create(
        "roster.person",
        {"last_name": "Stone", "code": "1", "story": STORY},
        {"last_name": "Reed", "code": "2", "story": "one\n\ntwo <3"},
    )
    return office


def exported(office, fmt, *fields):
    style = office.site.get(Localization).style(office.actor.preferences, office.site.settings)
    _, _, pieces = office.exchange.export(
        office.actor,
        "roster.person",
        Query(fields=fields, sort=("id",)),
        fmt,
        catalog=office.catalog,
        style=style,
    )
    return b"".join(pieces)


def stories(office):
    return [one["story"] for one in office.people("story")]


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_an_export_of_everything_brings_formatting_back(told, fmt):
    file = exported(told, fmt, "*")
    told.create("roster.person", {"last_name": "Hill", "code": "3"})
    one, two, _ = told.people("id")
    with told.unit() as uow:
        for person in (one, two):
            told.site.get(Records).update(
                told.actor, "roster.person", person["id"], {"story": None}, version=None, uow=uow
            )
    assert counts(told.run(file, f"people.{fmt}", mode="upsert", key="code")) == {"updated": 2}
    assert stories(told) == [STORY, PLAIN, None]


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_words_alone_take_no_formatting_away_and_other_words_do(told, fmt):
    file = exported(told, fmt, "code", "last_name", "story")
    if fmt == "csv":
        assert "<" not in file.decode("utf-8-sig").replace("two <3", "")
    assert counts(told.run(file, f"people.{fmt}", mode="update", key="code")) == {"skipped": 2}
    assert stories(told) == [STORY, PLAIN]
    assert counts(told.run("Code,Story\n1,Born\n", mode="update", key="code")) == {"updated": 1}
    assert stories(told) == ['<p dir="auto">Born</p>', PLAIN]
    assert counts(told.run("Code,Story\n2,one <b>and</b> two\n", mode="update", key="code")) == {"updated": 1}
    assert stories(told)[1] == '<p dir="auto">one <strong>and</strong> two</p>'
