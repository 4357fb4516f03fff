// Who works by keyboard goes on where they were, though the page came anew.
import { $ } from './core';

const KEY = 'focus';
const STEPS = '[data-steps]';
let byKey = false;
addEventListener('keydown', () => { byKey = true; }, true);
addEventListener('pointerdown', () => { byKey = false; }, true);

/** Remember for the page that comes next where somebody at the keyboard is: at a field, or at the steps of a record. */
export function keepFocus(at: Element | null): void {
  const place = at?.closest(STEPS) ? STEPS : at?.id ? `#${CSS.escape(at.id)}` : '';
  if (byKey && place) sessionStorage.setItem(KEY, place);
}

/** Lead to the first step that can be taken from here. */
export function toSteps(): boolean {
  const first = $(`${STEPS} .sbar-moves .btn:not([aria-disabled],.icon), ${STEPS} .sbar-steps a`);
  first?.focus();
  return first !== null;
}

/** Go on where one was before this page. */
export function giveFocus(): void {
  const place = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (place === STEPS) toSteps();
  else if (place) ($(place) ?? $('#main'))?.focus(); // a new line is called otherwise once it is saved
}
