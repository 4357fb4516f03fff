"""Workflows as machines: specs compiled into questions that can be asked of one record at a time.

The room is pure: it reads no database and writes nothing. The steps of a write that use it are in `core.records`.
"""

from core.workflow.guards import Guard, Guards
from core.workflow.machine import Assignment, Condition, Flow, Machines, Step
from core.workflow.move import Move, Offer
from core.workflow.picture import Picture, picture

__all__ = [
    "Assignment",
    "Condition",
    "Flow",
    "Guard",
    "Guards",
    "Machines",
    "Move",
    "Offer",
    "Picture",
    "Step",
    "picture",
]
