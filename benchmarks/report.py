"""What a run has found, for people (markdown) and for programs (JSON)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeAlias

from benchmarks.goals import Measured, Row
from benchmarks.screens import screens_table
from benchmarks.windows import OPERATIONS, Windows

LATEST = "latest"
SHOWN = 7

Parts: TypeAlias = "Mapping[str, Mapping[str, float]]"
"""Milliseconds by part of the application, by operation."""


def write_report(
    folder: Path, found: Measured, rows: Sequence[Row], parts: Parts, about: Mapping[str, object]
) -> str:
    """Write latest.json and latest.md; return the text of the latter."""
    folder.mkdir(exist_ok=True)
    lines = [*_goals(rows), "", *windows_table(found.windows), "", *_parts(parts), ""]
    lines += [*screens_table(found.screens), ""] if found.screens else []
    lines += _about(about)
    text = "\n".join(lines) + "\n"
    (folder / f"{LATEST}.md").write_text(text, encoding="utf-8")
    told = _told(found, rows, parts, about)
    (folder / f"{LATEST}.json").write_text(
        json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    return text


def _told(
    found: Measured, rows: Sequence[Row], parts: Parts, about: Mapping[str, object]
) -> Mapping[str, object]:
    return {
        "about": about,
        "goals": [{**asdict(row), "gate": row.gate} for row in rows],
        "windows": {
            f"{side}: {operation}": [asdict(window) for window in windows]
            for (side, operation), windows in found.windows.taken.items()
        },
        "batch": asdict(found.batch) if found.batch else None,
        "bulk": asdict(found.bulk) if found.bulk else None,
        "import": [found.import_seconds, found.hand_import_seconds],
        "fields": [asdict(one) for one in found.added],
        "cold": found.cold,
        "memory": {"idle": found.idle_mib, "used": found.used_mib},
        "parts": parts,
        "screens": [asdict(one) for one in found.screens],
    }


def _goals(rows: Sequence[Row]) -> list[str]:
    lines = ["| # | operation | goal of the first release | measured | |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.number or '–'} | {row.name} | {row.goal} | {row.measured} | {_verdict(row)} |"
        for row in rows
    ]
    return lines


def _verdict(row: Row) -> str:
    if row.gate:
        return "PASS" if row.reached else "**FAIL**"
    return "reached" if row.reached else "not reached"


def windows_table(windows: Windows) -> list[str]:
    """Return rates, latencies and processor time of all sides, medians of their windows."""
    sides = list(dict.fromkeys(side for side, _ in windows.taken))
    heads = " | ".join(f"{side}: requests/s; p50, p99 ms; CPU ms a request" for side in sides)
    lines = [
        "Medians of the windows; 16 clients. Processor time is that of the application + that of PostgreSQL.",
        "",
        f"| operation | payvand : hand | {heads} |",
        "|---|---|" + "---|" * len(sides),
    ]
    for operation in [one for one in OPERATIONS if (sides[0], one) in windows.taken]:
        cells = " | ".join(_cell(windows, side, operation) for side in sides)
        lines.append(f"| {operation} | {windows.ratio('payvand', 'hand', operation):.2f} | {cells} |")
    failed = ", ".join(f"{side} {windows.failed(side)}" for side in sides)
    return [*lines, "", f"Requests refused or broken: {failed}."]


def _cell(windows: Windows, side: str, operation: str) -> str:
    rate, p50, p99, app, database = (
        windows.middle(side, operation, name) for name in ("rate", "p50", "p99", "app_ms", "database_ms")
    )
    return f"{rate:,.0f}; {p50:.1f}, {p99:.1f}; {app:.2f} + {database:.2f}"


def _parts(parts: Parts) -> list[str]:
    """Return the largest shares of the processor time of each operation."""
    lines = [
        "Where the processor time of the application goes, one request after the other in one process.",
        "",
        "| operation | ms a request | largest shares |",
        "|---|---|---|",
    ]
    for operation, shares in parts.items():
        whole = shares["whole"]
        largest = [f"{name} {value / whole:.0%}" for name, value in shares.items() if name != "whole"]
        lines.append(f"| {operation} | {whole:.2f} | {', '.join(largest[:SHOWN])} |")
    return lines


def _about(about: Mapping[str, object]) -> list[str]:
    return [f"{name}: {value}  " for name, value in about.items()]
