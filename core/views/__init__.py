"""Screens as data: which columns a list shows, which sections a form has, what a kanban, a calendar, a chart is made of."""

from core.views.calendar import CalendarView, calendar_view
from core.views.chart import ChartView, chart_view
from core.views.effective import (
    FormSection,
    ListView,
    Pointing,
    form_sections,
    is_listable,
    list_view,
    pointing,
)
from core.views.kanban import Among, KanbanView, kanban_view

__all__ = [
    "Among",
    "CalendarView",
    "ChartView",
    "FormSection",
    "KanbanView",
    "ListView",
    "Pointing",
    "calendar_view",
    "chart_view",
    "form_sections",
    "is_listable",
    "kanban_view",
    "list_view",
    "pointing",
]
