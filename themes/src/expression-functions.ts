// What the functions of expressions do in the browser; each has its golden vectors with those of Python and SQL.
import {
  DAY_LONG, ONE, dayText, daysOf, isMoney, withinDays, withinMoments, type Money, type Value,
} from './expression-values';

type Read = (...values: never[]) => Value;

const letters = ([[0x41, 0x5b], [0xc0, 0xdf], [0x100, 0x180], [0x370, 0x400], [0x400, 0x530]] as const)
  .flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => String.fromCharCode(from + i)))
  .filter((letter) => letter.toLowerCase().length === 1 && letter.toLowerCase() !== letter);
const SMALL = new Map(letters.map((letter) => [letter, letter.toLowerCase()]));

const whole = (value: number): bigint => BigInt(value) * ONE;
const part = (from: number, to: number) => (value: number): Value => whole(Number(dayText(value).slice(from, to)));

function addDays(start: number | bigint, count: bigint): Value {
  const days = daysOf(count);
  if (days === null) return null;
  return typeof start === 'number' ? withinDays(start + days) : withinMoments(start + BigInt(days) * DAY_LONG);
}

function daysBetween(first: number | bigint, last: number | bigint): Value {
  return typeof first === 'number' ? whole(Number(last) - first) : (((last as bigint) - first) / DAY_LONG) * ONE;
}

/** Functions of values; empty where one of them is. */
export const FUNCTIONS: Record<string, Read> = {
  lower: (text: string) => text.replace(/[^]/g, (letter) => SMALL.get(letter) ?? letter),
  length: (text: string) => whole([...text].length),
  year: part(0, 4), month: part(5, 7), day: part(8, 10),
  add_days: addDays, days_between: daysBetween,
  negate: (value: bigint | Money) => (isMoney(value) ? { ...value, amount: -value.amount } : -value),
  amount: (value: Money) => value.amount,
  contains: (text: string, piece: string) => text.includes(piece),
  starts_with: (text: string, piece: string) => text.startsWith(piece),
  ends_with: (text: string, piece: string) => text.endsWith(piece),
};

const joined = (between: Value, texts: Value[]): Value => texts.filter((text) => text !== null).join(String(between)) || null;

/** Functions that leave out what is empty. */
export const OVER_EMPTY: Record<string, (values: Value[]) => Value> = {
  concat: (texts) => joined('', texts),
  join: ([between = null, ...texts]) => (between === null ? null : joined(between, texts)),
};
