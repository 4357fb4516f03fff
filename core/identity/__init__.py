"""Who is asking: accounts, sign-in, sessions, API keys → `Actor`."""

from core.identity.accounts import Account
from core.identity.opening import Opening, Session, Viewing
from core.identity.service import Identity
from core.identity.steps import SecondStep

__all__ = ["Account", "Identity", "Opening", "SecondStep", "Session", "Viewing"]
