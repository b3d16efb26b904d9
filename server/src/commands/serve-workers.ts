/**
 * Several processes on one store: this one owns the writes and what follows the log, and serves on a socket of its own; the others listen
 * on the port, answer what is only read, and hand the rest to it (docs/decisions/0014-one-process-owns-the-writes.md).
 */
import cluster, { type Worker } from 'node:cluster';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, openCore } from '../app.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';

/** What the owner tells a worker when it starts it; no setting. */
interface Orders {
  readonly socket: string;
  /** 0: a free one, the same for all that are told so at the beginning. */
  readonly port: number;
}

const variable = 'GENJIN_WORKER';

/** What this worker was told; `null` in a process that somebody started. */
export function workerOrders(): Orders | null {
  const orders = cluster.isWorker ? process.env[variable] : undefined;
  return orders === undefined ? null : (JSON.parse(orders) as Orders);
}

/** What is under way at a worker's stop may take this long; less than the owner has. */
const drainTime = 8_000;
/** A worker that dies sooner than this, in ms, is not started again at once. */
const soon = 2_000;
const pause = 1_000;

/** What a worker that cannot listen tells the owner. */
interface ListenFailure {
  readonly listenFailure: string;
}

/** Serves as a worker until it is told to stop or the owner is gone; then Node ends it. */
export async function serveAsWorker(config: Config, { socket, port }: Orders): Promise<number> {
  const core = await openCore(config, {
    make: false,
    readers: 1,
    reads: true,
    allowPrivateCallbacks: config.allowPrivateCallbacks,
    maxFileMb: config.maxFileMb,
  });
  const app = await createApp(core, config, { owner: socket });
  const stopped = new Promise<void>((done) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => done());
  });
  try {
    await app.listen({ host: config.host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    await new Promise((sent) => process.send?.({ listenFailure: code ?? String(error) } satisfies ListenFailure, sent));
    await app.close();
    await core.close();
    cluster.worker?.disconnect();
    return 1;
  }
  await stopped;
  setTimeout(() => process.exit(0), drainTime).unref();
  await app.close();
  await core.close();
  cluster.worker?.disconnect();
  return 0;
}

export interface Workers {
  readonly port: number;
  /** Resolves when all have answered what they were at, and ended. */
  stop(): Promise<void>;
}

/** A socket that only this user reaches. */
export function makeSocket(): { readonly path: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-'));
  return { path: join(folder, 'owner.sock'), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts workers, and each anew that ends. Resolves when all listen; throws an error with the `code` of the first that cannot. */
export async function startWorkers(count: number, socket: string, port: number): Promise<Workers> {
  let stopping = false;
  /** The port that all listen on; `null` until they do. Whoever comes later takes it even if nobody has it any more. */
  let listening: number | null = null;
  const running = new Set<Worker>();
  // Each takes connections from the port by itself: one that is handed over to a worker that dies would never be answered nor closed.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  cluster.setupPrimary({ exec: process.argv[1], args: process.argv.slice(2) });
  const start = (): Promise<number> => {
    const worker = cluster.fork({ [variable]: JSON.stringify({ socket, port: listening ?? port } satisfies Orders) });
    running.add(worker);
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      worker.once('listening', ({ port }) => resolve(port));
      worker.on('message', (message: ListenFailure) => reject(Object.assign(new Error(), { code: message.listenFailure })));
      worker.once('exit', (code) => {
        running.delete(worker);
        reject(new AppError('usage', { reason: `a worker ended with ${code ?? 'a signal'} before it served` }));
        if (stopping || listening === null) return;
        const again = (): void => {
          if (!stopping) void start().catch(() => undefined);
        };
        if (performance.now() - begun < soon) setTimeout(again, pause);
        else again();
      });
    });
  };
  const stop = async (): Promise<void> => {
    stopping = true;
    const ended = [...running].map((worker) => new Promise((done) => worker.once('exit', done)));
    for (const worker of running) worker.process.kill('SIGTERM');
    await Promise.all(ended);
  };
  try {
    // They share the port, also when it is any free one.
    const [first] = await Promise.all([start(), ...Array.from({ length: count - 1 }, start)]);
    listening = first;
    return { port: first, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
