"""Screens as data: which columns a list shows, which sections a form has, what a kanban is made of, for whom."""

from core.views.effective import FormSection, ListView, Pointing, form_sections, list_view, pointing
from core.views.kanban import Among, KanbanView, kanban_view

__all__ = [
    "Among",
    "FormSection",
    "KanbanView",
    "ListView",
    "Pointing",
    "form_sections",
    "kanban_view",
    "list_view",
    "pointing",
]
