"""The demo is a year up to the day on which it is loaded, with Persian and English companies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.modules

MODULES = Path(__file__).resolve().parents[2] / "modules"
RELATIVE = re.compile(r"\$today([+-]\d+)?(?:T\d{2}:\d{2})?")
FIXED = re.compile(r"\d{4}-\d{2}-\d{2}")


def records(path):
    return yaml.safe_load((MODULES / path).read_text(encoding="utf-8"))["records"]


def values(record):
    for value in record.values() if isinstance(record, dict) else record:
        if isinstance(value, (dict, list)):
            yield from values(value)
        else:
            yield str(value)


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("sales/demo/20_opportunities.yaml", 330),
        ("sales/demo/34_quotes.yaml", 330),
        ("activities/demo/10_activities.yaml", 300),
    ],
)
def test_what_happened_spans_a_year_counted_from_today(path, least):
    texts = [text for record in records(path) for text in values(record)]
    days = [int(match[1] or 0) for text in texts if (match := RELATIVE.fullmatch(text))]
    assert min(days) <= -least
    assert max(days) > 0
    assert len({day // 30 for day in days if day <= 0}) >= 11
    assert not [text for text in texts if FIXED.match(text)]


def test_companies_are_persian_and_english_alike():
    names = [record["name"] for record in records("contacts/demo/20_accounts.yaml")]
    persian = [name for name in names if re.search("[\u0600-\u06ff]", name)]
    assert abs(2 * len(persian) - len(names)) <= 2


def test_quotes_stand_in_the_order_of_their_dates():
    issued = [
        int(RELATIVE.fullmatch(record["issue_date"])[1])
        for record in records("sales/demo/34_quotes.yaml")
        if "issue_date" in record
    ]
    assert issued == sorted(issued)
