// <ui-form>: says when something is not saved, keeps a draft over a broken connection, saves by Ctrl+S.
import { $, $$, say, t } from './core';

customElements.define('ui-form', class extends HTMLElement {
  private form!: HTMLFormElement;
  private dirty = false;
  private leaving = false;
  private first = '';

  connectedCallback(): void {
    if (this.form) return;
    this.form = $<HTMLFormElement>('form', this)!;
    this.first = this.values();
    this.form.addEventListener('input', () => this.check());
    this.addEventListener('change', () => this.check());
    this.form.addEventListener('submit', (event) => this.submit(event));
    addEventListener('beforeunload', (event) => { if (this.dirty && !this.leaving) event.preventDefault(); });
    document.addEventListener('keydown', (event) => {
      if ((event.ctrlKey || event.metaKey) && event.code === 'KeyS') { event.preventDefault(); this.form.requestSubmit($<HTMLButtonElement>('[data-save]') ?? undefined); }
    });
    this.offerDraft();
    const summary = $('[data-summary]', this);
    if (summary) { summary.tabIndex = -1; summary.focus(); this.check(true); }
    for (const link of $$<HTMLAnchorElement>('[data-summary] a', this)) {
      link.addEventListener('click', (event) => { event.preventDefault(); const field = document.getElementById(link.hash.slice(1)); field?.focus(); field?.scrollIntoView({ block: 'center' }); });
    }
  }

  disconnectedCallback(): void { this.dirty = false; }

  private get key(): string { return `draft:${this.dataset.draft ?? location.pathname}`; }

  private values(): string {
    const data = new FormData(this.form);
    data.delete('csrf');
    return JSON.stringify([...data].filter(([, value]) => typeof value === 'string'));
  }

  private check(always = false): void {
    const now = this.values();
    this.dirty = always || now !== this.first;
    const state = $('[data-state]', this.closest('main') ?? document);
    if (state) { state.textContent = this.dirty ? t('Not saved yet') : ''; }
    if (this.dirty) sessionStorage.setItem(this.key, now); else sessionStorage.removeItem(this.key);
  }

  private submit(event: SubmitEvent): void {
    if (this.leaving) { event.preventDefault(); return; } // a second press does not send twice
    this.leaving = true;
    sessionStorage.removeItem(this.key);
    (event.submitter as HTMLElement | null)?.setAttribute('aria-busy', 'true');
    setTimeout(() => { this.leaving = false; (event.submitter as HTMLElement | null)?.removeAttribute('aria-busy'); }, 8000);
  }

  private offerDraft(): void {
    const kept = sessionStorage.getItem(this.key);
    const offer = $('[data-draft-offer]', this);
    if (!kept || kept === this.first || !offer) return;
    offer.hidden = false;
    $('[data-draft-take]', offer)?.addEventListener('click', () => { this.take(kept); offer.hidden = true; });
    $('[data-draft-drop]', offer)?.addEventListener('click', () => { sessionStorage.removeItem(this.key); offer.hidden = true; });
  }

  private take(kept: string): void {
    for (const [name, value] of JSON.parse(kept) as [string, string][]) {
      for (const field of $$<HTMLInputElement>(`[name="${CSS.escape(name)}"]`, this.form)) {
        if (field.type === 'checkbox' || field.type === 'radio') field.checked = field.value === value;
        else if (field.type !== 'file' && name !== 'version') field.value = value;
      }
    }
    this.check();
    say(t('Draft restored'));
  }
});
