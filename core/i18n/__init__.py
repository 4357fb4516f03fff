"""Languages, calendars, digits, money units and order of text: what the core knows, and what modules add by hook.

The core brings English, the Gregorian calendar, Latin digits and ISO currencies. The lowest room: it imports
only errors, settings and log.
"""

from core.i18n.alphabets import letters_like
from core.i18n.amounts import Amounts
from core.i18n.calendars import Calendar, Day, Gregorian
from core.i18n.characters import ascii_digits, clean
from core.i18n.collation import PLAIN, Collation, sort_key, sort_key_ddl
from core.i18n.currencies import Currency, find_currency, round_money, share_out
from core.i18n.dates import read_date
from core.i18n.digits import LATIN, DigitSet
from core.i18n.folding import FOLD_VERSION, fold
from core.i18n.languages import ENGLISH, Language
from core.i18n.localization import Choices, Localization, SiteDefaults
from core.i18n.messages import Messages
from core.i18n.money import Money, MoneyUnit
from core.i18n.names import NAMES_VERSION, NameHabits, Names, Word
from core.i18n.periods import add_months, add_years, period
from core.i18n.style import Label, Style
from core.i18n.unreadable import Unreadable
from core.i18n.working_time import WorkingTime, always

__all__ = [
    "ENGLISH",
    "FOLD_VERSION",
    "LATIN",
    "NAMES_VERSION",
    "PLAIN",
    "Amounts",
    "Calendar",
    "Choices",
    "Collation",
    "Currency",
    "Day",
    "DigitSet",
    "Gregorian",
    "Label",
    "Language",
    "Localization",
    "Messages",
    "Money",
    "MoneyUnit",
    "NameHabits",
    "Names",
    "SiteDefaults",
    "Style",
    "Unreadable",
    "Word",
    "WorkingTime",
    "add_months",
    "add_years",
    "always",
    "ascii_digits",
    "clean",
    "find_currency",
    "fold",
    "letters_like",
    "period",
    "read_date",
    "round_money",
    "share_out",
    "sort_key",
    "sort_key_ddl",
]
