// <ui-look>: what a form tells by itself while somebody types, without asking: which fields show and are required, what is
// computed. The server has handed out what the reader may know (core/web/form_told.py), and has the last word.
import { evaluate, type Env, type Expression, type View } from './expression';
import { isMoney, Untold, written, type Told, type Value } from './expression-values';
import type { Lines } from './line-views';
import { shownMoney, shownNumber, shownPercent } from './typed';
import { typed, type Field, type Ways } from './typed-fields';
import { linesOf } from './typed-lines';

interface Computed { name: string; tree: Expression; show?: 'text' | 'number' | 'percent' | 'money' | Record<string, string> }
interface Given extends Ways {
  env: Omit<Env, 'old'>; fields: Record<string, Field>; lists?: Record<string, Lines>; computed: Computed[];
  visible: Record<string, Expression>; required: Record<string, Expression>; old?: Record<string, Told>;
}
/** What can be told, by field; what cannot is not in it. */
export interface Look { hidden: Map<string, boolean>; required: Map<string, boolean>; computed: Map<string, string> }
export interface UiLook extends HTMLElement { look?(form: HTMLFormElement): Look }

const record = (value: View['value'], items: View['items'] = () => undefined): View => ({ value, follow: () => undefined, items });

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
    const lists = new Map<string, readonly View[] | undefined>();
    const { old } = given;
    const env: Env = { ...given.env, old: old ? record((name) => old[name]) : null };
    const view: View = record(
      (name) => {
        if (!known.has(name)) known.set(name, given.fields[name] && typed(form, name, given.fields[name], given));
        return known.get(name);
      },
      (name) => {
        const list = given.lists?.[name];
        if (!lists.has(name)) lists.set(name, list && linesOf(form, name, list, view, given, (tree, one) => told(tree, one, env)));
        return lists.get(name);
      },
    );
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
    if (show === 'percent') return shownPercent(value as bigint, marks);
    if (!isMoney(value)) return shownNumber(value as bigint, marks);
    const unit = units[value.currency];
    return unit && shownMoney(value.amount, unit, marks);
  }
});
