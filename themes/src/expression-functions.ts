// What the functions of expressions do in the browser; each has its golden vectors with those of Python and SQL.
import {
  DAY_LONG, MAX_DAYS, ONE, counted, day, dayText, floorDiv, isMoney, numberText, order, withinDays, withinMoments, type Money, type Value,
} from './expression-values';

const MINUTE = 60_000_000n;
type Read = (...values: never[]) => Value;

const WIDE = [[0x100, 0x180], [0x370, 0x400], [0x400, 0x530]] as const;
/** Letters of some blocks with what they turn into, where that is one other letter. */
function turned(blocks: readonly (readonly [number, number])[], turn: (letter: string) => string): (text: string) => string {
  const letters = [...blocks, ...WIDE].flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => String.fromCharCode(from + i)));
  const table = new Map(letters.filter((one) => turn(one).length === 1 && turn(one) !== one).map((one) => [one, turn(one)]));
  return (text) => text.replace(/[^]/g, (one) => table.get(one) ?? one);
}

const whole = (value: number): bigint => BigInt(value) * ONE;
const filled = (text: string): Value => text || null;
/** A whole number that counts characters. */
const count = (value: bigint, least = 0): number => Math.max(Math.min(Number(value / ONE), 1_000_000), least);
const letters = (text: string, from: number, to?: number): Value => filled([...text].slice(from, to).join(''));
const right = (text: string, size: bigint): Value => letters(text, Math.max([...text].length - count(size), 0));
const of = (reckon: (value: bigint) => bigint) => (value: bigint | Money): Value =>
  (isMoney(value) ? { ...value, amount: reckon(value.amount) } : reckon(value));

// Days are told apart as [year, month, day], where months count from 0
const ymd = (value: number): [number, number, number] => {
  const text = dayText(value);
  return [Number(text.slice(0, 4)), Number(text.slice(5, 7)) - 1, Number(text.slice(8))];
};
/** The day of a month counted from the year 0; null outside of the years 1 to 9999. */
function dayOf(month: number, date: number): number | null {
  const year = Math.floor(month / 12);
  if (year < 1 || year > 9999) return null;
  return day(`${String(year).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}-${String(date).padStart(2, '0')}`);
}
const monthOf = (value: number): number => ymd(value)[0] * 12 + ymd(value)[1];
/** How many days a month has: the difference of two first days; December is as long as every year. */
const length = (month: number): number => (month % 12 === 11 ? 31 : dayOf(month + 1, 1)! - dayOf(month, 1)!);
const part = (take: (year: number, month: number, day: number) => number) => (value: number): Value => whole(take(...ymd(value)));
const dateOf = (at: bigint): number => Number(floorDiv(at, DAY_LONG));

function addMonths(start: number | bigint, number: bigint, months: number): Value {
  const most = (4000 * 12) / months;
  const moved = number / ONE;
  if (moved > most || moved < -most) return null;
  const from = typeof start === 'number' ? start : dateOf(start);
  const month = monthOf(from) + Number(moved) * months;
  if (month < 12) return null;
  const found = dayOf(month, 1) === null ? null : dayOf(month, Math.min(ymd(from)[2], length(month)));
  return found === null || typeof start === 'number' ? found : BigInt(found) * DAY_LONG + (start - BigInt(from) * DAY_LONG);
}

function monthsBetween(first: number, last: number): number {
  if (last < first) return -monthsBetween(last, first);
  return monthOf(last) - monthOf(first) - (ymd(last)[2] < ymd(first)[2] ? 1 : 0);
}

function addDays(start: number | bigint, number: bigint): Value {
  const days = counted(number, MAX_DAYS);
  if (days === null) return null;
  return typeof start === 'number' ? withinDays(start + Number(days)) : withinMoments(start + days * DAY_LONG);
}

function addMinutes(start: bigint, number: bigint): Value {
  const minutes = counted(number, MAX_DAYS * 1440);
  return minutes === null ? null : withinMoments(start + minutes * MINUTE);
}

function daysBetween(first: number | bigint, last: number | bigint): Value {
  return typeof first === 'number' ? whole(Number(last) - first) : units(DAY_LONG)(first, last as bigint);
}
const units = (unit: bigint) => (first: bigint, last: bigint): Value => ((last - first) / unit) * ONE;

/** Functions of values; empty where one of them is. */
export const FUNCTIONS: Record<string, Read> = {
  lower: turned([[0x41, 0x5b], [0xc0, 0xdf]], (letter) => letter.toLowerCase()),
  upper: turned([[0x61, 0x7b], [0xe0, 0x100]], (letter) => letter.toUpperCase()),
  trim: (text: string) => filled(text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')),
  left: (text: string, size: bigint) => letters(text, 0, count(size)),
  right,
  substring: (text: string, first: bigint, size: bigint) => letters(text, count(first, 1) - 1, count(first, 1) - 1 + count(size)),
  length: (text: string | readonly string[]) => whole([...text].length),
  text: numberText,
  year: part((year) => year), quarter: part((_, month) => Math.floor(month / 3) + 1), month: part((_, month) => month + 1),
  day: part((_, __, date) => date), weekday: (value: number) => whole(((((value + 3) % 7) + 7) % 7) + 1),
  hour: (at: bigint) => (floorDiv(at, MINUTE * 60n) - floorDiv(at, DAY_LONG) * 24n) * ONE, date_of: dateOf,
  start_of_month: (value: number) => dayOf(monthOf(value), 1), start_of_year: (value: number) => dayOf(ymd(value)[0] * 12, 1),
  end_of_month: (value: number) => dayOf(monthOf(value), length(monthOf(value))),
  add_days: addDays, add_minutes: addMinutes,
  add_months: (start: number | bigint, number: bigint) => addMonths(start, number, 1),
  add_years: (start: number | bigint, number: bigint) => addMonths(start, number, 12),
  days_between: daysBetween, hours_between: units(MINUTE * 60n), minutes_between: units(MINUTE),
  months_between: (first: number, last: number) => whole(monthsBetween(first, last)),
  years_between: (first: number, last: number) => whole(Math.trunc(monthsBetween(first, last) / 12)),
  negate: of((value) => -value), abs: of((value) => (value < 0n ? -value : value)),
  floor: of((value) => floorDiv(value, ONE) * ONE), ceil: of((value) => -floorDiv(-value, ONE) * ONE),
  mod: (value: bigint, divisor: bigint) => (divisor === 0n ? null : value % divisor),
  amount: (value: Money) => value.amount,
};

/** Functions of two texts that are false where one of them is empty. */
export const PREDICATES: Record<string, (text: string, piece: string) => boolean> = {
  contains: (text, piece) => text.includes(piece),
  starts_with: (text, piece) => text.startsWith(piece),
  ends_with: (text, piece) => text.endsWith(piece),
};

/** The least value (-1) or the greatest (1) of those that are not empty. */
export const picked = (sign: number) => (values: readonly Value[]): Value => values.reduce(
  (best, one) => (best === null || (one !== null && order(one, best) * sign > 0) ? one : best), null);
const joined = (between: Value, texts: Value[]): Value => texts.filter((text) => text !== null).join(String(between)) || null;

/** Functions that leave out what is empty. */
export const OVER_EMPTY: Record<string, (values: Value[]) => Value> = {
  least: picked(-1), greatest: picked(1),
  concat: (texts) => joined('', texts),
  join: ([between = null, ...texts]) => (between === null ? null : joined(between, texts)),
};
