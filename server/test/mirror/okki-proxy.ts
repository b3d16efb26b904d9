/**
 * An upstream that answers only what OKKI is known to answer (docs/wire.md): a real Genjin server behind a proxy that takes away
 * what OKKI does not have, and does wrong what a test wants to go wrong.
 */
import { Agent, createServer, type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../src/domain/stores.ts';
import { type Answer, envelopeAnswer, madeAnswer, rewritten } from './answers.ts';
import { type Call, type Fault, type FaultName, type FaultOf, occursAt } from './faults.ts';
import { type OkkiRoute, okkiBody, okkiQuery, okkiRoute } from './okki-wire.ts';
import { bomb, endless, pour } from './pour.ts';

/** A call, and what became of it. */
export interface RecordedCall extends Call {
  /** By the proxy's clock. */
  readonly at: number;
  /** What went wrong; `null`: nothing, be it that none was wanted or that this call had nothing that it could befall. */
  readonly fault: FaultName | null;
}

export interface OkkiProxy {
  readonly baseUrl: string;
  /** All calls since the start or `reset()`, in the order of their arrival. */
  readonly calls: readonly RecordedCall[];
  countOf(path: string): number;
  /** No faults any more, no calls, and they count from 1 again; what is under way goes on as it began. */
  reset(): void;
  fault: FaultOf;
  /** Breaks all connections, also those that wait for an answer. */
  close(): Promise<void>;
}

export interface ProxyOptions {
  /** The address of the Genjin server. */
  readonly target: string;
  /**
   * That of the target, when it is not the real one: the times of calls, of the proxy's own answers and of all `Date` headers.
   * The proxy waits for nothing but `slow`, and for that by the real time.
   */
  readonly clock?: Clock;
  readonly fault?: FaultOf;
}

const none: FaultOf = () => null;

/** Headers that come through: of a request, and of an answer. There are no others, so nothing is compressed and nothing has a tag. */
const asked = ['authorization', 'content-type', 'accept'] as const;
const answered = { 'content-type': 'Content-Type', 'retry-after': 'Retry-After', date: 'Date' } as const;

/** A request as it is about to be sent on. */
interface Forwarded {
  readonly route: OkkiRoute;
  readonly url: URL;
  readonly incoming: IncomingMessage;
  readonly body: Buffer;
}

/** Starts a proxy on a free port; the caller closes it. */
export async function startProxy({ target, clock, fault = none }: ProxyOptions): Promise<OkkiProxy> {
  const agent = new Agent({ keepAlive: true });
  const calls: (RecordedCall & { fault: FaultName | null })[] = [];
  const counts = new Map<string, number>();
  const now = clock ?? Date.now;

  const server = createServer((incoming, response) => {
    // Whoever asked may go at any time.
    response.on('error', () => {});
    void answer(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', baseUrl);
    const call = record(incoming.method ?? '', url);
    const wanted = proxy.fault(call);
    const body = await bodyOf(incoming);
    if (body === null) return;
    const route = okkiRoute(call.method, call.path);
    if (route === null) return send(response, envelopeAnswer(404, 404, 'Not Found', now()));
    const forwarded = { route, url, incoming, body };
    if (wanted === null || !occursAt(wanted.name, call.path)) return send(response, await truth(forwarded));
    call.fault = wanted.name;
    if (!(await befall(wanted, forwarded, response))) call.fault = null;
  }

  function record(method: string, { pathname: path, searchParams }: URL): RecordedCall & { fault: FaultName | null } {
    const ofPath = proxy.countOf(path) + 1;
    counts.set(path, ofPath);
    const call = {
      method,
      path,
      query: Object.fromEntries(searchParams),
      number: calls.length + 1,
      ofPath,
      at: now(),
      fault: null,
    };
    calls.push(call);
    return call;
  }

  /** Answers as the fault has it, or not at all; `false`: truly, since there was nothing to do wrong. */
  async function befall(fault: Fault, forwarded: Forwarded, response: ServerResponse): Promise<boolean> {
    if (fault.name === 'hang') return true;
    if (fault.name === 'reset') {
      forwarded.incoming.socket.resetAndDestroy();
      return true;
    }
    if (fault.name === 'gzip-bomb' || fault.name === 'endless') {
      const parts = fault.name === 'endless' ? endless(now()) : bomb(now(), fault.gigabytes);
      response.writeHead(200, {
        'Content-Type': 'application/json; charset=utf-8',
        ...(fault.name === 'endless' ? {} : { 'Content-Encoding': 'gzip' }),
      });
      await pour(response, parts);
      return true;
    }
    const made = madeAnswer(fault, now(), baseUrl);
    if (made !== null) {
      send(response, made);
      return true;
    }
    if (fault.name === 'swap-pages') {
      const swapped = otherPage(forwarded);
      send(response, await truth(swapped ?? forwarded));
      return swapped !== null;
    }
    const whole = await truth(forwarded);
    if (fault.name === 'cut') {
      cut(response, whole);
      return true;
    }
    if (fault.name === 'slow') {
      await pause(fault.milliseconds, response);
      send(response, whole);
      return true;
    }
    const changed = rewritten(fault, whole);
    send(response, changed ?? whole);
    return changed !== null;
  }

  /** What the target answers to what OKKI would have understood of the request. */
  function truth({ route, url, incoming, body }: Forwarded): Promise<Answer> {
    const { method = 'GET', headers } = incoming;
    const address = new URL(url.pathname, target);
    address.search = okkiQuery(route, url.searchParams).toString();
    const content = method === 'GET' || body.length === 0 ? null : okkiBody(route, headers['content-type'] ?? '', body);
    const outgoingHeaders = Object.fromEntries(
      asked.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
    );
    return new Promise((resolve) => {
      const outgoing = requestOf(address, {
        method,
        agent,
        headers: { ...outgoingHeaders, ...(content === null ? {} : { 'content-length': content.length }) },
      });
      const unreachable = () => resolve(envelopeAnswer(502, 502, 'Bad Gateway', now()));
      outgoing.on('error', unreachable);
      outgoing.on('response', async (answerOfTarget) => {
        const bytes = await bodyOf(answerOfTarget);
        if (bytes === null) return unreachable();
        const kept = Object.entries(answered).flatMap(([name, shown]) => {
          const value = answerOfTarget.headers[name];
          return typeof value === 'string' ? [[shown, value]] : [];
        });
        const date = clock === undefined ? {} : { Date: new Date(clock()).toUTCString() };
        resolve({ status: answerOfTarget.statusCode ?? 0, headers: { ...Object.fromEntries(kept), ...date }, body: bytes });
      });
      outgoing.end(content ?? undefined);
    });
  }

  function headersOf({ headers, body }: Answer): Record<string, string | number> {
    return { Date: new Date(now()).toUTCString(), ...headers, 'Content-Length': body.length };
  }

  function send(response: ServerResponse, answer: Answer): void {
    if (response.destroyed) return;
    response.writeHead(answer.status, headersOf(answer));
    response.end(answer.body);
  }

  /** Half of the body, and then no connection. */
  function cut(response: ServerResponse, answer: Answer): void {
    if (response.destroyed) return;
    response.writeHead(answer.status, headersOf(answer));
    response.write(answer.body.subarray(0, answer.body.length >> 1), () => response.destroy());
  }

  const proxy: OkkiProxy = {
    baseUrl,
    calls,
    countOf: (path) => counts.get(path) ?? 0,
    reset() {
      calls.length = 0;
      counts.clear();
      proxy.fault = none;
    },
    fault,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      agent.destroy();
      return closed;
    },
  };
  return proxy;
}

/** `null`: whoever sent it broke off. */
async function bodyOf(message: IncomingMessage): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  try {
    for await (const part of message) parts.push(part as Buffer);
  } catch {
    return null;
  }
  return Buffer.concat(parts);
}

/** Asks for the neighbouring page; `null` where there are no pages. */
function otherPage(forwarded: Forwarded): Forwarded | null {
  if (!forwarded.route.query.has('start_index')) return null;
  const url = new URL(forwarded.url);
  const page = Number(url.searchParams.get('start_index') || 1);
  url.searchParams.set('start_index', String(page % 2 === 1 ? page + 1 : page - 1));
  return { ...forwarded, url };
}

/** As long as somebody waits for the answer. */
function pause(milliseconds: number, response: ServerResponse): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    response.once('close', end);
  });
}
