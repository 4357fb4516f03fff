"""Customize in the browser: fields and entities of the site's own, live and reversible."""

from core.studio.service import Studio

__all__ = ["Studio"]
