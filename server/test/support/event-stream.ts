/** A client of server-sent events that can be cut off, or stop reading, at any byte. */
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { StringDecoder } from 'node:string_decoder';

export interface SentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

export interface EventStream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it came, for an answer that is no stream. */
  text(): string;
  /** Every whole event that came. */
  readonly events: SentEvent[];
  /** The id that a client comes back with. */
  lastId(): string;
  /** Resolves with what it is when `found` answers something else than undefined, as events come; throws when the stream ends first. */
  until<T>(found: () => T | undefined): Promise<T>;
  readonly ended: Promise<void>;
  pause(): void;
  cut(): void;
}

/** Opens a stream; it is cut off by itself after so many bytes of its body. */
export function openStream(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  cutAfter = Number.POSITIVE_INFINITY,
): Promise<EventStream> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, headers, agent: new Agent({ keepAlive: false }) }, (answer) =>
      resolve(reader(answer, cutAfter)),
    );
    asked.on('error', reject);
    asked.end();
  });
}

function reader(answer: IncomingMessage, cutAfter: number): EventStream {
  const decoder = new StringDecoder('utf8');
  const events: SentEvent[] = [];
  let whole = '';
  let rest = '';
  let lastId = '';
  let bytes = 0;
  let isEnded = false;
  let waiting: (() => void)[] = [];
  const wake = (): void => {
    const woken = waiting;
    waiting = [];
    for (const one of woken) one();
  };
  const take = (block: string): void => {
    const fields = new Map(
      block
        .split('\n')
        .filter((line) => !line.startsWith(':'))
        .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).replace(/^ /, '')]),
    );
    lastId = fields.get('id') ?? lastId;
    const data = fields.get('data');
    if (data !== undefined) events.push({ id: lastId, event: fields.get('event') ?? 'message', data });
  };
  answer.on('data', (chunk: Buffer) => {
    const taken = chunk.subarray(0, Math.max(0, cutAfter - bytes));
    bytes += chunk.length;
    const text = decoder.write(taken);
    whole += text;
    rest += text;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) take(block);
    if (bytes >= cutAfter) answer.destroy();
    wake();
  });
  const ended = new Promise<void>((done) => {
    answer.on('error', () => undefined);
    answer.once('close', () => {
      isEnded = true;
      wake();
      done();
    });
  });
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    text: () => whole,
    events,
    lastId: () => lastId,
    async until(found) {
      for (;;) {
        const value = found();
        if (value !== undefined) return value;
        if (isEnded) throw new Error(`the stream ended after ${events.length} events: ${whole.slice(-200)}`);
        await new Promise<void>((woken) => waiting.push(woken));
      }
    },
    ended,
    pause: () => answer.pause(),
    cut: () => answer.destroy(),
  };
}
