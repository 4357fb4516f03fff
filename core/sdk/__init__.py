"""All that a module may import from the core: a thin re-export, in alphabetical order."""

from core.errors import Problem, ValidationFailed
from core.fields import DateField, DecimalField, FieldRefused, FieldType, IntegerField, LoadContext, TextField
from core.hooks import hookimpl
from core.i18n import (
    Calendar,
    Collation,
    Day,
    DigitSet,
    Language,
    Localization,
    Messages,
    Money,
    MoneyUnit,
    Style,
    Unreadable,
    add_months,
    add_years,
    fold,
    period,
    read_date,
    sort_key_ddl,
)
from core.identity.accounts import Account
from core.jobs import JobContext, Task
from core.kernel.actor import Actor, Preferences
from core.kernel.protocols import Profile
from core.kernel.values import AnyRef, Ref
from core.metadata.documents import Behaviour
from core.metadata.specs import EntitySpec, FieldSpec, ModuleSpec
from core.records.change import Change
from core.sdk.parts import (
    closes_circle,
    defer,
    forget_principals,
    look_up,
    printed,
    read_value,
    reading,
    records,
    store_file,
    style_of,
)
from core.storage import UnitOfWork
from core.workflow import Guard, Move, Offer

__all__ = [
    "Account",
    "Actor",
    "AnyRef",
    "Behaviour",
    "Calendar",
    "Change",
    "Collation",
    "DateField",
    "Day",
    "DecimalField",
    "DigitSet",
    "EntitySpec",
    "FieldRefused",
    "FieldSpec",
    "FieldType",
    "Guard",
    "IntegerField",
    "JobContext",
    "Language",
    "LoadContext",
    "Localization",
    "Messages",
    "ModuleSpec",
    "Money",
    "MoneyUnit",
    "Move",
    "Offer",
    "Preferences",
    "Problem",
    "Profile",
    "Ref",
    "Style",
    "Task",
    "TextField",
    "Unreadable",
    "UnitOfWork",
    "ValidationFailed",
    "add_months",
    "add_years",
    "defer",
    "fold",
    "forget_principals",
    "hookimpl",
    "closes_circle",
    "look_up",
    "period",
    "printed",
    "read_date",
    "read_value",
    "reading",
    "records",
    "sort_key_ddl",
    "store_file",
    "style_of",
]
