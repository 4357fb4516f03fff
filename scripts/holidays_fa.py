"""Holidays of Iran as data of the module l10n_fa, from the package ``holidays``: run once for each new year.

    python scripts/holidays_fa.py 1404 1405 1406 > modules/l10n_fa/data/30_holidays.yaml

Days of the lunar calendar are announced anew each year and may move by a day; those that are estimated say so in their
names. They are records like all others: an administrator changes them, and loading the file again leaves them alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from importlib.metadata import version

import holidays

from modules.l10n_fa.jalali import Jalali

HEAD = """# Written by scripts/holidays_fa.py from the package holidays {version}.
policy: create_once
entity: base.holiday
records:
"""


def lines(years: list[int]) -> Iterator[str]:
    """Yield one record for each holiday of these Jalali years."""
    calendar = Jalali()
    known = holidays.country_holidays("IR", years=range(min(years) + 621, max(years) + 623), language="fa_IR")
    for day in sorted(known):
        if calendar.from_date(day).year in years:
            yield _line(day, known[day])


def _line(day: date, name: str) -> str:
    text = name.replace("; ", "، ").replace('"', "")
    return f'  - {{key: "holiday_{day}", holiday_set: "@holidays", date: {day}, name: "{text}"}}\n'


def main(years: list[int]) -> int:
    """Write the file to standard output."""
    sys.stdout.write(HEAD.format(version=version("holidays")))
    sys.stdout.writelines(lines(years))
    return 0


if __name__ == "__main__":
    sys.exit(main([int(year) for year in sys.argv[1:]]))
