/** Everything that is measured runs in a process of its own: its time, its memory and its heap are nobody else's. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Stream, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './load.ts';
import type { Usage } from './meter.ts';

export interface JobResult {
  readonly seconds: number;
  /** Processor time of the whole process, its start included. */
  readonly cpuSeconds: number;
  /** Peak of the resident memory, in MB (10^6 bytes). */
  readonly peakMb: number;
}

export interface Server {
  readonly url: string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const program = path('../server/src/main.ts');

interface Launch {
  readonly script: string;
  readonly args: readonly string[];
  /** The file for a CPU profile. */
  readonly profile: string | null;
  readonly execArgv?: readonly string[];
  readonly stdin?: 'ignore' | 'pipe';
  /** The other process's stdin, which then gets what this one writes. */
  readonly stdout?: 'pipe' | Stream;
}

/** Starts a script with the environment of nobody: no settings, no locale, no `.env` of the working folder. */
function launch({ script, args, profile, execArgv = [], stdin = 'ignore', stdout = 'pipe' }: Launch): {
  child: ChildProcess;
  ended: Promise<number | null>;
  words: () => string;
} {
  const environment = Object.entries(process.env).filter(([name]) => !/^(GENJIN_|LC_|LANG$|NODE_OPTIONS$)/.test(name));
  const child = fork(script, args, {
    cwd: tmpdir(),
    env: Object.fromEntries(environment),
    execArgv: [
      '--conditions=@genjin/source',
      ...execArgv,
      ...(profile === null ? [] : ['--cpu-prof', '--cpu-prof-dir', dirname(profile), '--cpu-prof-name', basename(profile)]),
    ],
    stdio: [stdin, stdout, 'pipe', 'ipc'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said = `${said}${chunk}`.slice(-4000)));
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, ended, words: () => said.trim() };
}

/** Runs a job of `job.ts` in a process of its own and answers what it used. */
export async function runJob(name: string, args: readonly string[], profile: string | null = null): Promise<JobResult> {
  const { child, ended, words } = launch({ script: path('job.ts'), args: [name, ...args], profile, execArgv: ['--expose-gc'] });
  let result: JobResult | null = null;
  child.once('message', (message) => {
    result = message as JobResult;
  });
  const code = await ended;
  if (code !== 0 || result === null) throw new Error(`${name} ended with ${code}: ${words()}`);
  return result;
}

/** Runs a command of the program and answers what it printed. */
export async function runProgram(args: readonly string[]): Promise<string> {
  const { ended, words } = launch({ script: program, args, profile: null });
  const code = await ended;
  if (code !== 0) throw new Error(`genjin ${args[0]} ended with ${code}: ${words()}`);
  return words();
}

/** Imports what a script writes to its stdout. */
export async function importFrom(script: string, args: readonly string[], folder: string): Promise<void> {
  const target = launch({ script: program, args: ['import', '--data', folder, '-'], profile: null, stdin: 'pipe' });
  const input = target.child.stdin as Writable;
  const source = launch({ script: path(script), args, profile: null, stdout: input });
  input.destroy();
  const codes = await Promise.all([source.ended, target.ended]);
  if (codes.some((code) => code !== 0)) throw new Error(`import: ${codes.join(', ')}: ${source.words()} ${target.words()}`);
}

/** Starts `genjin serve` on a free port. `load`: a file that is loaded before the program; `words`: more options. */
export const startProgram = (
  folder: string,
  profile: string | null,
  { load = null, words = [] }: { load?: string | null; words?: readonly string[] } = {},
): Promise<Server> =>
  startServer(program, ['serve', '--data', folder, '--port', '0', '--log-level', 'silent', ...words], profile, load);

/** Starts a server of `rival.ts` on a free port. */
export const startRival = (...args: readonly string[]): Promise<Server> => startServer(path('rival.ts'), args, null, null);

async function startServer(
  script: string,
  args: readonly string[],
  profile: string | null,
  load: string | null,
): Promise<Server> {
  const loaded = ['meter.ts', ...(load === null ? [] : [load])].flatMap((name) => ['--import', path(name)]);
  const { child, ended, words } = launch({ script, args, profile, execArgv: loaded });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const match = /http:\/\/127\.0\.0\.1:\d+/.exec(words());
      if (match !== null) resolve(match[0]);
    });
    void ended.then((code) => reject(new Error(`${args[0]} ended with ${code}: ${words()}`)));
  });
  return {
    url,
    async usage() {
      const answer = once(child, 'message');
      child.send('usage');
      return ((await answer) as [Usage])[0];
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** The process that makes the load. */
export interface Load {
  /** Throws when an answer was none, with its beginning. */
  ask(order: LoadOrder): Promise<LoadResult>;
  stop(): Promise<void>;
}

export function startLoad(): Load {
  const { child, ended, words } = launch({ script: path('load.ts'), args: [], profile: null });
  return {
    async ask(order) {
      const answer = once(child, 'message').then(([message]: unknown[]) => message as LoadResult | { failed: string });
      child.send(order);
      const lost = ended.then((code) => Promise.reject(new Error(`load ended with ${code}: ${words()}`)));
      const result = await Promise.race([answer, lost]);
      if ('failed' in result) throw new Error(`${order.paths[0]} and others: ${result.failed}`);
      return result;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A token for the timeline and reports, from a server over that folder; its application is made once for a store. `place`: words that tell where it is, beside the folder. */
export async function makeToken(
  { url }: Server,
  folder: string,
  tenantId: number,
  place: readonly string[] = [],
): Promise<string> {
  const kept = join(folder, 'bench-credentials.json');
  if (!existsSync(kept)) {
    const words = ['app', 'create', '--tenant', String(tenantId), '--name', 'bench', '--scope', 'company report', '--json'];
    writeFileSync(kept, await runProgram([...words, '--data', folder, ...place]), { mode: 0o600 });
  }
  return tokenFor({ url }, JSON.parse(readFileSync(kept, 'utf8')));
}

/** `credentials`: `client_id` and `client_secret`. */
export async function tokenFor({ url }: Pick<Server, 'url'>, credentials: Readonly<Record<string, string>>): Promise<string> {
  const response = await fetch(`${url}/v1/oauth2/access_token`, {
    method: 'POST',
    body: new URLSearchParams({ ...credentials, grant_type: 'client_credentials' }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}
