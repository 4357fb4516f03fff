// Fields that depend on another field of the same form: shown only for some of its values, or named after its text.
import { $$ } from './core';

/** ``data-when="type=choice,multi_choice"`` shows a part of the form only for these values of that field. */
function show(part: HTMLElement): void {
  const [name = '', values = ''] = part.dataset.when!.split('=');
  const source = part.closest('form')?.elements.namedItem(name) as HTMLSelectElement | null;
  part.hidden = !!source && !values.split(',').includes(source.value);
}

/** ``data-slug="label_en"`` proposes a name from that field until somebody types one. */
function propose(field: HTMLInputElement): void {
  const source = field.form?.elements.namedItem(field.dataset.slug!) as HTMLInputElement | null;
  let own = field.value !== '';
  field.addEventListener('input', () => { own = field.value !== ''; });
  source?.addEventListener('input', () => {
    if (!own) field.value = source.value.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[_0-9]+|_+$/g, '').slice(0, 40);
  });
}

const parts = $$('[data-when]');
parts.forEach(show);
document.addEventListener('change', () => parts.forEach(show));
$$<HTMLInputElement>('[data-slug]').forEach(propose);
