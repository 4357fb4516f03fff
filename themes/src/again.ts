// The session has ended: sign in over the page, then what was asked for is asked again. Nothing typed is lost.
import { $, $$, el } from './core';
import { put } from './hx';

/** Ask to sign in; true once somebody has, and the page carries the token of the new session. */
export async function signInAgain(): Promise<boolean> {
  const page = await fetch('/sign-in', { headers: { 'X-Fragment': 'dialog' }, credentials: 'same-origin' }).catch(() => null);
  if (!page?.ok) return false;
  const box = el('dialog', { class: 'card ask', 'aria-labelledby': 'dialog-title' });
  document.body.append(box);
  await put(box, await page.text());
  box.showModal();
  $<HTMLInputElement>('#login', box)?.focus();
  return new Promise((done) => {
    box.addEventListener('close', () => { box.remove(); done(false); });
    box.addEventListener('click', (event) => { if ((event.target as Element).closest('[data-close]')) { event.preventDefault(); box.close(); } });
    box.addEventListener('submit', (event) => {
      event.preventDefault();
      void send(box, event.target as HTMLFormElement).then((token) => {
        if (!token) return;
        for (const field of $$<HTMLInputElement>('input[name="csrf"]')) field.value = token;
        done(true);
        box.close();
      });
    });
  });
}

async function send(box: HTMLDialogElement, form: HTMLFormElement): Promise<string> {
  const answer = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { 'X-Fragment': 'dialog' }, credentials: 'same-origin' }).catch(() => null);
  if (answer?.headers.get('X-Go')) {
    const found = await fetch('/session', { credentials: 'same-origin' });
    return found.ok ? ((await found.json()) as { csrf: string }).csrf : '';
  }
  if (answer) await put(box, await answer.text());
  $<HTMLInputElement>('#password, #code', box)?.focus();
  return '';
}
