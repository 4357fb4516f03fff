// <ui-pick>: tells in the reader's language which files were chosen, and takes what is dropped on it. Without script the
// browser tells it, in its own.
import { $, digits, el, t } from './core';

customElements.define('ui-pick', class extends HTMLElement {
  private box!: HTMLInputElement;
  private told!: HTMLOutputElement;
  private nothing = '';

  connectedCallback(): void {
    if (this.dataset.ready) return;
    this.dataset.ready = '1';
    this.box = $<HTMLInputElement>('input', this)!;
    this.told = $<HTMLOutputElement>('output', this)!;
    this.nothing = this.told.textContent ?? '';
    this.box.addEventListener('change', () => this.tell());
    // What was reset is empty a moment later; what a browser brings back with a page is there with it.
    this.box.form?.addEventListener('reset', () => setTimeout(() => this.tell()));
    addEventListener('pageshow', () => this.tell());
    if (this.box.files?.length) this.tell();
    // A picture and a gallery are larger to drop on, and take it themselves.
    if (this.closest('ui-image,ui-gallery')) return;
    this.addEventListener('dragover', (event) => { event.preventDefault(); this.classList.add('over'); });
    this.addEventListener('dragleave', () => this.classList.remove('over'));
    this.addEventListener('drop', (event) => { event.preventDefault(); this.classList.remove('over'); this.take(event.dataTransfer?.files); });
  }

  private take(files?: FileList): void {
    if (!files?.length) return;
    const given = new DataTransfer();
    for (const file of [...files].slice(0, this.box.multiple ? files.length : 1)) given.items.add(file);
    this.box.files = given.files;
    for (const type of ['input', 'change']) this.box.dispatchEvent(new Event(type, { bubbles: true }));
  }

  private tell(): void {
    const names = [...(this.box.files ?? [])].map((file) => el('bdi', {}, file.name));
    if (!names.length) { this.told.textContent = this.nothing; return; }
    const parts = names.flatMap((name, n) => (n ? [`${t(', ').trim()} `, name] : [name]));
    const count = names.length > 1 ? [`${t('{number} files').replace('{number}', digits(names.length))}: `] : [];
    this.told.replaceChildren(...count, ...parts);
  }
});
