"""Egress: the one way by which anything of ours asks another server over HTTP.

The room changes when what may be asked, or how it is asked, changes.
"""

from core.egress.addresses import is_public
from core.egress.client import LARGEST, Answer, Egress, Failed, Forbidden
from core.egress.routing import HttpMap

__all__ = ["LARGEST", "Answer", "Egress", "Failed", "Forbidden", "HttpMap", "is_public"]
