/** What the program knows of how it was installed. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, from its sources and from what is built alike. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** The built page; `null` where it was not built. */
export function webRoot(): string | null {
  const folder = join(packageFolder(), 'dist', 'web');
  return existsSync(join(folder, 'index.html')) ? folder : null;
}

/** How the program is called on the command line: installed, or in a checkout. */
export function programName(): string {
  return import.meta.url.endsWith('/src/installation.ts') ? 'npm run -s genjin --' : 'npx genjin';
}

/** Of the package. */
export function version(): string {
  return (JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string }).version;
}
