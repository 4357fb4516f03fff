"""Screens as data: which columns a list shows, which sections a form has, for whom."""

from core.views.effective import FormSection, ListView, form_sections, list_view

__all__ = ["FormSection", "ListView", "form_sections", "list_view"]
