/**
 * Sends a delivery to where a user of the server says, and nowhere that only the server can reach: each address is judged before the
 * connection, and the connection goes to a judged address.
 */
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { parseAddress, parseCidrs, type Range } from './addresses.ts';
import { addressRefusal, readTarget, type Target } from './callback-url.ts';
import { byDns, bySystem, type Resolve, type ResolvedAddress } from './resolve.ts';
import { exchangeError, lookupError, SendError } from './send-error.ts';

export { checkCallbackUrl } from './callback-url.ts';
export { SendError } from './send-error.ts';

type Headers = Readonly<Record<string, string>>;

export interface SenderAnswer {
  readonly status: number;
  /** At most 64 KiB of UTF-8. */
  readonly body: string;
}

export interface Sender {
  /** POSTs the body on a connection of its own and resolves with whatever HTTP answer comes. Throws `SendError` when none does. */
  send(url: string, headers: Headers, body: Buffer): Promise<SenderAnswer>;
}

const maxBody = 65_536;
const maxHeaders = 16_384;

export function createSender(options: {
  /** CIDRs that are sent to although they are not public, also by http. */
  readonly allowPrivate: readonly string[];
  /** For the whole exchange, the look-up of the name included; ms. */
  readonly timeout?: number;
  readonly resolve?: Resolve;
}): Sender {
  const { allowPrivate, timeout = 10_000, resolve = allowPrivate.length > 0 ? bySystem : byDns() } = options;
  const allowed = parseCidrs(allowPrivate);

  async function deliver(target: Target, headers: Headers, body: Buffer, signal: AbortSignal): Promise<SenderAnswer> {
    const addresses = await judgedAddresses(target, allowed, resolve);
    signal.throwIfAborted();
    return exchange(target, addresses, headers, body, signal);
  }

  return {
    async send(url, headers, body) {
      const target = readTarget(url, allowed);
      if (typeof target === 'string') throw new SendError(target);
      const signal = AbortSignal.timeout(timeout);
      try {
        return await Promise.race([deliver(target, headers, body, signal), aborted(signal)]);
      } catch (cause) {
        if (signal.aborted) throw new SendError(`no whole answer within ${timeout / 1000} s`, { cause });
        throw exchangeError(cause);
      }
    },
  };
}

/**
 * The addresses of the host, all of them judged. One that is refused refuses them all: a public name has no business with a private
 * address, and so no answer of a name server, in whatever order, decides where the connection goes.
 */
async function judgedAddresses(
  { host, address, secure }: Target,
  allowed: readonly Range[],
  resolve: Resolve,
): Promise<readonly ResolvedAddress[]> {
  // The text of an address was judged with the URL.
  if (address !== null) return [{ address: host, family: isIP(host) === 4 ? 4 : 6 }];
  const found = await resolve(host).catch((cause: unknown) => {
    throw lookupError(cause);
  });
  if (found.length === 0) throw new SendError('the name of the host has no address');
  for (const { address } of found) {
    const refusal = addressRefusal(secure, parseAddress(address), allowed);
    if (refusal !== null) throw new SendError(refusal);
  }
  return found;
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

/** One request and its answer, over a connection to one of the addresses. */
function exchange(
  { secure, host, port, path }: Target,
  addresses: readonly ResolvedAddress[],
  headers: Headers,
  body: Buffer,
  signal: AbortSignal,
): Promise<SenderAnswer> {
  // Instead of a second look-up, which could answer something else than the one that was judged.
  const lookup: LookupFunction = (_host, { all }, done) => {
    const [first] = addresses;
    if (all === true) done(null, [...addresses]);
    else done(null, first?.address ?? '', first?.family);
  };
  const options = {
    method: 'POST',
    host,
    port,
    path,
    headers,
    lookup,
    signal,
    // A connection of its own: none is shared or kept, and no proxy of the environment stands in between.
    agent: false,
    maxHeaderSize: maxHeaders,
  };
  // A server name has no dot at its end (RFC 6066), and is no address.
  const servername = isIP(host) === 0 ? host.replace(/\.$/, '') : '';
  return new Promise((resolve, reject) => {
    const request = secure ? requestSecure({ ...options, servername, rejectUnauthorized: true }) : requestPlain(options);
    // Also without an error: Node ends the connection so when the receiver changes the protocol.
    const unanswered = () => reject(new SendError('the connection ended before the answer was whole'));
    request.on('error', reject);
    request.on('close', unanswered);
    request.on('socket', (socket) => {
      // With TLS after the certificate was verified; nothing of the request has gone out before.
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        if (addresses.some(({ address }) => isSame(address, socket.remoteAddress))) request.end(body);
        else request.destroy(new SendError('the connection went elsewhere'));
      });
    });
    request.on('response', (response) => {
      request.off('close', unanswered);
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > maxBody) response.destroy(new SendError(`the answer is larger than ${maxBody / 1024} KiB`));
      });
      response.on('error', reject);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
  });
}

function isSame(judged: string, connected: string | undefined): boolean {
  const [one, other] = [parseAddress(judged), parseAddress(connected ?? '')];
  return one !== null && one.family === other?.family && one.value === other.value;
}
