"""What pages may weigh: the HTML of a long list, compressed, and the nodes of every screen."""

from __future__ import annotations

import gzip

import pytest

from tests.screens.listed import SCREENS
from tests.screens.world import ADMIN, World

pytestmark = pytest.mark.modules

LIST, NODES = 15, 3_500
"""Kilobytes of a list of 80 rows, and nodes of a page, as the design allows them."""


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_list_of_eighty_rows_is_light(world: World, language: str) -> None:
    answer = world.person(ADMIN, language).opens("/records/sales.stage_history")
    assert len(answer.page.rows()) == 80
    assert len(gzip.compress(answer.response.data, 9)) / 1024 <= LIST


def test_no_screen_has_more_nodes_than_a_phone_lays_out_at_once(world: World) -> None:
    counted = {
        screen.path: sum(1 for _ in world.person(screen.who, "fa").opens(world.path(screen.path)).page.walk())
        for screen in SCREENS
    }
    assert {path: n for path, n in counted.items() if n > NODES} == {}
