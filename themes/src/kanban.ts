// <ui-kanban>: cards move at once and go back where the server refuses them; columns load more as they are read.
import { $, $$, digits, forget, place, rove, say, t, toast } from './core';
import { draggable } from './dnd';
import { made, wake } from './hx';
import { openModal } from './modal';

interface Now { message?: string; column?: string; card?: string; heads?: string; dialog?: string; back?: boolean }
const column = (list: Element): HTMLElement => list.closest<HTMLElement>('.kcol')!;

customElements.define('ui-kanban', class extends HTMLElement {
  private free: (() => void) | null = null;

  private readonly seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) void this.more(entry.target as HTMLAnchorElement);
  }, { rootMargin: '240px' });

  connectedCallback(): void {
    this.addEventListener('click', this.clicked);
    this.addEventListener('submit', this.sent);
    this.addEventListener('keydown', this.key);
    if (this.hasAttribute('data-movable')) {
      const lists = $$('.kcol[data-takes] .klist', this);
      this.free = draggable(this, { lists, item: '.kc', moved: (card, from, to, back) => void this.move(card, from, to, back) });
    }
    this.watch();
  }

  disconnectedCallback(): void {
    this.free?.();
    this.seen.disconnect();
    this.removeEventListener('click', this.clicked);
    this.removeEventListener('submit', this.sent);
    this.removeEventListener('keydown', this.key);
  }

  private watch(): void { $$('[data-more]', this).forEach((link) => this.seen.observe(link)); }

  private ask(url: string, body?: BodyInit): Promise<Response> {
    return fetch(url, {
      method: body ? 'POST' : 'GET', body, credentials: 'same-origin',
      headers: { 'HX-Request': 'true', 'X-CSRF-Token': this.dataset.csrf ?? '' },
    });
  }

  // Moving

  private async move(card: HTMLElement, from: HTMLElement, to: HTMLElement, back: () => void, undoing = false): Promise<void> {
    const url = $<HTMLAnchorElement>('[data-move-card]', card)!.href;
    const target = column(to).dataset.key!;
    const body = new URLSearchParams({ to: target, version: card.dataset.version ?? '', from: column(from).dataset.key! });
    const focused = card.contains(document.activeElement);
    card.setAttribute('aria-busy', 'true');
    this.count();
    let answer: Response;
    try {
      answer = await this.ask(url, body);
    } catch {
      this.settle(card, back, focused);
      const again = (): void => { to.prepend(card); void this.move(card, from, to, back, undoing); };
      toast(t('There is no connection. Nothing was changed.'), { label: t('Try again'), act: again });
      return;
    }
    const now = await answer.json().catch(() => ({})) as Now;
    if (!answer.ok) {
      this.settle(card, back, focused);
      const there = await this.show(now, card, focused);
      if (now.dialog) void openModal(now.dialog, there ?? card, () => void this.asked(url, there ?? card, from));
      else toast(now.message ?? t('That did not work. Reload the page and try again.'));
      return;
    }
    this.told(now, await this.show(now, card, focused), from, undoing);
  }

  /** A step was taken in its dialog: show where the card is now, on the board one has not left. */
  private async asked(url: string, card: HTMLElement, from: HTMLElement): Promise<void> {
    const now = new URL(url);
    now.searchParams.set('from', column(from).dataset.key!);
    const answer = await this.ask(now.href).catch(() => null);
    if (!answer?.ok) { location.reload(); return; }
    const told = await answer.json() as Now;
    this.told(told, await this.show(told, card, true), from);
  }

  /** Say where a card is, and offer the way back where there is one. */
  private told(now: Now, card: HTMLElement | null, from: HTMLElement, undoing = false): void {
    if (!card || undoing || !now.back) { forget(); toast(now.message ?? ''); return; }
    const undo = (): void => {
      const was = card.nextElementSibling;
      const there = card.parentElement!;
      from.prepend(card);
      card.focus();
      void this.move(card, there, from, () => there.insertBefore(card, was), true);
    };
    toast(now.message ?? '', { label: t('Undo'), act: undo, undo: true });
  }

  private settle(card: HTMLElement, back: () => void, focused: boolean): void {
    back();
    card.removeAttribute('aria-busy');
    if (focused) card.focus();
    this.count();
  }

  /** Put the card and the heads of the columns as the server has them now; return the card that is shown. */
  private async show(now: Now, card: HTMLElement | null, focused: boolean): Promise<HTMLElement | null> {
    for (const head of now.heads ? $$('[data-head]', await made(now.heads)) : []) {
      const there = $(`.kcol[data-key="${CSS.escape(head.dataset.head!)}"] > .khead`, this);
      if (there && !there.contains(document.activeElement)) there.replaceWith(head);
      else if (there) $('.ksum', there)?.replaceWith($('.ksum', head) ?? '');
    }
    let fresh: HTMLElement | null = null;
    if (now.card && now.column !== undefined) {
      fresh = $('.kc', await made(now.card))!;
      const home = $(`.kcol[data-key="${CSS.escape(now.column)}"]`, this);
      const list = home && !home.matches('.folded') ? $('.klist', home)! : null;
      if (card && list?.contains(card)) card.replaceWith(fresh);
      else { card?.remove(); list?.prepend(fresh); }
      if (!list) fresh = null;
      if (focused) (fresh ?? (home && $('.khead a', home)))?.focus();
    }
    this.count();
    return fresh;
  }

  /** Say in each head how many cards of how many are shown. */
  private count(): void {
    for (const one of $$('.kcol:not(.folded)', this)) {
      const text = $('[data-of]', one);
      const shown = $$('.kc', one).length;
      if (!text) continue;
      const total = Number(text.dataset.total);
      text.textContent = shown >= total && !$('.kmore', one) ? digits(shown) : text.dataset.of!.replace('{n}', digits(shown));
    }
  }

  private menu(button: HTMLElement): void {
    const menu = $('#m-move')!;
    const card = button.closest<HTMLElement>('.kc')!;
    const from = card.parentElement!;
    for (const choice of $$('[data-to]', menu)) choice.hidden = choice.dataset.to === column(from).dataset.key;
    menu.showPopover();
    place(menu, button);
    const choices = $$('[data-to]:not([hidden])', menu);
    choices[0]?.focus();
    menu.onkeydown = (event) => { rove(choices, event, 'y'); if (event.key === 'Escape') { menu.hidePopover(); card.focus(); } };
    menu.onclick = (event) => {
      const chosen = (event.target as Element).closest<HTMLElement>('[data-to]');
      const to = chosen && $(`.kcol[data-key="${CSS.escape(chosen.dataset.to!)}"] .klist`, this);
      if (!to) return;
      menu.hidePopover();
      const next = card.nextElementSibling;
      to.prepend(card);
      card.focus();
      void this.move(card, from, to, () => from.insertBefore(card, next));
    };
  }

  // More cards, new cards

  private async more(link: HTMLAnchorElement): Promise<void> {
    this.seen.unobserve(link);
    const url = link.dataset.more!;
    link.setAttribute('aria-busy', 'true');
    link.textContent = t('Loading…');
    const answer = await this.ask(url).catch(() => null);
    if (!answer?.ok) { link.textContent = t('Try again'); link.removeAttribute('aria-busy'); return; }
    link.closest('.kmore')!.replaceWith(await made(await answer.text()));
    this.watch();
    this.count();
  }

  private async open(link: HTMLAnchorElement): Promise<void> {
    const home = column(link);
    const there = $('.knew', home);
    if (there) { $('input:not([type=hidden]),select', there)?.focus(); return; }
    const answer = await this.ask(link.href).catch(() => null);
    if (!answer?.ok) { location.href = link.href; return; }
    $('.khead', home)!.after(await made(await answer.text()));
    this.woken(home);
  }

  private woken(home: Element): void {
    wake();
    ($('[aria-invalid]', home) ?? $('.knew input:not([type=hidden]),.knew select', home))?.focus();
  }

  private readonly sent = (event: SubmitEvent): void => {
    const form = event.target as HTMLFormElement;
    if (!form.matches('.knew')) return;
    event.preventDefault();
    void this.add(form);
  };

  private async add(form: HTMLFormElement): Promise<void> {
    const home = column(form);
    const answer = await this.ask(form.action, new FormData(form)).catch(() => null);
    if (!answer) { toast(t('There is no connection. Nothing was changed.')); return; }
    if (answer.headers.get('Content-Type')?.includes('json')) {
      const now = await answer.json() as Now;
      await this.show(now, null, false);
      say(now.message ?? '');
      const link = $<HTMLAnchorElement>('[data-new]', home);
      form.remove();
      if (link) await this.open(link);
    } else {
      form.replaceWith(await made(await answer.text()));
      this.woken(home);
    }
  }

  private readonly key = (event: KeyboardEvent): void => {
    const card = event.target as HTMLElement;
    const form = card.closest<HTMLElement>('.knew');
    if (event.key === 'Escape' && form) { this.close(form); return; }
    if (!card.matches('.kc')) return;
    if (event.key === 'Enter') $<HTMLAnchorElement>('.kc-t a', card)?.click();
    const button = event.code === 'KeyM' && !event.ctrlKey && !event.metaKey && !event.altKey ? $('[data-move-card]', card) : null;
    if (button) { event.preventDefault(); this.menu(button); }
  };

  private close(form: HTMLElement): void {
    const home = column(form);
    form.remove();
    $('[data-new]', home)?.focus();
  }

  private readonly clicked = (event: MouseEvent): void => {
    const link = (event.target as Element).closest<HTMLAnchorElement>('a,button');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.matches('[data-move-card]')) this.menu(link);
    else if (link.matches('[data-new]')) void this.open(link);
    else if (link.matches('[data-cancel]')) this.close(link.closest<HTMLElement>('.knew')!);
    else if (link.matches('[data-more]')) void this.more(link);
    else return;
    event.preventDefault();
  };
});
