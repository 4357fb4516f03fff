// <ui-image>: shows the picture that was chosen before it is sent; takes one that is dropped on it, or pasted into it.
// Without script the file input and the box to remove do the same.
import { $, el, say, t } from './core';

const KINDS = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

customElements.define('ui-image', class extends HTMLElement {
  private box!: HTMLInputElement;

  connectedCallback(): void {
    if (this.dataset.ready) return;
    this.dataset.ready = '1';
    this.box = $<HTMLInputElement>('input[type=file]', this)!;
    this.box.addEventListener('change', () => this.chosen());
    this.addEventListener('change', (event) => { if ((event.target as Element).matches('[name$=__remove]')) this.classList.toggle('gone', (event.target as HTMLInputElement).checked); });
    this.addEventListener('dragover', (event) => { event.preventDefault(); this.classList.add('over'); });
    this.addEventListener('dragleave', () => this.classList.remove('over'));
    this.addEventListener('drop', (event) => { event.preventDefault(); this.classList.remove('over'); this.take(event.dataTransfer?.files); });
    this.addEventListener('paste', (event) => this.take(event.clipboardData?.files));
  }

  private take(files?: FileList): void {
    if (!files?.length) return;
    const given = new DataTransfer();
    given.items.add(files[0]!);
    this.box.files = given.files;
    this.box.dispatchEvent(new Event('input', { bubbles: true }));
    this.box.dispatchEvent(new Event('change', { bubbles: true }));
  }

  private chosen(): void {
    for (const old of ['[data-chosen]', '[data-wrong]']) $(old, this)?.remove();
    const file = this.box.files?.[0];
    this.classList.toggle('chosen', Boolean(file));
    if (!file) return;
    const remove = $<HTMLInputElement>('[name$=__remove]', this);
    if (remove) { remove.checked = false; this.classList.remove('gone'); }
    if (!KINDS.includes(file.type)) {
      this.append(el('span', { class: 'err', role: 'alert', 'data-wrong': true }, t('This file is no picture that can be shown. Choose a PNG, JPEG, WebP or GIF.')));
      return;
    }
    const reader = new FileReader();
    reader.addEventListener('load', () => {
      $('[data-chosen]', this)?.remove();
      this.prepend(el('img', { class: 'pic', 'data-chosen': true, src: String(reader.result), alt: file.name }));
      say(t('The picture is chosen; save to keep it.'));
    });
    reader.readAsDataURL(file);
  }
});
