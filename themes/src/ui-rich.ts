// <ui-rich>: formatted text. It shows what stands in its input; the editor comes when somebody begins to write in it.
import { $, el, t } from './core';

customElements.define('ui-rich', class extends HTMLElement {
  private input!: HTMLTextAreaElement;
  private shown!: HTMLElement;

  connectedCallback(): void {
    if (this.shown) return;
    const input = $<HTMLTextAreaElement>('textarea', this);
    if (!input || input.disabled) return;
    this.input = input;
    const described = input.getAttribute('aria-describedby');
    this.shown = el('div', {
      class: 'inp prose rich', id: `${input.id}-rich`, tabindex: 0, dir: 'auto', role: 'textbox', 'aria-multiline': 'true', 'aria-label': this.dataset.label,
      'aria-invalid': input.getAttribute('aria-invalid'), 'aria-required': input.getAttribute('aria-required'), 'aria-describedby': described,
    });
    const come = (): void => void this.edit(true);
    input.addEventListener('restored', () => { if (input.value !== input.defaultValue) void this.edit(false); }, { once: true });
    this.shown.append(($<HTMLTemplateElement>('template', this)?.content ?? document.createDocumentFragment()).cloneNode(true));
    this.shown.addEventListener('focus', come, { once: true });
    this.append(this.shown);
    input.hidden = true;
    for (const label of input.labels ?? []) label.addEventListener('click', () => (this.querySelector<HTMLElement>('[role=textbox]') ?? input).focus());
  }

  private async edit(focused: boolean): Promise<void> {
    try {
      const { startEditor } = await import('./rich-editor');
      if (this.shown.isConnected) startEditor(this.input, this.shown, focused);
    } catch {
      this.input.hidden = false; // without the editor text is written as it is
      this.shown.remove();
      this.input.focus();
      this.append(el('span', { class: 'hint' }, t('The editor could not be loaded; write plain text.')));
    }
  }
});
