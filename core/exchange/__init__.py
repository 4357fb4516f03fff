"""Records in and out of files: import from spreadsheets with mapping, check and run as a job; export of lists."""

from core.exchange.inspection import Column, Inspection, Option
from core.exchange.service import Exchange

__all__ = ["Column", "Exchange", "Inspection", "Option"]
