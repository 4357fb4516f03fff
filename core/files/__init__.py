"""Files: kept by their content outside of the database, referenced by rows inside of it, never shown as pages."""

from core.files.headers import download_headers, thumbnail_headers
from core.files.opening import blobs_of
from core.files.ownership import assign_files, usable_files
from core.files.service import OF_JOB, Files, StoredFile
from core.files.thumbnails import Thumbnails

__all__ = [
    "OF_JOB",
    "Files",
    "StoredFile",
    "Thumbnails",
    "assign_files",
    "blobs_of",
    "download_headers",
    "thumbnail_headers",
    "usable_files",
]
