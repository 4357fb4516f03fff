// <ui-calendar>: entries go to another day at once, and back where the server refuses it.
import { $, $$, t, toast } from './core';
import { draggable } from './dnd';
import { made } from './hx';

interface Now { message?: string; card?: string; day?: string; hour?: number | null }
let undo: (() => void) | null = null;
addEventListener('keydown', (event) => {
  if (!undo || !(event.ctrlKey || event.metaKey) || event.code !== 'KeyZ' || (event.target as Element).closest('input,textarea')) return;
  event.preventDefault();
  undo();
});

customElements.define('ui-calendar', class extends HTMLElement {
  private free: (() => void) | null = null;

  connectedCallback(): void {
    this.addEventListener('keydown', this.key);
    if (!this.hasAttribute('data-movable')) return;
    const lists = $$('.evs[data-day]', this);
    this.free = draggable(this, { lists, item: '.ev[data-move]', across: 7, moved: (entry, from, to, back) => void this.move(entry, from, to, back) });
  }

  disconnectedCallback(): void {
    this.free?.();
    this.removeEventListener('keydown', this.key);
  }

  private readonly key = (event: KeyboardEvent): void => {
    const entry = event.target as HTMLElement;
    if (event.key === 'Enter' && entry.matches('.ev')) $('a', entry)?.click();
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
    undo = null;
    if (!fresh || undoing) { toast(now.message ?? ''); return; }
    undo = () => {
      undo = null;
      const home = fresh.parentElement!;
      from.append(fresh);
      void this.move(fresh, home, from, () => home.append(fresh), true);
    };
    const mine = undo;
    toast(now.message ?? '', { label: t('Undo'), act: () => { if (undo === mine) mine(); } });
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
