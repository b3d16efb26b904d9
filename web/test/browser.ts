import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { needChromium } from '../../scripts/chromium.ts';

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The distribution's browser; it makes a profile of its own for each start and removes it at the end. */
export function startBrowser(): Promise<Browser> {
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: needChromium(), args: [...sandbox, ...quiet] });
}

/** What playwright writes where it lets no service worker in. */
const aboutWorkers = /^Service Worker registration blocked by Playwright/;

/** The one line that a browser itself writes about an answer such as 401; the page shows what it means. */
const aboutStatus = /^Failed to load resource: (?:the server responded with a status of|net::ERR_INTERNET_DISCONNECTED)/;

const usual: BrowserContextOptions = {
  viewport: { width: 1280, height: 900 },
  locale: 'zh-CN',
  // Each profile would fetch the whole page once more for the time without a network; tests of that time allow it.
  serviceWorkers: 'block',
  // What is asked for is there at once; a click cannot miss what still moves under it.
  reducedMotion: 'reduce',
};

/** Profiles that nobody uses now, by their options: they have the page's scripts ready, which takes most of the time of a fresh one. */
const idle = new WeakMap<Browser, Map<string, BrowserContext[]>>();

const stored = 'cookies,local_storage,indexeddb,cache_storage,service_workers';

/** A page of a profile with nothing of anybody in it, and how to give it back. */
async function freshPage(browser: Browser, origin: string, { storageState, ...options }: BrowserContextOptions) {
  const all = { ...usual, ...options };
  const key = JSON.stringify(all);
  const pool = idle.get(browser) ?? new Map<string, BrowserContext[]>();
  idle.set(browser, pool);
  const former = pool.get(key)?.pop();
  const context = former ?? (await browser.newContext(all));
  const page = await context.newPage();
  if (former !== undefined) {
    const session = await context.newCDPSession(page);
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: stored });
    await session.detach();
    await context.clearCookies();
  }
  if (typeof storageState === 'object') await context.addCookies(storageState.cookies);
  const close = async (): Promise<void> => {
    // Workers and what tests do to the network stay with a profile.
    if (all.serviceWorkers === 'allow') return context.close();
    for (const one of context.pages()) await one.close();
    pool.set(key, [...(pool.get(key) ?? []), context]);
  };
  return { context, page, close };
}

/**
 * A fresh profile's page, with everything that must not happen on it: dialogs, errors, warnings, breaches of the content
 * security policy (which the browser writes as errors), and requests to anywhere but `origin`.
 */
export async function openPage(browser: Browser, origin: string, options: BrowserContextOptions) {
  const { context, page, close } = await freshPage(browser, origin, options);
  context.setDefaultTimeout(15_000);
  const problems: string[] = [];
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (
      ['error', 'warning'].includes(message.type()) &&
      !aboutStatus.test(message.text()) &&
      !aboutWorkers.test(message.text())
    ) {
      problems.push(`console: ${message.text()}`);
    }
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`) && !/^(?:data|blob):/.test(request.url())) {
      problems.push(`request: ${request.url()}`);
    }
  });
  return { page, problems, close };
}

/** Where the tests leave their pictures: GENJIN_SCREENSHOTS, or the system's temporary folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['GENJIN_SCREENSHOTS'] || join(tmpdir(), 'genjin-screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
