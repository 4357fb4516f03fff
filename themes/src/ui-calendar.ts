// <ui-calendar>: entries go to another day at once, and back where the server refuses it; a press on an empty day makes one.
import { $, $$, backward, forget, forward, t, toast } from './core';
import { draggable } from './dnd';
import { made } from './hx';

interface Now { message?: string; card?: string; day?: string; hour?: number | null }

customElements.define('ui-calendar', class extends HTMLElement {
  private free: (() => void) | null = null;

  connectedCallback(): void {
    this.addEventListener('keydown', this.key);
    this.addEventListener('pointerdown', this.press);
    this.addEventListener('click', this.choose);
    const days = $$('.cal-new', this); // one stop of Tab; the arrow keys go on from there
    const first = $('[aria-current="date"] .cal-new,.today .cal-new', this) ?? days[0];
    for (const day of days) day.tabIndex = day === first ? 0 : -1;
    if (!this.hasAttribute('data-movable')) return;
    const lists = $$('.evs[data-day]', this);
    this.free = draggable(this, { lists, item: '.ev[data-move]', across: 7, moved: (entry, from, to, back) => void this.move(entry, from, to, back) });
  }

  disconnectedCallback(): void {
    this.free?.();
    this.removeEventListener('keydown', this.key);
    this.removeEventListener('pointerdown', this.press);
    this.removeEventListener('click', this.choose);
  }

  private pressed: Element | null = null;
  private readonly press = (event: PointerEvent): void => { this.pressed = event.target as Element; };

  private readonly choose = (event: MouseEvent): void => {
    const busy = 'a,button,summary,.ev';
    const target = event.target as Element;
    if (target.closest(busy) || this.pressed?.closest(busy)) return;
    $('.cal-new', target.closest('td') ?? document.createElement('td'))?.click();
  };

  private walk(day: HTMLElement, event: KeyboardEvent): void {
    const by = { [forward()]: 1, [backward()]: -1, ArrowDown: 7, ArrowUp: -7 }[event.key] ?? 0;
    const days = $$('.cal-new', this);
    const next = days[days.indexOf(day) + by];
    if (!by || !next) return;
    event.preventDefault();
    day.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  private readonly key = (event: KeyboardEvent): void => {
    const entry = event.target as HTMLElement;
    if (event.key === 'Enter' && entry.matches('.ev')) $('a', entry)?.click();
    if (entry.matches('.cal-new')) this.walk(entry, event);
  };

  private async move(entry: HTMLElement, from: HTMLElement, to: HTMLElement, back: () => void, undoing = false): Promise<void> {
    const focused = entry.contains(document.activeElement);
    entry.setAttribute('aria-busy', 'true');
    const answer = await fetch(entry.dataset.move!, {
      method: 'POST', credentials: 'same-origin', body: new URLSearchParams({ to: to.dataset.day!, hour: to.dataset.hour ?? '', version: entry.dataset.version ?? '' }),
      headers: { 'HX-Request': 'true', 'X-CSRF-Token': this.dataset.csrf ?? '' },
    }).catch(() => null);
    const now = await answer?.json().catch(() => ({})) as Now | undefined;
    if (!answer?.ok || !now?.card) {
      back();
      entry.removeAttribute('aria-busy');
      if (focused) entry.focus();
      const again = { label: t('Try again'), act: () => { to.append(entry); void this.move(entry, from, to, back, undoing); } };
      if (answer) toast(now?.message ?? t('That did not work. Reload the page and try again.'));
      else toast(t('There is no connection. Nothing was changed.'), again);
      return;
    }
    const fresh = await this.show(entry, now, focused);
    if (!fresh || undoing) { forget(); toast(now.message ?? ''); return; }
    const undo = (): void => {
      const home = fresh.parentElement!;
      from.append(fresh);
      void this.move(fresh, home, from, () => home.append(fresh), true);
    };
    toast(now.message ?? '', { label: t('Undo'), act: undo, undo: true });
  }

  /** Put the entry where the server has it now; what goes on over several days is shown anew. */
  private async show(entry: HTMLElement, now: Now, focused: boolean): Promise<HTMLElement | null> {
    if ($$(`.ev[data-id="${entry.dataset.id}"]`, this).length > 1) { location.reload(); return null; }
    const fresh = $('.ev', await made(now.card!))!;
    const list = $(`.evs[data-day="${now.day}"][data-hour="${now.hour}"]`, this) ?? $(`.evs[data-day="${now.day}"]`, this);
    if (!list) { entry.remove(); return null; }
    if (list.contains(entry)) entry.replaceWith(fresh);
    else { entry.remove(); list.append(fresh); }
    list.closest('td')?.classList.add('has');
    if (focused) fresh.focus();
    return fresh;
  }
});
