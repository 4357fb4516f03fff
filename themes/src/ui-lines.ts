// <ui-lines>: the rows of a sub-table. Without script there is one spare row and a box to remove a row.
import { $, $$, say, t } from './core';

customElements.define('ui-lines', class extends HTMLElement {
  connectedCallback(): void {
    // A form that comes back still knows which rows were removed.
    for (const box of $$<HTMLInputElement>('[data-delete]', this)) if (box.checked) box.closest('tr')!.hidden = true;
    // Who comes to a figure writes another one: it is chosen as by Tab.
    this.addEventListener('focusin', (event) => {
      const field = event.target as HTMLInputElement;
      if (field.matches('input[inputmode]')) setTimeout(() => { if (document.activeElement === field) field.select(); });
    });
    this.addEventListener('click', (event) => {
      const button = (event.target as Element).closest<HTMLElement>('[data-add-line],[data-remove-line]');
      if (!button) return;
      if (button.hasAttribute('data-add-line')) this.add();
      else this.remove_(button.closest('tr')!);
    });
  }

  private add(): void {
    const body = $('tbody', this)!;
    const number = Number(this.dataset.next ?? body.children.length);
    this.dataset.next = String(number + 1);
    const row = ($<HTMLTemplateElement>('template', this)!.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
    for (const part of [row, ...$$('*', row)]) {
      for (const name of ['name', 'id', 'for', 'value', 'data-name', 'aria-describedby']) {
        const value = part.getAttribute(name);
        if (value?.includes('__n__')) part.setAttribute(name, value.replaceAll('__n__', String(number)));
      }
    }
    body.append(row);
    $<HTMLElement>('input:not([type=hidden]),select,textarea', row)?.focus();
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }

  private remove_(row: HTMLElement): void {
    const box = $<HTMLInputElement>('[data-delete]', row);
    const next = (row.nextElementSibling ?? row.previousElementSibling) as HTMLElement | null;
    if (box) { box.checked = true; row.hidden = true; } else row.remove();
    say(t('Row removed'));
    ($<HTMLElement>('input:not([type=hidden]),select', next ?? this) ?? $<HTMLElement>('[data-add-line]', this))?.focus();
    this.dispatchEvent(new Event('change', { bubbles: true }));
  }
});
