/** Writes into the built service worker which files the page needs without a network. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

const workerFile = 'sw.js';
/** What is fetched only on demand and is bigger (bytes) is kept when it is first used: few need it without a network. */
const bigLater = 400_000;

export function shell(): Plugin {
  return {
    name: 'genjin-shell',
    apply: 'build',
    writeBundle({ dir }, bundle) {
      if (dir === undefined) throw new Error('the page is built into a folder');
      const read = (file: string): Buffer => readFileSync(join(dir, file));
      const first = firstFiles(bundle);
      const built = Object.keys(bundle).filter((file) => file !== workerFile && file !== 'index.html');
      const needed = built.filter((file) => first.has(file) || read(file).length <= bigLater).sort();
      const hash = createHash('sha256');
      for (const file of ['index.html', ...built.sort()]) hash.update(file).update(read(file));
      // The page itself stands at the folder.
      const text = JSON.stringify({ build: hash.digest('hex').slice(0, 16), files: ['./', 'icon.svg', ...needed] });
      const worker = read(workerFile).toString('utf8');
      const written = worker.replace(/(["'`])__SHELL__\1/, () => JSON.stringify(text));
      if (written === worker) throw new Error(`${workerFile} has no place for the list of files`);
      writeFileSync(join(dir, workerFile), written);
    },
  };
}

/** The files that are fetched before anything is shown. */
function firstFiles(bundle: Rolldown.OutputBundle): Set<string> {
  const found = new Set<string>();
  const add = (file: string): void => {
    const one = bundle[file];
    if (found.has(file) || one === undefined) return;
    found.add(file);
    if (one.type === 'chunk') for (const other of one.imports) add(other);
  };
  for (const one of Object.values(bundle)) if (one.type === 'chunk' && one.isEntry) add(one.fileName);
  return found;
}
