// Items pulled from list to list by a pointer, on touch after a long press (SortableJS): the heavy half of dnd.ts, which asks for it.
import Sortable from 'sortablejs';
import type { Held } from './dnd';

/** Let the items of these lists be pulled; `drop` gets what was let go. Returns what ends it. */
export function pulls(lists: HTMLElement[], item: string, drop: (held: Held) => void): () => void {
  let held: Held | null = null;
  const made = lists.map((list) => new Sortable(list, {
    group: 'cards', draggable: item, sort: false, animation: 160, forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
    delay: 220, delayOnTouchOnly: true, touchStartThreshold: 6, emptyInsertThreshold: 24, filter: 'a,button,input,form', preventOnFilter: false,
    onStart: (picked) => { held = { item: picked.item, from: picked.from, next: picked.item.nextElementSibling }; },
    onEnd: () => { if (held) drop(held); held = null; },
  }));
  return () => made.forEach((one) => one.destroy());
}
