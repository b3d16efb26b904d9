import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** A text and no file, so that it is the same from the sources and from what is built. PASSIVE waits for nobody and stops nobody. */
const script = `
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('node:sqlite');
const db = new DatabaseSync(workerData, { timeout: 5000 });
db.exec('PRAGMA synchronous = FULL');
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');
parentPort.on('message', (asked) => {
  if (asked) {
    // What it fails at, the connection that writes meets too.
    try { checkpoint.get(); } catch {}
    parentPort.postMessage('done');
  } else {
    db.close();
    parentPort.close();
  }
});
`;

/**
 * Moves what SQLite's log holds into the store's file, in a thread of its own: that writes thousands of pages where they belong and
 * waits for the disk, for which every request would otherwise wait some hundred ms. When the thread fails, the connection that writes
 * does it, as it does without one.
 */
export class Checkpointer {
  readonly #worker: Worker;
  readonly #ended: Promise<unknown>;
  #working = false;

  constructor(path: string) {
    this.#worker = new Worker(script, { eval: true, workerData: path, execArgv: [] });
    this.#ended = once(this.#worker, 'exit').catch(() => undefined);
    this.#worker.on('error', () => undefined);
    this.#worker.on('message', () => {
      this.#working = false;
    });
    this.#worker.unref();
  }

  /** Begins, unless it is at work. */
  begin(): void {
    if (this.#working) return;
    this.#working = true;
    this.#worker.postMessage(true);
  }

  /** Waits for what it is at, and for its connection to be closed. */
  async close(): Promise<void> {
    this.#worker.ref();
    this.#worker.postMessage(false);
    await this.#ended;
  }
}
