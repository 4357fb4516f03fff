"""What ``base: true`` on a field adds beside it: the amount in the site's currency, and the rate it was worked out at."""

from __future__ import annotations

from dataclasses import replace

from core.metadata.entity_merge import MergedEntity
from core.metadata.findings import CONFLICT, Findings
from core.metadata.layers import mapping
from core.metadata.specs import Json

RATE_DIGITS, RATE_DECIMALS = 24, 12


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


LABEL, RATE_LABEL = N_("Amount in the site's currency"), N_("Exchange rate")


def base_name(field: str) -> str:
    """Return the name of the field that holds the amount in the site's currency."""
    return f"{field}_base"


def rate_name(field: str) -> str:
    """Return the name of the field that holds the rate."""
    return f"{field}_rate"


def add_base_amounts(merged: MergedEntity, findings: Findings) -> None:
    """Add the two fields behind every field that asks for them; names that are taken are told."""
    fields: dict[str, dict[str, Json]] = {}
    for name, body in merged.fields.items():
        fields[name] = body
        if not body.get("base"):
            continue
        origin = merged.origins[("fields", name)]
        for added, made in _beside(name, body).items():
            if added in merged.fields:
                findings.add(
                    origin.document,
                    (*origin.at, "base"),
                    CONFLICT,
                    "{field} keeps its amount in the site's currency in {added}, but there is a field of that name already.",
                    field=f"{merged.document.name}.{name}",
                    added=added,
                )
                continue
            fields[added] = made
            merged.origins[("fields", added)] = replace(origin)
    merged.fields = fields


def _beside(name: str, body: dict[str, Json]) -> dict[str, dict[str, Json]]:
    label = mapping(body.get("base")).get("label") or LABEL
    return {
        base_name(name): {"type": "money", "label": label, "base_of": name},
        rate_name(name): {
            "type": "decimal",
            "label": RATE_LABEL,
            "rate_of": name,
            "digits": RATE_DIGITS,
            "decimals": RATE_DECIMALS,
        },
    }
