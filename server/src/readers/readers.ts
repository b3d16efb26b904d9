import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '../errors.ts';
import type { Place } from '../store/place.ts';
import type { JobName, Jobs, StreamName } from './jobs.ts';
import { errorOf, type Order, type Report } from './messages.ts';

/** Chunks of a stream that are made before anybody asked for them. */
const ahead = 4;

type Result<N extends JobName> = Awaited<ReturnType<Jobs[N]>>;

/** Of so many it is known which thread they were given to. */
const mostPlaces = 1000;
/** MB of short-lived objects in a thread; V8 would take three times as much, to no use here. */
const youngMb = 16;

/** What waits for a report. */
interface Waiting {
  report(report: Report): void;
  fail(error: Error): void;
}

/**
 * Threads that read what takes long, so that the thread that answers requests never waits for it. They start with the first order. One
 * that dies is replaced with the next order; what it was at fails with `store_unavailable`.
 */
export class Readers {
  readonly #place: Place;
  readonly #threads: (Thread | null)[];
  /** Which thread has done what; last asked, last to go. */
  readonly #places = new Map<string, number>();
  #closed = false;

  constructor(place: Place, count: number) {
    this.#place = { data: place.data, databaseUrl: place.databaseUrl };
    this.#threads = Array.from({ length: count }, () => null);
  }

  /** Orders with the same `place` go to the same thread, which may know something from the one before. */
  async run<N extends JobName>(name: N, args: Parameters<Jobs[N]>, place: string | null = null): Promise<Result<N>> {
    const thread = this.#thread(place);
    const { promise, resolve, reject } = Promise.withResolvers<Result<N>>();
    const id = thread.begin({
      report: (report) => {
        thread.end(id);
        if ('failed' in report) reject(errorOf(report.failed));
        else if ('result' in report) resolve(report.result as Result<N>);
      },
      fail: reject,
    });
    thread.order({ id, do: name, args });
    return promise;
  }

  /** As fast as it is read; given up, the thread gives up too. */
  async *stream<N extends StreamName>(name: N, args: Parameters<Jobs[N]>): AsyncGenerator<Buffer> {
    const thread = this.#thread(null);
    const chunks: Buffer[] = [];
    let ended = false;
    let failure: Error | null = null;
    let wake: (() => void) | null = null;
    const id = thread.begin({
      report(report) {
        if ('chunk' in report) chunks.push(Buffer.from(report.chunk.buffer, report.chunk.byteOffset, report.chunk.byteLength));
        else if ('failed' in report) failure = errorOf(report.failed);
        else ended = true;
        wake?.();
      },
      fail(error) {
        failure = error;
        wake?.();
      },
    });
    try {
      thread.order({ id, stream: name, args });
      thread.order({ id, more: ahead });
      for (;;) {
        const chunk = chunks.shift();
        if (chunk !== undefined) {
          thread.order({ id, more: 1 });
          yield chunk;
        } else if (failure !== null) throw failure;
        else if (ended) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      thread.order({ id, giveUp: true });
      thread.end(id);
    }
  }

  /** Gives up what is under way. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#threads.map((thread) => thread?.close()));
  }

  #thread(place: string | null): Thread {
    if (this.#closed) throw new AppError('store_unavailable');
    const at = this.#placeOf(place);
    const known = this.#threads[at] ?? null;
    if (known !== null && !known.dead) return known;
    const thread = new Thread(this.#place);
    this.#threads[at] = thread;
    return thread;
  }

  /** The first of those that have the least to do: while one is enough, its code is compiled and what it read is in memory. */
  #placeOf(place: string | null): number {
    const loads = this.#threads.map((thread) => thread?.load ?? 0);
    const idlest = loads.indexOf(Math.min(...loads));
    if (place === null) return idlest;
    const at = this.#places.get(place) ?? idlest;
    this.#places.delete(place);
    this.#places.set(place, at);
    const [oldest] = this.#places.keys();
    if (this.#places.size > mostPlaces && oldest !== undefined) this.#places.delete(oldest);
    return at;
  }
}

/** Beside this file: a source from the sources, built from what is built. */
const script = new URL(import.meta.url.endsWith('.ts') ? './reader.ts' : './reader.js', import.meta.url);

class Thread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<unknown>;
  #last = 0;
  dead = false;

  constructor(place: Place) {
    this.#worker = new Worker(script, {
      workerData: place,
      execArgv: ['--conditions=@genjin/source', '--no-warnings'],
      resourceLimits: { maxYoungGenerationSizeMb: youngMb },
    });
    this.#ended = once(this.#worker, 'exit').catch(() => undefined);
    this.#worker.on('message', (report: Report) => this.#waiting.get(report.id)?.report(report));
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(null));
    // Nothing here keeps a process that wants to end; who waits for an answer does that.
    this.#worker.unref();
  }

  get load(): number {
    return this.#waiting.size;
  }

  begin(waiting: Waiting): number {
    this.#last += 1;
    this.#waiting.set(this.#last, waiting);
    return this.#last;
  }

  order(order: Order): void {
    if (!this.dead) this.#worker.postMessage(order);
  }

  end(id: number): void {
    this.#waiting.delete(id);
  }

  async close(): Promise<void> {
    if (!this.dead) {
      this.#worker.ref();
      this.order({ id: 0, end: true });
    }
    await this.#ended;
  }

  #die(cause: unknown): void {
    this.dead = true;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) one.fail(new AppError('store_unavailable', {}, cause === null ? {} : { cause }));
  }
}
