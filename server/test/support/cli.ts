/** The command line as a user runs it: processes of the real program, in a folder that is gone when the test ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Place } from '../../src/store/place.ts';
import { type Answer, type Ask, send } from './http.ts';
import { newPlace, temporaryFolder, variablesOf } from './place.ts';
import { programEnvironment } from './process.ts';
import { type Credentials, tokenPath } from './server.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
/** What runs the program: to be followed by its words. */
export const program: readonly string[] = [process.execPath, '--conditions=@genjin/source', main];

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** For its standard input; none without. */
  readonly input?: string | Buffer;
}

/** A process of the program that goes on. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Finished>;
  stdout(): string;
  stderr(): string;
  /** Sends a signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Finished>;
  /** Waits until what it wrote to stdout matches; throws when it ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface Serving extends Running {
  readonly url: string;
  readonly port: number;
  send(path: string, ask?: Ask): Promise<Answer>;
  token(credentials: Credentials): Promise<string>;
}

export interface Workplace {
  readonly folder: string;
  path(name: string): string;
  write(name: string, content: string | Buffer): string;
  read(name: string): string;
  exists(name: string): boolean;
  /** `genjin ARGS` in this folder; its store is in `genjin-data`, as by default. */
  genjin(args: readonly string[], options?: RunOptions): Promise<Finished>;
  start(args: readonly string[], options?: RunOptions): Running;
  /** `genjin serve` on a free port, from when it says its address. */
  serve(args?: readonly string[], options?: RunOptions): Promise<Serving>;
  /** `tenant create`, when it is missing, and `app create`. */
  application(tenant: number, scope?: string): Promise<Credentials>;
}

/**
 * Makes the folder; ends with it every process that was started there. `atEnd` is for hooks, where no test is under way; `variables` are in
 * the environment of all of them.
 */
export function workplace(
  atEnd: (clean: () => Promise<void>) => void = onTestFinished,
  variables: Readonly<Record<string, string>> = {},
): Workplace {
  const { folder, remove } = temporaryFolder();
  const started: Running[] = [];
  atEnd(async () => {
    for (const one of started) await one.end('SIGKILL');
    remove();
  });
  const path = (name: string): string => join(folder, name);

  const here: Workplace = {
    folder,
    path,
    write(name, content) {
      writeFileSync(path(name), content);
      return path(name);
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    exists: (name) => existsSync(path(name)),
    genjin: (args, options) => here.start(args, options).ended,
    start(args, { env = {}, input } = {}) {
      const running = startIn(folder, args, { ...variables, ...env }, input);
      started.push(running);
      return running;
    },
    async serve(args = [], options = {}) {
      const running = here.start(['serve', '--port', '0', ...args], options);
      const [, url = '', port = ''] = await running.said(/API \S+\s+(https?:\/\/\S+:(\d+)) /);
      const serving: Serving = {
        ...running,
        url,
        port: Number(port),
        send: (path, ask) => send(serving.port, path, ask),
        async token({ clientId, clientSecret }) {
          const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
          const answer = await serving.send(tokenPath, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body,
          });
          if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${answer.text}`);
          return answer.json<{ access_token: string }>().access_token;
        },
      };
      return serving;
    },
    async application(tenant, scope = 'company') {
      await here.genjin(['tenant', 'create', '--id', String(tenant), '--name', `tenant ${tenant}`]);
      const args = ['app', 'create', '--tenant', String(tenant), '--name', 'test', '--scope', scope, '--json'];
      const { code, stdout, stderr } = await here.genjin(args);
      if (code !== 0) throw new Error(stderr);
      const { client_id, client_secret } = JSON.parse(stdout) as { client_id: string; client_secret: string };
      return { clientId: client_id, clientSecret: client_secret };
    },
  };
  return here;
}

/** A workplace whose store is on the engine that the run is about. */
export async function engineWorkplace(): Promise<Workplace & { readonly place: Place }> {
  const place = await newPlace({ empty: true });
  onTestFinished(place.remove);
  const at = workplace(onTestFinished, variablesOf(place));
  return { ...at, place: { data: at.path('genjin-data'), databaseUrl: place.databaseUrl } };
}

function startIn(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input?: string | Buffer,
): Running {
  const [command = '', ...words] = program;
  const child = spawn(command, [...words, ...args], {
    cwd: folder,
    // Neither GENJIN_ variables nor a language.
    env: { ...programEnvironment, HOME: folder, LANG: 'en_US.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // It may end without reading all of it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Finished>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    stdout: () => stdout,
    stderr: () => stderr,
    end(signal) {
      child.kill(signal);
      return ended;
    },
    async said(pattern) {
      const found = new Promise<RegExpExecArray>((resolve) => {
        const look = (): void => {
          const match = pattern.exec(stdout);
          if (match !== null) resolve(match);
        };
        child.stdout.on('data', look);
        look();
      });
      const silent = sleep(50_000, null, { ref: false });
      const first = await Promise.race([found, ended, silent]);
      if (first === null) throw new Error(`it never said ${String(pattern)}: ${stdout}${stderr}`);
      if ('code' in first) throw new Error(`it ended with ${first.code}: ${first.stdout}${first.stderr}`);
      return first;
    },
  };
}
