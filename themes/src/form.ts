// <ui-form>: one way of saving, said plainly; a draft over a broken connection; fields that depend on others.
import { $, $$, backward, forward, root, say, t } from './core';
import { keepFocus } from './focus';
import { put } from './hx';
import { trail } from './trail';
import type { UiLook } from './ui-look';

interface State { hidden?: boolean; required?: boolean; locked?: boolean }
type Look = { hidden: string[]; required: string[]; locked: string[]; computed: Record<string, string>; errors: Record<string, string[]> };

/** True where somebody sees what another person sees: drafts are nobody's then. */
const seen = (): boolean => root.hasAttribute('data-seen');

customElements.define('ui-form', class extends HTMLElement {
  private form!: HTMLFormElement;
  private dirty = false;
  private leaving = false;
  private first = '';
  private asked = 0;
  private told = 0;
  private left = new Set<string>();
  private stop = new AbortController();

  connectedCallback(): void {
    if (this.form) return;
    this.form = $<HTMLFormElement>('#record', this)!;
    this.first = this.values();
    const { signal } = this.stop;
    for (const sign of ['pointerover', 'focusin']) this.addEventListener(sign, () => this.wake());
    this.form.addEventListener('input', () => { this.check(); this.tellNow(); });
    this.addEventListener('change', () => { this.check(); this.tellNow(); this.look(); });
    this.form.addEventListener('focusout', (event) => {
      const name = (event.target as Element).closest<HTMLElement>('[data-field]')?.dataset.field;
      if (name && this.dirty && !this.left.has(name)) { this.left.add(name); this.look(); }
    });
    this.form.addEventListener('submit', (event) => { event.preventDefault(); void this.save(event.submitter); });
    addEventListener('beforeunload', (event) => { if (this.dirty && !this.leaving) event.preventDefault(); }, { signal });
    document.addEventListener('keydown', (event) => this.key(event), { signal });
    const summary = $('[data-summary]', this);
    if (!summary) this.offerDraft(); // what was refused still stands in the fields
    if (summary) { summary.tabIndex = -1; this.check(true); this.tell('failed', t('Not saved')); }
    this.compare();
    if (summary && !summary.closest('dialog')) summary.focus();
    for (const link of $$<HTMLAnchorElement>('[data-summary] a[href^="#"]', this)) {
      link.addEventListener('click', (event) => { event.preventDefault(); this.show(link.hash.slice(1)); });
    }
    trail();
  }

  disconnectedCallback(): void { this.dirty = false; this.stop.abort(); }

  private get draft(): string { return `draft:${this.dataset.draft ?? location.pathname}`; }

  private data(submitter?: HTMLElement | null): FormData { return new FormData(this.form, submitter); }

  private values(): string {
    const data = this.data();
    for (const name of ['csrf', 'version']) data.delete(name);
    return JSON.stringify([...data].filter(([name, value]) => typeof value === 'string' && !name.startsWith('keep-')));
  }

  private tell(state: string, text: string): void {
    const place = $('[data-state]', this.closest('main') ?? document);
    if (place) { place.textContent = text; place.dataset.state = state; }
  }

  private check(always = false): void {
    const now = this.values();
    this.dirty = always || now !== this.first;
    this.tell(this.dirty ? 'unsaved' : '', this.dirty ? t('Not saved yet') : '');
    if (this.dirty && !seen()) sessionStorage.setItem(this.draft, now); else sessionStorage.removeItem(this.draft);
  }

  private key(event: KeyboardEvent): void {
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.code === 'KeyS') {
      event.preventDefault();
      this.form.requestSubmit($<HTMLButtonElement>('[data-save]') ?? undefined);
    } else if (event.altKey && !event.ctrlKey && !(event.target as Element).closest('dialog,[popover]')) {
      const link = { [forward()]: '[data-trail-on]', [backward()]: '[data-trail-back]' }[event.key];
      const to = link ? $<HTMLAnchorElement>(link) : null;
      if (to?.href) { event.preventDefault(); to.click(); }
    }
  }

  private show(id: string): void {
    const field = document.getElementById(id);
    field?.dispatchEvent(new Event('reveal', { bubbles: true }));
    field?.focus();
    field?.scrollIntoView({ block: 'center' });
  }

  // Saving: the page stays until the server has said yes, so that nothing typed can be lost on the way.
  private async save(submitter: HTMLElement | null): Promise<void> {
    if (this.leaving) return; // a second press does not send twice
    this.leaving = true;
    const at = document.activeElement;
    $('dialog[data-conflict]', this)?.removeAttribute('data-conflict');
    submitter?.setAttribute('aria-busy', 'true');
    this.tell('saving', t('Saving…'));
    const answer = await this.send(submitter);
    submitter?.removeAttribute('aria-busy');
    const to = answer?.headers.get('X-Go');
    if (answer && to) { sessionStorage.removeItem(this.draft); keepFocus(at); location.assign(to); return; }
    this.leaving = false;
    if (!answer || answer.status === 401) {
      this.check(true);
      this.tell('failed', answer ? t('Not saved: sign in again') : t('Not saved: no connection. Your text is kept; save again.'));
      return;
    }
    const main = this.closest('main')!;
    this.dirty = false;
    (document.activeElement as HTMLElement | null)?.blur(); // else the swap takes the focus back to the field, from what is wrong
    await put(main, await answer.text(), '#main');
  }

  private async send(submitter: HTMLElement | null): Promise<Response | null> {
    const ask = (): Promise<Response | null> => fetch(this.form.getAttribute('action') ?? location.href, {
      method: 'POST', body: this.data(submitter), headers: { 'X-Fragment': 'page' }, credentials: 'same-origin',
    }).catch(() => null);
    const answer = await ask();
    if (answer?.status !== 401) return answer;
    const { signInAgain } = await import('./again');
    return await signInAgain() ? ask() : answer;
  }

  // What tells is of no use to whoever only reads: it comes when somebody is about to type. Without it the server tells.
  private wake(): void {
    if (!$('ui-look', this) || customElements.get('ui-look')) return;
    void import('./ui-look').then(() => { if (this.dirty) this.tellNow(); }, () => undefined);
  }

  // What can be told here is told at once; what one field shows may decide about the next.
  private tellNow(): void {
    const teller = $<UiLook>('ui-look', this);
    if (!teller?.look) return;
    this.told += 1;
    for (let round = 0; round < 3; round += 1) {
      const told = teller.look(this.form);
      this.write(told.computed);
      if (!this.arrange((name) => ({ hidden: told.hidden.get(name), required: told.required.get(name) }))) return;
    }
  }

  // The rest is asked of the server, which reads the same conditions and has the last word.
  private look(): void {
    const url = this.dataset.check;
    const depends = $('[data-cond],[data-value]', this) !== null || this.left.size > 0;
    if (!url || !depends) return;
    const asked = ++this.asked;
    setTimeout(() => { if (asked === this.asked) void this.ask(url, asked); }, 200);
  }

  private async ask(url: string, asked: number): Promise<void> {
    const [data, told] = [this.data(), this.told];
    for (const [name, value] of [...data]) if (typeof value !== 'string') data.delete(name);
    const answer = await fetch(url, { method: 'POST', body: data, headers: { 'X-Fragment': 'check' }, credentials: 'same-origin' }).catch(() => null);
    if (!answer?.ok || asked !== this.asked) return;
    const look = await answer.json() as Look;
    if (told === this.told) this.apply(look);
    else this.look(); // what was asked about is no longer what stands here
    for (const name of this.left) this.mark(name, look.errors[name] ?? []);
  }

  private apply(look: Look): void {
    this.arrange((name) => ({ hidden: look.hidden.includes(name), required: look.required.includes(name), locked: look.locked.includes(name) }));
    this.write(new Map(Object.entries(look.computed)));
  }

  /** Bring fields into the state they are said to be in; what is not said stays. True where a field came or went. */
  private arrange(state: (name: string) => State): boolean {
    let moved = false;
    for (const box of $$<HTMLFieldSetElement>('[data-cond]', this)) {
      const { hidden = Boolean(box.hidden), required, locked = box.hasAttribute('data-locked') } = state(box.dataset.cond!);
      moved ||= hidden !== Boolean(box.hidden);
      box.hidden = hidden;
      box.toggleAttribute('data-locked', locked);
      box.disabled = hidden || locked;
      const star = $('.req', box);
      if (star && !star.dataset.always && required !== undefined) star.hidden = !required;
    }
    for (const section of $$('[data-section]', this)) {
      section.hidden = $$('.cols > *', section).length > 0 && $$('.cols > *', section).every((one) => one.hidden);
    }
    return moved;
  }

  private write(computed: Map<string, string>): void {
    for (const [name, text] of computed) {
      const place = $(`[data-value="${CSS.escape(name)}"]`, this);
      if (place && place.textContent?.trim() !== text) place.textContent = text || '—';
    }
  }

  private mark(name: string, sentences: string[]): void {
    const box = $(`[data-field="${CSS.escape(name)}"]`, this);
    const input = box ? $('[role=textbox]', box) ?? $('input:not([type=hidden]),select,textarea', box) : null;
    if (!box || !input) return;
    const id = `f-${name}-e`;
    $(`#${CSS.escape(id)}`, box)?.remove();
    box.classList.toggle('err-on', sentences.length > 0);
    if (!sentences.length) { input.removeAttribute('aria-invalid'); return; }
    const note = document.createElement('span');
    note.className = 'err';
    note.id = id;
    note.textContent = sentences.join(' ');
    box.append(note);
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', id);
  }

  private compare(): void {
    const box = $<HTMLDialogElement>('dialog[data-conflict]', this);
    if (!box) return;
    box.close();
    box.showModal();
    $('[data-drop]', box)?.addEventListener('click', () => { sessionStorage.removeItem(this.draft); this.leaving = true; });
    $('h2', box)?.setAttribute('tabindex', '-1');
    $('h2', box)?.focus();
  }

  private offerDraft(): void {
    const kept = sessionStorage.getItem(this.draft);
    const offer = $('[data-draft-offer]', this);
    if (seen() || !kept || kept === this.first || !offer) return;
    offer.hidden = false;
    $('[data-draft-take]', offer)?.addEventListener('click', () => { this.take(kept); offer.hidden = true; });
    $('[data-draft-drop]', offer)?.addEventListener('click', () => { sessionStorage.removeItem(this.draft); offer.hidden = true; });
  }

  private take(kept: string): void {
    const pairs = JSON.parse(kept) as [string, string][];
    for (const lines of $$('ui-lines', this)) {
      const list = $<HTMLInputElement>('[name$="__row"]', lines)?.name ?? $<HTMLInputElement>('[name$="__shown"]', lines)?.name.replace(/__shown$/, '__row');
      const wanted = pairs.filter(([name, value]) => name === list && !$(`[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]`, lines));
      for (const _ of wanted) $<HTMLButtonElement>('[data-add-line]', lines)?.click();
    }
    const boxes = new Set($$<HTMLInputElement>('input[type=checkbox],input[type=radio]', this.form));
    for (const box of boxes) box.checked = pairs.some(([name, value]) => name === box.name && value === box.value);
    for (const [name, value] of pairs) {
      for (const field of $$<HTMLInputElement>(`[name="${CSS.escape(name)}"]`, this.form)) {
        if (!boxes.has(field) && field.type !== 'file' && !name.endsWith('__row')) {
          field.value = value;
          field.dispatchEvent(new Event('restored'));
        }
      }
    }
    this.check();
    this.tellNow();
    this.look();
    say(t('Draft restored'));
  }
});
