/** A reader thread: does what `messages.ts` orders on a store of its own, several things in turns. Started by `readers.ts`. */
import { setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { openDb, type Place } from '../store/place.ts';
import { type JobName, type Jobs, jobsOn, type StreamName } from './jobs.ts';
import { failureOf, type Order, type Report } from './messages.ts';

const port = parentPort as MessagePort;
const db = openDb(workerData as Place, 'reader');
const jobs = jobsOn(db);
/** How many chunks of a stream may be sent, and what waits for that. */
const streams = new Map<number, { credit: number; wake: (() => void) | null; givenUp: boolean }>();

try {
  // Of this thread only, on Linux: when processors are scarce, whoever waits for a page comes first.
  setPriority(10);
} catch {
  // Not everywhere allowed, and nothing depends on it.
}

port.on('message', (order: Order) => {
  if ('end' in order) void end();
  else if ('do' in order) void run(order.id, order.do, order.args);
  else if ('stream' in order) void stream(order.id, order.stream, order.args);
  else {
    const flow = streams.get(order.id);
    if (flow === undefined) return;
    if ('more' in order) flow.credit += order.more;
    else flow.givenUp = true;
    flow.wake?.();
  }
});

const tell = (report: Report): void => port.postMessage(report);

async function run(id: number, name: JobName, args: readonly unknown[]): Promise<void> {
  try {
    tell({ id, result: await (jobs[name] as (...given: readonly unknown[]) => Promise<unknown>)(...args) });
  } catch (error) {
    tell({ id, failed: failureOf(error) });
  }
}

async function stream(id: number, name: StreamName, args: readonly unknown[]): Promise<void> {
  const flow = { credit: 0, wake: null as (() => void) | null, givenUp: false };
  streams.set(id, flow);
  try {
    for await (const chunk of (jobs[name] as (...given: readonly unknown[]) => ReturnType<Jobs['export']>)(...args)) {
      while (flow.credit === 0 && !flow.givenUp) await new Promise<void>((resolve) => (flow.wake = resolve));
      if (flow.givenUp) break;
      flow.credit -= 1;
      // Copied: whoever made it may still look at it.
      tell({ id, chunk });
    }
    tell({ id, ended: true });
  } catch (error) {
    tell({ id, failed: failureOf(error) });
  } finally {
    streams.delete(id);
  }
}

async function end(): Promise<void> {
  for (const flow of streams.values()) {
    flow.givenUp = true;
    flow.wake?.();
  }
  await db.close();
  port.close();
}
