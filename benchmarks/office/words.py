"""Persian names for the records of the office; the same at every run."""

from __future__ import annotations

import random

FIRST = [
    "علی",
    "محمد",
    "رضا",
    "حسین",
    "مهدی",
    "امیر",
    "سعید",
    "حمید",
    "مجید",
    "فرهاد",
    "بهرام",
    "کاوه",
    "آرش",
    "بابک",
    "پویا",
    "نیما",
    "سینا",
    "کیان",
    "شهرام",
    "داریوش",
    "زهرا",
    "فاطمه",
    "مریم",
    "سارا",
    "نرگس",
    "لیلا",
    "مینا",
    "نسرین",
    "پروین",
    "شیرین",
    "مهناز",
    "الهام",
    "سمیرا",
    "نازنین",
    "هانیه",
    "ریحانه",
    "ترانه",
    "پریسا",
    "آیدا",
    "رؤیا",
]
LAST = [
    "کریمی",
    "رضایی",
    "محمدی",
    "احمدی",
    "حسینی",
    "موسوی",
    "جعفری",
    "صادقی",
    "رحیمی",
    "ابراهیمی",
    "اکبری",
    "قاسمی",
    "نوری",
    "طاهری",
    "شریفی",
    "عباسی",
    "کاظمی",
    "امینی",
    "فرهادی",
    "بهرامی",
    "سلطانی",
    "مرادی",
    "رستمی",
    "یوسفی",
    "حیدری",
    "صالحی",
    "نجفی",
    "زارعی",
    "خسروی",
    "شاکری",
    "بابایی",
    "عزیزی",
    "غلامی",
    "فتحی",
    "کمالی",
    "ملکی",
    "ناصری",
    "هاشمی",
    "یزدانی",
    "ثابتی",
]
ENDINGS = (
    "",
    "‌پور",
    "‌نژاد",
    "‌فر",
    "‌زاده",
    " اصل",
    " تهرانی",
    " اصفهانی",
    " شیرازی",
    " تبریزی",
    " راد",
    " مهر",
)
TRADES = [
    "فولاد",
    "سیمان",
    "پخش",
    "نفت",
    "دارو",
    "غذا",
    "نساجی",
    "رایانه",
    "چاپ",
    "حمل",
    "بازرگانی",
    "ساختمان",
    "معدن",
    "شیمی",
    "پلاستیک",
    "چوب",
    "کاغذ",
    "برق",
]
PLACES = [
    "البرز",
    "زاگرس",
    "دماوند",
    "سهند",
    "سبلان",
    "الوند",
    "تفتان",
    "ارس",
    "کارون",
    "زاینده",
    "هامون",
    "جازموریان",
    "خزر",
    "کویر",
    "مکران",
    "الموت",
]
KINDS = ["شرکت", "گروه", "صنایع", "هلدینگ", "مؤسسه", "کارخانه", "بازرگانی", "مهندسی"]
DEALS = [
    "خرید",
    "تمدید",
    "گسترش",
    "نوسازی",
    "راه\u200cاندازی",
    "پشتیبانی",
    "آموزش",
    "مشاوره",
    "تجهیز",
    "به\u200cروزرسانی",
]
GOODS = [
    "سرور",
    "نرم\u200cافزار",
    "دستگاه",
    "خط\u200cتولید",
    "مجوز",
    "شبکه",
    "انبار",
    "قطعات",
    "خدمات",
    "سامانه",
    "چاپگر",
    "ترازو",
]
JOBS = ("مدیر عامل", "مدیر خرید", "کارشناس", "مدیر مالی", "مدیر فنی", "مسئول دفتر")
CALLS = ("پیگیری قیمت", "تماس اول", "جلسه معرفی", "ارسال کاتالوگ", "پیگیری قرارداد", "بازدید از کارخانه")


class Words:
    """Makes names out of lists of them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def first(self) -> str:
        """Return a given name."""
        return self.chance.choice(FIRST)

    def last(self) -> str:
        """Return a family name."""
        return self.chance.choice(LAST) + self.chance.choice(ENDINGS)

    def company(self, number: int) -> str:
        """Return the name of a company; its number keeps names apart."""
        some = self.chance
        return f"{some.choice(KINDS)} {some.choice(TRADES)} {some.choice(PLACES)} {number}"

    def deal(self) -> str:
        """Return what an opportunity is about."""
        return f"{self.chance.choice(DEALS)} {self.chance.choice(GOODS)}"

    def call(self) -> str:
        """Return what an activity is about."""
        return self.chance.choice(CALLS)
