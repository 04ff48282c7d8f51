// Writes the bundle that every report carries, with the licences of what is in it at its head.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '..', 'src', 'calibrant', 'report', 'scripts', 'vega.min.js');
const built = await build({
  absWorkingDir: here,
  alias: { vega: 'vega-util' }, // Vega-Lite takes three small functions from the whole of Vega
  bundle: true,
  entryPoints: ['entry.js'],
  format: 'iife',
  globalName: 'vegaBundle',
  legalComments: 'none',
  metafile: true,
  minify: true,
  platform: 'browser',
  target: 'es2020',
  write: false,
});

// A package may lie inside another: the last folder called node_modules is its own.
const roots = new Set(
  Object.keys(built.metafile.inputs)
    .filter((path) => path.includes('node_modules'))
    .map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)[1]),
);
const byLicence = new Map();
for (const root of [...roots].sort()) {
  const { name, version, license } = JSON.parse(readFileSync(join(here, root, 'package.json')));
  const text = readFileSync(join(here, root, 'LICENSE'), 'utf8').trim().replaceAll('*/', '* /');
  const names = byLicence.get(text) ?? [];
  byLicence.set(text, [...names, `${name} ${version} (${license})`]);
}
const notices = [...byLicence].map(([text, names]) => `${names.join(', ')}\n\n${text}`);
const code = built.outputFiles[0].text.trim().replaceAll('</script', '<\\/script');
writeFileSync(target, `/*!\n${notices.join('\n\n----\n\n')}\n*/\n${code}\n`);
console.log(`${relative(process.cwd(), target).split(sep).join('/')}: ${code.length} characters`);
