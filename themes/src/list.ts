// <ui-list>: rows are chosen, moved through and opened by keyboard; what is chosen shows the bar of bulk actions.
import { $, $$, digits } from './core';

customElements.define('ui-list', class extends HTMLElement {
  private last = -1;

  private readonly enter = (event: KeyboardEvent): void => this.keyOutside(event);

  connectedCallback(): void {
    this.addEventListener('click', (event) => this.clicked(event as MouseEvent));
    this.addEventListener('keydown', (event) => this.key(event as KeyboardEvent));
    this.addEventListener('dblclick', (event) => {
      const cell = (event.target as HTMLElement).closest<HTMLElement>('[data-cell]');
      if (cell) void this.edit(cell);
    });
    $('[data-clear]', this.parentElement!)?.addEventListener('click', () => this.choose(false));
    $('[data-everything]', this.parentElement!)?.addEventListener('change', () => this.sync());
    document.addEventListener('keydown', this.enter);
    this.sync();
  }

  disconnectedCallback(): void { document.removeEventListener('keydown', this.enter); }

  /** From anywhere outside of inputs, J and the arrow down lead to the first row. */
  private keyOutside(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (this.contains(target) || target.closest('input,textarea,select,dialog,[popover],details,[contenteditable=true]') || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = $('tbody tr', this);
    if (row && (event.code === 'KeyJ' || event.key === 'ArrowDown')) { event.preventDefault(); row.focus(); }
  }

  private choose(all: boolean): void {
    this.boxes.forEach((b) => { b.checked = all; });
    this.sync();
  }

  private get boxes(): HTMLInputElement[] { return $$<HTMLInputElement>('tbody .ck', this); }

  /** Groups stand, and none of them is open: what is chosen can only be everything. */
  private get folded(): boolean { return !this.boxes.length && !!$('.grp', this); }

  private clicked(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    const box = target.closest<HTMLInputElement>('tbody .ck');
    const boxes = this.boxes;
    if (box) {
      const at = boxes.indexOf(box);
      if (event.shiftKey && this.last >= 0) boxes.slice(Math.min(at, this.last), Math.max(at, this.last) + 1).forEach((b) => { b.checked = box.checked; });
      this.last = at;
      this.sync();
    } else if (target.matches('[data-all]')) {
      const all = (target as HTMLInputElement).checked;
      const everything = $<HTMLInputElement>('[data-everything]', this.parentElement!);
      if (everything && this.folded) everything.checked = all;
      this.choose(all);
    }
  }

  private key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const row = target.closest<HTMLElement>('tbody tr');
    if (!row || target.matches('input[type=text],select,textarea')) return;
    const rows = $$('tbody tr', this);
    const at = rows.indexOf(row);
    const to = event.code === 'KeyJ' || event.key === 'ArrowDown' ? at + 1 : event.code === 'KeyK' || event.key === 'ArrowUp' ? at - 1 : -1;
    if (rows[to]) { event.preventDefault(); rows[to].focus(); }
    if (event.code === 'KeyX' && !event.ctrlKey && !event.metaKey) {
      const box = $<HTMLInputElement>('.ck', row);
      if (box) { box.checked = !box.checked; this.sync(); }
    }
    if (event.key === 'Enter' && target === row) $('a', row)?.click();
    if (event.key === 'F2') {
      const cell = target.closest<HTMLElement>('[data-cell]') ?? $('[data-cell]', row);
      if (cell) { event.preventDefault(); void this.edit(cell); }
    }
    if (event.code === 'KeyA' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.choose(true);
    }
  }

  private async edit(cell: HTMLElement): Promise<void> { await (await import('./inline')).edit(cell); }

  private sync(): void {
    const boxes = this.boxes;
    const chosen = boxes.filter((b) => b.checked);
    boxes.forEach((b) => b.closest('tr')?.setAttribute('aria-selected', String(b.checked)));
    const head = $<HTMLInputElement>('[data-all]', this);
    if (head) { head.checked = !!boxes.length && chosen.length === boxes.length; head.indeterminate = !!chosen.length && chosen.length < boxes.length; }
    const bar = $('.bulk', this.parentElement!);
    if (!bar) return;
    const everything = $<HTMLInputElement>('[data-everything]', bar);
    if (everything && !chosen.length && !this.folded) everything.checked = false;
    if (head && everything && this.folded) head.checked = everything.checked;
    bar.hidden = !chosen.length && !everything?.checked;
    $('[data-count]', bar)!.textContent = digits(chosen.length);
    const all = $<HTMLElement>('[data-all-of]', bar);
    const count = $<HTMLElement>('[data-count-all]', this)?.dataset.countAll;
    if (all && count) all.textContent = all.dataset.allOf!.replace('{number}', digits(Number(count)));
  }
});
