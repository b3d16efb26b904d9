/**
 * Makes load in a process of its own: takes a `LoadOrder` from the parent, sends back a `LoadResult`. Requests are written to sockets and
 * answers are measured off by hand, which costs a third of what autocannon takes: a client must not be slower than the floor
 * that it measures.
 */
import { connect, type Socket } from 'node:net';

export interface LoadOrder {
  readonly url: string;
  /** One for all, or beside the paths. */
  readonly authorization: string | readonly string[];
  /** Asked in this order, whichever connection is free, and from the beginning again when more are wanted. */
  readonly paths: readonly string[];
  /** Beside the paths; JSON, which is then posted, or `null`. */
  readonly bodies?: readonly (string | null)[];
  readonly connections: number;
  /** Ends after so many requests … */
  readonly amount?: number;
  /** … or after so many seconds. */
  readonly seconds?: number;
  readonly encoding?: 'gzip';
  /** ms from one request to the next, however long the answers take; else each connection asks again at once. */
  readonly every?: number;
  /** Whether the result has `latencies`. */
  readonly each?: boolean;
  /** Whether what is answered is no envelope. */
  readonly bare?: boolean;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Of the answers' bodies. */
  readonly bytes: number;
  /** ms, in the order of the answers. */
  readonly latencies: readonly number[];
}

interface Listener {
  answered(connection: Connection, bytes: number): void;
  failed(error: Error): void;
  closed(connection: Connection): void;
}

/** One connection, one request at a time. */
class Connection {
  readonly #socket: Socket;
  readonly #bare: boolean;
  readonly #answered: Listener['answered'];
  readonly #failed: Listener['failed'];
  #head: Buffer | null = null;
  /** Bytes of the body that are still to come; `null`: in the head. */
  #left: number | null = null;
  #bytes = 0;
  dueAt = 0;

  constructor(socket: Socket, bare: boolean, { answered, failed, closed }: Listener) {
    this.#socket = socket;
    this.#bare = bare;
    this.#answered = answered;
    this.#failed = failed;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', failed);
    socket.on('end', () => closed(this));
  }

  send(request: Buffer): void {
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.removeAllListeners().destroy();
  }

  #read(chunk: Buffer): void {
    if (this.#left === null) this.#begin(this.#head === null ? chunk : Buffer.concat([this.#head, chunk]));
    else this.#body(chunk);
  }

  #begin(bytes: Buffer): void {
    const end = bytes.indexOf('\r\n\r\n');
    this.#head = end < 0 ? bytes : null;
    if (end < 0) return;
    const head = bytes.toString('latin1', 0, end + 2);
    const body = bytes.subarray(end + 4);
    const readable = !this.#bare && !/\r\ncontent-encoding: /i.test(head) && body.length > 12;
    // Errors of the trade come with status 200 as well.
    if (!head.startsWith('HTTP/1.1 200 ') || (readable && !body.includes('"code":200,'))) {
      this.#failed(new Error(bytes.toString('utf8', 0, 600)));
      return;
    }
    const length = /\r\ncontent-length: (\d+)\r/i.exec(head);
    this.#left = length === null ? Number.POSITIVE_INFINITY : Number(length[1]);
    this.#body(body);
  }

  #body(chunk: Buffer): void {
    this.#bytes += chunk.length;
    // Without a length it comes in chunks, and ends with an empty one.
    if (this.#left === Number.POSITIVE_INFINITY) {
      if (!chunk.subarray(-5).equals(lastChunk)) return;
    } else {
      this.#left = (this.#left as number) - chunk.length;
      if (this.#left > 0) return;
    }
    const bytes = this.#bytes;
    this.#bytes = 0;
    this.#left = null;
    this.#answered(this, bytes);
  }
}

const lastChunk = Buffer.from('0\r\n\r\n');

function requestsOf({ url, authorization, paths, bodies, encoding }: LoadOrder): Buffer[] {
  const { host } = new URL(url);
  const more = encoding === undefined ? '' : `Accept-Encoding: ${encoding}\r\n`;
  return paths.map((path, i) => {
    const whose = typeof authorization === 'string' ? authorization : authorization[i];
    const headers = `Host: ${host}\r\nAuthorization: ${whose}\r\n${more}`;
    const body = bodies?.[i] ?? null;
    if (body === null) return Buffer.from(`GET ${path} HTTP/1.1\r\n${headers}\r\n`);
    const length = Buffer.byteLength(body);
    return Buffer.from(
      `POST ${path} HTTP/1.1\r\n${headers}Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`,
    );
  });
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const requests = requestsOf(order);
  const { hostname, port } = new URL(order.url);
  // Before time is taken; at a pace of its own each is opened only when no other is free, because nobody leaves an idle one open for long.
  const sockets = await Promise.all(
    Array.from({ length: order.every === undefined ? order.connections : 0 }, async () => {
      const socket = connect(Number(port), hostname);
      await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
      return socket;
    }),
  );
  return new Promise((resolve, reject) => {
    const most = order.amount ?? Number.POSITIVE_INFINITY;
    const latencies: number[] = [];
    const connections = new Set<Connection>();
    const idle: Connection[] = [];
    const waiting: number[] = [];
    const begin = performance.now();
    const endAt = begin + 1000 * (order.seconds ?? Number.POSITIVE_INFINITY);
    let [asked, answers, bytes] = [0, 0, 0];
    let timer: NodeJS.Timeout | undefined;

    const end = (settle: () => void): void => {
      clearInterval(timer);
      for (const connection of connections) connection.close();
      settle();
    };
    const enough = (now: number): boolean => asked >= most || now >= endAt;
    const finish = (now: number): void =>
      end(() => resolve({ requests: answers, seconds: (now - begin) / 1000, bytes, latencies }));
    const ask = (connection: Connection, dueAt: number): void => {
      connection.dueAt = dueAt;
      connection.send(requests[asked % requests.length] as Buffer);
      asked += 1;
    };
    const listener: Listener = {
      answered(connection, size) {
        const now = performance.now();
        answers += 1;
        bytes += size;
        if (order.each) latencies.push(now - connection.dueAt);
        if (enough(now)) {
          if (answers >= asked) finish(now);
        } else if (order.every === undefined) ask(connection, now);
        else if (waiting.length > 0) ask(connection, waiting.shift() as number);
        else idle.push(connection);
      },
      failed: (error) => end(() => reject(error)),
      closed(connection) {
        connection.close();
        connections.delete(connection);
        const place = idle.indexOf(connection);
        if (place < 0) end(() => reject(new Error('the server closed a connection')));
        else idle.splice(place, 1);
      },
    };
    const open = (socket: Socket): Connection => {
      const connection = new Connection(socket, order.bare ?? false, listener);
      connections.add(connection);
      return connection;
    };
    if (order.every === undefined) {
      for (const socket of sockets.slice(0, most)) ask(open(socket), begin);
      return;
    }
    timer = setInterval(() => {
      const now = performance.now();
      if (enough(now)) {
        clearInterval(timer);
        if (answers >= asked) finish(now);
        return;
      }
      const more = connections.size < order.connections;
      const connection = idle.pop() ?? (more ? open(connect(Number(port), hostname)) : undefined);
      if (connection === undefined) waiting.push(now);
      else ask(connection, now);
    }, order.every);
  });
}

process.on('message', async (order) => {
  try {
    process.send?.(await run(order as LoadOrder));
  } catch (error) {
    process.send?.({ failed: (error as Error).message });
  }
});
process.once('disconnect', () => process.exit(1));
