// Bundles the front end: core sources, every module's web/index.ts, styles, fonts, icons; writes hashed files and a manifest.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';
import esbuild from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
const out = path.resolve(process.env.PAYVAND_ASSETS ?? path.join(root, '..', 'core', 'web', 'assets'));
const modules = path.resolve(root, '..', 'modules');
const BUDGET = { core: 25, chunk: 20, rich: 125, css: 20, icons: 12 }; // KB, gzip
const target = ['chrome120', 'firefox121', 'safari17.2'];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

// One entry imports the core and, after it, every module that brings something to the browser.
const entries = existsSync(modules)
  ? readdirSync(modules).sort().map((name) => path.join(modules, name, 'web', 'index.ts')).filter((file) => existsSync(file))
  : [];
const start = `import ${JSON.stringify(path.join(root, 'src', 'app.ts'))};\n`
  + entries.map((file) => `import ${JSON.stringify(file)};`).join('\n');
const common = { bundle: true, minify: true, target, logLevel: 'error', legalComments: 'none', nodePaths: [path.join(root, 'node_modules')] };
const scripts = await esbuild.build({
  ...common, stdin: { contents: start, resolveDir: root, sourcefile: 'start.ts', loader: 'ts' }, outdir: out, format: 'esm',
  splitting: true, entryNames: 'app-[hash]', chunkNames: 'c-[name]-[hash]', metafile: true,
  alias: { payvand: path.join(root, 'src', 'sdk.ts') },
});
await esbuild.build({ ...common, entryPoints: { boot: path.join(root, 'src', 'boot.ts') }, outdir: out, format: 'iife', entryNames: '[name]-[hash]' });
// A font that comes late must not move what is being read: the page keeps the one it began with, the next page has it.
// Where another face has the Latin letters, Vazirmatn is asked for its Persian ones alone, under a name of their own.
const steady = { name: 'steady', setup: ({ onLoad }) => onLoad({ filter: /@fontsource-variable.*\.css$/ }, ({ path: file }) => {
  const faces = readFileSync(file, 'utf8').replaceAll('font-display: swap', 'font-display: optional');
  const persian = /@font-face \{[^}]*vazirmatn-arabic[^}]*\}/.exec(faces)?.[0].replace('Vazirmatn Variable', 'Vazirmatn Persian') ?? '';
  return { contents: `${faces}\n${persian}`, loader: 'css' };
}) };
await esbuild.build({
  ...common, plugins: [steady], entryPoints: { style: path.join(root, 'css', 'app.css') }, outdir: out, entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]', loader: { '.woff2': 'file' },
});

const named = (name, text) => {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
  const { name: stem, ext } = path.parse(name);
  writeFileSync(path.join(out, `${stem}-${hash}${ext}`), text);
};
named('icons.svg', sprite());
// Paper (core/printing) has fonts of its own: static ones, which its maker sets right.
named('print.css', readFileSync(path.join(root, 'print', 'print.css'), 'utf8'));
const drawn = path.join(root, 'node_modules', 'vazirmatn', 'fonts', 'ttf');
named('print-regular.ttf', readFileSync(path.join(drawn, 'Vazirmatn-Regular.ttf')));
named('print-bold.ttf', readFileSync(path.join(drawn, 'Vazirmatn-Bold.ttf')));
named('favicon.svg', readFileSync(path.join(root, 'static', 'favicon.svg'), 'utf8'));

function sprite() {
  const names = JSON.parse(readFileSync(path.join(root, 'icons.json'), 'utf8'));
  const nodes = JSON.parse(readFileSync(path.join(root, 'node_modules', '@tabler', 'icons', 'tabler-nodes-outline.json'), 'utf8'));
  const missing = names.filter((name) => !nodes[name]);
  if (missing.length) throw new Error(`no such icons: ${missing.join(', ')}`);
  const shape = ([tag, attributes]) => `<${tag} ${Object.entries(attributes).map(([k, v]) => `${k}="${v}"`).join(' ')}/>`;
  const symbols = names.map((name) => `<symbol id="${name}" viewBox="0 0 24 24">${nodes[name].map(shape).join('')}</symbol>`);
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
}

// The manifest names what templates ask for; everything else is found by its own hash.
const manifest = {};
const plain = /^(app|boot|style|icons|favicon|print|print-regular|print-bold|vazirmatn-arabic-wght-normal|inter-latin-wght-normal)-[A-Z0-9]{8}(\.\w+)$/;
for (const file of readdirSync(out)) {
  const match = plain.exec(file);
  if (match) manifest[match[1] + match[2]] = file;
}
writeFileSync(path.join(out, 'manifest.json'), JSON.stringify(manifest, null, 1));

// What a script and each element need besides, so that a page can ask for all of it at once. The script of <ui-form> is called form or ui-form.
const files = Object.fromEntries(Object.entries(scripts.metafile.outputs).map(([file, meta]) => [path.basename(file), meta]));
const gather = (file, found = new Set()) => {
  if (found.has(file)) return found;
  found.add(file);
  for (const { path: other, kind } of files[file]?.imports ?? []) if (kind === 'import-statement') gather(path.basename(other), found);
  return found;
};
const always = gather(manifest['app.js']);
const needs = { app: [...always].slice(1) };
for (const [file, meta] of Object.entries(files)) {
  const stem = path.basename(meta.entryPoint ?? '', '.ts');
  if (meta.entryPoint && file !== manifest['app.js']) needs[stem.startsWith('ui-') ? stem : `ui-${stem}`] = [...gather(file)].filter((one) => !always.has(one));
}
writeFileSync(path.join(out, 'needs.json'), JSON.stringify(needs, null, 1));

const names = readdirSync(out);
for (const file of names) {
  if (/-[A-Z0-9]{8}\.(js|css|svg)$/.test(file)) writeFileSync(path.join(out, `${file}.gz`), zlib.gzipSync(readFileSync(path.join(out, file)), { level: 9 }));
}

const size = (file) => zlib.gzipSync(readFileSync(path.join(out, file)), { level: 9 }).length / 1024;
const lines = [];
let over = false;
const weigh = (label, kb, limit) => { lines.push(`${label.padEnd(34)} ${kb.toFixed(1).padStart(7)} KB gz of ${limit}`); over ||= kb > limit; };
weigh('core JavaScript', [...always].reduce((sum, file) => sum + size(file), 0) + size(manifest['boot.js']), BUDGET.core);
for (const file of names) if (/^c-.*\.js$/.test(file) && !always.has(file)) weigh(file, size(file), file.startsWith('c-rich-editor-') ? BUDGET.rich : BUDGET.chunk);
weigh('styles', size(manifest['style.css']), BUDGET.css);
weigh('icons', size(manifest['icons.svg']), BUDGET.icons);
console.log(lines.join('\n'));
if (over) { console.error('A bundle is over its budget.'); process.exit(1); }
