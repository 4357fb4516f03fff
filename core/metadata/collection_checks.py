"""What a calendar or a chart names must exist and fit."""

from __future__ import annotations

import re

from core.metadata.documents import Document, Path
from core.metadata.findings import Findings
from core.metadata.layers import mapping, text
from core.metadata.merge import Merged
from core.metadata.specs import ViewSpec

MOMENTS = frozenset({"date", "datetime"})
GROUPS = frozenset({"choice", "reference", "boolean", "date"})
GRAINS = ("week", "month", "quarter", "year")
CHARTS = ("bar", "steps")
MEASURE = re.compile(r"(count|sum|avg|min|max)\(([a-z]\w*)?\)")
MEASURED = frozenset({"integer", "decimal", "percent", "money"})


def check_calendar(merged: Merged, view: ViewSpec, findings: Findings) -> None:
    """Check the fields of a calendar: where its entries begin and end, whether they take all day, their colour."""
    for document in merged.sources("view", view.name):
        start = merged.entities[view.entity].fields.get(text(view.options.get("start")))
        ends = frozenset({start.type}) if start is not None and start.type in MOMENTS else MOMENTS
        for key, types in (
            ("start", MOMENTS),
            ("end", ends),
            ("fallback", ends),
            ("all_day", {"boolean"}),
            ("hue_by", {"choice"}),
        ):
            _fits(merged, view, document, findings, key, frozenset(types))
    _needs(merged, view, findings, "start", "A calendar says by start where its entries begin.")


def check_chart(merged: Merged, view: ViewSpec, findings: Findings) -> None:
    """Check the fields of a chart: what its bars stand for and what they measure."""
    for document in merged.sources("view", view.name):
        _fits(merged, view, document, findings, "group_by", GROUPS)
        _measure(merged, view, document, findings, ("measure",), text(document.body.get("measure")))
    _needs(merged, view, findings, "group_by", "A chart says by group_by what its bars stand for.")


def _needs(merged: Merged, view: ViewSpec, findings: Findings, key: str, message: str) -> None:
    base = merged.documents.get(("view", view.name))
    if base is not None and key not in view.options:
        findings.add(base, (), "missing", message)


def _fits(
    merged: Merged, view: ViewSpec, document: Document, findings: Findings, key: str, types: frozenset[str]
) -> None:
    if key not in mapping(document.body):
        return
    entity, name = merged.entities[view.entity], text(document.body[key])
    field = entity.fields.get(name)
    if field is None:
        findings.unknown_field(document, (key,), entity, name)
    elif field.type not in types:
        findings.add(
            document,
            (key,),
            "wrong_type",
            "{name} is a {type}; here only {known} will do.",
            name=name,
            type=field.type,
            known=tuple(sorted(types)),
        )


def _measure(
    merged: Merged, view: ViewSpec, document: Document, findings: Findings, at: Path, written: str
) -> None:
    if written:
        check_measure(merged, view.entity, document, findings, at, written)


def check_measure(
    merged: Merged, name: str, document: Document, findings: Findings, at: Path, written: str
) -> None:
    """Check a measure such as ``count()`` or ``sum(amount)`` of an entity."""
    entity, match = merged.entities[name], MEASURE.fullmatch(written)
    if match is None or (match[1] != "count" and not match[2]):
        findings.add(
            document, at, "bad_measure", "{text} is no measure; write count() or sum(<field>).", text=written
        )
    elif match[2] and match[2] not in entity.fields:
        findings.unknown_field(document, at, entity, match[2])
    elif match[2] and match[1] != "count" and entity.fields[match[2]].type not in MEASURED:
        findings.add(
            document,
            at,
            "wrong_type",
            "{name} is a {type}; here only {known} will do.",
            name=match[2],
            type=entity.fields[match[2]].type,
            known=tuple(sorted(MEASURED)),
        )
