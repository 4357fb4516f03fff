"""The pictures of the guides: an administrator who adds a field and looks at the modules, and somebody who imports."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from album import Album, run_jobs

from tests.browser.test_import import LIST, Wizard
from tests.stories.make_sheet import make_sheet, write_sheet


def take_guide_pictures(album: Album) -> None:
    """Take all of them; the site is changed by that."""
    _building(album)
    with tempfile.TemporaryDirectory() as sheets:
        _importing(album, Path(sheets))


def _building(album: Album) -> None:
    with album.desk(1440, "en", "light") as desk:
        album.take("modules-en-light-1440", desk.goes("/modules"))
    with album.desk(1440, "fa", "light") as desk:
        page = desk.goes("/fields/contacts.contact")
        page.fill("#label_fa", "زبان گفت‌وگو")
        page.fill("#label_en", "Spoken language")
        page.locator("form.stack button.primary").click()
        page.locator("tbody", has_text="x_spoken_language").wait_for()
        desk.settles()
        page.locator("tbody tr", has_text="x_spoken_language").scroll_into_view_if_needed()
        album.take("field-added-fa-light-1440", page)


def _importing(album: Album, folder: Path) -> None:
    write_sheet(make_sheet(), folder / "customers.xlsx")
    for width in (1440, 390):
        with album.desk(width, "fa", "light") as desk:
            wizard = Wizard(desk.goes(f"{LIST}/import"), partial(run_jobs, album.shown.site))
            wizard.uploads(folder / "customers.xlsx")
            album.take(f"import-columns-fa-light-{width}", desk.settles())
            wizard.goes_on()
            album.take(f"import-check-fa-light-{width}", desk.settles())
