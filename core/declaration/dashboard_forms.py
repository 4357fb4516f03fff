"""The forms of dashboards: which keys they have, of which kind of value, with one sentence each."""

from __future__ import annotations

from core.declaration.form_fields import Anything, Flag, Form, Items, LabelText, Map, Part, Text, Whole
from core.metadata.collection_checks import CHARTS, GRAINS
from core.metadata.dashboard_specs import CARD_KINDS

ENTITY, THING = r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "module.thing"


class CardForm(Form):
    """One card of a dashboard."""

    kind = Text("How many, what they add up to, the first of them, or a chart.", choices=CARD_KINDS)
    label = LabelText("Its title.")
    entity = Text("The entity it tells of.", pattern=ENTITY, example=THING)
    where = Text("Only records for which this expression holds.")
    measure = Text("What is measured: count() or sum(<field>).")
    group_by = Text("What the bars of a chart stand for.")
    by = Text("What days are gathered to where the bars are dates.", choices=GRAINS)
    chart = Text("What a chart looks like: bar, or steps that narrow.", choices=CHARTS)
    columns = Items(Text(), "Fields that a list shows beside the title.", adds=True)
    sort = Items(Text(), "Field names, - in front for descending.")
    limit = Whole("Records that a list shows.")
    hidden = Flag("Not shown.")


class _DashboardKeys(Form):
    label = LabelText("Its title.")
    roles = Items(Text(), "Roles whose home page it is; without any, everybody's.", adds=True)
    weight = Whole("Of several the lightest is the home page; 100 if nothing is said.")
    cards = Map(Part(CardForm), "Cards by name, in order.")


class DashboardForm(_DashboardKeys):
    """A page of cards."""

    dashboard = Text("Its name.", required=True, pattern=ENTITY, example="module.noun")


class ExtendDashboardForm(_DashboardKeys):
    """Cards that a module adds to another's dashboard, or what the site changes."""

    extends = Text(
        "The dashboard: dashboard:<name>.",
        required=True,
        pattern=r"dashboard:[a-z0-9_.]+",
        example="dashboard:module.noun",
    )
    base = Map(Anything(), "What the admin saw when changing it: values by path, such as fields.name.label.")
