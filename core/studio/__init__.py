"""Customize in the browser: fields, entities, roles and restrictions of the site's own, live and reversible."""

from core.studio.arranged import Arranged
from core.studio.restrictions import RestrictionStudio
from core.studio.roles import RoleStudio
from core.studio.service import Studio
from core.studio.told import Told

__all__ = ["Arranged", "RestrictionStudio", "RoleStudio", "Studio", "Told"]
