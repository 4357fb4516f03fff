// The third reading of expressions: walks the tree that the server has checked (docs/reference/expressions.md). It makes no
// code of anything, and what it cannot tell it says: then the server's word counts.
import { BROUGHT } from './brought';
import { FUNCTIONS, OVER_EMPTY, PREDICATES, picked } from './expression-functions';
import {
  ONE, bounded, divide, isMoney, order, overMoney, read, roundTo, SOME, step, Untold, written,
  type AnyRef, type Money, type Told, type Value,
} from './expression-values';
import { fold } from './fold';

/** One record: the JSON of its values, the record a reference points to, the records of a list. What is not known is `undefined`. */
export interface View {
  value(name: string): Told;
  follow(name: string): View | null | undefined;
  items(name: string): readonly View[] | undefined;
}
/** The constants of one evaluation, as JSON; `old` is the record before the change. */
export interface Env { user: Told; team: Told; teams: Told; teams_below: Told; now: Told; today: Told; old?: View | null }
export type Tree = readonly [op: string, ...parts: unknown[]];
export interface Expression { version: number; kind: string; term: Tree }

export const VERSION = 1;

/** What an expression gives for a record, null where that is empty; throws `Untold` where it cannot be known here. */
export function evaluate({ version, kind, term }: Expression, view: View, env: Env): Value {
  if (version !== VERSION) throw new Untold(`version ${version}`);
  const value = run(term, view, env);
  if (kind === 'boolean') return value === true;
  return kind === 'number' || kind === 'money' ? bounded(value) : value;
}

type Op = (parts: never, view: View, env: Env) => Value;

function run(term: Tree, view: View, env: Env): Value {
  const [op, ...parts] = term;
  const act = OPS.get(op);
  if (!act) throw new Untold(op);
  return act(parts as never, view, env);
}

const holds = (term: Tree, view: View, env: Env): boolean => run(term, view, env) === true;
const known = <T>(found: T | undefined): T => {
  if (found === undefined) throw new Untold('not on this page');
  return found;
};

function reached(way: readonly string[], from: View | null): View | null {
  return way.reduce<View | null>((at, name) => at && known(at.follow(name)), from);
}

const field = (view: View | null, [kind, name, way = []]: [string, string, string[]?]): Value => {
  const at = reached(way, view);
  return at && read(kind, at.value(name));
};

function records([op, , name, way = []]: readonly [string, string, string, string[]?], view: View, env: Env): readonly View[] {
  const at = reached(way, op === 'old' ? env.old ?? null : view);
  return at ? known(at.items(name)) : [];
}

const SIGNS: Record<string, (order: number) => boolean> = {
  '==': (n) => n === 0, '<': (n) => n < 0, '<=': (n) => n <= 0, '>': (n) => n > 0, '>=': (n) => n >= 0,
};
const compare = (sign: string): Op => ([left, right]: Tree[], view, env) => {
  const a = run(left!, view, env);
  if (a === null) return false;
  const b = run(right!, view, env);
  if (b === null) return false;
  if (isMoney(a) && isMoney(b)) return a.currency === b.currency && SIGNS[sign]!(order(a.amount, b.amount));
  return SIGNS[sign]!(order(a, b));
};
const reckon = (sign: string): Op => ([left, right]: Tree[], view, env) => {
  const [a, b] = [run(left!, view, env), run(right!, view, env)];
  return a === null || b === null ? null : step(sign, a, b);
};

function call([name, ...args]: [string, ...Tree[]], view: View, env: Env): Value {
  const values = args.map((one) => run(one, view, env));
  if (Object.hasOwn(OVER_EMPTY, name)) return OVER_EMPTY[name]!(values);
  if (Object.hasOwn(PREDICATES, name)) return !values.includes(null) && PREDICATES[name]!(...(values as [string, string]));
  if (!Object.hasOwn(FUNCTIONS, name)) throw new Untold(name);
  return values.includes(null) ? null : FUNCTIONS[name]!(...(values as never[]));
}

function brought([name, gives, takes, ...args]: [string, string, string[], ...Tree[]], view: View, env: Env): Value {
  const act = BROUGHT.get(name);
  if (!act) throw new Untold(name);
  const values = args.map((one) => run(one, view, env));
  return values.includes(null) ? null : read(gives, act(...(values.map((value, i) => written(takes[i]!, value)) as never[])));
}

const sum = (values: readonly bigint[]): bigint => values.reduce((all, one) => all + one, 0n);
const mean = (values: readonly bigint[]): Value => (values.length ? divide(sum(values), BigInt(values.length) * ONE) : null);
const DRAWN: Record<string, (values: never[]) => Value> = { sum, avg: mean, min: picked(-1), max: picked(1) };

function aggregate([name, kind, items, body]: [string, string, never, Tree | null], view: View, env: Env): Value {
  const found = records(items, view, env);
  const draw = DRAWN[name];
  if (draw) {
    const values = found.map((one) => run(body!, one, env)).filter((value) => value !== null);
    return kind === 'money' ? overMoney(values as Money[], draw as (amounts: bigint[]) => Value) : draw(values as never[]);
  }
  const fits = (one: View): boolean => body === null || holds(body, one, env);
  if (name === 'count') return sum(found.map((one) => (fits(one) ? ONE : 0n)));
  return name === 'all' ? found.every(fits) : found.some(fits) === (name === 'any');
}

const GIVEN: Record<string, string> = { user: 'reference', team: 'reference', teams: 'ids', teams_below: 'ids', now: 'datetime', today: 'date' };
const OPS = new Map<string, Op>(Object.entries({
  value: ([kind, told]: [string, Told]) => read(kind, told),
  field: (parts: [string, string, string[]?], view) => field(view, parts),
  old: (parts: [string, string, string[]?], _view, env) => field(env.old ?? null, parts),
  given: ([name]: [keyof Env], _view, env) => read(GIVEN[name]!, env[name]),
  '==': compare('=='), '<': compare('<'), '<=': compare('<='), '>': compare('>'), '>=': compare('>='),
  '+': reckon('+'), '-': reckon('-'), '*': reckon('*'), '/': reckon('/'),
  and: (parts: Tree[], view, env) => parts.every((one) => holds(one, view, env)),
  or: (parts: Tree[], view, env) => parts.some((one) => holds(one, view, env)),
  not: ([one]: Tree[], view, env) => !holds(one!, view, env),
  empty: ([one]: Tree[], view, env) => {
    const [op, , name, way] = one as [string, string, string, string[]?];
    return !(op === 'field' && !way && view.value(name) === SOME) && run(one!, view, env) === null;
  },
  in: ([one, options]: Tree[], view, env) => {
    const value = run(one!, view, env);
    return value !== null && among(options!, view, env).some((option) => order(value, option) === 0);
  },
  holds: ([whole, item]: Tree[], view, env) => ((run(whole!, view, env) ?? []) as readonly Value[]).includes(run(item!, view, env)),
  linked: ([items, item]: [never, Tree], view, env) => {
    const wanted = run(item, view, env);
    return wanted !== null && records(items, view, env).some((one) => read('reference', one.value('id')) === wanted);
  },
  refers: ([reference, entity, item]: [Tree, string, Tree | null], view, env) => {
    const found = run(reference, view, env) as AnyRef | null;
    return found !== null && found[0] === entity && (item === null || found[1] === run(item, view, env));
  },
  folded: ([text, needle]: Tree[], view, env) => {
    const found = run(text!, view, env);
    return found !== null && fold(found as string).includes(run(needle!, view, env) as string);
  },
  call, brought,
  round: ([one, places]: [Tree, number], view, env) => {
    const value = run(one, view, env);
    if (value === null) return null;
    return isMoney(value) ? { ...value, amount: roundTo(value.amount, places) } : roundTo(value as bigint, places);
  },
  if: ([condition, then, otherwise]: [Tree, Tree, Tree], view, env) => run(holds(condition, view, env) ? then : otherwise, view, env),
  first: (parts: Tree[], view, env) => {
    for (const one of parts) {
      const value = run(one, view, env);
      if (value !== null) return value;
    }
    return null;
  },
  of: aggregate,
} satisfies Record<string, Op>));

function among(options: Tree, view: View, env: Env): readonly Value[] {
  const [op, kind, ...told] = options;
  if (op === 'list') return told.map((one) => read(kind as string, one));
  return (run(options, view, env) ?? []) as readonly Value[];
}
