/** The program as a process of its own, as a user starts it: for what only that shows, such as its log. */
import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { openCore } from '../../src/app.ts';
import { testTenant } from './entries.ts';
import { type Answer, type Ask, send } from './http.ts';
import { newPlace, type TestPlace, variablesOf } from './place.ts';
import type { Credentials } from './server.ts';

/**
 * Nothing of the developer's. What Node makes of the sources is kept between the hundreds of starts of a test run, most of whose time that
 * would otherwise take.
 */
export const programEnvironment = {
  PATH: process.env['PATH'] ?? '',
  NODE_COMPILE_CACHE: join(tmpdir(), 'genjin-test-compiled'),
} as const;

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface ServerProcess {
  readonly port: number;
  readonly place: TestPlace;
  readonly folder: string;
  readonly credentials: Credentials;
  send(path: string, ask?: Ask): Promise<Answer>;
  /** What it has written to stderr so far. */
  log(): string;
  /** The lines of its log, parsed. */
  logLines(): Record<string, unknown>[];
  /** SIGTERM; answers the exit code. A test that does not care need not: it is stopped with the test. */
  stop(): Promise<number | null>;
}

/** Starts `genjin serve` on a free port over a new store with one tenant and one application, for the test that runs. */
export async function startProcess(args: readonly string[] = []): Promise<ServerProcess> {
  const place = await newPlace();
  const folder = place.data;
  const core = await openCore(place, { make: true });
  await core.tenants.create({ tenantId: testTenant, name: 'tenant', createdAt: 0 });
  const credentials = await core.applications.create(testTenant, 'test', ['company', 'lead']);
  await core.close();

  const child = spawn(
    process.execPath,
    ['--conditions=@genjin/source', main, 'serve', '--port', '0', '--data', folder, ...args],
    // Its own folder: a .env of the developer's has no say here.
    { cwd: folder, env: { ...programEnvironment, ...variablesOf(place) }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let out = '';
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  // Whatever becomes of the test, and also when no port is ever announced.
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    await place.remove();
  });
  const port = await announcedPort(child, () => out, ended);
  return {
    port,
    place,
    folder,
    credentials,
    send: (path, ask) => send(port, path, ask),
    log: () => log,
    logLines: () =>
      log
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

async function announcedPort(child: ChildProcess, out: () => string, ended: Promise<unknown>): Promise<number> {
  const port = new Promise<number>((resolve) => {
    child.stdout?.on('data', () => {
      const found = /https?:\/\/[^\s/]+:(\d+)\//.exec(out());
      if (found !== null) resolve(Number(found[1]));
    });
  });
  const first = await Promise.race([port, ended.then((code) => new Error(`serve ended with ${String(code)}: ${out()}`))]);
  if (first instanceof Error) throw first;
  return first;
}
