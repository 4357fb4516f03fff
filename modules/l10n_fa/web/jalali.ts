// The Jalali calendar in the browser: arithmetic and reading of typed dates, on the vectors of tests/vectors.json.
import { isLeapJalaaliYear, jalaaliMonthLength, toGregorian, toJalaali } from 'jalaali-js';

/** A day of some calendar; months and days count from 1. */
export interface Ymd { y: number; m: number; d: number }

export const FIRST_YEAR = 1200;
export const LAST_YEAR = 1500;

const PERSIAN = ['فروردین', 'اردیبهشت', 'خرداد', 'تیر', 'مرداد', 'شهریور', 'مهر', 'آبان', 'آذر', 'دی', 'بهمن', 'اسفند'];
const LATIN = ['Farvardin', 'Ordibehesht', 'Khordad', 'Tir', 'Mordad', 'Shahrivar', 'Mehr', 'Aban', 'Azar', 'Dey', 'Bahman', 'Esfand'];
const OTHER: Record<string, number> = { 'امرداد': 5, 'Amordad': 5, 'Ordibehest': 2, 'Espand': 12, 'Day': 10 };
const PERSIAN_WEEK = ['یکشنبه', 'دوشنبه', 'سه‌شنبه', 'چهارشنبه', 'پنجشنبه', 'جمعه', 'شنبه'];
const DAYS: Record<string, number> = {
  t: 0, today: 0, 'امروز': 0, tomorrow: 1, 'فردا': 1, yesterday: -1, 'دیروز': -1, 'پسفردا': 2, 'پریروز': -2,
};

export const months = (lang: string): string[] => (lang === 'fa' ? PERSIAN : LATIN);
/** Short names of the days, from Sunday on. */
export const week = (lang: string): string[] =>
  lang === 'fa' ? ['ی', 'د', 'س', 'چ', 'پ', 'ج', 'ش'] : ['Su', 'Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa'];
export const isLeap = (year: number): boolean => isLeapJalaaliYear(year);
export const len = (year: number, month: number): number => jalaaliMonthLength(year, month);

export function from(g: Ymd): Ymd {
  const { jy, jm, jd } = toJalaali(g.y, g.m, g.d);
  return { y: jy, m: jm, d: jd };
}

export function to(day: Ymd): Ymd {
  const { gy, gm, gd } = toGregorian(day.y, day.m, day.d);
  return { y: gy, m: gm, d: gd };
}

export function exists({ y, m, d }: Ymd): boolean {
  return y >= FIRST_YEAR && y <= LAST_YEAR && m >= 1 && m <= 12 && d >= 1 && d <= len(y, m);
}

/** Spelling habits go away as on the server (core.i18n.fold), as far as names of months and days need it. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/[يى]/g, 'ی').replace(/ك/g, 'ک').replace(/[\u064b-\u0655\u0640\u200c\s.]/g, '').toLowerCase();
}

/** Digits of every script as 0-9; \p{Nd} comes in runs of ten that begin with zero. */
function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    let zero = digit.codePointAt(0)!;
    const value = zero;
    while (value - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String(value - zero);
  });
}

const MONTHS = new Map<string, number>([
  ...Object.entries(OTHER).map(([name, month]): [string, number] => [fold(name), month]),
  ...[LATIN, PERSIAN].flatMap((names) => names.map((name, at): [string, number] => [fold(name), at + 1])),
]);
const WEEKDAYS = new Set(PERSIAN_WEEK.map(fold));

/** Return the Gregorian day typed, or null where it is none (the server says why). */
export function parse(typed: string, today: Ymd): Ymd | null {
  const text = asciiDigits(typed.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')).trim();
  const shift = DAYS[fold(text)];
  if (shift !== undefined) return shifted(today, shift);
  const stored = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (stored && Number(stored[1]) > LAST_YEAR) return real({ y: Number(stored[1]), m: Number(stored[2]), d: Number(stored[3]) });
  const parts = text.match(/[0-9]+|[^0-9\s،,/.-][^0-9،,/-]*/g) ?? [];
  const day = parts.every((part) => /^[0-9]/.test(part)) ? inDigits(parts) : inWords(parts, from(today).y);
  return day && exists(day) ? to(day) : null;
}

function inDigits(parts: string[]): Ymd | null {
  if (parts.length !== 3 || parts.some((part) => part.length > 4)) return null;
  const [first, middle, last] = parts as [string, string, string];
  const yearFirst = { y: fullYear(first), m: Number(middle), d: Number(last) };
  const dayFirst = { y: fullYear(last), m: Number(middle), d: Number(first) };
  if (first.length > 2) return yearFirst;
  if (last.length > 2) return dayFirst;
  return exists(yearFirst) || !exists(dayFirst) ? yearFirst : dayFirst;
}

function inWords(parts: string[], year: number): Ymd | null {
  const words = parts.filter((part) => !/^[0-9]/.test(part)).map(fold).filter((word) => !WEEKDAYS.has(word));
  const numbers = parts.filter((part) => /^[0-9]/.test(part));
  const month = words.length === 1 ? MONTHS.get(words[0]!) : undefined;
  if (month === undefined || numbers.length < 1 || numbers.length > 2) return null;
  if (numbers.length === 2 && numbers[0]!.length > 2 && numbers[1]!.length <= 2) numbers.reverse();
  return { y: numbers[1] === undefined ? year : fullYear(numbers[1]), m: month, d: Number(numbers[0]) };
}

function fullYear(digits: string): number {
  const number = Number(digits);
  if (digits.length > 2) return number;
  return number <= 50 ? 1400 + number : 1300 + number;
}

function shifted(day: Ymd, days: number): Ymd {
  const moved = new Date(Date.UTC(day.y, day.m - 1, day.d + days));
  return { y: moved.getUTCFullYear(), m: moved.getUTCMonth() + 1, d: moved.getUTCDate() };
}

function real(day: Ymd): Ymd | null {
  const same = shifted(day, 0);
  return same.m === day.m && same.d === day.d ? day : null;
}
