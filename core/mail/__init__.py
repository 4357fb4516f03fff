"""Mail: promised in the caller's transaction, handed over by a job, at most once for each key.

The room changes when the way mail leaves the site changes.
"""

from core.mail.captured import Captured
from core.mail.outbox import Attachment, Letter, Mail, MailState, failing, is_address, mail_waits
from core.mail.promising import SEND, promise_mail
from core.mail.sending import send_waiting

__all__ = [
    "SEND",
    "Attachment",
    "Captured",
    "Letter",
    "Mail",
    "MailState",
    "failing",
    "is_address",
    "mail_waits",
    "promise_mail",
    "send_waiting",
]
