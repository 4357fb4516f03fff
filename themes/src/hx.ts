// The only file that touches htmx, so that another version of it is one file's business.
import htmx from 'htmx.org';

/** Call `act` whenever new content has come into the page. */
export function afterSwap(act: () => void): void {
  for (const name of ['htmx:after:swap', 'htmx:afterSwap', 'payvand:wake']) document.addEventListener(name, act);
}

/** Tell that new content has come into the page without htmx. */
export const wake = (): void => { document.dispatchEvent(new CustomEvent('payvand:wake')); };

/** Return the elements of a part of a page that our own server has sent. */
export async function made(html: string): Promise<DocumentFragment> {
  const box = document.createElement('div');
  await htmx.swap({ text: html, target: box, sourceElement: box, swap: 'beforeend' });
  const parts = document.createDocumentFragment();
  parts.append(...box.childNodes);
  return parts;
}

/** Put what the server sent, or `part` of it, into an element of the page; its elements and htmx attributes come to life.
 * Nothing is settled: htmx would put back the attributes that elements change on themselves when they come in. */
export async function put(target: HTMLElement, text: string, part = ''): Promise<void> {
  await (htmx as unknown as { swap(what: object): Promise<void> }).swap({ text, target, sourceElement: target, swap: 'settle:0', ...(part ? { select: `${part} > *` } : {}) });
}
