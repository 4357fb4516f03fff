"""Files: kept by their content outside of the database, referenced by rows inside of it, never shown as pages."""

from core.files.headers import download_headers
from core.files.ownership import assign_files, usable_files
from core.files.service import OF_JOB, Files, StoredFile

__all__ = ["OF_JOB", "Files", "StoredFile", "assign_files", "download_headers", "usable_files"]
