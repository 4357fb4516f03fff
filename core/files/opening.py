"""`blobs_of`: where a site keeps the contents of its files, as its settings say."""

from __future__ import annotations

from core.config import Settings
from core.files.blobs import Blobs
from core.files.stores import Folder, store_at


def blobs_of(settings: Settings) -> Blobs:
    """Return the contents of the site's files; raise `SettingsInvalid` where they cannot be where it says."""
    folder = settings.home / "files"
    store = store_at(settings.files, folder)
    # What is moved to its place in one step lies on the same disk before.
    return Blobs(store.root if isinstance(store, Folder) else folder, store)
