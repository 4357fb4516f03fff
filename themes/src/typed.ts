// What was typed, as core.i18n reads it, and numbers as it writes them. What is not plain is left to the server.
import { asciiDigits } from './digits';
import { number, numberText, ONE, SOME } from './expression-values';

/** How the reader writes numbers. */
export interface Marks { zero: string; decimal: string; group: string; minus: string; before: string; percent: string }
/** A unit of money: how much of the currency it is, its name, how many decimals it has at least. */
export type Unit = readonly [factor: string, name: string, places: number];

const INVISIBLE = /[\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const MINUS = /[\u2212\u2010\u2013\ufe63\uff0d]/g;
const SPACES = "\u00a0\u2009\u202f' \u2019";

/** The number that a text says; null where there is nothing, `SOME` where only the server can tell. */
export function figure(text: string, { decimal, group }: Marks): string | typeof SOME | null {
  let plain = asciiDigits(text.replace(INVISIBLE, '')).trim().replace(MINUS, '-');
  if (!plain) return null;
  if (decimal === ',') plain = plain.replace(/[.,]/g, (mark) => (mark === ',' ? '.' : ','));
  const stand = (marks: string[], mark: string): void => {
    for (const one of marks) if (one && one !== ',' && one !== '.') plain = plain.replaceAll(one, mark);
  };
  stand([group, '\u066c', '\u060c', ...SPACES], ',');
  stand([decimal, '\u066b'], '.');
  plain = plain.replace(/^([+-]),+/, '$1');
  if (plain.includes(',') && !/^[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?$/.test(plain)) return SOME;
  const found = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)$/.exec(plain.replaceAll(',', ''));
  if (!found || plain.length > 60 || (found[2]!.split('.')[1] ?? '').length > 10) return SOME;
  return `${found[1] === '-' ? '-' : ''}${found[2]!.replace(/^\./, '0.')}`;
}

const PERCENT = /^[%\u066a\uff05]|[%\u066a\uff05]$/;

/** The number of percent that a text says, with its sign or without. */
export function percentage(text: string, marks: Marks): string | typeof SOME | null {
  const plain = text.replace(INVISIBLE, '').trim();
  return plain ? figure(plain.replace(PERCENT, ''), marks) ?? SOME : null;
}

/** A number in the reader's digits and groups of three, with so many decimals at least. */
export function shownNumber(value: bigint, marks: Marks, places = 0): string {
  const [whole = '', decimals = ''] = numberText(value < 0n ? -value : value).split('.');
  const groups = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const rest = decimals.padEnd(places, '0');
  const zero = marks.zero.codePointAt(0)!;
  const drawn = (rest ? `${groups}.${rest}` : groups)
    .replace(/[\d.,]/g, (char) => (char === '.' ? marks.decimal : char === ',' ? marks.group : String.fromCodePoint(zero + Number(char))));
  return (value < 0n ? marks.minus : '') + drawn;
}

/** A number of percent with the reader's sign. */
export const shownPercent = (value: bigint, marks: Marks): string => marks.before + shownNumber(value, marks) + marks.percent;

/** What was typed in a unit, as an amount of its currency. */
export const inCurrency = (typed: string, [factor]: Unit): string => numberText((number(typed) * number(factor)) / ONE);
/** An amount as the reader counts it, with the name of the unit. */
export const shownMoney = (amount: bigint, [factor, name, places]: Unit, marks: Marks): string =>
  `${shownNumber((amount * ONE) / number(factor), marks, places)} ${name}`;

/** What core.i18n.clean would change: other forms of letters, marks that nobody sees, spaces of other widths, ends of lines. */
const ODD = new RegExp('[\\u064a\\u0649\\u06d0\\u06d2\\u0643\\u06aa\\u06d5\\u06c1\\u06be\\u00a0\\u2002\\u2003\\u2007\\u2009\\u202f\\u0640'
  + '\\u00ad\\ufeff\\u2060\\u061c\\u200b\\u200d-\\u200f\\u202a-\\u202e\\u2066-\\u2069\\u00ac\\ufb50-\\ufdff\\ufe70-\\ufefc'
  + '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]|\\u200c\\u200c|\\s\\u200c|\\u200c\\s|^\\u200c|\\u200c$');

/** A line of text as it is stored, or `SOME`. */
export function line(text: string): string | typeof SOME | null {
  if (ODD.test(text) || text.normalize('NFC') !== text) return text.trim() ? SOME : null;
  return text.replace(/ +/g, ' ').replace(/^ | $/g, '') || null;
}
