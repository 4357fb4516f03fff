"""The forms of workflows: which keys they have, of which kind of value, with one sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from core.declaration.form_fields import (
    Anything,
    Either,
    Flag,
    Form,
    Items,
    Key,
    LabelText,
    Map,
    Part,
    Text,
    refusal,
)
from core.metadata.entity_specs import HUES
from core.metadata.specs import Json
from core.metadata.workflow_specs import REASONS

ENTITY, THING = r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", "module.thing"
NOT_YET = ("approvals", "timers", "escalation", "delegation")
"""What a workflow will be able to say one day, and cannot yet."""


class States(Key):
    """One state or several, or what is added to those that are there."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) and value:
            return value
        return Items(Text(), adds=True).deserialize(value)

    def json_schema(self) -> dict[str, Json]:
        """Return the JSON Schema of the value."""
        return {"anyOf": [{"type": "string"}, Items(Text(), adds=True).json_schema()]}


class GuardForm(Form):
    """What must hold for a step."""

    when = Text("Expression that must hold after the step; $old is the record before it.", required=True)
    message = LabelText("What people are told where it does not hold.")
    on = Items(Text(), "Fields at which it is told.")


class _Later(Form):
    """Refuses what comes with a later version, in words of its own."""

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _refuse_later(self, _data: object, written: Mapping[str, Any], **kwargs: Any) -> None:
        errors = {
            name: refusal(
                "not_yet",
                "{name} of workflows are not there yet; they come with a later version.",
                name=name,
            ).messages
            for name in NOT_YET
            if name in written
        }
        if errors:
            raise ValidationError(errors)

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _refuse_unknown(self, _data: object, written: Mapping[str, Any], **kwargs: Any) -> None:
        known = {name: value for name, value in written.items() if name not in NOT_YET}
        super()._refuse_unknown(_data, known, **kwargs)


class StateForm(Form):
    """How a state looks."""

    hue = Text("Its colour, a name of the palette; by default that of the choice.", choices=HUES)
    final = Flag("The way ends here; on pictures it has a double border.")


class TransitionForm(_Later):
    """A step from some states to one."""

    label = LabelText("What people read on the button; by default the name in words.")
    from_ = States("The states it leads from.", key="from")
    to = Text("The state it leads to.")
    guards = Items(
        Either(Text(), Part(GuardForm)),
        "What must hold: expressions with their sentences, or names of functions that modules register.",
        adds=True,
    )
    set = Map(
        Anything(),
        "Values by field: expressions over the record, or $now, $today, $user; quotes around text.",
    )
    clear = Items(Text(), "Fields that are emptied.", adds=True)
    required = Items(Text(), "Fields that must be filled afterwards; they are asked for.", adds=True)
    ask = Items(Text(), "Fields that are asked for and may stay empty.", adds=True)
    reason = Text("Whether one is asked why; optional if nothing is said.", choices=REASONS)
    roles = Items(Text(), "Only people with one of these roles, besides the grant.", adds=True)
    disabled = Flag("Taken away.")


class _WorkflowKeys(_Later):
    label = LabelText("Its title.")
    initial = States("The states in which a new record may start.")
    states = Map(Part(StateForm), "Looks of states, by name.")
    transitions = Map(Part(TransitionForm), "The steps, by name.")


class WorkflowForm(_WorkflowKeys):
    """The states of a field, and the only ways between them."""

    workflow = Text("Its name.", required=True, pattern=ENTITY, example="module.thing")
    entity = Text("The entity whose records go through it.", required=True, pattern=ENTITY, example=THING)
    field = Text("The choice that is the state, or a reference to records that have one.", required=True)
    kind = Text("Of a reference: the choice of what it refers to that is the state.")
    among = Text("Of a reference: expression on what it may refer to; $record.field is the record's value.")
    order = Text("Of a reference: the field of what it refers to that puts the states in a row.")


class ExtendWorkflowForm(_WorkflowKeys):
    """What a module adds to another's workflow, or the site changes."""

    extends = Text(
        "The workflow: workflow:<name>.", pattern=r"workflow:[a-z0-9_.]+", example="workflow:module.thing"
    )
    base = Map(
        Anything(), "What the admin saw when changing it: values by path, such as transitions.win.label."
    )
