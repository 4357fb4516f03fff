"""Roles and restrictions that were deleted: told with their history, and put back after a look at what that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from core.errors import NotFound
from core.kernel.site import Site
from core.metadata.role_merge import label_of
from core.metadata.specs import Json
from core.studio.rights_documents import RightsDocuments
from core.web.history_page import Line
from core.web.looking import looking
from core.web.rights_acts import Act, told_changes
from core.web.rights_written import Teller
from core.web.visit import Visit

Keys = Mapping[str, tuple[str, Teller]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """How putting back reads, where it is asked for, and where the page of what is back begins."""

    verb: str
    message: str
    here: str
    below: str


def history_of(site: Site, present: Visit, studio: RightsDocuments[Any], name: str, keys: Keys) -> list[Line]:
    """Return what happened to what the site says of one."""
    with looking(site, present) as uow:
        now = uow.now
    return told_changes(present, studio.history(present.actor, name), keys, now)


def removed(
    site: Site, present: Visit, studio: RightsDocuments[Any], keys: Keys
) -> list[tuple[str, str, list[Line]]]:
    """Return those that were deleted: name, label and history."""
    return [
        (one.name, _label(present, one.before, one.name), history_of(site, present, studio, one.name, keys))
        for one in studio.removed(present.actor)
    ]


def putting_back(present: Visit, studio: RightsDocuments[Any], words: Words) -> Act:
    """Return the act that puts back what the form names."""
    name, actor = request.form.get("name", ""), present.actor
    gone = next((one for one in studio.removed(actor) if one.name == name), None)
    if gone is None:
        raise NotFound("{name} was not taken away here.", code="not_removed", name=name[:80])
    return Act(
        title=_label(present, gone.before, name),
        verb=words.verb,
        message=words.message,
        here=words.here,
        onward=f"{words.below}/{name}",
        rehearse=lambda: studio.rehearse_restore(actor, name),
        carry_out=lambda plan, why: studio.restore(actor, name, plan=plan, why=why),
    )


def _label(present: Visit, body: Mapping[str, Json] | None, name: str) -> str:
    """Return the label of what is only written any more."""
    return present.style.label(label_of((body or {}).get("label"), name))
