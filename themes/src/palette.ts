// The palette: everything of the menu at once, records as one types, commands by keyboard.
import { $, $$, el, icon, t } from './core';
import { made } from './hx';

interface Hit { title: string; url: string; icon: string; entity: string }
const fold = (text: string): string => text.toLowerCase().replace(/[يى]/g, 'ی').replace(/ك/g, 'ک').replace(/[\u200c\u064b-\u0652\s]/g, '');
let ready = false;
let waiting = false;
let listening = false;
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

/** Say that nothing was found, unless what there is has not come yet. */
function nothing(): void { $('.empty', dialog())!.hidden = waiting || visible().length > 0; }

/** Fetch what the palette offers besides records, once for a page. */
async function commands(): Promise<void> {
  const list = $('#pal-list', dialog())!;
  const state = $('.pal-s', dialog())!;
  waiting = true;
  state.textContent = t('Loading…');
  const answer = await fetch(dialog().dataset.commands!, { credentials: 'same-origin' }).catch(() => null);
  ready = Boolean(answer?.ok && !answer.redirected);
  if (ready) list.append(await made(await answer!.text()));
  waiting = false;
  state.textContent = ready ? '' : t('The list could not be loaded');
  filter();
}

function filter(): void {
  const typed = fold(field().value.replace(/^[>@#]/, ''));
  const only = /^[@#]/.test(field().value);
  for (const option of $$('[data-fixed]', dialog())) option.hidden = only || !fold(option.textContent ?? '').includes(typed);
  for (const group of $$('[role=group]', dialog())) group.hidden = !$$('[role=option]', group).some((option) => !option.hidden);
  at = 0;
  mark();
  nothing();
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
  nothing();
}

function go(): void {
  const option = visible()[at];
  if (option?.dataset.href) location.href = option.dataset.href;
  if (option?.dataset.press) { dialog().close(); $(option.dataset.press)?.click(); }
}

export function openPalette(): void {
  const box = dialog();
  if (!ready && !waiting) void commands();
  if (!listening) {
    listening = true;
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
