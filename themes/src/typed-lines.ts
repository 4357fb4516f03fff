// The lines of a list as they stand in the rows of its table, typed ones included (core/web/form_told_lines.py).
import { $, $$ } from './core';
import type { View } from './expression';
import type { Told } from './expression-values';
import { handed, lineView, stored, type Lines, type Row, type Tell } from './line-views';
import { typed, type Ways } from './typed-fields';

type Input = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** The lines as they will be when the form is saved; `undefined` where the page does not know them all. */
export function linesOf(form: HTMLFormElement, name: string, lines: Lines, whole: View, ways: Ways, tell: Tell): View[] | undefined {
  const shown = $(`[name="${CSS.escape(`${name}__shown`)}"]`, form);
  if (!shown || shown.matches(':disabled')) return handed(lines, whole, tell);
  const table = shown.closest('ui-lines')!;
  const pattern = $<HTMLTemplateElement>('template', table)!.content;
  const found: View[] = [];
  for (const mark of $$<HTMLInputElement>(`[name="${CSS.escape(`${name}__row`)}"]`, table)) {
    const [tr, prefix] = [mark.closest('tr')!, `${name}-${mark.value}-`];
    const id = $<HTMLInputElement>(`[name="${CSS.escape(`${prefix}id`)}"]`, tr)?.value || null;
    const row = lines.rows[Number(mark.value)] ?? { id: null };
    if (row.id !== id) return undefined; // a draft of another time
    if ($<HTMLInputElement>('[data-delete]', tr)?.checked || (!id && isBlank(tr, pattern, prefix, name))) continue;
    found.push(lineView(lines, row, whole, tell, (field) => cell(tr, prefix, lines, row, field, ways)));
  }
  return found;
}

function cell(tr: HTMLElement, prefix: string, lines: Lines, row: Row, name: string, ways: Ways): Told {
  const field = lines.fields[name];
  if (!field) return undefined;
  const value = stored(lines, row, name);
  if ($(`[name="${CSS.escape(`${prefix}${name}__shown`)}"]`, tr)) return typed(tr, prefix + name, { ...field, value }, ways);
  if (field.live && !row.id) return undefined;
  return field.derived && isTouched(tr) ? undefined : value;
}

const inputs = (tr: HTMLElement): Input[] => $$<Input>('input,select,textarea', tr);

function isTouched(tr: HTMLElement): boolean {
  return inputs(tr).some((input) => {
    if (input instanceof HTMLSelectElement) return input.selectedIndex !== Math.max(0, [...input.options].findIndex((one) => one.defaultSelected));
    if (input instanceof HTMLInputElement && /checkbox|radio/.test(input.type)) return input.checked !== input.defaultChecked;
    return input.value !== input.defaultValue;
  });
}

/** True where nothing was written in a new row: what stands there is at most what it started with. Such rows are nobody's. */
function isBlank(tr: HTMLElement, pattern: DocumentFragment, prefix: string, name: string): boolean {
  return inputs(tr).every((input) => {
    if (input instanceof HTMLSelectElement || input.type === 'hidden' || input.matches('[data-delete]')) return true;
    const first = $<HTMLInputElement>(`[name="${CSS.escape(input.name.replace(prefix, `${name}-__n__-`))}"]`, pattern);
    if (input instanceof HTMLInputElement && /checkbox|radio/.test(input.type)) return !input.checked || first?.defaultChecked === true;
    return !input.value.trim() || input.value === first?.defaultValue;
  });
}
