"""What rights cost, for people (access.md) and for programs (access.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.rights.measuring import MICROSECONDS, Found, verdict
from benchmarks.rights.people import DEALS, PEOPLE, SHARES, TEAMS

KINDS = {
    "seller": "seller: own, on offer, shared",
    "lead": "lead: also those of the team",
    "manager": "manager of an area: also of the teams below",
    "head": "head of a region: more teams below",
}


def access_table(found: Found) -> list[str]:
    """Return the figures for people."""
    lines = [
        f"{DEALS:,} records, {PEOPLE} people in a tree of {TEAMS} teams, {SHARES:,} shares. The same is asked by somebody with rights and",
        "by an administrator, who has all of them, in turn; times in milliseconds are lower quartiles, with medians behind.",
        "",
        "| question | who | sees | with rights | without | times | |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.about} | {KINDS[one.kind]} | {found.seen[one.kind]:,} | {one.ms:.2f} ({one.median_ms:.2f})"
        f" | {one.without_ms:.2f} ({one.median_without_ms:.2f}) | {one.ratio:.2f} | {verdict(one)} |"
        for one in found.figures
    ]
    kept = "kept" if found.expression <= MICROSECONDS else "not kept"
    lines += [
        "",
        f"A condition of five terms in Python: {found.expression:.2f} µs, {kept} (≤ {MICROSECONDS:g} µs).",
    ]
    return lines


def write_access(folder: Path, found: Found, about: Mapping[str, object]) -> str:
    """Write access.json and access.md; return the text of the latter."""
    folder.mkdir(exist_ok=True)
    text = _text([*access_table(found), "", *(f"{name}: {value}  " for name, value in about.items())])
    (folder / "access.md").write_text(text, encoding="utf-8")
    told = {
        "about": dict(about),
        "kept": found.kept,
        "expression_microseconds": round(found.expression, 3),
        "seen": dict(found.seen),
        "figures": [{**asdict(one), "ratio": round(one.ratio, 3), "kept": one.kept} for one in found.figures],
    }
    (folder / "access.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return text


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n"
