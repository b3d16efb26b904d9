/** Requests as a client sends them, and as no client should: over node:http, and byte by byte over a socket. */
import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';

/** The body that most answers carry. */
export interface Envelope<Data = unknown> {
  readonly code: number;
  readonly message: string;
  readonly now: string;
  readonly data: Data;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As it came, compressed if it came so. */
  readonly body: Buffer;
  readonly text: string;
  /** The body parsed; the type is what the test expects it to be. */
  json<T = Envelope>(): T;
}

/** Words of the inside: stacks, files, SQL. No answer to a caller has them. */
export const inside =
  /\n\s+at |\bat \S+ \(|node_modules|\.[jt]s:\d|\bSELECT\b|\bINSERT\b|\bFROM\b|sqlite|no such table|\/tmp\/|FST_ERR|ERR_/;

export interface Ask {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  /** A text or bytes go out as they are, anything else as JSON; the content type is only what `headers` say. */
  readonly body?: unknown;
}

/** One request on a connection of its own. */
export function send(port: number, path: string, ask: Ask = {}, host = '127.0.0.1'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = ask;
    const bytes = body === undefined ? null : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const sized = bytes === null ? headers : { 'Content-Length': Buffer.byteLength(bytes), ...headers };
    const agent = new Agent({ keepAlive: false });
    const outgoing = request({ host, port, path, method, headers: sized, agent }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => resolve(answerOf(incoming.statusCode ?? 0, incoming.headers, Buffer.concat(chunks))));
    });
    outgoing.on('error', reject);
    // One write; a request without a body says so by sending none.
    outgoing.end(bytes ?? undefined);
  });
}

/** Writes the bytes to a socket, a piece at a time, and answers what comes back until the server closes it. */
export function sendRaw(port: number, pieces: string | Buffer | readonly (string | Buffer)[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      try {
        resolve(parseAnswer(Buffer.concat(chunks)));
      } catch (error) {
        reject(error);
      }
    });
    socket.on('connect', async () => {
      for (const piece of typeof pieces === 'string' || Buffer.isBuffer(pieces) ? [pieces] : pieces) {
        if (!socket.writable) return;
        await new Promise((written) => socket.write(piece, written));
      }
    });
  });
}

/** The first answer among the bytes of a connection. */
function parseAnswer(bytes: Buffer): Answer {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) throw new Error(`no HTTP answer: ${JSON.stringify(bytes.toString())}`);
  const [statusLine = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const headers: IncomingHttpHeaders = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const length = headers['content-length'];
  const body = bytes.subarray(end + 4, length === undefined ? undefined : end + 4 + Number(length));
  return answerOf(Number(statusLine.split(' ')[1]), headers, body);
}

function answerOf(status: number, headers: IncomingHttpHeaders, body: Buffer): Answer {
  return { status, headers, body, text: body.toString(), json: <T>() => JSON.parse(body.toString()) as T };
}
