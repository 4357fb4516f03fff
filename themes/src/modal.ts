// A link that opens in a dialog over the page: the server sends the same page without its frame, and says where to go.
import { $, el, t, toast } from './core';
import { keepFocus } from './focus';
import { put } from './hx';

const FRAGMENT = { 'X-Fragment': 'dialog' };

/** Open a page of this site in a dialog; whatever cannot be shown so is opened as a page.
 * ``done`` is called instead of going on to where the server leads, for who stays on the page. */
export async function openModal(url: string, trigger: HTMLElement | null, done?: () => void): Promise<void> {
  const box = el('dialog', { class: 'card ask wide', 'aria-labelledby': 'dialog-title' });
  const answer = await fetch(url, { headers: FRAGMENT, credentials: 'same-origin' }).catch(() => null);
  if (!answer?.ok || answer.redirected) { location.assign(url); return; }
  document.body.append(box);
  await put(box, await answer.text());
  box.addEventListener('click', (event) => {
    if ((event.target as Element).closest('[data-close]')) { event.preventDefault(); box.close(); }
  });
  box.addEventListener('submit', (event) => { event.preventDefault(); void send(box, event.target as HTMLFormElement, event.submitter, trigger, done); });
  box.addEventListener('close', () => { box.remove(); trigger?.focus(); });
  box.showModal();
  focus(box);
}

async function send(box: HTMLDialogElement, form: HTMLFormElement, submitter: HTMLElement | null, trigger: HTMLElement | null, done?: () => void): Promise<void> {
  if (box.getAttribute('aria-busy')) return; // a second press does not send twice
  box.setAttribute('aria-busy', 'true');
  submitter?.setAttribute('aria-busy', 'true');
  const ask = (): Promise<Response | null> => fetch(form.action, { method: 'POST', body: new FormData(form, submitter), headers: done ? { ...FRAGMENT, 'X-Stay': '1' } : FRAGMENT, credentials: 'same-origin' }).catch(() => null);
  let answer = await ask();
  if (answer?.status === 401 && await import('./again').then((module) => module.signInAgain())) answer = await ask();
  box.removeAttribute('aria-busy');
  submitter?.removeAttribute('aria-busy');
  const to = answer?.headers.get('X-Go');
  if (to && done) { box.close(); done(); return; }
  if (to) { keepFocus(trigger); location.assign(to); return; }
  if (!answer) { toast(t('The connection is gone. Try again.')); return; }
  await put(box, await answer.text());
  focus(box);
}

function focus(box: HTMLElement): void {
  const alert = $('[role="alert"]', box);
  if (alert) { alert.tabIndex = -1; alert.focus(); return; }
  ($('[aria-invalid]', box) ?? $('input:not([type="hidden"]),select,textarea:not([hidden]),[role=textbox]', box) ?? $('button', box))?.focus();
}
