"""Who may do what: grants compiled into conditions and field rights; what nobody granted is refused."""

from core.access.branches import REACHED_BY, Branch
from core.access.fields import FieldRights, Mask
from core.access.keys import in_scope, key_of
from core.access.parts import Part, part_of, reference_targets
from core.access.restrictions import Limit
from core.access.rights import Condition, RoleRights
from core.access.schema import step_target
from core.access.service import RECORD_ACTIONS, Access
from core.access.shares import SHARE, SHARED, SHARES

__all__ = [
    "REACHED_BY",
    "RECORD_ACTIONS",
    "Access",
    "Branch",
    "Condition",
    "FieldRights",
    "Limit",
    "Mask",
    "Part",
    "RoleRights",
    "SHARE",
    "SHARED",
    "SHARES",
    "in_scope",
    "key_of",
    "part_of",
    "reference_targets",
    "step_target",
]
