"""What can come of an activity, as dialogs offer it: the same as in the entity."""

from __future__ import annotations

from collections.abc import Mapping

RESULT_CHOICES: Mapping[str, Mapping[str, str]] = {
    "reached": {"label": "Reached", "hue": "green"},
    "not_reached": {"label": "Not reached", "hue": "amber"},
    "left_message": {"label": "Left a message", "hue": "teal"},
    "interested": {"label": "Interested", "hue": "green"},
    "not_interested": {"label": "Not interested", "hue": "red"},
    "agreed": {"label": "Agreed on something", "hue": "green"},
    "postponed": {"label": "Was put off", "hue": "orange"},
    "other": {"label": "Something else", "hue": "gray"},
}
