// Runs the browser's Jalali calendar over the shared vectors; prints what differs. Started by test_web_calendar.py.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';

const [source, vectorsFile] = process.argv.slice(2);
const bundle = await build({
  entryPoints: [source], bundle: true, format: 'esm', write: false, nodePaths: ['node_modules'],
});
const web = await import(`data:text/javascript,${encodeURIComponent(bundle.outputFiles[0].text)}`);
const vectors = JSON.parse(readFileSync(vectorsFile, 'utf8'));

const day = (text, mark) => { const [y, m, d] = text.split(mark).map(Number); return { y, m, d }; };
const jalali = (text) => day(text, '/');
const stored = (text) => day(text, '-');
const expect = (what, found, wanted) => {
  if (JSON.stringify(found) !== JSON.stringify(wanted)) console.log(what, JSON.stringify(found), JSON.stringify(wanted));
};

for (const [there, here] of vectors.pairs) {
  expect(`to ${there}`, web.to(jalali(there)), stored(here));
  expect(`from ${here}`, web.from(stored(here)), jalali(there));
}
const today = web.to(jalali(vectors.typed_on));
for (const text of vectors.invalid) {
  expect(`exists ${text}`, web.exists(jalali(text)), false);
  expect(`parse ${text}`, web.parse(text, today), null);
}
for (const [typed, meant] of vectors.typed) expect(`parse ${typed}`, web.parse(typed, today), web.to(jalali(meant)));
for (const typed of vectors.unreadable) expect(`parse ${typed}`, web.parse(typed, today), null);
const [first, last] = vectors.leap_years_between;
const years = Array.from({ length: last - first + 1 }, (_, at) => first + at);
expect('leap years', years.filter(web.isLeap), vectors.leap_years);
console.log('done');
