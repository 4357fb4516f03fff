"""Calendars and charts that name what is not there, or what does not fit, are refused with what would."""

from __future__ import annotations

import pytest

from tests.metadata.written import entity, refused, view

PERSON = entity(
    "people.person",
    {
        "name": {"type": "text"},
        "stage": {"type": "choice", "choices": {"new": {"label": "New"}}},
        "born": {"type": "date"},
        "seen": {"type": "datetime"},
        "gone": {"type": "datetime"},
        "busy": {"type": "boolean"},
        "worth": {"type": "money"},
    },
)


@pytest.mark.parametrize(
    ("kind", "body", "found"),
    [
        ("calendar", {"start": "seen", "end": "gone", "all_day": "busy", "hue_by": "stage"}, {}),
        ("calendar", {"start": "born"}, {}),
        ("calendar", {"start": "sen"}, {"unknown_field": "seen"}),
        ("calendar", {"start": "name"}, {"wrong_type": "datetime"}),
        ("calendar", {"start": "born", "end": "gone"}, {"wrong_type": "date"}),
        ("calendar", {"start": "born", "all_day": "stage"}, {"wrong_type": "boolean"}),
        ("calendar", {"start": "born", "hue_by": "name"}, {"wrong_type": "choice"}),
        ("calendar", {"label": "When"}, {"missing": "start"}),
        ("chart", {"group_by": "stage", "measure": "sum(worth)", "chart": "steps"}, {}),
        ("chart", {"group_by": "born", "by": "quarter"}, {}),
        ("chart", {"group_by": "stag"}, {"unknown_field": "stage"}),
        ("chart", {"group_by": "worth"}, {"wrong_type": "choice"}),
        ("chart", {"group_by": "stage", "measure": "total(worth)"}, {"bad_measure": "count()"}),
        ("chart", {"group_by": "stage", "measure": "sum()"}, {"bad_measure": "count()"}),
        ("chart", {"group_by": "stage", "measure": "sum(wort)"}, {"unknown_field": "worth"}),
        ("chart", {"group_by": "stage", "measure": "sum(name)"}, {"wrong_type": "money"}),
        ("chart", {"measure": "count()"}, {"missing": "group_by"}),
    ],
)
def test_calendars_and_charts_are_held_against_their_entity(kind, body, found):
    told = refused(PERSON, view(f"people.person.{kind}", **body))
    assert set(told) == set(found)
    assert all(word in told[code] for code, word in found.items())
