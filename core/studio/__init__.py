"""Customize in the browser: fields, entities and roles of the site's own, live and reversible."""

from core.studio.roles import RoleStudio
from core.studio.service import Studio

__all__ = ["RoleStudio", "Studio"]
