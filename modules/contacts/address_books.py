"""People out of address books: the CSV files of Google Contacts and of Outlook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from core.sdk import ImportSource
from modules.contacts.person_rows import COLUMNS, PersonRow

PERSON = "contacts.contact"
Row = Mapping[str, object]

_NUMBERED = re.compile(r"(.+) (\d+) - (.+)")
_GOOGLE = re.compile(r"(?:Phone|E-mail) 1 - (?:Value|Type|Label)")
_OWN_GROUPS = frozenset({"mycontacts", "starred", "friends", "family", "coworkers", "my contacts"})
"""Groups that Google makes for everybody."""

_GOOGLE_ADDRESS = {
    "Street": ("Street", "Extended Address", "PO Box"),
    "City": ("City",),
    "Province": ("Region",),
    "Postal code": ("Postal Code",),
    "Country": ("Country",),
}
_GOOGLE_READ = frozenset(
    {
        "Name", "Given Name", "First Name", "Additional Name", "Middle Name", "Family Name", "Last Name", "File As",
        "Name Prefix", "Name Suffix", "Birthday", "Gender", "Notes", "Photo", "Group Membership", "Labels",
        "Organization Name", "Organization Title", "Organization Department", "Language",
    }
)  # fmt: skip


def _is_google(header: Sequence[str]) -> bool:
    names = set(header)
    return any(_GOOGLE.fullmatch(name) for name in names) and bool(
        names & {"Given Name", "First Name", "Name"}
    )


def _first(row: Row, *names: str) -> object:
    return next((row[name] for name in names if row.get(name) is not None), None)


def _joined(row: Row, *names: str) -> str:
    return " ".join(str(row[name]).strip() for name in names if row.get(name) is not None)


def _read_google(row: Row) -> Row:
    person = PersonRow()
    person.put("Salutation", row.get("Name Prefix"))
    person.put("First name", _joined(row, "Given Name", "First Name", "Additional Name", "Middle Name"))
    person.put("Last name", _joined(row, "Family Name", "Last Name", "Name Suffix"))
    person.birthday(row.get("Birthday"))
    person.put("Gender", row.get("Gender"))
    person.put("Notes", row.get("Notes"))
    for group in str(_first(row, "Group Membership", "Labels") or "").split(":::"):
        name = group.strip().removeprefix("*").strip()
        if name and name.casefold() not in _OWN_GROUPS:
            person.tag(name)
    person.work(row.get("Organization Name"), row.get("Organization Title"))
    person.put("Department", row.get("Organization Department"))
    for (kind, _), values in _numbered(row).items():
        _google_value(person, kind, values)
    for name, value in row.items():
        if name not in _GOOGLE_READ and not _NUMBERED.fullmatch(name):
            person.note(name, value)
    return person.cells(row.get("Nickname"), row.get("File As"), row.get("Name"))


def _numbered(row: Row) -> Mapping[tuple[str, int], Row]:
    """Return the columns that belong together: those of one kind and number."""
    found: dict[tuple[str, int], dict[str, object]] = {}
    for name, value in row.items():
        matched = _NUMBERED.fullmatch(name)
        if matched:
            found.setdefault((matched[1], int(matched[2])), {})[matched[3]] = value
    return found


def _google_value(person: PersonRow, kind: str, values: Row) -> None:
    label = str(_first(values, "Type", "Label") or "").removeprefix("*").strip()
    several = [part.strip() for part in str(values.get("Value") or "").split(":::") if part.strip()]
    if kind == "Phone":
        for value in several:
            person.number(label, value)
    elif kind == "E-mail":
        for value in several:
            person.email(value)
    elif kind == "Website":
        for value in several:
            person.add("Web page", value)
    elif kind == "Organization":
        person.work(values.get("Name"), values.get("Title"))
        person.put("Department", values.get("Department"))
    elif kind == "Address":
        parts = {
            name: "\n".join(str(values[part]) for part in parts if values.get(part) is not None)
            for name, parts in _GOOGLE_ADDRESS.items()
        }
        if not any(parts.values()):
            parts["Street"] = str(values.get("Formatted") or "")
        person.address(parts, home=label.casefold() == "home")
    else:
        person.note(label or kind, ", ".join(several))


GOOGLE = ImportSource(
    name="contacts.google",
    label="Google Contacts",
    entity=PERSON,
    recognises=_is_google,
    columns=COLUMNS,
    read=_read_google,
)

_OUTLOOK = frozenset({"First Name", "Last Name", "E-mail Address", "Business Phone", "Mobile Phone"})
_OUTLOOK_ADDRESS = {
    "Street": ("Street", "Street 2", "Street 3", "Address PO Box"),
    "City": ("City",),
    "Province": ("State",),
    "Postal code": ("Postal Code",),
    "Country": ("Country/Region", "Country"),
}
_PLACES = ("Business", "Home", "Other")
_OUTLOOK_NOISE = frozenset(
    {
        "Sensitivity", "Priority", "Private", "Initials", "Directory Server", "Internet Free Busy", "Mileage",
        "Billing Information", "User 1", "User 2", "User 3", "User 4", "E-mail Type", "E-mail Display Name",
        "E-mail 2 Type", "E-mail 2 Display Name", "E-mail 3 Type", "E-mail 3 Display Name",
    }
)  # fmt: skip
_OUTLOOK_NAMES = ("First Name", "Middle Name", "Last Name", "Suffix")
_OUTLOOK_READ = frozenset(
    {
        "Title",
        "Company",
        "Job Title",
        "Department",
        "Birthday",
        "Gender",
        "Notes",
        "Categories",
        *_OUTLOOK_NAMES,
    }
)
_OUTLOOK_EMPTY = frozenset({"unspecified", "normal", "0/0/00", "false"})
_PHONE_WORDS = ("Phone", "Fax", "Pager", "Telex", "Callback", "ISDN")


def _read_outlook(row: Row) -> Row:
    row = {name: value for name, value in row.items() if str(value).strip().casefold() not in _OUTLOOK_EMPTY}
    person = PersonRow()
    person.put("Salutation", row.get("Title"))
    person.put("First name", _joined(row, "First Name", "Middle Name") if "First Name" in row else None)
    person.put("Last name", _joined(row, "Last Name", "Suffix"))
    person.work(row.get("Company"), row.get("Job Title"))
    person.put("Department", row.get("Department"))
    person.put("Gender", row.get("Gender"))
    person.birthday(row.get("Birthday"), american=True)
    person.put("Notes", row.get("Notes"))
    for category in re.split("[;,]", str(row.get("Categories") or "")):
        person.add("Tags", category)
    placed = _outlook_addresses(person, row)
    for name, value in row.items():
        if name not in placed and name not in _OUTLOOK_READ and name not in _OUTLOOK_NOISE:
            _outlook_value(person, name, value)
    return person.cells()


def _outlook_addresses(person: PersonRow, row: Row) -> frozenset[str]:
    """Take the addresses; return the columns that they stood in."""
    used: set[str] = set()
    for place in _PLACES:
        parts: dict[str, object] = {}
        for name, columns in _OUTLOOK_ADDRESS.items():
            there = [f"{place} {column}" for column in columns if f"{place} {column}" in row]
            used.update(there)
            parts[name] = "\n".join(str(row[column]) for column in there)
        person.address(parts, home=place == "Home")
    return frozenset(used)


def _outlook_value(person: PersonRow, name: str, value: object) -> None:
    if re.fullmatch(r"E-mail (\d )?Address", name):
        person.email(value)
    elif name.startswith("Assistant's"):
        person.note(name, value)
    elif any(word in name for word in _PHONE_WORDS):
        person.number(name, value)
    elif name.endswith("Web Page"):
        person.add("Web page", value)
    else:
        person.note(name, value)


OUTLOOK = ImportSource(
    name="contacts.outlook",
    label="Outlook",
    entity=PERSON,
    recognises=lambda header: len(_OUTLOOK.intersection(header)) >= len(_OUTLOOK) - 1,
    columns=COLUMNS,
    read=_read_outlook,
)
