"""Paper: pages written in HTML by modules become PDF files, in the reader's language and direction."""

from core.printing.service import Printing

__all__ = ["Printing"]
