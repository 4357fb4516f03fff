"""What modules add to screens and API in Python: operations, panels and routes, with what their handlers get."""

from core.contributions.asking import Asking
from core.contributions.formats import FileFormat, FileFormats, ImportSource, ImportSources
from core.contributions.links import read_link, sign_link
from core.contributions.operation import Operation, OperationCall, Outcome, Undo
from core.contributions.operations import Operations
from core.contributions.panels import Panel
from core.contributions.routes import Answer, Download, Page, Redirect, Route, Routes

__all__ = [
    "Answer",
    "Asking",
    "Download",
    "FileFormat",
    "FileFormats",
    "ImportSource",
    "ImportSources",
    "Operation",
    "OperationCall",
    "Operations",
    "Outcome",
    "Page",
    "Panel",
    "Redirect",
    "Route",
    "Routes",
    "Undo",
    "read_link",
    "sign_link",
]
