// A cell of a list, edited where it stands: shown as saved at once, put back with a word where it was refused.
import { $, $$, el, t, toast } from './core';
import { made, wake } from './hx';

const old = new WeakMap<HTMLElement, Node[]>();

/** Put what stood in the cell before back into it. */
function restore(cell: HTMLElement): void {
  cell.classList.remove('editing');
  cell.replaceChildren(...(old.get(cell) ?? []));
}

/** What the reader will see once it is saved, as far as the page knows. */
function shown(form: HTMLFormElement): string {
  const field = $<HTMLInputElement | HTMLSelectElement>('select,input:not([type=hidden])', form);
  if (field instanceof HTMLSelectElement) return field.selectedOptions[0]?.textContent ?? '';
  return field?.type === 'checkbox' ? (field.checked ? '✓' : '') : field?.value ?? '';
}

export async function edit(cell: HTMLElement): Promise<void> {
  if (cell.classList.contains('editing')) return;
  const base = cell.closest<HTMLElement>('[data-base]')!.dataset.base!;
  const answer = await fetch(`${base}/${cell.closest('tr')!.dataset.id!}/cell/${cell.dataset.cell!}`, { headers: { Accept: 'text/html' } }).catch(() => null);
  if (!answer?.ok) { toast(t('The value could not be loaded')); return; }
  const form = (await made(await answer.text())).querySelector('form')!;
  old.set(cell, [...cell.childNodes]);
  cell.classList.add('editing');
  cell.replaceChildren(form);
  wake(); // elements that came with the input
  const field = $<HTMLInputElement>('select,input:not([type=hidden])', form);
  field?.focus();
  if (field instanceof HTMLInputElement && field.type === 'text') field.select();
  form.addEventListener('submit', (event) => { event.preventDefault(); void save(cell, form); });
  form.addEventListener('keydown', (event) => key(event, cell, form));
  form.addEventListener('focusout', () => setTimeout(() => {
    if (cell.classList.contains('editing') && cell.contains(form) && !cell.contains(document.activeElement)) void save(cell, form);
  }, 200));
}

function key(event: KeyboardEvent, cell: HTMLElement, form: HTMLFormElement): void {
  const open = form.querySelector(':popover-open');
  if (event.key === 'Escape' && !open) {
    event.preventDefault();
    const row = cell.closest('tr');
    restore(cell);
    row?.focus();
  } else if (event.key === 'Tab') {
    event.preventDefault();
    const cells = $$('[data-cell]', cell.closest('table')!);
    const next = cells[cells.indexOf(cell) + (event.shiftKey ? -1 : 1)];
    void save(cell, form, next);
  } else if (event.key === 'Enter' && open) {
    event.stopPropagation();
  }
  event.stopPropagation();
}

async function save(cell: HTMLElement, form: HTMLFormElement, next?: HTMLElement): Promise<void> {
  if (!cell.contains(form)) return;
  const body = new FormData(form);
  const row = cell.closest<HTMLElement>('tr')!;
  body.set('version', row.dataset.version ?? '');
  cell.classList.remove('editing');
  cell.replaceChildren(el('span', { class: 'clip', 'aria-busy': 'true' }, shown(form)));
  const list = cell.closest('ui-list')!;
  const place = next && `tr[data-id="${next.closest('tr')!.dataset.id!}"] [data-cell="${next.dataset.cell!}"]`;
  const answer = await fetch(form.action + location.search, { method: 'POST', body }).catch(() => null);
  if (answer?.ok) {
    const fresh = answer.status === 204 ? null : (await made(await answer.text())).querySelector('tr');
    if (fresh) row.replaceWith(fresh); else row.remove();
    const target = place && $<HTMLElement>(place, list);
    if (target) await edit(target); else fresh?.focus();
    return;
  }
  if (!answer) {
    restore(cell);
    toast(t('The connection is gone; nothing was saved'), { label: t('Try again'), act: () => void again(cell, form) });
    return;
  }
  const told = (await answer.json().catch(() => ({ message: t('It was not saved') }))) as { message: string; conflict?: boolean };
  if (told.conflict || answer.status !== 422) {
    restore(cell);
    row.focus();
    toast(told.message, told.conflict ? { label: t('Load again'), act: () => location.reload() } : undefined);
  } else again(cell, form, told.message);
}

/** Back to the input with what was typed, and the reason next to it. */
function again(cell: HTMLElement, form: HTMLFormElement, message = ''): void {
  cell.classList.add('editing');
  cell.replaceChildren(form);
  $('.err', form)?.remove();
  const field = $<HTMLInputElement>('select,input:not([type=hidden])', form);
  if (message) {
    const id = 'cell-error';
    field?.setAttribute('aria-invalid', 'true');
    field?.setAttribute('aria-describedby', id);
    form.append(el('span', { class: 'err', id, role: 'alert' }, message));
  }
  field?.focus();
}
