"""Files as other programs write them: the very headers, and some people below."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import openpyxl


def names(text: str) -> list[str]:
    """Return the headers of a line."""
    return text.split(",")


GOOGLE_NEW = names(
    "First Name,Middle Name,Last Name,Phonetic First Name,Phonetic Middle Name,Phonetic Last Name,Name Prefix,"
    "Name Suffix,Nickname,File As,Organization Name,Organization Title,Organization Department,Birthday,Notes,Photo,"
    "Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,"
    "Phone 2 - Label,Phone 2 - Value,Phone 3 - Label,Phone 3 - Value,Address 1 - Label,Address 1 - Formatted,"
    "Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,Address 1 - Postal Code,"
    "Address 1 - Country,Address 1 - Extended Address,Relation 1 - Label,Relation 1 - Value,Website 1 - Label,"
    "Website 1 - Value,Event 1 - Label,Event 1 - Value,Custom Field 1 - Label,Custom Field 1 - Value"
)

GOOGLE_OLD = names(
    "Name,Given Name,Additional Name,Family Name,Yomi Name,Given Name Yomi,Additional Name Yomi,Family Name Yomi,"
    "Name Prefix,Name Suffix,Initials,Nickname,Short Name,Maiden Name,Birthday,Gender,Location,Billing Information,"
    "Directory Server,Mileage,Occupation,Hobby,Sensitivity,Priority,Subject,Notes,Language,Photo,Group Membership,"
    "E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,Address 1 - Type,"
    "Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 1 - Region,"
    "Address 1 - Postal Code,Address 1 - Country,Address 1 - Extended Address,Organization 1 - Type,"
    "Organization 1 - Name,Organization 1 - Yomi Name,Organization 1 - Title,Organization 1 - Department,"
    "Organization 1 - Symbol,Organization 1 - Location,Organization 1 - Job Description"
)

OUTLOOK = names(
    "Title,First Name,Middle Name,Last Name,Suffix,Company,Department,Job Title,Business Street,Business Street 2,"
    "Business Street 3,Business City,Business State,Business Postal Code,Business Country/Region,Home Street,"
    "Home Street 2,Home Street 3,Home City,Home State,Home Postal Code,Home Country/Region,Other Street,"
    "Other Street 2,Other Street 3,Other City,Other State,Other Postal Code,Other Country/Region,Assistant's Phone,"
    "Business Fax,Business Phone,Business Phone 2,Callback,Car Phone,Company Main Phone,Home Fax,Home Phone,"
    "Home Phone 2,ISDN,Mobile Phone,Other Fax,Other Phone,Pager,Primary Phone,Radio Phone,TTY/TDD Phone,Telex,Account,"
    "Anniversary,Assistant's Name,Billing Information,Birthday,Business Address PO Box,Categories,Children,"
    "Directory Server,E-mail Address,E-mail Type,E-mail Display Name,E-mail 2 Address,E-mail 2 Type,"
    "E-mail 2 Display Name,E-mail 3 Address,E-mail 3 Type,E-mail 3 Display Name,Gender,Government ID Number,Hobby,"
    "Home Address PO Box,Initials,Internet Free Busy,Keywords,Language,Location,Manager's Name,Mileage,Notes,"
    "Office Location,Organizational ID Number,Other Address PO Box,Priority,Private,Profession,Referred By,"
    "Sensitivity,Spouse,User 1,User 2,User 3,User 4,Web Page"
)

ESPOCRM = names(
    "id,deleted,name,salutationName,firstName,lastName,accountId,accountName,title,description,emailAddress,"
    "phoneNumber,doNotCall,addressStreet,addressCity,addressState,addressCountry,addressPostalCode,accountRole,"
    "campaignName,createdAt,modifiedAt,createdById,createdByName,assignedUserId,assignedUserName"
)

VTIGER = names(
    "Salutation,First Name,Last Name,Office Phone,Organization Name,Mobile Phone,Lead Source,Home Phone,Title,"
    "Other Phone,Department,Fax,Primary Email,Date of Birth,Assistant,Reports To,Assistant Phone,Secondary Email,"
    "Email Opt Out,Do Not Call,Reference,Assigned To,Notify Owner,Created Time,Modified Time,Contact Id,Source,"
    "Mailing Street,Other Street,Mailing PO Box,Other PO Box,Mailing City,Other City,Mailing State,Other State,"
    "Mailing Zip,Other Zip,Mailing Country,Other Country,Description,Contact Image"
)

PAYAMGOSTAR = (
    "شماره مشتری",
    "عنوان",
    "نام",
    "نام خانوادگی",
    "سازمان",
    "سمت",
    "کد ملی",
    "تاریخ تولد",
    "موبایل",
    "تلفن",
    "ایمیل",
    "استان",
    "شهر",
    "آدرس",
    "کد پستی",
    "نحوه آشنایی",
    "دسته بندی",
    "کارشناس فروش",
    "توضیحات",
)

Row = Mapping[str, object]


def text_file(header: Sequence[str], *rows: Row) -> str:
    """Return the rows as separated values."""
    assert not {name for row in rows for name in row} - set(header)
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, header)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def workbook(header: Sequence[str], *rows: Row) -> bytes:
    """Return the rows as a workbook."""
    book = openpyxl.Workbook()
    book.active.append(list(header))
    for row in rows:
        book.active.append([row.get(name) for name in header])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
