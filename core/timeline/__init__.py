"""What happens around records: who is told of it, and who is reminded.

The records themselves (notifications, reminders, notes, followers) are a module's; this room changes when the way
people are told changes.
"""

from core.timeline.events import TimelineEvent, TimelineKind
from core.timeline.notices import notify
from core.timeline.people import people
from core.timeline.reminders import cancel_reminders, remind

__all__ = ["TimelineEvent", "TimelineKind", "cancel_reminders", "notify", "people", "remind"]
