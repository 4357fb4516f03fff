// Asks before a form is sent that cannot be taken back with one key: the form's own words, its own button.
import { el, t } from './core';

/** Ask, and send the form with the same button where the answer is yes. */
export function ask(form: HTMLFormElement, submitter: HTMLElement | null): void {
  const box = el('dialog', { class: 'card ask', 'aria-labelledby': 'ask-text' });
  const yes = el('button', { type: 'button', class: 'btn primary', onclick: () => {
    delete form.dataset.confirm;
    box.close();
    form.requestSubmit(submitter);
  } }, t('Yes, go on'));
  const no = el('button', { type: 'button', class: 'btn', onclick: () => box.close() }, t('Cancel'));
  box.append(el('p', { id: 'ask-text' }, form.dataset.confirm ?? ''), el('div', { class: 'row' }, yes, no));
  box.addEventListener('close', () => { box.remove(); submitter?.focus(); });
  document.body.append(box);
  box.showModal();
  no.focus();
}
