import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Swept } from './sweep.ts';

/** Beside this file: a source from the sources, built from what is built. */
const script = new URL(import.meta.url.endsWith('.ts') ? './sweep-thread.ts' : './sweep-thread.js', import.meta.url);

/** Stores' files that were opened to be swept, and stay open as long as the process: closing one takes the locks of its connections. */
const files = new Map<string, number>();

/**
 * Sweeps the store's file (sweep.ts) after something was erased, in a thread of its own. That it is to be done is on disk before anything
 * is erased, so that it is done even if the process ends meanwhile: then by the next one that serves the store, or erases there.
 */
export class Sweeper {
  readonly #path: string;
  readonly #mark: string;
  #sweeping: Promise<Swept | null> = Promise.resolve(null);
  #worker: Worker | null = null;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
    this.#mark = `${path}.erasing`;
  }

  /** Says that something is about to be erased. */
  expect(): void {
    writeFileSync(this.#mark, randomBytes(16).toString('hex'), { mode: 0o600, flush: true });
  }

  /** Sweeps, after the sweep that is under way, if something was erased and not swept yet. Answers what was done; `null`: nothing, or not all. */
  sweep(): Promise<Swept | null> {
    this.#sweeping = this.#sweeping.catch(() => null).then(() => this.#sweep());
    // Whoever wants to know how it ended waits for it.
    this.#sweeping.catch(() => undefined);
    return this.#sweeping;
  }

  /** Stops the sweep that is under way between two pages; the next process goes on. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#worker?.postMessage('stop');
    await this.#sweeping.catch(() => undefined);
  }

  async #sweep(): Promise<Swept | null> {
    if (this.#closed || !existsSync(this.#mark)) return null;
    const mark = readFileSync(this.#mark, 'utf8');
    const file = files.get(this.#path) ?? openSync(this.#path, 'r+');
    files.set(this.#path, file);
    const worker = new Worker(script, {
      workerData: { path: this.#path, file },
      execArgv: ['--conditions=@genjin/source', '--no-warnings'],
      trackUnmanagedFds: false,
    });
    this.#worker = worker;
    let swept: Swept | null = null;
    worker.on('message', (message: Swept | null) => {
      swept = message;
    });
    try {
      await once(worker, 'exit');
    } finally {
      this.#worker = null;
    }
    // Unless something else was erased meanwhile, which a page that was swept before may have had.
    if (swept !== null && readFileSync(this.#mark, 'utf8') === mark) rmSync(this.#mark);
    return swept;
  }
}
