// The way through a list: whoever opens a record from a list, a board or a calendar goes on to the next one from there.
import { $, $$, digits, t } from './core';

type Kept = { entity: string; ids: string[]; from: string };
const KEY = 'trail';
const RECORD = /^\/records\/([a-z0-9_.]+)\/(\d+)$/;

/** Remember the records around a link that is being followed, in the order in which they stand. */
export function remember(link: HTMLAnchorElement): void {
  const entity = RECORD.exec(link.pathname)?.[1];
  if (!entity || link.closest('[data-trail]')) return;
  const around = link.closest('table,ol,ul,[data-records],main') ?? document;
  const ids = $$<HTMLAnchorElement>('a[href^="/records/"]', around).map((one) => RECORD.exec(one.pathname))
    .filter((found) => found?.[1] === entity).map((found) => found![2]!);
  sessionStorage.setItem(KEY, JSON.stringify({ entity, ids: [...new Set(ids)], from: location.pathname + location.search }));
}

/** Show the place in the list one has come from, with the ways back, forth and up. */
export function trail(): void {
  const place = $('[data-trail]');
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Kept | null;
  if (!place || !kept || kept.entity !== place.dataset.trail) return;
  const at = kept.ids.indexOf(place.dataset.here!);
  if (at < 0) return;
  $<HTMLAnchorElement>('[data-back]')?.setAttribute('href', kept.from);
  if (kept.ids.length < 2) return;
  $('[data-trail-place]', place)!.textContent = t('{at} of {total}').replace('{at}', digits(at + 1)).replace('{total}', digits(kept.ids.length));
  for (const [query, id] of [['[data-trail-back]', kept.ids[at - 1]], ['[data-trail-on]', kept.ids[at + 1]]] as const) {
    const link = $(query, place)!;
    if (id) link.setAttribute('href', `/records/${kept.entity}/${id}`); else link.setAttribute('aria-disabled', 'true');
  }
  place.hidden = false;
}
