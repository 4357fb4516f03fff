// <ui-look>: what a form tells by itself while somebody types, without asking: which fields show and are required, what is
// computed. The server has handed out what the reader may know (core/web/form_told.py), and has the last word.
import { $, $$ } from './core';
import { evaluate, type Env, type Expression, type View } from './expression';
import { isMoney, SOME, Untold, written, type Told, type Value } from './expression-values';
import { figure, inCurrency, line, shownMoney, shownNumber, type Marks, type Unit } from './typed';

interface Field { type: string; value?: Told; currency?: string }
interface Computed { name: string; tree: Expression; show?: 'text' | 'number' | 'money' | Record<string, string> }
interface Given {
  env: Omit<Env, 'old'>; fields: Record<string, Field>; computed: Computed[];
  visible: Record<string, Expression>; required: Record<string, Expression>;
  old?: Record<string, Told>; marks: Marks | null; units: Record<string, Unit>;
}
/** What can be told, by field; what cannot is not in it. */
export interface Look { hidden: Map<string, boolean>; required: Map<string, boolean>; computed: Map<string, string> }
export interface UiLook extends HTMLElement { look?(form: HTMLFormElement): Look }

const record = (value: (name: string) => Told): View => ({ value, follow: () => undefined, items: () => undefined });

/** What an expression gives, `undefined` where this page cannot know. */
function told(expression: Expression, view: View, env: Env): Value | undefined {
  try { return evaluate(expression, view, env); } catch (failure) {
    if (!(failure instanceof Untold)) console.error(failure); // a module's function: the server's word counts
    return undefined;
  }
}

customElements.define('ui-look', class extends HTMLElement implements UiLook {
  private given!: Given;

  connectedCallback(): void { this.given = JSON.parse(this.dataset.told!) as Given; }

  look(form: HTMLFormElement): Look {
    const { given } = this;
    const known = new Map<string, Told>();
    const view = record((name) => (known.has(name) ? known.get(name) : this.typed(form, name)));
    const { old } = given;
    const env: Env = { ...given.env, old: old ? record((name) => old[name]) : null };
    const found: Look = { hidden: new Map(), required: new Map(), computed: new Map() };
    for (const { name, tree, show } of given.computed) {
      const value = told(tree, view, env);
      known.set(name, value === undefined ? undefined : written(tree.kind, value));
      const text = value === undefined || !show ? undefined : this.shown(value, show);
      if (text !== undefined) found.computed.set(name, text);
    }
    for (const [name, tree] of Object.entries(given.visible)) {
      const value = told(tree, view, env);
      if (value !== undefined) found.hidden.set(name, !value);
    }
    for (const [name, tree] of Object.entries(given.required)) {
      const value = told(tree, view, env);
      if (value !== undefined) found.required.set(name, Boolean(value));
    }
    return found;
  }

  /** A value as the reader would read it; `undefined` where only the server can write it. */
  private shown(value: Value, show: Computed['show']): string | undefined {
    const { marks, units } = this.given;
    if (value === null) return '';
    if (typeof show === 'object') return show[value as string];
    if (show === 'text') return value as string;
    if (!marks) return undefined;
    if (!isMoney(value)) return shownNumber(value as bigint, marks);
    const unit = units[value.currency];
    return unit && shownMoney(value.amount, unit, marks);
  }

  /** What stands in the form for a field: of what is hidden or locked, and of what nobody has touched, the value that came with it. */
  private typed(form: HTMLFormElement, name: string): Told {
    const field = this.given.fields[name];
    if (!field) return undefined;
    const named = <T extends HTMLElement = HTMLInputElement>(end = '', more = ''): T | null => $<T>(`[name="${CSS.escape(name + end)}"]${more}`, form);
    const there = named('__shown');
    if (!there || there.matches(':disabled')) return field.value;
    switch (field.type) {
      case 'boolean': return named()?.checked ?? field.value;
      case 'choice': return named<HTMLSelectElement>()?.value || null;
      case 'multi_choice': return $$<HTMLInputElement>(`[name="${CSS.escape(name)}"]:checked`, form).map((box) => box.value);
      case 'reference': case 'reference_any': return this.reference(field, named()?.value ?? '', named('__text')?.value.trim() ?? '', named('__was')?.value.trim() ?? '');
      case 'file': return named('', '[type=file]')?.files?.length ? SOME : named('__remove')?.checked ? null : field.value;
      case 'list': case 'links': return undefined;
    }
    const input = named<HTMLInputElement | HTMLTextAreaElement>();
    return !input || input.value === input.defaultValue ? field.value : this.read(field, input);
  }

  private reference({ type }: Field, chosen: string, text: string, was: string): Told {
    if (!text) return null;
    if (!chosen || text !== was) return SOME;
    return type === 'reference' ? chosen : chosen.split(':');
  }

  /** What was typed into a field of text: as the server would read it, or `SOME` where only the server can. */
  private read({ type, currency = '' }: Field, input: HTMLInputElement | HTMLTextAreaElement): Told {
    const text = input.value;
    const { marks, units } = this.given;
    if (!text.trim()) return null;
    if (type === 'text') return line(text);
    if (type === 'date') {
      const { iso, of } = input.closest<HTMLElement>('ui-date')?.dataset ?? {};
      return iso && of === text ? iso : SOME;
    }
    if (!marks || !['integer', 'decimal', 'money'].includes(type)) return SOME;
    const typed = figure(text, marks);
    if (typeof typed !== 'string' || type === 'decimal') return typed;
    if (type === 'integer') return /\.0*[1-9]/.test(typed) ? SOME : typed;
    return [inCurrency(typed, units[currency]!), currency];
  }
});
