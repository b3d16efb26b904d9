/**
 * Builds `@genjin/client`: its modules as one small file, and the types of what it exports, to be read, as another, so that it stays
 * as small as it promises. The examples stay in the sources, and so do the descriptions of the wire's fields: `/docs` of a server has these.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '../client');
const target = join(root, 'dist');

function withoutComments(text: string): string {
  return text.replaceAll(/^ *\/\*\*[\s\S]*?\*\/\n/gm, '').replaceAll(/^\/\/.*\n/gm, '');
}

/** One line each where one is enough. */
function withoutExamples(text: string): string {
  return text
    .replaceAll(/(?:\n *\*)?\n *\* @example\n(?: *\*(?!\/).*\n)*/g, '\n')
    .replaceAll(/\/\*\*\n *\* (.*)\n *\*\//g, '/** $1 */');
}

/**
 * The types of the wire that nothing names are left out, those of errors and tokens; one that a single field of another names
 * stands there, its fields no further to the right, which saves 200 bytes.
 */
function withoutSpareNames(text: string): string {
  for (const [all, name, fields = ''] of text.matchAll(/^export interface (\w+) (\{\n(?:.*\n)*?\})\n/gm)) {
    const uses = text.match(new RegExp(`\\b${name}\\b`, 'g')) ?? [];
    const asField = new RegExp(`(?<=^\\t\\w+\\??: )${name}\\b`, 'm');
    if (uses.length === 1) return withoutSpareNames(text.replace(all, ''));
    if (uses.length === 2 && asField.test(text)) {
      return withoutSpareNames(text.replace(all, '').replace(asField, fields.replace(/\}$/, '\t}')));
    }
  }
  return text;
}

/** What the package does not export is not exported here either. */
function ownNames(text: string, exported: ReadonlySet<string>): string {
  return text.replaceAll(/^export ((?:declare |abstract )*\w+ )(\w+)/gm, (all, kind, name) =>
    exported.has(name) ? all : kind + name,
  );
}

/** The declarations of all modules as those of one. */
function declarations(folder: string): string {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const exported = new Set(read('index.d.ts').split(/\W+/));
  const parts = readdirSync(folder)
    .filter((name) => name !== 'index.d.ts')
    .map((name) => {
      const text = read(name).replaceAll(/^(import .*|export \{.*)\n/gm, '');
      return name === 'wire.d.ts' ? withoutComments(text) : ownNames(withoutExamples(text), exported);
    });
  const tabs = parts.join('').replaceAll(/^(?: {4})+/gm, (spaces) => '\t'.repeat(spaces.length / 4));
  return `${withoutSpareNames(tabs)}export {};\n`;
}

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  build: {
    outDir: target,
    emptyOutDir: true,
    minify: false,
    target: 'es2022',
    lib: { entry: join(root, 'src/index.ts'), formats: ['es'], fileName: () => 'index.js' },
    rolldownOptions: {
      output: {
        comments: false,
        // The names that a stack shows stay; only what is within a function is called otherwise.
        minify: { compress: true, mangle: { toplevel: false }, codegen: { removeWhitespace: true } },
      },
    },
  },
});
const code = join(target, 'index.js');
// The bundler names the file of each part.
writeFileSync(code, readFileSync(code, 'utf8').replaceAll(/^\/\/.*\n/gm, ''));
const folder = mkdtempSync(join(tmpdir(), 'genjin-client-types-'));
try {
  execFileSync('npx', ['tsc', '-p', join(root, 'tsconfig.build.json'), '--outDir', folder], { stdio: 'inherit' });
  writeFileSync(join(target, 'index.d.ts'), declarations(folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
