"""People out of other CRM programs: the exports of contacts of EspoCRM, of Vtiger and in the style of Payamgostar."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from core.sdk import ImportSource, fold
from modules.contacts.address_books import PERSON, Row
from modules.contacts.person_rows import COLUMNS, PersonRow

Take = Callable[[PersonRow, object], None]


def _into(column: str) -> Take:
    return lambda person, value: person.put(column, value)


def _number(kind: str) -> Take:
    return lambda person, value: person.number(kind, value)


def _email(person: PersonRow, value: object) -> None:
    for one in re.split(r"[;,\s]+", str(value)):
        person.email(one)


def _read(row: Row, takes: Mapping[str, Take], passed_over: frozenset[str]) -> PersonRow:
    """Take each column; one that nobody knows is kept in the notes."""
    person = PersonRow()
    for name, value in row.items():
        take = takes.get(name)
        if take is not None:
            take(person, value)
        elif name not in passed_over:
            person.note(name, value)
    return person


# EspoCRM: attribute names

_ESPO: Mapping[str, Take] = {
    "id": _into("ID in the other program"),
    "salutationName": _into("Salutation"),
    "firstName": _into("First name"),
    "lastName": _into("Last name"),
    "emailAddress": _email,
    "phoneNumber": _number(""),
    "phoneNumberMobile": _number("Mobile"),
    "phoneNumberOffice": _number("Office"),
    "phoneNumberHome": _number("Home"),
    "phoneNumberFax": _number("Fax"),
    "description": _into("Notes"),
    "assignedUserName": _into("Owner"),
    "campaignName": _into("Source"),
}
_ESPO_ADDRESS = {
    "Street": "addressStreet",
    "City": "addressCity",
    "Province": "addressState",
    "Postal code": "addressPostalCode",
    "Country": "addressCountry",
}
_ESPO_PASSED = frozenset(
    {
        "name", "deleted", "accountName", "accountId", "title", "accountRole", "accountsIds", "middleName",
        "modifiedAt", "createdById", "modifiedById", "modifiedByName", "assignedUserId", "teamsIds", "campaignId",
        "doNotCall", "emailAddressIsOptedOut", "emailAddressIsInvalid", "phoneNumberIsOptedOut",
        "phoneNumberIsInvalid", "streamUpdatedAt", "accountIsInactive", *_ESPO_ADDRESS.values(),
    }
)  # fmt: skip


def _read_espo(row: Row) -> Row:
    person = _read(row, _ESPO, _ESPO_PASSED)
    person.work(row.get("accountName"), row.get("title") or row.get("accountRole"))
    person.address({name: row.get(column) for name, column in _ESPO_ADDRESS.items()}, home=False)
    return person.cells(row.get("name"))


ESPOCRM = ImportSource(
    name="contacts.espocrm",
    label="EspoCRM",
    entity=PERSON,
    recognises=lambda header: {"firstName", "lastName", "emailAddress"} <= set(header),
    columns=COLUMNS,
    read=_read_espo,
)


# Vtiger: labels, with references as Module::::Name

_VTIGER: Mapping[str, Take] = {
    "Contact Id": _into("ID in the other program"),
    "Salutation": _into("Salutation"),
    "First Name": _into("First name"),
    "Last Name": _into("Last name"),
    "Department": _into("Department"),
    "Primary Email": _email,
    "Secondary Email": _email,
    "Email": _email,
    "Office Phone": _number("Office"),
    "Mobile Phone": _number("Mobile"),
    "Mobile": _number("Mobile"),
    "Home Phone": _number("Home"),
    "Secondary Phone": _number("Other"),
    "Other Phone": _number("Other"),
    "Assistant Phone": lambda person, value: person.note("Assistant Phone", value),
    "Fax": _number("Fax"),
    "Date of Birth": lambda person, value: person.birthday(value),
    "Birthdate": lambda person, value: person.birthday(value),
    "Lead Source": _into("Source"),
    "Assigned To": _into("Owner"),
    "Description": _into("Notes"),
    "Tags": lambda person, value: person.add("Tags", str(value).replace(",", "\n")),
}
_VTIGER_ADDRESS = {
    "Street": ("Street", "PO Box"),
    "City": ("City",),
    "Province": ("State",),
    "Postal code": ("Zip",),
    "Country": ("Country",),
}
_VTIGER_PASSED = frozenset(
    {
        "Organization Name", "Title", "Do Not Call", "Email Opt Out", "Notify Owner", "Reference", "Portal User",
        "Modified Time", "Last Modified By", "Source", "Contact Image", "isconvertedfromlead", "Is Converted From Lead",
        *(f"{place} {part}" for place in ("Mailing", "Other")
          for part in ("Street", "City", "State", "Zip", "Country", "PO Box", "Po Box")),
    }
)  # fmt: skip
_REFERENCE = re.compile(r"^[A-Za-z]+::::")


def _read_vtiger(row: Row) -> Row:
    row = {
        name: _REFERENCE.sub("", value) if isinstance(value, str) else value for name, value in row.items()
    }
    person = _read(row, _VTIGER, _VTIGER_PASSED)
    person.work(row.get("Organization Name"), row.get("Title"))
    for place, home in (("Mailing", False), ("Other", True)):
        parts = {
            name: "\n".join(str(row[f"{place} {one}"]) for one in columns if f"{place} {one}" in row)
            for name, columns in _VTIGER_ADDRESS.items()
        }
        person.address(parts, home=home)
    return person.cells()


VTIGER = ImportSource(
    name="contacts.vtiger",
    label="Vtiger",
    entity=PERSON,
    recognises=lambda header: (
        {"Last Name", "Assigned To"} <= set(header)
        and bool({"Organization Name", "Mailing Street", "Primary Email"}.intersection(header))
    ),
    columns=COLUMNS,
    read=_read_vtiger,
)


# Payamgostar style: Persian headers of a workbook

_PAYAMGOSTAR: Mapping[str, Take] = {
    "شماره مشتری": _into("Code"),
    "شناسه": _into("ID in the other program"),
    "عنوان": _into("Salutation"),
    "پیشوند": _into("Salutation"),
    "نام": _into("First name"),
    "نام خانوادگی": _into("Last name"),
    "جنسیت": _into("Gender"),
    "کد ملی": _into("National ID"),
    "تاریخ تولد": lambda person, value: person.put("Birth date", value),
    "موبایل": _number("Mobile"),
    "تلفن همراه": _number("Mobile"),
    "تلفن": _number(""),
    "تلفن محل کار": _number("Work"),
    "تلفن منزل": _number("Home"),
    "فکس": _number("Fax"),
    "ایمیل": _email,
    "وب سایت": lambda person, value: person.add("Web page", value),
    "نحوه آشنایی": _into("Source"),
    "شیوه آشنایی": _into("Source"),
    "دسته بندی": lambda person, value: person.add("Tags", str(value)),
    "گروه": lambda person, value: person.add("Tags", str(value)),
    "کارشناس فروش": _into("Owner"),
    "مسئول": _into("Owner"),
    "توضیحات": _into("Notes"),
}
_PAYAMGOSTAR_ADDRESS = {
    "Street": "آدرس",
    "City": "شهر",
    "Province": "استان",
    "Postal code": "کد پستی",
    "Country": "کشور",
}
_PAYAMGOSTAR_PASSED = frozenset({"سازمان", "نام شرکت", "سمت", *_PAYAMGOSTAR_ADDRESS.values()})
_SPELLED: Mapping[str, str] = {
    fold(name): name for name in (*_PAYAMGOSTAR, *_PAYAMGOSTAR_PASSED, *_PAYAMGOSTAR_ADDRESS.values())
}


def _is_payamgostar(header: Sequence[str]) -> bool:
    names = {fold(name) for name in header}
    needed = {fold(name) for name in ("نام خانوادگی", "شماره مشتری")}
    return needed <= names and bool(names & {fold(name) for name in ("کارشناس فروش", "مسئول")})


def _read_payamgostar(row: Row) -> Row:
    row = {_SPELLED.get(fold(name), name): value for name, value in row.items()}
    person = _read(row, _PAYAMGOSTAR, _PAYAMGOSTAR_PASSED)
    person.work(row.get("سازمان") or row.get("نام شرکت"), row.get("سمت"))
    person.address({name: row.get(column) for name, column in _PAYAMGOSTAR_ADDRESS.items()}, home=False)
    return person.cells()


PAYAMGOSTAR = ImportSource(
    name="contacts.payamgostar",
    label="Payamgostar",
    entity=PERSON,
    recognises=_is_payamgostar,
    columns=COLUMNS,
    read=_read_payamgostar,
)
