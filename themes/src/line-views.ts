// The lines of a list as expressions read them, from what the server has handed out (core/web/form_told_lines.py).
import type { Expression, View } from './expression';
import { written, type Told, type Value } from './expression-values';
import type { Field } from './typed-fields';

/** A field of lines: what a new one starts with; `live` where only the server knows that, `derived` what it works out. */
interface Column extends Field { start?: Told; live?: boolean; derived?: boolean }
export type Row = Readonly<Record<string, Told>> & { id: string | null; unread?: readonly string[] };
export interface Lines {
  by: string; whole: string; fields: Record<string, Column>; rows: readonly Row[];
  computed: readonly { name: string; tree: Expression }[];
}
export type Tell = (expression: Expression, view: View) => Value | undefined;

/** The lines as they came. */
export const handed = (lines: Lines, whole: View, tell: Tell): View[] =>
  lines.rows.map((row) => lineView(lines, row, whole, tell, (field) => stored(lines, row, field)));

/** One line: what is worked out of it alone is worked out here, each value once. */
export function lineView(lines: Lines, row: Row, whole: View, tell: Tell, own: (field: string) => Told): View {
  const known = new Map<string, Told>([['id', row.id], [lines.by, lines.whole]]);
  const view: View = {
    value(field) {
      if (!known.has(field)) {
        const tree = lines.computed.find((one) => one.name === field)?.tree;
        const value = tree && tell(tree, view);
        known.set(field, !tree ? own(field) : value === undefined ? undefined : written(tree.kind, value));
      }
      return known.get(field);
    },
    follow: (field) => (field === lines.by ? whole : undefined),
    items: () => undefined,
  };
  return view;
}

/** What came with the page: the value of a line, or what a new one starts with. */
export function stored({ fields }: Lines, row: Row, name: string): Told {
  if (row.unread?.includes(name)) return undefined;
  if (name in row) return row[name];
  const field = fields[name];
  return !field || row.id || field.derived ? undefined : field.start ?? null;
}
