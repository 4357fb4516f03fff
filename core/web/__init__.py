"""Pages: server-rendered, working without JavaScript, quicker with it."""

from core.web.blueprint import blueprint

__all__ = ["blueprint"]
