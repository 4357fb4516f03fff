"""Where this room finds what a module keeps for it; without them nobody is told anything."""

from __future__ import annotations

import hashlib
import re

NOTE = "base.note"
NOTE_FILE = "base.note_file"
ATTACHMENT = "base.attachment"
FOLLOWER = "base.follower"
NOTIFICATION = "base.notification"
REMINDER = "base.reminder"
BEHAVIOUR = "timeline"
WITH_FILES = "attachments"
PERSON = "base.user"

_KEY = re.compile(r"[A-Za-z0-9_.:#@/+-]{1,160}")


def safe_key(key: str) -> str:
    """Return a key that can stand in an expression: as it is, or what stands for it."""
    return key if _KEY.fullmatch(key) else "sha256:" + hashlib.sha256(key.encode()).hexdigest()
