"""How names are written in Persian: titles, letters that sound the same, and their consonants in Latin letters."""

from __future__ import annotations

from types import MappingProxyType

from core.sdk import NameHabits, fold

_BEFORE = (
    "آقای آقا خانم سرکار سرکارخانم جناب جناب‌آقای حضرت دکتر مهندس استاد پروفسور سید سیده سیّد حاج حاج‌آقا حاج‌خانم حاجیه "
    "شیخ حجت‌الاسلام سرهنگ سروان سرگرد سردار تیمسار مرحوم مرحومه شادروان دوشیزه بانو شرکت مؤسسه موسسه گروه هلدینگ "
    "agha aghaye khanom khanoom mohandes doctor seyed seyyed sayed sayyed sayyid seyedeh haj"
)
_AFTER = "آقا خانم سادات السادات سهامی خاص عام با مسئولیت محدود sadat"

_SAME_SOUND = {
    **dict.fromkeys("ثص", "س"),
    **dict.fromkeys("ذضظ", "ز"),
    "ط": "ت",
    "ح": "ه",
    "غ": "ق",
    "ع": "ا",
    "خوا": "خا",
}
_CONSONANTS = {
    **dict.fromkeys("اعوی", ""),
    **dict(zip("بپتجچخدرزسشفقکگلمنه", "bptjcxdrzs$fqkglmnh", strict=True)),
    **dict.fromkeys("ثص", "s"),
    **dict.fromkeys("ذضظ", "z"),
    "ط": "t",
    "ح": "h",
    "غ": "q",
    "ژ": "j",
}

PERSIAN_NAMES = NameHabits(
    before=frozenset(map(fold, _BEFORE.split())),
    after=frozenset(map(fold, _AFTER.split())),
    attached=(fold("سید"),),
    sounds=MappingProxyType(_SAME_SOUND),
    bones=MappingProxyType(_CONSONANTS),
)
