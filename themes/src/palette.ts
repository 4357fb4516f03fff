// The palette: everything of the menu at once, records as one types, commands by keyboard.
import { $, $$, el, icon, t } from './core';

interface Hit { title: string; url: string; icon: string; entity: string }
const fold = (text: string): string => text.toLowerCase().replace(/[يى]/g, 'ی').replace(/ك/g, 'ک').replace(/[\u200c\u064b-\u0652\s]/g, '');
let ready = false;
let at = 0;
let timer = 0;
let asked = 0;

const dialog = (): HTMLDialogElement => $<HTMLDialogElement>('#palette')!;
const field = (): HTMLInputElement => $<HTMLInputElement>('input', dialog())!;
const visible = (): HTMLElement[] => $$('[role=option]', dialog()).filter((option) => !option.hidden);

function mark(): void {
  const options = visible();
  at = Math.max(0, Math.min(at, options.length - 1));
  $$('[role=option]', dialog()).forEach((option) => option.setAttribute('aria-selected', 'false'));
  const option = options[at];
  if (!option) { field().removeAttribute('aria-activedescendant'); return; }
  option.setAttribute('aria-selected', 'true');
  field().setAttribute('aria-activedescendant', option.id);
  option.scrollIntoView({ block: 'nearest' });
}

function filter(): void {
  const typed = fold(field().value.replace(/^[>@#]/, ''));
  const only = /^[@#]/.test(field().value);
  for (const option of $$('[data-fixed]', dialog())) option.hidden = only || !fold(option.textContent ?? '').includes(typed);
  for (const group of $$('[role=group]', dialog())) group.hidden = !$$('[role=option]', group).some((option) => !option.hidden);
  at = 0;
  mark();
  $('.empty', dialog())!.hidden = visible().length > 0;
  clearTimeout(timer);
  timer = window.setTimeout(() => void search(), 200);
}

async function search(): Promise<void> {
  const typed = field().value.trim();
  const group = $('#pal-records', dialog())!;
  const number = (asked += 1);
  let hits: Hit[] = [];
  let near = false;
  const kind = { '@': 'base.user', '#': 'base.tag' }[typed[0] ?? ''];
  if (typed.length >= 2 && typed[0] !== '>') {
    const url = new URL(dialog().dataset.url!, location.href);
    url.searchParams.set('q', kind ? typed.slice(1).trim() : typed);
    if (kind) url.searchParams.set('entity', kind);
    try {
      const answer = await fetch(url, { headers: { Accept: 'application/json' } });
      if (answer.ok) ({ items: hits, near } = (await answer.json()) as { items: Hit[]; near: boolean });
    } catch { hits = []; }
  }
  if (number !== asked) return;
  group.replaceChildren(el('div', { class: 'pal-g', role: 'presentation' }, near ? t('Did you mean') : t('Records')), ...hits.map((hit, i) => el('div', {
    class: 'mi', role: 'option', id: `pr-${i}`, 'data-href': hit.url, 'aria-selected': 'false',
  }, icon(hit.icon), el('span', { class: 'clip' }, hit.title), el('span', { class: 'faint xs clip' }, hit.entity))));
  group.hidden = !hits.length;
  mark();
  $('.empty', dialog())!.hidden = visible().length > 0;
}

function go(): void {
  const option = visible()[at];
  if (option?.dataset.href) location.href = option.dataset.href;
  if (option?.dataset.press) { dialog().close(); $(option.dataset.press)?.click(); }
}

export function openPalette(): void {
  const box = dialog();
  if (!ready) {
    ready = true;
    field().addEventListener('input', filter);
    field().addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown') { at += 1; mark(); event.preventDefault(); }
      if (event.key === 'ArrowUp') { at -= 1; mark(); event.preventDefault(); }
      if (event.key === 'Enter') { event.preventDefault(); go(); }
    });
    box.addEventListener('click', (event) => {
      if (event.target === box) box.close();
      const option = (event.target as Element).closest<HTMLElement>('[role=option]');
      if (option) { at = visible().indexOf(option); go(); }
    });
  }
  field().value = '';
  filter();
  box.showModal();
  field().focus();
}
