"""How well a scan finds the pairs planted among 20,000 people, how long it takes, and the page that keeps the figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.duplicates.scanned import Told, scan_truth
from benchmarks.duplicates.truth import Found, Truth, held_out, judged, seen
from benchmarks.payvand_data import site_home
from benchmarks.place import Place
from core.app.compose import build_site
from core.config import Settings
from core.kernel.actor import system_actor
from core.lifecycle import Lifecycle
from core.storage import Database, migrate

CONTACTS, PAIRS = 20_000, 1_000
QUICK_CONTACTS, QUICK_PAIRS = 1_000, 50
LEAST = 0.95
INSTALLED = ("base", "contacts", "l10n_fa")
DATABASE = "payvand_duplicates"
ROW = "| {name} | {contacts} | {planted} | {told} | {right} | {precision:.3f} | {recall:.3f} | {seconds:.0f} s | {again:.0f} s |"


@dataclass(frozen=True, kw_only=True, slots=True)
class Measurement:
    """One table of people with what the scan told of it."""

    truth: Truth
    told: Told
    found: Found

    @property
    def kept(self) -> bool:
        """Tell whether enough was found, and hardly anything else."""
        return min(self.found.precision, self.found.recall) >= LEAST

    def row(self) -> dict[str, object]:
        """Return the figures by their names."""
        return {
            "name": self.truth.name,
            "contacts": len(self.truth.people),
            "planted": self.found.planted,
            "told": self.found.told,
            "right": self.found.right,
            "precision": round(self.found.precision, 4),
            "recall": round(self.found.recall, 4),
            "seconds": round(self.told.seconds, 1),
            "again": round(self.told.again, 1),
            "crowds": self.told.result.get("crowds"),
        }


def measure_duplicates(place: Place, say: Callable[[str], None], *, quick: bool) -> list[Measurement]:
    """Scan both tables, each in a new site."""
    size = (QUICK_CONTACTS, QUICK_PAIRS) if quick else (CONTACTS, PAIRS)
    return [_measure(place, say, make(*size)) for make in (seen, held_out)]


def _measure(place: Place, say: Callable[[str], None], truth: Truth) -> Measurement:
    say(f"{truth.name}: {len(truth.people)} contacts")
    place.create(DATABASE)
    site = build_site(Settings(home=site_home(place)), role="cli", address=place.url(DATABASE))
    try:
        migrate(site.get(Database).engine)
        site.get(Lifecycle).install(system_actor("measurement"), INSTALLED)
        told = scan_truth(site, truth)
    finally:
        site.get(Database).close()
        place.drop(DATABASE)
    return Measurement(truth=truth, told=told, found=judged(truth, told.pairs))


def write_duplicates(
    results: Path, found: Sequence[Measurement], about: Mapping[str, object], *, quick: bool
) -> str:
    """Keep the figures of a whole run, and return them as a page."""
    rows = [one.row() for one in found]
    lines = [
        "# Duplicates found among people who are made up",
        "",
        "The pairs that the scan told, held against those that were planted (`python -m benchmarks duplicates`). *Seen* was",
        "looked at while the scan was made; *held out* has other names, another seed and more ways to go wrong, and was not.",
        "",
        "| people | contacts | planted | told | of them right | precision | recall | scan | again |",
        "|---|---|---|---|---|---|---|---|---|",
        *(ROW.format(**row) for row in rows),
        "",
        f"Each has to reach {LEAST} in both. *Again* is a second scan when nothing has changed.",
        "",
        *(f"{name}: {value}  " for name, value in about.items()),
    ]
    text = "\n".join(lines).rstrip() + "\n"
    if not quick:
        (results / "duplicates.md").write_text(text)
        (results / "duplicates.json").write_text(
            json.dumps({"about": dict(about), "rows": rows}, indent=1) + "\n"
        )
    return text
