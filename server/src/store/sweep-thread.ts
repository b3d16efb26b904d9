/** The thread of a `Sweeper`: sweeps once and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { sweep } from './sweep.ts';

const { path, file } = workerData as { readonly path: string; readonly file: number };
let stopped = false;
parentPort?.once('message', () => {
  stopped = true;
});
const swept = await sweep(path, file, () => stopped);
parentPort?.postMessage(swept);
parentPort?.close();
