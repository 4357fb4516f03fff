"""Pipelines are for teams, and opportunities go from one to another with the stage that corresponds."""

from __future__ import annotations

import pytest

from core.errors import AccessDenied, Conflict, TransitionRefused, ValidationFailed
from core.kernel.values import Ref
from core.testing.site import actor_of
from modules.sales.pipeline_moves import counterpart
from modules.sales.stages import Stage, Stages

OPPORTUNITY, PIPELINE = "sales.opportunity", "sales.pipeline"


def stage(number, pipeline, category="pipeline", kind="open"):
    return Stage(
        id=number,
        pipeline=pipeline,
        name=str(number),
        order=number,
        kind=kind,
        probability=10,
        category=category,
        rot_days=None,
        required=(),
    )


LONG = [
    stage(1, 1, "omitted"),
    stage(2, 1),
    stage(3, 1, "best_case"),
    stage(4, 1, "commit"),
    stage(9, 1, "closed", "won"),
]
SHORT = [stage(21, 2), stage(22, 2), stage(23, 2, "commit"), stage(29, 2, "closed", "won")]
CLOSED = [stage(39, 3, "closed", "won")]
KNOWN = Stages(by_id={s.id: s for s in LONG + SHORT}, of={1: LONG, 2: SHORT, 3: CLOSED})


@pytest.mark.parametrize(("source", "said", "expected"), [
    (1, (), 21),  # no category alike: as far along
    (2, (), 22),  # two alike: the one as far along
    (3, (), 22),
    (4, (), 23),  # the same category
    (4, (21,), 21),  # somebody said so
])  # fmt: skip
def test_the_stage_that_corresponds(source, said, expected):
    assert counterpart(KNOWN.by_id[source], 2, KNOWN, said).id == expected


def test_a_pipeline_without_open_stages_has_none_that_corresponds():
    assert counterpart(KNOWN.by_id[1], 3, KNOWN) is None


@pytest.fixture
def rep(actor_as, desk, site):
    """Somebody who sells, of the team North."""
    made = actor_as("base.member", "sales.rep", login="rep@example.com")
    desk.one("base.team", name="North", members=[made.id])
    return actor_of(site, "rep@example.com")


@pytest.fixture
def other(desk):
    """A second pipeline: d, e (open), won."""
    number = desk.one(
        PIPELINE,
        name="Rail",
        order=50,
        stages=[
            {"name": "d", "order": 1, "probability": 20},
            {"name": "e", "order": 2, "probability": 70, "forecast_category": "commit"},
            {"name": "done", "order": 8, "kind": "won", "probability": 100, "forecast_category": "closed"},
        ],
    )
    found = desk.find("sales.stage", "id", "name", filter=f"pipeline == {number}")
    return {"pipeline": number, **{s["name"]: s["id"] for s in found}}


@pytest.mark.covers("SA-11")
def test_an_opportunity_goes_to_another_pipeline_with_its_stage_and_that_stands_in_the_history(
    desk, deal, stages, other, rep
):
    record = deal(stage=stages["c"], owner=rep.id)
    desk.as_(rep).operate(
        OPPORTUNITY, "change_pipeline", record, pipeline=Ref(other["pipeline"]), reason="It goes by rail"
    )
    found = desk.get(OPPORTUNITY, record, "pipeline", "stage", "probability", "stage_moves")
    assert (found["pipeline"].id, found["stage"].id, found["probability"]) == (
        other["pipeline"],
        other["e"],
        70,
    )
    assert found["stage_moves"][-1]["direction"] == "pipeline"
    (entry,) = [one for one in desk.history(OPPORTUNITY, record) if one.action == "transition"]
    assert entry.reason == "It goes by rail"
    assert {"pipeline", "stage"} <= set(entry.changes)


def test_the_stage_may_be_chosen_and_must_be_an_open_one_of_that_pipeline(desk, deal, stages, other):
    record = deal(stage=stages["c"])
    for wrong in (stages["a"], other["done"]):
        with pytest.raises(ValidationFailed) as refused:
            desk.operate(
                OPPORTUNITY, "change_pipeline", record, pipeline=Ref(other["pipeline"]), stage=Ref(wrong)
            )
        assert [(p.code, p.field) for p in refused.value.problems] == [("stage_elsewhere", "stage")]
    desk.operate(
        OPPORTUNITY, "change_pipeline", record, pipeline=Ref(other["pipeline"]), stage=Ref(other["d"])
    )
    assert desk.get(OPPORTUNITY, record, "stage")["stage"].id == other["d"]
    with pytest.raises(Conflict) as refused:
        desk.operate(OPPORTUNITY, "change_pipeline", record, pipeline=Ref(other["pipeline"]))
    assert refused.value.reason == "already_there"


def test_what_somebody_said_to_correspond_comes_first_from_either_side(desk, deal, stages, other):
    desk.update("sales.stage", other["d"], counterparts=[stages["c"]])
    there, back = deal(stage=stages["c"]), deal(stage=stages["a"], name="Back")
    desk.operate(OPPORTUNITY, "change_pipeline", there, back, pipeline=Ref(other["pipeline"]))
    assert desk.column(OPPORTUNITY, "stage")[0].id == other["d"]
    desk.operate(OPPORTUNITY, "change_pipeline", there, pipeline=Ref(stages["pipeline"]))
    assert desk.get(OPPORTUNITY, there, "stage")["stage"].id == stages["c"]


def test_what_the_stage_there_needs_is_asked_for_and_the_pipeline_alone_is_not_written(
    desk, deal, stages, other
):
    desk.update("sales.stage", other["e"], required_fields="primary_contact")
    record = deal(stage=stages["c"])
    with pytest.raises(TransitionRefused):
        desk.operate(OPPORTUNITY, "change_pipeline", record, pipeline=Ref(other["pipeline"]))
    with pytest.raises(ValidationFailed) as refused:
        desk.update(OPPORTUNITY, record, pipeline=other["pipeline"])
    assert [p.field for p in refused.value.problems] == ["stage"]


def test_a_pipeline_without_an_open_stage_takes_no_opportunity(desk, deal, stages):
    empty = desk.one(PIPELINE, name="Empty", order=60)
    record = deal(stage=stages["c"])
    with pytest.raises(Conflict) as refused:
        desk.operate(OPPORTUNITY, "change_pipeline", record, pipeline=Ref(empty))
    assert refused.value.reason == "no_open_stage"


def test_a_pipeline_of_a_team_is_seen_and_used_by_that_team_only(desk, deal, stages, other, rep):
    south = desk.one("base.team", name="South")
    desk.update(PIPELINE, other["pipeline"], teams=[south])
    mine, record = desk.as_(rep), deal(stage=stages["a"], owner=rep.id)
    assert other["pipeline"] not in mine.column(PIPELINE, "id")
    assert mine.find("sales.stage", "id", filter=f"id == {other['d']}") == []
    with pytest.raises(ValidationFailed):
        mine.one(
            OPPORTUNITY,
            name="x",
            account=desk.column("contacts.account", "id")[0],
            pipeline=other["pipeline"],
        )
    with pytest.raises((TransitionRefused, ValidationFailed)):
        mine.operate(OPPORTUNITY, "change_pipeline", record, pipeline=Ref(other["pipeline"]))
    north = desk.column("base.team", "id", filter="name == 'North'")
    desk.update(PIPELINE, other["pipeline"], teams=[south, *north])
    assert other["pipeline"] in mine.column(PIPELINE, "id")
    mine.operate(OPPORTUNITY, "change_pipeline", record, pipeline=Ref(other["pipeline"]))


def test_a_new_opportunity_begins_in_a_pipeline_that_its_seller_may_use(desk, stages, other, rep):
    south = desk.one("base.team", name="South")
    desk.update(PIPELINE, stages["pipeline"], teams=[south])
    for number in desk.column(
        PIPELINE, "id", filter=f"id not in [{stages['pipeline']}, {other['pipeline']}]"
    ):
        desk.update(PIPELINE, number, active=False)
    mine = desk.as_(rep)
    record = mine.one(OPPORTUNITY, name="Deal", account=mine.one("contacts.account", name="Mine"))
    assert mine.get(OPPORTUNITY, record, "pipeline")["pipeline"].id == other["pipeline"]


def test_who_may_not_move_opportunities_may_not_move_them_to_another_pipeline(
    desk, deal, stages, other, actor_as
):
    record = deal(stage=stages["a"])
    with pytest.raises(AccessDenied):
        desk.as_(actor_as("base.member", "sales.finance")).operate(
            OPPORTUNITY, "change_pipeline", record, pipeline=Ref(other["pipeline"])
        )
