// The only file that touches htmx, so that another version of it is one file's business.
import htmx from 'htmx.org';

/** Call `act` whenever htmx has put new content into the page. */
export function afterSwap(act: () => void): void {
  for (const name of ['htmx:after:swap', 'htmx:afterSwap']) document.addEventListener(name, act);
}

/** Put what the server sent into an element of the page; its elements and htmx attributes come to life. */
export async function put(target: HTMLElement, text: string): Promise<void> {
  await (htmx as unknown as { swap(what: object): Promise<void> }).swap({ text, target, sourceElement: target });
}
