// Cards that move between lists: by pointer (pull.ts) and by keyboard, told as it happens.
import { $$, backward, forward, say, t } from './core';

export interface Drag {
  lists: HTMLElement[];
  item: string;
  /** How many lists stand in a row, where they stand in rows: then the arrows up and down lead from row to row. */
  across?: number;
  /** What was dropped in another list; `back` puts it where it was. */
  moved(item: HTMLElement, from: HTMLElement, to: HTMLElement, back: () => void): void;
}
export interface Held { item: HTMLElement; from: HTMLElement; next: Element | null }

/** Return a function that gives back what was put in place to drag with. */
export function draggable(host: HTMLElement, drag: Drag): () => void {
  let held: Held | null = null;
  const back = (was: Held) => (): void => { was.from.insertBefore(was.item, was.next?.parentElement === was.from ? was.next : null); };
  const drop = (was: Held): void => {
    const to = was.item.parentElement!;
    if (to !== was.from) drag.moved(was.item, was.from, to, back(was));
  };
  const asleep = pulling(host, drag, drop);

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
    asleep();
    host.removeEventListener('keydown', key);
    host.removeEventListener('focusout', left);
  };
}

/** Let the pointer pull items from list to list; returns what ends it. What that takes is heavy, and of no use to whoever only
 * reads: it comes when a pointer comes near. A press that was faster is heard once it is there. */
function pulling(host: HTMLElement, drag: Drag, drop: (held: Held) => void): () => void {
  const near = new AbortController();
  const { signal } = near;
  let press: PointerEvent | null = null;
  let end = (): void => undefined;
  const wake = async (): Promise<void> => {
    const { pulls } = await import('./pull').catch(() => ({ pulls: null }));
    if (!pulls) host.addEventListener('pointerover', () => void wake(), { once: true, signal }); // the connection may come back
    if (!pulls || signal.aborted) return;
    near.abort();
    end = pulls(drag.lists, drag.item, drop);
    press?.target?.dispatchEvent(new PointerEvent(press.type, press));
  };
  host.addEventListener('pointerover', () => void wake(), { once: true, signal });
  host.addEventListener('pointerdown', (event) => { press = event; }, { signal });
  for (const type of ['pointerup', 'pointercancel']) addEventListener(type, () => { press = null; }, { signal });
  // The browser keeps the moves of a finger to itself where nobody listened when it came down.
  host.addEventListener('touchmove', () => undefined, { passive: false, signal });
  return () => { near.abort(); end(); };
}
