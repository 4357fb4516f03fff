// The search key of a text as core.i18n.fold makes it: spelling habits of all scripts go away. Cleaning is here as far as
// it shows in the key; spaces and joiners are dropped in the end.
import { asciiDigits } from './digits';

const ARABIC = '\\u0621-\\u0655\\u0670-\\u06d3\\u06d5';
const NOT_SIGN = new RegExp(`(?<=[${ARABIC}])\\u00ac(?=[${ARABIC}])`, 'g');
const JOINER = new RegExp(`(?<=[${ARABIC}])\\u200d+|\\u200d+(?=[${ARABIC}])|^\\u200d+|\\u200d+(?=\\n?$)`, 'g');
const INVISIBLE = /[\u0640\u00ad\ufeff\u2060\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const DROPPED = /[\u0621\u200b\u200c.,'"\u060c\u00b7\u2026\t-\r\x1c-\x1f\x85\p{Z}\p{Pd}\p{Pc}\p{Ps}\p{Pe}\p{Pi}\p{Pf}]/u;
const COUNT_AS: Record<string, string> = Object.fromEntries([
  ['\u0671', '\u0627'], ['\u0629', '\u0647'],
  ...[...'\u064a\u0649\u06d0\u06d2'].map((form) => [form, '\u06cc']),
  ...[...'\u0643\u06aa'].map((form) => [form, '\u06a9']),
  ...[...'\u06d5\u06c1\u06be'].map((form) => [form, '\u0647']),
]) as Record<string, string>;

/** Marks that stand on other letters change places with U+0345, which comes last of all. */
const isCombining = (char: string): boolean => char === '\u0345' || !`\u0345${char}`.normalize('NFD').startsWith('\u0345');

/** One letter without capitals, as Python's str.casefold. */
function caseless(char: string): string {
  if (char === '\u0131') return char;
  if (/[\u13a0-\u13f5\u13f8-\u13fd\uab70-\uabbf]/.test(char)) return char.toUpperCase();
  return char.toUpperCase().toLowerCase().replace('\u00df', 'ss');
}

export function fold(text: string): string {
  const plain = text.replace(/[\ufb50-\ufdff\ufe70-\ufefc]+/g, (run) => run.normalize('NFKC')).normalize('NFC')
    .replace(INVISIBLE, '').replace(JOINER, '').replace(NOT_SIGN, '');
  return [...asciiDigits(plain).normalize('NFD')]
    .map((char) => (DROPPED.test(char) || isCombining(char) ? '' : caseless(COUNT_AS[char] ?? char))).join('');
}
