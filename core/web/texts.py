"""Texts that the scripts show: translated by the server and sent along with each page."""

from __future__ import annotations


def N_(text: str) -> str:
    """Mark a text for translation."""
    return text


REASONS = (N_("demo data"), N_("bulk change"))
"""Reasons that the core itself gives for a change, as its history shows them."""

CHOICES = (N_("Gregorian"), N_("Latin"))
"""The calendar and the digits of the core, as people choose them."""

TEXTS = (
    N_("Bold"),
    N_("Italic"),
    N_("Underline"),
    N_("Strike through"),
    N_("Heading"),
    N_("List"),
    N_("Numbered list"),
    N_("Quotation"),
    N_("Link"),
    N_("Address of the link"),
    N_("Set the link"),
    N_("Format {field}"),
    N_("Write an address such as https://example.com or a mail address."),
    N_("The editor could not be loaded; write plain text."),
    N_(", "),
    N_("{number} files"),
    N_("Open the calendar"),
    N_("Choose a date"),
    N_("Previous month"),
    N_("Next month"),
    N_("Today"),
    N_("Clear"),
    N_("Choices"),
    N_("Nothing found"),
    N_("The list could not be loaded"),
    N_("Remove"),
    N_("Row removed"),
    N_("Not saved yet"),
    N_("Draft restored"),
    N_("Undo"),
    N_("Copy the link"),
    N_("Copied"),
    N_("Records"),
    N_("Did you mean"),
    N_("The value could not be loaded"),
    N_("The connection is gone; nothing was saved"),
    N_("Try again"),
    N_("It was not saved"),
    N_("Load again"),
    N_("Yes, go on"),
    N_("Cancel"),
    N_("The connection is gone. Try again."),
    N_("Picked up. The arrow keys move it, Space drops it, Escape puts it back."),
    N_("Over {column}"),
    N_("Put back"),
    N_("Only the column can be changed here; the order of the cards follows from their values."),
    N_("There is no connection. Nothing was changed."),
    N_("Try again"),
    N_("That did not work. Reload the page and try again."),
    N_("Loading…"),
    N_("People"),
    N_("This file is no picture that can be shown. Choose a PNG, JPEG, WebP or GIF."),
    N_("The picture is chosen; save to keep it."),
    N_("Uploading"),
    N_("The files are there"),
    N_("The file is too large."),
    N_("Close"),
    N_("Previous picture"),
    N_("Next picture"),
    N_("That did not work; nothing was lost. Try again."),
    N_("Older things are shown"),
    N_("Not saved"),
    N_("Not saved: sign in again"),
    N_("Not saved: no connection. Your text is kept; save again."),
    N_("Saving…"),
    N_("No passkey was used. Try again, or choose another way."),
    N_("{at} of {total}"),
)
