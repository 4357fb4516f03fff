"""Lists, forms and cards as they are laid out: read and arranged by whoever administers the entity."""

from __future__ import annotations

from typing import Any

from flask import Response

from core.api.answers import reply
from core.api.bodies import read_json
from core.api.call import Call
from core.api.routes import OBJECT, Parameter, Route, ref, text
from core.i18n import Style
from core.studio import Arranged, Studio

WHY = Parameter(name="why", about="Why it is changed; it is kept beside the definition.")


def get_view(call: Call, entity: str, kind: str) -> Response:
    """Answer a view: what stands in it and is read by the caller, and what could."""
    return reply(_view(call.site.get(Studio).view(call.actor, entity, kind), call.style))


def change_view(call: Call, entity: str, kind: str) -> Response:
    """Arrange a view."""
    studio = call.site.get(Studio)
    studio.view(call.actor, entity, kind)
    body, _ = read_json(call.request)
    studio.change_view(call.actor, entity, kind, body, why=text(call, "why"))
    return reply(_view(studio.view(call.actor, entity, kind), call.style))


def _view(view: Arranged, style: Style) -> dict[str, Any]:
    return {
        "name": view.name,
        "kind": view.kind,
        "label": style.label(view.label) if view.label else "",
        "sort": list(view.sort),
        "sections": [
            {"name": section.name, "label": style.label(section.label), "items": list(section.items)}
            for section in view.sections
        ],
        "others": list(view.others),
        "filters": [
            {"name": one.name, "label": style.label(one.label), "hidden": one.hidden} for one in view.filters
        ],
    }


_VIEW = "/metadata/entities/{entity}/views/{kind}"

ROUTES = (
    Route(
        method="GET",
        path=_VIEW,
        name="get_view",
        run=get_view,
        group="Definitions",
        about="How a list, a form or a card (kanban) is laid out.",
        answers={200: ref("View")},
    ),
    Route(
        method="PATCH",
        path=_VIEW,
        name="change_view",
        run=change_view,
        group="Definitions",
        about="Arrange a list, a form or a card: label, sort, columns or sections, filters. null takes the site's word back.",
        parameters=(WHY,),
        body=OBJECT,
        answers={200: ref("View")},
    ),
)
