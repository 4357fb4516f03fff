// <ui-timeline>: posts notes, filters and loads older things without leaving the page; completes names behind an @.
// Without script every form and link of it leads to a page of its own.
import { $, $$, el, place, say, t, toast } from './core';
import { put } from './hx';

interface Person { id: number; title: string; hint?: string }

customElements.define('ui-timeline', class extends HTMLElement {
  private list!: HTMLElement;
  private people: Person[] = [];
  private at = -1;
  private from = -1;
  private asked = 0;
  private timer = 0;

  private get box(): HTMLTextAreaElement | null { return $<HTMLTextAreaElement>('textarea', this); }

  connectedCallback(): void {
    if (this.dataset.ready) return;
    this.dataset.ready = '1';
    this.addEventListener('submit', (event) => this.send(event));
    this.addEventListener('click', (event) => this.pressed(event));
    this.prepare();
    if (this.dataset.told) { toast(this.dataset.told); say(this.dataset.told); }
  }

  private prepare(): void {
    const box = this.box;
    if (!box) return;
    this.list = el('div', { class: 'pop combo', popover: 'manual', role: 'listbox', id: 'note-people', 'aria-label': t('People') });
    this.append(this.list);
    box.setAttribute('aria-autocomplete', 'list');
    box.setAttribute('aria-controls', 'note-people');
    box.setAttribute('autocomplete', 'off');
    box.addEventListener('input', () => this.soon());
    box.addEventListener('keydown', (event) => this.key(event));
    box.addEventListener('blur', () => setTimeout(() => this.close(), 150));
  }

  // What is sent and fetched comes back as this whole element, or as older days for its feed
  private async fetched(url: string, options: RequestInit = {}): Promise<HTMLElement | null> {
    this.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(url, { ...options, headers: { 'X-Part': '1', Accept: 'text/html' } });
      const box = el('div', { hidden: true });
      this.append(box);
      await put(box, await answer.text());
      box.remove();
      const found = $('ui-timeline', box);
      if (!found) throw new Error(String(answer.status));
      return found;
    } catch {
      this.failed();
      return null;
    } finally {
      this.removeAttribute('aria-busy');
    }
  }

  private failed(): void {
    $('[data-failed]', this)?.remove();
    const note = el('p', { class: 'alert bad', role: 'alert', 'data-failed': true }, t('That did not work; nothing was lost. Try again.'));
    ($('[data-composer]', this) ?? $('[data-feed]', this))?.before(note);
  }

  private async send(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    if (!form.matches('[data-part]')) return;
    event.preventDefault();
    if (this.hasAttribute('aria-busy')) return;
    const made = await this.fetched(form.action, { method: 'POST', body: new FormData(form, event.submitter) });
    if (!made) return;
    this.replaceWith(made);
    const problem = $('[aria-invalid]', made);
    (problem ?? (form.matches('[data-composer]') ? $('textarea', made) : $('form:not([data-composer]) button', made)))?.focus();
  }

  private pressed(event: MouseEvent): void {
    const target = event.target as Element;
    if (target.closest('[data-at]')) { this.mention(); return; }
    const link = target.closest<HTMLAnchorElement>('a[data-part],a[data-older]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    void (link.matches('[data-older]') ? this.older(link) : this.filter(link));
  }

  private async filter(link: HTMLAnchorElement): Promise<void> {
    const made = await this.fetched(link.href);
    if (!made) return;
    for (const part of ['[data-feed]', '.tl-k']) $(part, this)?.replaceWith($(part, made)!);
    $('[aria-current]', this)?.focus();
  }

  private async older(link: HTMLAnchorElement): Promise<void> {
    const made = await this.fetched(link.href);
    if (!made) return;
    const days = [...$('[data-feed]', made)!.children] as HTMLElement[];
    // A day that was begun above goes on in its own list.
    const last = $$('.tl-d', this).at(-1);
    if (days[0]?.matches('.tl-d') && last && days[0].textContent === last.textContent) {
      $$('.tl-l', this).at(-1)!.append(...days[1]!.children);
      days.splice(0, 2);
    }
    link.replaceWith(...days);
    say(t('Older things are shown'));
  }

  // Names behind an @
  private mention(): void {
    const box = this.box!;
    box.focus();
    const before = box.value.slice(0, box.selectionStart);
    box.setRangeText(/(^|\s)$/.test(before) ? '@' : ' @', box.selectionStart, box.selectionEnd, 'end');
    void this.ask();
  }

  private soon(): void { clearTimeout(this.timer); this.timer = window.setTimeout(() => void this.ask(), 120); }

  private typed(): string | null {
    const box = this.box!;
    const before = box.value.slice(0, box.selectionStart);
    const found = /(^|[^\p{L}\p{N}@.])@([\p{L}\p{M}\p{N}\u200c '.-]{0,40})$/u.exec(before);
    this.from = found ? before.length - found[2]!.length : -1;
    return found ? found[2]! : null;
  }

  private async ask(): Promise<void> {
    const typed = this.typed();
    if (typed === null) { this.close(); return; }
    const number = (this.asked += 1);
    const url = new URL(this.dataset.people!, location.href);
    url.searchParams.set('q', typed);
    try {
      const answer = await fetch(url, { headers: { Accept: 'application/json' } });
      if (number !== this.asked) return;
      this.people = answer.ok ? ((await answer.json()) as { items: Person[] }).items : [];
    } catch {
      this.people = [];
    }
    this.show();
  }

  private show(): void {
    if (!this.people.length) { this.close(); return; }
    this.at = 0;
    this.list.replaceChildren(...this.people.map((person, i) => el('div', {
      class: 'mi', role: 'option', id: `note-people-${i}`, onpointerdown: (event: Event) => { event.preventDefault(); this.choose(person); },
    }, el('span', { class: 'clip' }, person.title), person.hint && el('span', { class: 'faint xs' }, person.hint))));
    if (!this.list.matches(':popover-open')) this.list.showPopover();
    place(this.list, this.box!);
    this.mark();
  }

  private mark(): void {
    $$('[role=option]', this.list).forEach((option, i) => {
      option.setAttribute('aria-selected', String(i === this.at));
      if (i === this.at) { this.box!.setAttribute('aria-activedescendant', option.id); option.scrollIntoView({ block: 'nearest' }); say(option.textContent ?? ''); }
    });
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.box!.form!.requestSubmit(); return; }
    if (!this.list.matches(':popover-open')) return;
    const n = this.people.length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      this.at = (this.at + (event.key === 'ArrowDown' ? 1 : n - 1)) % n;
      this.mark();
    } else if ((event.key === 'Enter' || event.key === 'Tab') && this.people[this.at]) {
      event.preventDefault();
      this.choose(this.people[this.at]!);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  private choose(person: Person): void {
    const box = this.box!;
    box.setRangeText(`${person.title} `, this.from, box.selectionStart, 'end');
    if (!$$<HTMLInputElement>('input[name=mention]', this).some((input) => input.value === String(person.id))) {
      box.after(el('input', { type: 'hidden', name: 'mention', value: person.id }));
    }
    this.close();
    box.focus();
  }

  private close(): void {
    if (!this.list?.matches(':popover-open')) return;
    this.list.hidePopover();
    this.box?.removeAttribute('aria-activedescendant');
  }
});
