"""Patterns of running numbers."""

from __future__ import annotations

import pytest

from core.fields import SequencePattern
from core.fields.sequences import PatternInvalid
from core.i18n import Day

DAY = Day(1405, 9, 1)


@pytest.mark.parametrize(
    ("pattern", "period", "written"),
    [
        ("C-{year}-{number:05}", "1405", "C-1405-00007"),
        ("{number}", "", "7"),
        ("INV/{year}/{month}/{number:03}", "1405-09", "INV/1405/09/007"),
        ("{year}{month}{day}-{number:02}", "1405-09-01", "14050901-07"),
        ("ق-{number:04}", "", "ق-0007"),
    ],
)
def test_patterns_number_records_and_begin_anew(pattern, period, written):
    read = SequencePattern.read(pattern)
    assert read.period(DAY) == period
    assert read.write(7, DAY) == written


def test_numbers_wider_than_their_pattern_are_written_whole():
    assert SequencePattern.read("{number:02}").write(12345, DAY) == "12345"


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "C-{year}",
        "{number}{number}",
        "{number:5}",
        "{number:00}",
        "{numbr}",
        "{number",
        "number}",
        "{month}-{number}",
        "{year}-{day}-{number}",
        "{number!r}",
        "{number.__class__}",
        "{0}",
        "{number:099}",
        "x" * 61 + "{number}",
        "{}",
        "{number:05}}",
    ],
)
def test_patterns_that_cannot_work_are_refused(pattern):
    with pytest.raises(PatternInvalid):
        SequencePattern.read(pattern)
