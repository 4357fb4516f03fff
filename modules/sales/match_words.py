"""Matches of a lead in words: what they are, where they are, and why they were found."""

from __future__ import annotations

from collections.abc import Mapping

from core.sdk import Asking
from modules.sales.matching import ACCOUNT, Match


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


REASONS = {
    "email": N_("the same e-mail address"),
    "number": N_("the same number"),
    "company_of": N_("the company of this contact"),
    "company_name": N_("the same name"),
    "name_and_company": N_("the same name and company"),
    "name": N_("the same name"),
}
"""Why somebody is known again, in words."""


def shown(match: Match, asking: Asking) -> Mapping[str, object]:
    """Return a match as templates show it."""
    words = asking.style.label
    return {
        "title": match.title,
        "url": asking.record_url(match.entity, match.id),
        "kind": words(N_("Company") if match.entity == ACCOUNT else N_("Contact")),
        "reason": words(REASONS[match.reason]),
    }
