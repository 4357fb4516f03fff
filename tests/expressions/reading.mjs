// The browser's reading of expressions in Node: a line of JSON in, a line out. Started by browser.py.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import path from 'node:path';

const themes = process.argv[2];
const { build } = createRequire(path.join(themes, 'package.json'))('esbuild');
const { outputFiles } = await build({
  stdin: { contents: "export * from './src/expression'; export { SOME, Untold, written } from './src/expression-values'; export { handed } from './src/line-views'; export { fold } from './src/fold'; export { figure, line, percentage, shownNumber, shownPercent } from './src/typed'; export { number } from './src/expression-values'; import '../tests/expressions/halves';", resolveDir: themes, loader: 'ts' },
  bundle: true, minify: true, format: 'esm', target: ['chrome120', 'firefox121', 'safari17.2'], write: false,
});
const { SOME, Untold, evaluate, figure, fold, handed, line, number, percentage, shownNumber, shownPercent, written } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);

const typed = { lines: {}, by: 'thing', fields: {}, computed: [] }; // by thing: rows as forms are handed them
let world; // entities: {fields of references and lists: {name: [entity, by?]}, rows: {id: {name: JSON}}}

const viewOf = (entity, row) => ({
  value: (name) => row[name] ?? null,
  follow(name) {
    const [target] = world[entity].ways[name];
    const found = row[name] == null ? undefined : world[target].rows[row[name]];
    return found ? viewOf(target, found) : null;
  },
  items(name) {
    const rows = entity === 'w.thing' && name === 'lines' && typed.lines[row.id];
    if (rows) return handed({ ...typed, whole: row.id, rows }, this, undefined);
    const [target, by] = world[entity].ways[name];
    if (!by) return (row[name] ?? []).map((id) => viewOf(target, world[target].rows[id]));
    return Object.values(world[target].rows).filter((other) => other[by] === row.id).map((other) => viewOf(target, other));
  },
});

const answers = {
  world: (given) => { world = given; typed.lines = {}; return true; },
  typed: (given) => { typed.lines = given; return true; },
  fold: (texts) => texts.map(fold),
  figures: ([texts, marks]) => texts.map((text) => figure(text, marks)),
  percentages: ([texts, marks]) => texts.map((text) => percentage(text, marks)),
  percents: ([numbers, marks]) => numbers.map((one) => shownPercent(number(one), marks)),
  lines: (texts) => texts.map(line),
  numbers: ([numbers, marks]) => numbers.map((one) => shownNumber(number(one), marks)),
  read: ({ expression, env, entity }) => Object.fromEntries(
    Object.entries(world[entity].rows).map(([id, row]) => [id, written(expression.kind, evaluate(expression, viewOf(entity, row), env))]),
  ),
  /** As `read`, without what a page cannot know: what lies behind the references of lines. */
  told({ expression, env, entity }) {
    try { return answers.read({ expression, env, entity }); } catch (failure) {
      if (failure instanceof Untold) return null;
      throw failure;
    }
  },
};
/** What a page would say that knows only some values, of some no more than that they are there. */
answers.page = ({ expression, values, some }) => {
  const value = (name) => (some.includes(name) ? SOME : values[name]);
  try { return { told: evaluate(expression, { value, follow: () => undefined, items: () => undefined }, { old: null }) }; } catch (failure) {
    if (failure instanceof Untold) return null;
    throw failure;
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  const [what, given] = JSON.parse(line);
  let answer;
  try { answer = { answer: answers[what](given) }; } catch (failure) { answer = { failure: String(failure?.stack ?? failure) }; }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
