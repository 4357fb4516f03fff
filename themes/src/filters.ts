// The menu of filters: the form of a field is fetched when its name is pressed, and unfolds under it.
// Without script the same button leads to the form as a page.
import { $, $$, el, t } from './core';
import { put } from './hx';

/** Open the form of a field under its name, alone; or close it. */
export async function unfold(button: HTMLButtonElement): Promise<void> {
  const was = button.getAttribute('aria-expanded') === 'true';
  for (const other of $$('.fl-of', button.parentElement!)) fold(other);
  if (was) return;
  const box = el('div', { class: 'fl-of', 'aria-busy': 'true' }, el('p', { class: 'faint sm', role: 'status' }, t('Loading…')));
  button.setAttribute('aria-expanded', 'true');
  button.after(box);
  const url = new URL(button.form!.action);
  for (const [name, value] of new FormData(button.form!, button)) url.searchParams.set(name, String(value));
  const answer = await fetch(url, { headers: { 'X-Fragment': 'dialog' }, credentials: 'same-origin' }).catch(() => null);
  if (!box.isConnected) return; // closed again meanwhile
  box.removeAttribute('aria-busy');
  if (!answer) {
    button.setAttribute('aria-expanded', 'false');
    box.replaceChildren(el('p', { class: 'sm', role: 'alert' }, t('The connection is gone. Try again.')));
    return;
  }
  if (!answer.ok || answer.redirected) { location.assign(url); return; } // the page says why
  box.replaceChildren();
  await put(box, await answer.text());
  $('select,input:not([type=hidden])', box)?.focus();
}

function fold(box: HTMLElement): void {
  box.previousElementSibling?.setAttribute('aria-expanded', 'false');
  box.remove();
}
