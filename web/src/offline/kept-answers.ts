/**
 * The last answers that were read, so that what one looked at can be read without a network. The server is always asked first. They belong to
 * who is signed in: with somebody else's session, or none, they go.
 */
import { reached, unreachable } from './connection.ts';

const name = 'genjin-answers';
const most = 400;
const readAtHeader = 'X-Genjin-Read-At';

const kept: readonly string[] = [
  '/v1/session',
  '/v1/dynamic/trail/list',
  '/v1/dynamic/trail/info',
  '/v1/dynamic/trail/stats/periods',
  '/v1/dynamic/trail/stats/silence',
  '/v1/dynamic/comment/list',
  '/v1/dynamic/next/list',
  '/v1/dynamic/subject/list',
  '/v1/company/info',
  '/v1/lead/info',
  '/v1/opportunity/info',
  '/v1/user/list',
  '/v1/mirror/status',
];

const isSession = (url: URL): boolean => url.pathname.endsWith('/v1/session');

const isKept = (url: URL): boolean =>
  kept.some((path) => url.pathname.endsWith(path)) && !['csv', 'xlsx'].includes(url.searchParams.get('format') ?? '');

/** A proxy in front of a server that is gone. */
const gone: ReadonlySet<number> = new Set([502, 503, 504]);

/** Counts up when all is forgotten: what was asked for before that is not kept when it comes. */
let age = 0;

/** As `fetch`, for the client. */
export async function keptFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : String(input), window.location.href);
  const keep = (init?.method ?? 'GET') === 'GET' && isKept(url) && 'caches' in window;
  const asked = age;
  try {
    const response = await fetch(input, init);
    if (gone.has(response.status)) return (keep ? await former(url) : null) ?? response;
    reached(response.headers.get('Date'));
    if (keep && response.ok) later(url, response.clone(), asked);
    return response;
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    const found = keep ? await former(url) : null;
    if (found !== null) return found;
    unreachable();
    throw error;
  }
}

/** What was answered before. */
async function former(url: URL): Promise<Response | null> {
  const found = await (await caches.open(name)).match(url.href);
  if (found === undefined) return null;
  // Who is signed in is nothing that is shown.
  unreachable(isSession(url) ? null : Number(found.headers.get(readAtHeader)));
  return found;
}

/** Whoever reads comes first: nothing waits for what is kept (ms). */
const rest = 250;
let work: Promise<void> = Promise.resolve();
let puts = 0;

function later(url: URL, response: Response, asked: number): void {
  setTimeout(() => {
    work = work.then(() => (asked === age ? put(url, response) : undefined));
  }, rest);
}

async function put(url: URL, response: Response): Promise<void> {
  try {
    const body = await response.text();
    if (isSession(url) && ownerIn(body) === nobody) return await forgetAnswers();
    const cache = await caches.open(name);
    if (isSession(url)) await changeOwner(cache, url, body);
    const headers = new Headers(response.headers);
    headers.set(readAtHeader, String(Date.now()));
    await cache.put(url.href, new Response(body, { headers }));
    puts++;
    if (puts % 50 === 0) await drop(cache);
  } catch {
    // A full disk, or a browser that keeps nothing: then there is nothing to read without a network.
  }
}

/** The oldest of too many. */
async function drop(cache: Cache): Promise<void> {
  const keys = await cache.keys();
  for (const old of keys.slice(0, Math.max(0, keys.length - most))) {
    if (!isSession(new URL(old.url))) await cache.delete(old);
  }
}

/** Drops everything when another one is signed in than the answers were read by. */
async function changeOwner(cache: Cache, url: URL, session: string): Promise<void> {
  const before = await cache.match(url.href);
  if (before === undefined || ownerIn(await before.text()) === ownerIn(session)) return;
  age++;
  for (const key of await cache.keys()) await cache.delete(key);
}

const nobody = ':';

function ownerIn(session: string): string {
  const { data } = JSON.parse(session) as { data?: { tenant_id?: number; user?: { user_id: number } | null } };
  return `${data?.tenant_id ?? ''}:${data?.user?.user_id ?? ''}`;
}

/** When nobody is signed in any more. */
export async function forgetAnswers(): Promise<void> {
  age++;
  if ('caches' in window) await caches.delete(name);
}
