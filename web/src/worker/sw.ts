/**
 * Keeps the page itself, so that it opens without a network: its files of this build when it is installed, others as they are used. It never
 * touches what the API answers; that is kept by the page, which knows who is signed in (offline/kept-answers.ts). It imports nothing, for it
 * has to be one file.
 */

/** What a service worker's scope has here; the types of a page know no workers. */
interface Lasting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked extends Lasting {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', work: (event: Lasting) => void): void;
  addEventListener(type: 'fetch', work: (event: Asked) => void): void;
}

const worker = globalThis as unknown as Scope;

/** The build writes it: see shell.ts. */
const shell = JSON.parse('__SHELL__') as { readonly build: string; readonly files: readonly string[] };

const prefix = 'genjin-shell-';
const own = `${prefix}${shell.build}`;
/** So long the server is waited for before the page is opened as it was kept (ms). */
const patience = 3000;
const home = new URL(worker.registration.scope);

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(activate()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== home.origin) return;
  if (request.mode === 'navigate') {
    if (url.pathname === home.pathname) event.respondWith(page(request));
  } else if (url.pathname.startsWith(`${home.pathname}assets/`)) event.respondWith(asset(request));
  else if (url.pathname === `${home.pathname}icon.svg`) event.respondWith(icon(request));
});

async function install(): Promise<void> {
  const cache = await caches.open(own);
  await cache.addAll(shell.files.map((file) => new Request(new URL(file, home), { cache: 'no-cache' })));
  await worker.skipWaiting();
}

/** A page of the build before may still be open, and fetch parts of it. */
async function activate(): Promise<void> {
  const shells = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== own);
  await Promise.all(shells.slice(0, -1).map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function page(request: Request): Promise<Response> {
  const kept = async (): Promise<Response | undefined> => (await caches.open(own)).match(home.href);
  const asked = fetch(request);
  const late = new Promise<Response>((resolve) => {
    setTimeout(async () => {
      const found = await kept();
      if (found !== undefined) resolve(found);
    }, patience);
  });
  try {
    const answer = await Promise.race([asked, late]);
    // A proxy in front of a server that is gone.
    return [502, 503, 504].includes(answer.status) ? ((await kept()) ?? answer) : answer;
  } catch (error) {
    const found = await kept();
    if (found === undefined) throw error;
    return found;
  }
}

/** A file of a build never changes: its name has the hash of its content. */
async function asset(request: Request): Promise<Response> {
  const found = await caches.match(request);
  if (found !== undefined) return found;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(own)).put(request, answer.clone());
  return answer;
}

async function icon(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}
