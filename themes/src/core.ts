// The small things everything else is made of: finding, building, listening, telling.
import { asciiDigits } from './digits';

export const root = document.documentElement;
export const rtl = (): boolean => root.dir === 'rtl';
export const lang = (): string => root.lang || 'en';
export const $ = <T extends Element = HTMLElement>(query: string, within: ParentNode = document): T | null => within.querySelector<T>(query);
export const $$ = <T extends Element = HTMLElement>(query: string, within: ParentNode = document): T[] => [...within.querySelectorAll<T>(query)];

/** Texts come with the page, in the reader's language; a missing one shows its English key. */
let texts: Record<string, string> | null = null;
export function t(key: string): string {
  texts ??= JSON.parse($('#texts')?.textContent ?? '{}') as Record<string, string>;
  return texts[key] ?? key;
}

/** Digits of every script that people type → ASCII, with the marks around numbers. */
export const ascii = (text: string): string =>
  asciiDigits(text).replace(/٫/g, '.').replace(/[٬،]/g, ',').replace(/[\u061c\u200e\u200f]/g, '');

/** A whole number in the reader's digits, without grouping. */
export const digits = (n: number): string => {
  const zero = root.dataset.zero ?? '0';
  return String(n).replace(/[0-9]/g, (d) => String.fromCodePoint(zero.codePointAt(0)! + Number(d)));
};

export const say = (message: string): void => {
  const live = $('#live');
  if (live) { live.textContent = ''; requestAnimationFrame(() => { live.textContent = message; }); }
};
/** The arrow key that leads forward in reading direction, and the one that leads back. */
export const forward = (): string => (rtl() ? 'ArrowLeft' : 'ArrowRight');
export const backward = (): string => (rtl() ? 'ArrowRight' : 'ArrowLeft');

export function icon(name: string, size = ''): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  svg.setAttribute('class', `i ${size}`);
  svg.setAttribute('aria-hidden', 'true');
  use.setAttribute('href', `${root.dataset.icons ?? ''}#${name}`);
  svg.append(use);
  return svg;
}

type Child = Node | string | null | false | undefined;
type Value = string | number | boolean | null | undefined | ((event: never) => void);
/** The only builder of elements: text is always text, so that nothing typed can become markup. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, Value> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value == null) continue;
    if (typeof value === 'function') made.addEventListener(key.slice(2), value as EventListener);
    else made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children.filter((child): child is Node | string => Boolean(child)));
  return made;
}

/** A listener for everything that matches, also for what comes into the page later. */
export function on<E extends Event = Event>(type: string, selector: string, act: (event: E, target: HTMLElement) => void): void {
  document.addEventListener(type, (event) => {
    const hit = (event.target as Element | null)?.closest?.(selector);
    if (hit) act(event as E, hit as HTMLElement);
  });
}

/** A button beside a message; with ``undo`` it takes something back, and Ctrl Z does it as long as nothing newer was done. */
export interface Action { label: string; act: () => void; undo?: boolean }
let offered: (() => void) | null = null;
/** Take back what was offered last to be taken back, once; false where there is nothing. */
export function takeBack(): boolean {
  const act = offered;
  offered = null;
  act?.();
  return act !== null;
}
/** Something newer was done that cannot be taken back so. */
export const forget = (): void => { offered = null; };

const LINK = /https?:\/\/[^\s\u2066-\u2069]+/;
/** Tell something. An address in it is a link that can be copied, and waits for it. */
export function toast(message: string, action?: Action): void {
  const link = LINK.exec(message)?.[0];
  if (link && !action) {
    const copy = (): void => { void navigator.clipboard?.writeText(link).then(() => toast(t('Copied'))); };
    action = { label: t('Copy the link'), act: copy };
  }
  const act = action && ((): void => {
    if (!action.undo) action.act();
    else if (offered === action.act) takeBack();
  });
  if (action?.undo) offered = action.act;
  const words = link ? [message.slice(0, message.indexOf(link)), el('a', { href: link, dir: 'ltr' }, link), message.slice(message.indexOf(link) + link.length)] : [message];
  const note = el('div', { class: 'toast' }, el('span', {}, ...words),
    action && el('button', { type: 'button', onclick: () => { act?.(); note.remove(); } }, action.label));
  $('#toasts')?.append(note);
  let timer = setTimeout(() => note.remove(), link ? 60_000 : 6000);
  note.addEventListener('pointerenter', () => clearTimeout(timer));
  note.addEventListener('focusin', () => clearTimeout(timer));
  note.addEventListener('pointerleave', () => { timer = setTimeout(() => note.remove(), 3000); });
}

/** Put a popover by its trigger: below, else above, always inside the window, at its start in either direction. */
export function place(popover: HTMLElement, trigger: Element): void {
  const box = trigger.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const gap = 6;
  const start = rtl() ? box.right - width : box.left;
  const below = box.bottom + gap;
  const above = box.top - gap - height;
  const y = below + height > innerHeight && above > 0 ? above : below;
  popover.style.left = `${Math.max(8, Math.min(start, root.clientWidth - width - 8))}px`;
  popover.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
}

/** Move the focus among the items of a menu, a tab list or a toolbar; return the one that got it. */
export function rove(items: HTMLElement[], event: KeyboardEvent, axis: 'x' | 'y'): HTMLElement | null {
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = axis === 'x' ? forward() : 'ArrowDown';
  const previous = axis === 'x' ? backward() : 'ArrowUp';
  const to = { [next]: at + 1, [previous]: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined || !items.length) return null;
  event.preventDefault();
  const target = items[(to + items.length) % items.length]!;
  target.focus();
  return target;
}
