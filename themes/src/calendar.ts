// Calendars of the date picker: the Gregorian one is built in, modules register others.
import { ascii } from './core';

export interface Ymd { y: number; m: number; d: number }
export interface Calendar {
  id: string;
  months(lang: string): string[];
  /** Short names of the days from Sunday on, or for a language. */
  week: string[] | ((lang: string) => string[]);
  /** First day of the week and days off, Sunday is 0. */
  first: number;
  weekend: number[];
  from(day: Ymd): Ymd;
  to(day: Ymd): Ymd;
  len(year: number, month: number): number;
  parse?(text: string, today: Ymd): Ymd | null;
}

const pad = (n: number, width = 2): string => String(n).padStart(width, '0');
export const iso = (day: Ymd): string => `${pad(day.y, 4)}-${pad(day.m)}-${pad(day.d)}`;
export function fromIso(text: string): Ymd | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  return found ? { y: Number(found[1]), m: Number(found[2]), d: Number(found[3]) } : null;
}
const utc = (day: Ymd): Date => new Date(Date.UTC(day.y, day.m - 1, day.d));
const ymd = (date: Date): Ymd => ({ y: date.getUTCFullYear(), m: date.getUTCMonth() + 1, d: date.getUTCDate() });
export const addDays = (day: Ymd, n: number): Ymd => ymd(new Date(utc(day).getTime() + n * 86_400_000));
export const weekday = (day: Ymd): number => utc(day).getUTCDay();
export const same = (a: Ymd | null, b: Ymd | null): boolean => !!a && !!b && iso(a) === iso(b);

/** Months later or earlier, in a calendar; the day is clamped to the length of the month. */
export function addMonths(calendar: Calendar, day: Ymd, n: number): Ymd {
  const here = calendar.from(day);
  const months = here.y * 12 + here.m - 1 + n;
  const y = Math.floor(months / 12);
  const m = (months % 12) + 1;
  return calendar.to({ y, m, d: Math.min(here.d, calendar.len(y, m)) });
}

const names = (lang: string, options: Intl.DateTimeFormatOptions, days: Date[]): string[] => {
  const format = new Intl.DateTimeFormat(`${lang}-u-ca-gregory`, { ...options, timeZone: 'UTC' });
  return days.map((day) => format.format(day));
};

const gregorian: Calendar = {
  id: 'gregorian',
  months: (lang) => names(lang, { month: 'long' }, [...Array(12)].map((_, i) => new Date(Date.UTC(2023, i, 1)))),
  week: (lang) => names(lang, { weekday: 'narrow' }, [...Array(7)].map((_, i) => new Date(Date.UTC(2023, 0, 1 + i)))),
  first: 1,
  weekend: [0, 6],
  from: (day) => day,
  to: (day) => day,
  len: (year, month) => new Date(Date.UTC(year, month, 0)).getUTCDate(),
  parse(text, today) {
    const typed = ascii(text).trim();
    if (typed === 't') return today;
    const found = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(typed);
    if (!found) return null;
    const day = { y: Number(found[1]), m: Number(found[2]), d: Number(found[3]) };
    return same(ymd(utc(day)), day) ? day : null;
  },
};

const calendars = new Map<string, Calendar>([[gregorian.id, gregorian]]);
export const registerCalendar = (calendar: Calendar): void => { calendars.set(calendar.id, calendar); };
export const calendarOf = (id: string | null): Calendar => calendars.get(id ?? '') ?? gregorian;
