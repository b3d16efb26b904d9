/** A PostgreSQL of a benchmark's own, and stores copied into it. */
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { ask, type PostgresServer, startPostgres } from '../scripts/postgres-server.ts';
import { openCore } from '../server/src/app.ts';
import { keyPath } from '../server/src/store/files.ts';
import { followAll } from '../server/src/store/search-follower.ts';
import { scratchFolder } from './data.ts';
import { runProgram } from './processes.ts';
import { step } from './report.ts';
import type { ScaleData } from './scale-data.ts';

/** Commits are on disk when they are acknowledged; the rest is the usual advice for a machine of some GB. */
const settings = { shared_buffers: '2GB', max_wal_size: '8GB', checkpoint_timeout: '15min' } as const;

export const settingsTold = Object.entries(settings)
  .map(([name, value]) => `\`${name} = ${value}\``)
  .join(', ');

export class BenchPostgres {
  readonly #server: PostgresServer;
  #databases = 0;

  private constructor(server: PostgresServer) {
    this.#server = server;
  }

  static async start(): Promise<BenchPostgres> {
    step('starting a PostgreSQL');
    return new BenchPostgres(await startPostgres({ durable: true, settings }));
  }

  /** A database with everything that the store in a folder has; what belongs to the folder comes into a new one. */
  async holding(data: ScaleData): Promise<ScaleData> {
    const name = `bench_${this.#databases++}`;
    const databaseUrl = await this.#server.database(name);
    const folder = scratchFolder();
    copyFileSync(keyPath(data.store), keyPath(folder));
    step(`copying ${data.entries} entries into PostgreSQL`);
    await runProgram(['copy', '--from', data.store, '--to', databaseUrl]);
    step('building its search index');
    const core = await openCore({ data: folder, databaseUrl }, { make: false });
    await followAll(core.db, data.tenantId);
    await core.close();
    // As the server would by itself, some minutes later.
    await ask(this.administrator(databaseUrl), 'VACUUM (ANALYZE)');
    await ask(this.administrator(databaseUrl), 'CHECKPOINT');
    return { ...data, store: folder, databaseUrl };
  }

  /** A URL for somebody whom no policy holds. */
  administrator(databaseUrl: string): string {
    return Object.assign(new URL(this.#server.url), { pathname: new URL(databaseUrl).pathname }).toString();
  }

  /** µs of processor time that its processes have used, without those that have ended. */
  cpu(): number {
    const ticks = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => statOf(name))
      .filter((stat) => stat !== null && (stat.pid === this.#server.pid() || stat.parent === this.#server.pid()))
      .reduce((sum, stat) => sum + (stat?.ticks ?? 0), 0);
    return (ticks * 1e6) / ticksPerSecond;
  }

  remove = (): Promise<void> => this.#server.remove();
}

/** USER_HZ, which Linux shows times in whatever the kernel's own clock. */
const ticksPerSecond = 100;

/** Of Linux (proc(5)); `null`: it has ended. */
function statOf(pid: string): { pid: number; parent: number; ticks: number } | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return null;
  }
  // The name may have anything in it, also parentheses; what follows it begins with the third field.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid: Number(pid), parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}
