"""Two sites that differ only in what somebody may not read answer byte for byte alike, wherever that person asks."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.exceptions import HTTPException

from core.contributions import Routes
from core.testing.postgres import TestPostgres
from core.web.route_page import RouteMap
from tests.security.hiding import CHIEF, SELLER
from tests.security.surfaces import OF_NO_RECORD, SURFACES, THE_SAME_FOR_ALL, generated
from tests.security.twins import Twin, twins

pytestmark = pytest.mark.modules

NOBODY, WORK, MAIL = "", "WORK", "MAIL"
PUBLIC = ("<offer>", "<answer>", "<feed>", "/m/sales/offer/", "/m/activities/book")


@pytest.fixture(scope="module")
def both(pg: TestPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Twin, Twin]]:
    with twins(pg, tmp_path_factory.mktemp("twins")) as both:
        yield both


def different(both: tuple[Twin, Twin], login: str, line: str) -> str:
    """Tell how the answers to a line differ; nothing where they do not."""
    one, other = (asked(twin, login, line) for twin in both)
    if one == other:
        return ""
    if one[0] != other[0]:
        return f"{line}: {one[0]} and {other[0]}"
    told = [f"{k}: {v} and {other[1].get(k)}" for k, v in one[1].items() if other[1].get(k) != v]
    at = next((n for n, pair in enumerate(zip(one[2], other[2], strict=False)) if pair[0] != pair[1]), 0)
    return f"{line}: {told} {one[2][max(at - 80, 0) : at + 40]!r}"


def asked(twin: Twin, login: str, line: str) -> tuple[int, dict[str, str], bytes]:
    """Ask what a line says."""
    if line == WORK:
        twin.work()
        return 0, {}, b""
    if line == MAIL:
        return 0, {}, twin.mail(login)
    method, path, *sent = line.split(" ", 2)
    return twin.answer(login, method, twin.named(path), **_sent(path, twin.named(sent[0]) if sent else None))


def _sent(path: str, text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    if text.startswith("{"):
        return {"data": text, "content_type": "application/json"}
    form: dict[str, Any] = {}
    for pair in filter(None, text.split("&")):
        name, _, value = pair.partition("=")
        content = (io.BytesIO(value.replace("|", "\n").encode()), "people.csv") if name == "file" else None
        form.setdefault(name, []).append(content or value.replace("+", " "))
    return {"data": form}


def who(line: str) -> str:
    return NOBODY if any(f" {path}" in line for path in PUBLIC) else SELLER


def test_what_is_hidden_changes_no_answer_and_shows_on_every_surface_to_who_sees_all(both):
    """The second half tells that something hidden stands behind each surface, so that a leak would show."""
    rows = {**SURFACES, "any field": tuple(generated(both[0].desk.catalog, seed=1, many=150))}
    found = [told for lines in rows.values() for line in lines if (told := different(both, who(line), line))]
    assert found == []
    alike = {
        surface
        for surface, lines in SURFACES.items()
        if not any(different(both, CHIEF, line) for line in lines)
    }
    assert alike == set(THE_SAME_FOR_ALL)


def test_every_route_stands_in_a_row(both):
    twin = both[0]
    rules = {rule.endpoint for rule in twin.app.url_map.iter_rules()} | {
        r.name for r in twin.site.get(Routes)
    }
    found = {
        _endpoint(twin, line) for lines in SURFACES.values() for line in lines if line not in (WORK, MAIL)
    }
    assert found - rules == set()
    assert rules - found - {"web.module_page"} == set(OF_NO_RECORD), "name it in surfaces.py"


def _endpoint(twin: Twin, line: str) -> str:
    method, path = line.split(" ")[:2]
    bare = re.sub(r"[?].*", "", twin.named(path))
    try:
        found = twin.app.url_map.bind("").match(bare, method)[0]
    except HTTPException as error:
        return f"no route: {line} {error.name}"
    if found != "web.module_page":
        return str(found)
    return twin.site.get(RouteMap).find(bare, method)[0].name
