"""Every move between stages leaves a row: from, to, how long it stood before, and in which direction."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.errors import AccessDenied, ValidationFailed
from core.records.merging import Merging
from core.storage import Database
from modules.sales.moves import direction
from modules.sales.stages import Stage, Stages

OPPORTUNITY = "sales.opportunity"


def stage(number, kind="open", pipeline=1):
    return Stage(
        id=number,
        pipeline=pipeline,
        name=str(number),
        order=number,
        kind=kind,
        probability=10,
        category="pipeline",
        rot_days=None,
        required=(),
    )


ROAD = [stage(1), stage(2), stage(3), stage(8, "won"), stage(9, "lost")]
OTHER = [stage(21, pipeline=2)]
KNOWN = Stages(by_id={s.id: s for s in ROAD + OTHER}, of={1: ROAD, 2: OTHER})


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        (None, 1, "start"),
        (1, 2, "forward"),
        (1, 3, "skip"),
        (3, 1, "back"),
        (2, 8, "won"),
        (2, 9, "lost"),
        (9, 1, "reopened"),
        (8, 9, "lost"),
        (2, 21, "pipeline"),
    ],
)
def test_the_direction_of_a_move(source, target, expected):
    assert direction(KNOWN.by_id.get(source), KNOWN.by_id[target], KNOWN) == expected


def test_a_new_opportunity_begins_its_way(desk, deal, stages):
    record = deal(estimate=700)
    (row,) = desk.get(OPPORTUNITY, record, "stage_moves")["stage_moves"]
    assert (row["from_stage"], row["to_stage"].id, row["direction"]) == (None, stages["a"], "start")
    assert (row["seconds_in_stage"], row["probability"], int(row["amount"].amount)) == (None, 10, 700)


def test_a_way_that_was_written_with_the_opportunity_is_kept_as_it_is(desk, deal, stages):
    at = "2026-01-01T08:00:00Z"
    record = deal(stage_moves=[{"to_stage": stages["a"], "at": at, "direction": "start"}])
    (row,) = desk.get(OPPORTUNITY, record, "stage_moves")["stage_moves"]
    assert row["at"] == datetime(2026, 1, 1, 8, tzinfo=UTC)


def test_the_ways_of_two_opportunities_that_are_merged_come_together(desk, deal, site):
    stays, goes = deal(), deal()
    with site.get(Database).unit(desk.catalog, desk.actor) as uow:
        site.get(Merging).merge(desk.actor, OPPORTUNITY, stays, [goes], uow=uow)
    assert len(desk.get(OPPORTUNITY, stays, "stage_moves")["stage_moves"]) == 2


def test_nobody_leads_a_row_of_the_way_to_another_opportunity(desk, deal, actor_as):
    """Its amount is read where that of its opportunity is: who moved the row would read it."""
    boss = desk.as_(actor_as("base.administrator"))
    record, other = deal(), deal()
    (row,) = desk.get(OPPORTUNITY, record, "stage_moves")["stage_moves"]
    with pytest.raises((AccessDenied, ValidationFailed)):
        boss.update("sales.stage_history", row["id"], opportunity=other)
