/** What the tests need and a fresh machine may lack: the built page, a browser, and a PostgreSQL. Nothing is skipped for want of them. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { migrate } from '../server/src/store/migrations.ts';
import { openPostgres } from '../server/src/store/postgres.ts';
import { needChromium } from './chromium.ts';
import { startPostgres } from './postgres-server.ts';
import { checkRun, noteStatements, statementSettings } from './run-statements.ts';

const root = resolve(import.meta.dirname, '..');
const built = join(root, 'server/dist/web/index.html');
const sources = [
  'web/src',
  'web/public',
  'web/index.html',
  'web/vite.config.ts',
  'web/shell.ts',
  'web/package.json',
  'client/src',
];

/** Called by Vitest before all tests; what it answers, after them. Each of its projects calls it: the first one does it for all. */
export async function setup(): Promise<() => Promise<void>> {
  if (process.env['GENJIN_TEST_ADMIN_URL'] !== undefined) return async () => undefined;
  buildPage();
  needChromium();
  const server = await startPostgres({ settings: statementSettings });
  // Each test has a copy of it: that is faster than to make the tables.
  const url = await server.database('genjin_template');
  const db = openPostgres(url);
  await migrate(db);
  await db.close();
  await noteStatements(server);
  process.env['GENJIN_TEST_ADMIN_URL'] = server.url;
  process.env['GENJIN_TEST_USER_URL'] = url;
  return async () => {
    try {
      await checkRun(server, url);
    } finally {
      await server.remove();
    }
  };
}

/** Builds the page unless it is newer than everything that it is made of. */
function buildPage(): void {
  const builtAt = statSync(built, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (builtAt > Math.max(...sources.map((source) => newest(join(root, source))))) return;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
    // Vitest's own NODE_ENV would make a build for development.
    { cwd: join(root, 'web'), env: { ...process.env, NODE_ENV: 'production' }, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`The web page could not be built:\n${stdout}\n${stderr}`);
}

/** When something last changed there; a folder changes when a file in it comes or goes. */
function newest(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
