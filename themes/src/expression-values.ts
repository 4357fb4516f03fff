// Values of expressions in the browser, exact as on the server: numbers are whole counts of the twelfth decimal, days are
// counted from 1970, moments are counted in microseconds. Nothing here is a float.
export interface Money { readonly amount: bigint; readonly currency: string }
export type AnyRef = readonly [entity: string, id: bigint];
export type Value = bigint | number | string | boolean | Money | readonly string[] | readonly bigint[] | AnyRef | null;
/** What a view gives: the JSON of a value; `undefined` where nobody here knows it. */
export type Told = unknown;

/** What is asked cannot be told here: the server's word counts. */
export class Untold extends Error {}

/** A value that is there, but that this page cannot read. */
export const SOME = Object.freeze({});

const PLACES = 12; // a decimal field keeps so many at most
const KEPT = 10; // products and quotients are rounded to so many
const TEN = 10n;
export const ONE = TEN ** BigInt(PLACES);
const STEP = TEN ** BigInt(PLACES - KEPT);
const TOO_LARGE = TEN ** 28n * ONE;
export const MAX_DAYS = 1_000_000;
const DAY = 86_400_000; // milliseconds
export const DAY_LONG = BigInt(DAY) * 1000n; // microseconds
export const FIRST_DAY = Date.parse('0001-01-01') / DAY;
export const LAST_DAY = Date.parse('9999-12-31') / DAY;

export const isMoney = (value: Value): value is Money => typeof value === 'object' && value !== null && 'amount' in value;

export function number(text: string): bigint {
  const found = /^(-?)(\d+)(?:\.(\d*?)0*)?$/.exec(text);
  if (!found || (found[3] ?? '').length > PLACES) throw new Untold(text);
  const size = BigInt(found[2]! + (found[3] ?? '').padEnd(PLACES, '0'));
  return found[1] ? -size : size;
}

export function numberText(value: bigint): string {
  const size = String(value < 0n ? -value : value).padStart(PLACES + 1, '0');
  const decimals = size.slice(-PLACES).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${size.slice(0, -PLACES)}${decimals && '.'}${decimals}`;
}

export const day = (iso: string): number => Date.parse(iso) / DAY;
export const dayText = (value: number): string => new Date(value * DAY).toISOString().slice(0, 10);

export function moment(iso: string): bigint {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(iso);
  if (!found) throw new Untold(iso);
  return BigInt(Date.parse(`${found[1]}Z`)) * 1000n + BigInt((found[2] ?? '').padEnd(6, '0'));
}

/** The quotient toward minus infinity; BigInt cuts off. */
export const floorDiv = (a: bigint, b: bigint): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);

export function momentText(value: bigint): string {
  const seconds = floorDiv(value, 1_000_000n);
  const rest = String(value - seconds * 1_000_000n);
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}${rest === '0' ? '' : `.${rest.padStart(6, '0')}`}Z`;
}

const whole = (value: unknown): bigint => number(String(value));
const READ: Record<string, (value: never) => Value> = {
  number: whole, reference: whole, date: day, datetime: moment,
  money: ([amount, currency]: [string, string]) => ({ amount: number(amount), currency }),
  reference_any: ([entity, id]: [string, unknown]): AnyRef => [entity, whole(id)],
  ids: (ids: unknown[]) => (ids.length ? ids.map(whole) : null),
  multi_choice: (names: string[]) => (names.length ? names : null),
};

/** The value of JSON; empty text and an empty choice are empty. */
export function read(kind: string, told: Told): Value {
  if (told === undefined || told === SOME) throw new Untold(kind);
  if (told === null || told === '') return null;
  return (READ[kind] ?? ((value: never): Value => value))(told as never);
}

/** A value as JSON. */
export function written(kind: string, value: Value): Told {
  if (value === null) return null;
  if (isMoney(value)) return [numberText(value.amount), value.currency];
  if (kind === 'number' || kind === 'reference') return numberText(value as bigint);
  if (kind === 'date') return dayText(value as number);
  return kind === 'datetime' ? momentText(value as bigint) : value;
}

/** By code point, as PostgreSQL orders: halves of pairs would come before what stands above them. */
function ordered(a: string, b: string): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    let [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    if (x >= 0xd800 && y >= 0xd800) {
      x += x >= 0xe000 ? -0x800 : 0x2000;
      y += y >= 0xe000 ? -0x800 : 0x2000;
    }
    return x - y;
  }
  return a.length - b.length;
}

/** Less than 0, 0 or more: two values of one kind, neither of them empty. */
export function order(a: Value, b: Value): number {
  if (typeof a === 'string') return ordered(a, b as string);
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

/** A quotient rounded to a whole number, half away from zero. */
function rounded(value: bigint, unit: bigint): bigint {
  const half = value < 0n ? -unit : unit;
  return (value * 2n + half) / (unit * 2n);
}

export const roundTo = (value: bigint, places: number): bigint => {
  const unit = TEN ** BigInt(PLACES - places);
  return rounded(value, unit) * unit;
};
const multiply = (a: bigint, b: bigint): bigint => rounded(a * b, ONE * STEP) * STEP;
/** One digit more than is kept, cut off and not rounded, so that rounding happens once. */
export const divide = (a: bigint, b: bigint): bigint | null => (b === 0n ? null : rounded((a * TEN ** BigInt(KEPT + 1)) / b, TEN) * STEP);
const NUMBERS: Record<string, (a: bigint, b: bigint) => bigint | null> = {
  '+': (a, b) => a + b, '-': (a, b) => a - b, '*': multiply, '/': divide,
};
const money = (amount: bigint | null, currency: string): Money | null => (amount === null ? null : { amount, currency });

/** One step of arithmetic between numbers and money; of two currencies nothing is made. */
export function step(op: string, a: Value, b: Value): Value {
  const reckon = NUMBERS[op]!;
  if (isMoney(a) && isMoney(b)) {
    if (a.currency !== b.currency) return null;
    return op === '/' ? reckon(a.amount, b.amount) : money(reckon(a.amount, b.amount), a.currency);
  }
  if (isMoney(a)) return money(reckon(a.amount, b as bigint), a.currency);
  if (isMoney(b)) return money(reckon(a as bigint, b.amount), b.currency);
  return reckon(a as bigint, b as bigint);
}

/** A result, or nothing where it is too large to be kept anywhere. */
export function bounded(value: Value): Value {
  const size = isMoney(value) ? value.amount : (value as bigint | null);
  return size === null || (-TOO_LARGE < size && size < TOO_LARGE) ? value : null;
}

/** The whole number that a number counts; null beyond `most`. */
export function counted(value: bigint, most: number): bigint | null {
  const found = value / ONE;
  return -BigInt(most) <= found && found <= BigInt(most) ? found : null;
}

const FIRST_MOMENT = BigInt(FIRST_DAY) * DAY_LONG;
const LAST_MOMENT = BigInt(LAST_DAY + 1) * DAY_LONG;
export const withinDays = (value: number): number | null => (value < FIRST_DAY || value > LAST_DAY ? null : value);
export const withinMoments = (value: bigint): bigint | null => (value < FIRST_MOMENT || value >= LAST_MOMENT ? null : value);

/** The sum, least or greatest of amounts: of one currency, else nothing. */
export function overMoney(values: readonly Money[], reckon: (amounts: bigint[]) => Value): Value {
  const first = values[0];
  if (!first || values.some((one) => one.currency !== first.currency)) return null;
  return money(reckon(values.map((one) => one.amount)) as bigint, first.currency);
}
