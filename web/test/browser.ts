import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
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

/**
 * A fresh profile's page, with everything that must not happen on it: dialogs, errors, warnings, breaches of the content
 * security policy (which the browser writes as errors), and requests to anywhere but `origin`.
 */
export async function openPage(browser: Browser, origin: string, options: BrowserContextOptions) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    locale: 'zh-CN',
    // Each profile would fetch the whole page once more for the time without a network; tests of that time allow it.
    serviceWorkers: 'block',
    // What is asked for is there at once; a click cannot miss what still moves under it.
    reducedMotion: 'reduce',
    ...options,
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
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
  return { page, problems, close: () => context.close() };
}

/** Where the tests leave their pictures: GENJIN_SCREENSHOTS, or the system's temporary folder. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env['GENJIN_SCREENSHOTS'] || join(tmpdir(), 'genjin-screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
