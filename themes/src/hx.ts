// The only file that touches htmx, so that another version of it is one file's business.
import 'htmx.org';

/** Call `act` whenever htmx has put new content into the page. */
export function afterSwap(act: () => void): void {
  for (const name of ['htmx:after:swap', 'htmx:afterSwap']) document.addEventListener(name, act);
}
