"""How the same person is entered a second time: other letters, spaces, titles, digits and prefixes, slips of the pen."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.duplicates.names import NameStock
from benchmarks.duplicates.people import Person

Mutation = Callable[[Person, random.Random, NameStock], Person]

TITLES = ("آقای", "خانم", "دکتر", "مهندس", "جناب آقای", "سرکار خانم", "استاد", "حاج")
LETTERS = "ابپتجچدرزسشفکگلمنوهی"
HOMOPHONES = ("سثص", "زذضظ", "تط", "هح", "قغ", "اع")


def arabic_letters(one: Person, chance: random.Random, _stock: NameStock) -> Person:
    """Type with an Arabic keyboard."""
    table = str.maketrans({"ی": chance.choice("يى"), "ک": "ك", "ه": chance.choice("هة")})
    return replace(one, first=one.first.translate(table), last=one.last.translate(table))


def joined_or_apart(one: Person, chance: random.Random, _stock: NameStock) -> Person:
    """Write compounds apart, together or with another joiner."""
    between = chance.choice((" ", "", "\u200c", "-"))
    first, last = one.first, one.last
    for head in ("محمد", "امیر", "علی", "غلام"):
        if first.startswith(head) and len(first) > len(head) + 1:
            first = f"{head}{chance.choice((' ', chr(0x200C)))}{first.removeprefix(head).lstrip(chr(0x200C))}"
            break
    return replace(one, first=first.replace("\u200c", between), last=last.replace("\u200c", between))


def titled(one: Person, chance: random.Random, _stock: NameStock) -> Person:
    """Put a title before the name."""
    title = chance.choice(TITLES)
    if chance.random() < 0.3:
        return replace(one, first="", last=f"{title} {one.first} {one.last}")
    return replace(one, first=f"{title} {one.first}")


def sayyed(one: Person, chance: random.Random, _stock: NameStock) -> Person:
    """Add what descendants of the prophet put before their name."""
    return replace(one, first=chance.choice(("سید {}", "سید\u200c{}", "سید{}", "سيد {}")).format(one.first))


def marked(one: Person, _chance: random.Random, _stock: NameStock) -> Person:
    """Write hamza, diacritics and long letters as they come."""
    table = {"ئ": "ی", "یی": "ئی", "مو": "مؤ", "محم": "محمّ", "ان": "اَن"}
    first, last = one.first, one.last
    for plain, other in table.items():
        first, last = first.replace(plain, other, 1), last.replace(plain, other, 1)
    return replace(one, first=first, last=last)


def sounding(one: Person, chance: random.Random, stock: NameStock) -> Person:
    """Write a letter that sounds the same."""
    places = [(at, group) for at, letter in enumerate(one.last) for group in HOMOPHONES if letter in group]
    if not places:
        return slipped(one, chance, stock)
    at, group = chance.choice(places)
    other = chance.choice([letter for letter in group if letter != one.last[at]])
    return replace(one, last=one.last[:at] + other + one.last[at + 1 :])


def slipped(one: Person, chance: random.Random, _stock: NameStock) -> Person:
    """Leave a letter out, add one, exchange two or hit another."""
    if len(one.first) > 4 and chance.random() < 0.4:
        return replace(one, first=_slip(one.first, chance))
    return replace(one, last=_slip(one.last, chance))


def _slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(1, len(word))
    match chance.randrange(4):
        case 0:
            return word[:at] + word[at + 1 :]
        case 1:
            return word[:at] + chance.choice(LETTERS) + word[at:]
        case 2:
            return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    return word[:at] + chance.choice(LETTERS) + word[at + 1 :]


def in_one_field(one: Person, chance: random.Random, _stock: NameStock) -> Person:
    """Write all of the name into one field, or the fields the wrong way round."""
    if chance.random() < 0.5:
        return replace(one, first="", last=f"{one.first} {one.last}")
    return replace(one, first=one.last, last=one.first)


def initial(one: Person, chance: random.Random, _stock: NameStock) -> Person:
    """Shorten the first name to its letter, or leave it out."""
    return replace(one, first=chance.choice((f"{one.first[0]}.", "")))


def latin(one: Person, chance: random.Random, stock: NameStock) -> Person:
    """Write the name in Latin letters where it is known how, else with a title."""
    if one.first in stock.latin and one.last in stock.latin:
        return replace(one, first=stock.latin[one.first], last=stock.latin[one.last])
    return titled(one, chance, stock)


def shortened(one: Person, _chance: random.Random, _stock: NameStock) -> Person:
    """Leave out the second part of a long last name."""
    return replace(one, last=one.last.split()[0])


def two_slips(one: Person, chance: random.Random, _stock: NameStock) -> Person:
    """Miss a letter in both names."""
    first = _slip(one.first, chance) if len(one.first) > 4 else one.first
    return replace(one, first=first, last=_slip(one.last, chance))


USUAL: Sequence[Mutation] = (
    *(
        arabic_letters,
        joined_or_apart,
        titled,
        sayyed,
        marked,
        sounding,
        slipped,
        in_one_field,
        initial,
        latin,
    ),
)
OTHERS: Sequence[Mutation] = (*USUAL, shortened, two_slips)


LAST = (in_one_field, titled, sayyed)
"""What is done to a name after everything else: nobody shortens a title to a letter."""


def again(one: Person, chance: random.Random, stock: NameStock, mutations: Sequence[Mutation]) -> Person:
    """Return the same person as somebody else enters them: the name by one or two of the mutations, less of the rest."""
    found = one
    chosen = chance.sample(mutations, 2 if chance.random() < 0.4 else 1)
    for mutation in sorted(chosen, key=lambda one: one in LAST):
        if found.first:
            found = mutation(found, chance, stock)
    return _reached(one, found, chance)


def _reached(one: Person, found: Person, chance: random.Random) -> Person:
    """Say of the ways to reach somebody what a second entry says: mostly the same one, seldom with a wrong digit."""
    phones, mails = list(one.phones), list(one.mails)
    if phones and chance.random() < 0.05:
        phones[0] = _wrong_digit(phones[0], chance)
    elif phones and mails and chance.random() < 0.3:
        phones = []  # this one knows the address only
    elif phones and mails and chance.random() < 0.5:
        mails = []
    written = tuple(rewritten(phone, chance) for phone in phones)
    return replace(
        found,
        phones=written,
        mails=tuple(mail.upper() if chance.random() < 0.2 else mail for mail in mails),
        company=one.company if chance.random() < 0.6 else -1,
        born=one.born if chance.random() < 0.7 else "",
        postal=one.postal if chance.random() < 0.5 else "",
    )


def _wrong_digit(phone: str, chance: random.Random) -> str:
    at = chance.randrange(5, len(phone))
    return phone[:at] + str((int(phone[at]) + chance.randint(1, 9)) % 10) + phone[at + 1 :]


def rewritten(phone: str, chance: random.Random) -> str:
    """Return a number with another prefix, in other digits, with marks between."""
    body = phone[1:]
    made = chance.choice(
        (f"0{body}", f"+98{body}", f"0098{body}", f"+98 {body[:3]} {body[3:]}", f"0{body[:3]}-{body[3:]}")
    )
    digits = chance.choice(("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"))
    return made.translate(str.maketrans("0123456789", digits))
