// <ui-rich>: formatted text. It shows what stands in its input; the editor comes when somebody begins to write in it.
import { $, el, t } from './core';
import type { RichEditor } from './rich-editor';

customElements.define('ui-rich', class extends HTMLElement {
  private input!: HTMLTextAreaElement;
  private shown!: HTMLElement;
  private editor?: RichEditor;
  private coming = false;

  connectedCallback(): void {
    if (this.shown) return;
    const input = $<HTMLTextAreaElement>('textarea', this);
    if (!input) return;
    this.input = input;
    const told = Object.fromEntries(['aria-invalid', 'aria-required', 'aria-describedby'].map((name) => [name, input.getAttribute(name)]));
    this.shown = el('div', { class: 'inp prose rich', id: `${input.id}-rich`, dir: 'auto', role: 'textbox', 'aria-multiline': 'true', 'aria-label': this.dataset.label, ...told });
    this.shown.append(($<HTMLTemplateElement>('template', this)?.content ?? document.createDocumentFragment()).cloneNode(true));
    this.shown.addEventListener('focus', () => void this.edit(true));
    input.addEventListener('restored', () => { if (this.editor) this.editor.read(); else if (input.value !== input.defaultValue) void this.edit(false); });
    input.addEventListener('reveal', () => requestAnimationFrame(() => this.box.focus())); // a tab opens first
    for (const label of input.labels ?? []) label.addEventListener('click', () => this.box.focus());
    const at = document.activeElement;
    this.append(this.shown);
    input.hidden = true;
    input.removeAttribute('aria-invalid'); // it is the box now that is led to
    this.tell();
    const frame = this.closest('fieldset[data-cond]');
    if (frame) new MutationObserver(() => this.tell()).observe(frame, { attributeFilter: ['disabled'] });
    if (at === input) this.shown.focus();
  }

  private get box(): HTMLElement { return $('[role=textbox]', this) ?? this.input; }

  /** A field that depends on others is closed and opened with its frame. */
  private tell(): void {
    const on = !this.input.matches(':disabled');
    this.editor?.free(on);
    this.box.tabIndex = on ? 0 : -1;
    if (on) this.box.removeAttribute('aria-disabled'); else this.box.setAttribute('aria-disabled', 'true');
  }

  private async edit(focused: boolean): Promise<void> {
    if (this.coming || (focused && this.input.matches(':disabled'))) return;
    this.coming = true;
    try {
      const { startEditor } = await import('./rich-editor');
      this.editor = startEditor(this.input, this.shown, focused);
      this.tell();
    } catch {
      this.input.hidden = false; // without the editor text is written as it is
      this.shown.remove();
      this.input.focus();
      this.append(el('span', { class: 'hint' }, t('The editor could not be loaded; write plain text.')));
    }
  }
});
