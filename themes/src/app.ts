// What every page needs: menus, theme, palette, keyboard; elements load their behaviour when they first appear.
import './hx';
import { $, $$, el, on, place, root, rove, t, takeBack, toast } from './core';
import { unfold } from './filters';
import { giveFocus, keepFocus, toSteps } from './focus';
import { afterSwap } from './hx';
import { remember } from './trail';

const behaviours: Record<string, () => Promise<unknown>> = {
  'ui-date': () => import('./ui-date'), 'ui-combo': () => import('./ui-combo'), 'ui-lines': () => import('./ui-lines'),
  'ui-list': () => import('./list'), 'ui-form': () => import('./form'), 'ui-tabs': () => import('./ui-tabs'),
  'ui-kanban': () => import('./kanban'), 'ui-calendar': () => import('./ui-calendar'), 'ui-timeline': () => import('./ui-timeline'),
  'ui-image': () => import('./ui-image'), 'ui-gallery': () => import('./ui-gallery'),
  'ui-rich': () => import('./ui-rich'), 'ui-pick': () => import('./ui-pick'),
};
function wake(): void {
  for (const [tag, load] of Object.entries(behaviours)) if (!customElements.get(tag) && $(tag)) void load();
}
wake();
afterSwap(wake);

// Menus
/** The menu of the phone has the entries of the sidebar, which the page need not bring twice. */
function fill(menu: HTMLElement): void {
  const { entries } = menu.dataset;
  if (!entries) return;
  delete menu.dataset.entries;
  for (const link of $$<HTMLAnchorElement>(entries)) $('hr', menu)!.before(el('a', { class: 'mi', href: link.href }, $('.i', link)!.cloneNode(true), link.textContent?.trim()));
}
on('click', '[data-menu]', (_, button) => {
  const menu = document.getElementById(button.dataset.menu!);
  if (!menu) return;
  fill(menu);
  menu.togglePopover();
  if (!menu.matches(':popover-open')) return;
  place(menu, button);
  $('.mi,input,select', menu)?.focus();
  menu.onkeydown = (event) => { if (!(event.target as HTMLElement).matches('input,select')) rove($$('.mi', menu), event, 'y'); };
  menu.addEventListener('toggle', (event) => {
    const open = (event as ToggleEvent).newState === 'open';
    button.setAttribute('aria-expanded', String(open));
    if (!open && menu.contains(document.activeElement)) button.focus();
  }, { once: true });
});
for (const button of $$('[data-menu]')) { button.setAttribute('aria-haspopup', 'true'); button.setAttribute('aria-expanded', 'false'); }

// Theme and density stay in this browser
on('click', '[data-theme-toggle]', () => {
  const next = root.dataset.theme === 'dark' ? 'light' : 'dark';
  root.dataset.theme = next;
  localStorage.setItem('theme', next);
});
on('click', '[data-show-password]', (_, button) => {
  const field = $<HTMLInputElement>('input', button.parentElement!)!;
  field.type = field.type === 'password' ? 'text' : 'password';
  button.setAttribute('aria-pressed', String(field.type === 'text'));
});
on('click', '[data-passkey]', (event, button) => { event.preventDefault(); void import('./passkey').then((module) => module.passkey(button as HTMLButtonElement)); });
on('click', '[data-close]', (_, button) => button.closest('dialog')?.close());
on<MouseEvent>('click', 'a[data-modal]', (event, link) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  link.closest<HTMLElement>('[popover]')?.hidePopover();
  void import('./modal').then((module) => module.openModal((link as HTMLAnchorElement).href, link));
});
on<SubmitEvent>('submit', 'form[data-confirm]', (event, form) => {
  event.preventDefault();
  void import('./confirm').then((module) => module.ask(form as HTMLFormElement, event.submitter));
});
if ($('[data-when],[data-slug]')) void import('./depend');
// What unfolds from a bar stays inside of the page
document.addEventListener('toggle', ({ target }) => {
  const box = target instanceof HTMLDetailsElement && target.matches('.adder[open]') ? $('.pop-in', target) : null;
  if (!box) return;
  box.classList.remove('end');
  const [inner, outer] = [box.getBoundingClientRect(), $('main')!.getBoundingClientRect()];
  box.classList.toggle('end', inner.left < outer.left || inner.right > outer.right);
}, true);
on('click', 'button[form=fields]', (event, button) => {
  event.preventDefault();
  void unfold(button as HTMLButtonElement);
});
on('change', '[data-submit]', (_, field) => (field as HTMLInputElement).form?.requestSubmit());

on<SubmitEvent>('submit', '[data-steps] form', (_, form) => keepFocus(form));
giveFocus();

// Where there is no room for all states, that of the record shows
$('.sbar-steps [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });

// Who opens a record goes on from there to the next one
on<MouseEvent>('click', 'main a[href^="/records/"]', (_, link) => remember(link as HTMLAnchorElement));

// Without a connection nothing can be saved: say so as long as it lasts
const offline = $('[data-offline]');
const connected = (): void => { if (offline) offline.hidden = navigator.onLine; };
addEventListener('online', connected);
addEventListener('offline', connected);
connected();

// A message that came with the page, with its way back
const flash = $<HTMLTemplateElement>('#flash');
if (flash) {
  const { message = '', undo, label } = flash.dataset;
  const form = undo ? $<HTMLFormElement>(undo) : null;
  toast(message, form ? { label: label ?? t('Undo'), act: () => form.requestSubmit(), undo: true } : undefined);
}

// Keyboard
const palette = (): Promise<void> => import('./palette').then((module) => module.openPalette());
on('click', '[data-palette]', () => void palette());
/** How long the second letter may take, in milliseconds; by when keys were pressed, not by when a busy page heard of it. */
const TWO_LETTERS = 1500;
let g = -TWO_LETTERS;
addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.code === 'KeyK') { event.preventDefault(); void palette(); return; }
  const target = event.target as HTMLElement;
  const typing = target.closest('input:not([type=checkbox],[type=radio]),textarea,select,dialog,[contenteditable=true]');
  const unfolded = event.key === 'Escape' && !$(':popover-open') ? target.closest<HTMLDetailsElement>('.adder[open]') : null;
  if (unfolded) { unfolded.open = false; $('summary', unfolded)?.focus(); return; }
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.code === 'KeyZ') { if (!typing && takeBack()) event.preventDefault(); return; }
  if (target.closest('input,textarea,select,dialog,[popover],[contenteditable=true]') || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') { event.preventDefault(); void palette(); return; }
  if (event.key === '?') { $('[data-keys]')?.click(); return; }
  if (event.code === 'KeyG') { g = event.timeStamp; return; }
  if (event.timeStamp - g < TWO_LETTERS) {
    g = -TWO_LETTERS;
    const at = Number(/^Digit([1-9])$/.exec(event.code)?.[1] ?? Number.NaN);
    const link = $$<HTMLAnchorElement>('.side .nav')[at - 1] ?? $<HTMLAnchorElement>(`.side [data-go="${CSS.escape(event.code.replace('Key', ''))}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  const note = event.code === 'KeyN' ? $('ui-timeline textarea') : null;
  if (note) { event.preventDefault(); note.focus(); return; }
  if (event.code === 'KeyC' || event.code === 'KeyN') $<HTMLAnchorElement>('[data-create]')?.click();
  if (event.code === 'KeyS' && toSteps()) { event.preventDefault(); return; }
  const kind = /^Digit([1-5])$/.exec(event.code)?.[1];
  if (kind) $<HTMLAnchorElement>(`[data-kind="${kind}"]`)?.click();
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const acts = letter ? $$<HTMLElement>(`[data-shortcut="${letter}"]`) : [];
  if (acts.length) { event.preventDefault(); (acts.find((act) => act.offsetParent) ?? acts[0]!).click(); }
});
