// Cards that move between lists: by pointer (SortableJS; on touch after a long press) and by keyboard, told as it happens.
import Sortable from 'sortablejs';
import { $$, backward, forward, say, t } from './core';

export interface Drag {
  lists: HTMLElement[];
  item: string;
  /** How many lists stand in a row, where they stand in rows: then the arrows up and down lead from row to row. */
  across?: number;
  /** What was dropped in another list; `back` puts it where it was. */
  moved(item: HTMLElement, from: HTMLElement, to: HTMLElement, back: () => void): void;
}
interface Held { item: HTMLElement; from: HTMLElement; next: Element | null }

/** Return a function that gives back what was put in place to drag with. */
export function draggable(host: HTMLElement, drag: Drag): () => void {
  let held: Held | null = null;
  const back = (was: Held) => (): void => { was.from.insertBefore(was.item, was.next?.parentElement === was.from ? was.next : null); };
  const drop = (was: Held): void => {
    const to = was.item.parentElement!;
    if (to !== was.from) drag.moved(was.item, was.from, to, back(was));
  };
  let pulled: Held | null = null;
  const made = drag.lists.map((list) => new Sortable(list, {
    group: 'cards', draggable: drag.item, sort: false, animation: 160, forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
    delay: 220, delayOnTouchOnly: true, touchStartThreshold: 6, emptyInsertThreshold: 24, filter: 'a,button,input,form', preventOnFilter: false,
    onStart: ({ item, from }) => { pulled = { item, from, next: item.nextElementSibling }; },
    onEnd: () => { if (pulled) drop(pulled); pulled = null; },
  }));

  const items = (list: Element): HTMLElement[] => $$(`:scope > ${drag.item}`, list);
  const release = (): Held | null => { const was = held; held = null; was?.item.classList.remove('grabbed'); return was; };
  const label = (list: Element): string => list.getAttribute('aria-label') ?? document.getElementById(list.getAttribute('aria-labelledby') ?? '')?.textContent ?? '';
  const carry = (was: Held, step: number): void => {
    const to = drag.lists[drag.lists.indexOf(was.item.parentElement!) + step];
    if (!to) return;
    to.prepend(was.item);
    was.item.focus();
    say(t('Over {column}').replace('{column}', label(to)));
  };
  const step = (item: HTMLElement, x: number, y: number): void => {
    const list = item.parentElement!;
    const at = items(list).indexOf(item);
    if (y) { items(list)[at + y]?.focus(); return; }
    const all = $$(drag.across ? '.evs' : '.klist', host);
    for (let to = all.indexOf(list) + x; all[to]; to += x) {
      const found = items(all[to]!);
      if (found.length) { found[Math.min(at, found.length - 1)]!.focus(); return; }
    }
  };
  const key = (event: KeyboardEvent): void => {
    const item = event.target as HTMLElement;
    if (!item.matches(drag.item)) return;
    const x = event.key === forward() ? 1 : event.key === backward() ? -1 : 0;
    const y = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === ' ' && drag.lists.includes(item.parentElement!)) {
      const was = release();
      if (was) drop(was);
      else {
        held = { item, from: item.parentElement!, next: item.nextElementSibling };
        item.classList.add('grabbed');
        say(t('Picked up. The arrow keys move it, Space drops it, Escape puts it back.'));
      }
    } else if (event.key === 'Escape' && held) {
      const was = release()!;
      back(was)();
      was.item.focus();
      say(t('Put back'));
    } else if (held && x) carry(held, x);
    else if (held && y && drag.across) carry(held, y * drag.across);
    else if (held && y) say(t('Only the column can be changed here; the order of the cards follows from their values.'));
    else if (x || y) step(item, x, y);
    else return;
    event.preventDefault();
  };
  const left = (event: FocusEvent): void => {
    // Whoever goes elsewhere with a card in the hand has put it back.
    if (held && event.relatedTarget !== null && event.relatedTarget !== held.item) back(release()!)();
  };
  host.addEventListener('keydown', key);
  host.addEventListener('focusout', left);
  return () => {
    made.forEach((one) => one.destroy());
    host.removeEventListener('keydown', key);
    host.removeEventListener('focusout', left);
  };
}
