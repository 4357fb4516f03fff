// What stands in the inputs of a form, or of a row of one of its tables, as the server would read it.
import { $, $$ } from './core';
import { SOME, type Told } from './expression-values';
import { figure, inCurrency, line, percentage, type Marks, type Unit } from './typed';

export interface Field { type: string; value?: Told; currency?: string }
/** How the reader writes numbers and counts money. */
export interface Ways { marks: Marks | null; units: Record<string, Unit> }

/** What stands in an input of this name: of what is hidden or locked, and of what nobody has touched, the value that came with it. */
export function typed(form: HTMLElement, name: string, field: Field, ways: Ways): Told {
  const named = <T extends HTMLElement = HTMLInputElement>(end = '', more = ''): T | null => $<T>(`[name="${CSS.escape(name + end)}"]${more}`, form);
  const there = named('__shown');
  if (!there || there.matches(':disabled')) return field.value;
  switch (field.type) {
    case 'boolean': return named()?.checked ?? field.value;
    case 'choice': return named<HTMLSelectElement>()?.value || null;
    case 'multi_choice': return $$<HTMLInputElement>(`[name="${CSS.escape(name)}"]:checked`, form).map((box) => box.value);
    case 'reference': case 'reference_any': return reference(field, named()?.value ?? '', named('__text')?.value.trim() ?? '', named('__was')?.value.trim() ?? '');
    case 'file': case 'image': return named('', '[type=file]')?.files?.length ? SOME : named('__remove')?.checked ? null : field.value;
    case 'list': case 'links': return undefined;
  }
  const input = named<HTMLInputElement | HTMLTextAreaElement>();
  return !input || input.value === input.defaultValue ? field.value : read(field, input, ways);
}

function reference({ type }: Field, chosen: string, text: string, was: string): Told {
  if (!text) return null;
  if (!chosen || text !== was) return SOME;
  return type === 'reference' ? chosen : chosen.split(':');
}

/** What was typed into a field of text: as the server would read it, or `SOME` where only the server can. */
function read({ type, currency = '' }: Field, input: HTMLInputElement | HTMLTextAreaElement, { marks, units }: Ways): Told {
  const text = input.value;
  if (!text.trim()) return null;
  if (type === 'text') return line(text);
  if (type === 'date') {
    const { iso, of } = input.closest<HTMLElement>('ui-date')?.dataset ?? {};
    return iso && of === text ? iso : SOME;
  }
  if (!marks || !['integer', 'decimal', 'percent', 'money'].includes(type)) return SOME;
  if (type === 'percent') return percentage(text, marks);
  const found = figure(text, marks);
  if (typeof found !== 'string' || type === 'decimal') return found;
  if (type === 'integer') return /\.0*[1-9]/.test(found) ? SOME : found;
  return [inCurrency(found, units[currency]!), currency];
}
