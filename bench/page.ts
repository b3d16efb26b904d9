/**
 * The page in a browser whose processor is four times slower, over a large store, beside a bare page of the same library: how soon the first
 * entries are seen, how soon a month far back, and how smoothly one scrolls.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { needChromium } from '../scripts/chromium.ts';
import { runProgram, startProgram } from './processes.ts';
import { figure, median, type Report, ratio, step } from './report.ts';
import { scaleData } from './scale-data.ts';

export interface PageOptions {
  readonly entries: number;
  readonly companies: number;
  readonly quick: boolean;
  readonly fresh: boolean;
}

const slowdown = 4;
const scrolled = 10_000;
/** Pixels that one scrolls from one frame to the next. */
const stride = 500;
/** ms; what takes longer from one frame to the next is seen. */
const longFrame = 50;

const person = { email: 'bench@example.com', password: 'only of the benchmark' };

export async function page({ entries, companies, quick, fresh }: PageOptions): Promise<Report> {
  const data = await scaleData(entries, companies, fresh);
  step('signing somebody up');
  await signUp(data.tenantId, data.store);
  step('building the bare page');
  const bare = await barePage();
  const server = await startProgram(data.store, null);
  const browser = await chromium.launch({
    executablePath: needChromium(),
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
    ],
  });
  try {
    const state = await signedIn(browser, server.url);
    const found = {
      bare: [] as number[],
      first: [] as number[],
      jump: [] as number[],
      long: { ours: [] as number[], theirs: [] as number[] },
    };
    const rounds = quick ? 2 : 7;
    for (let round = 0; round <= rounds; round++) {
      step(`visits, round ${round}`);
      const theirs = await visit(browser, undefined, async (page) => {
        await open(page, bare.url, '.ant-list-item');
        return page.evaluate<number>('probe.firstPaint()');
      });
      const [first, jump] = await visit(browser, state, async (page) => {
        const seen = await open(page, server.url, 'article[data-trail-id]');
        await page.waitForSelector('.scrubber-year');
        return [seen, await jumpTo(page, 0.2 + 0.6 * Math.random())] as const;
      });
      // The first round warms the files up.
      if (round === 0) continue;
      found.bare.push(theirs);
      found.first.push(first);
      found.jump.push(jump);
    }
    for (let round = 0; round < (quick ? 1 : 2); round++) {
      step(`scrolling ${scrolled} entries of the bare list, round ${round}`);
      found.long.theirs.push(
        await visit(browser, undefined, async (page) => {
          await open(page, bare.url, '.ant-list-item');
          return scroll(page, '[data-index]');
        }),
      );
      step(`scrolling ${scrolled} entries of the timeline, round ${round}`);
      found.long.ours.push(
        await visit(browser, state, async (page) => {
          await open(page, server.url, 'article[data-trail-id]');
          return scroll(page, 'article[data-index]');
        }),
      );
    }
    return reported(entries, found);
  } finally {
    await browser.close();
    await server.stop();
    bare.stop();
  }
}

function reported(
  entries: number,
  found: { bare: number[]; first: number[]; jump: number[]; long: { ours: number[]; theirs: number[] } },
): Report {
  const of = (values: readonly number[]): number[] => values.map((value, i) => value / (found.bare[i] as number));
  const first = median(of(found.first));
  const jump = median(of(found.jump));
  const [ours, theirs] = [median(found.long.ours), median(found.long.theirs)];
  return {
    bounds: [
      { what: "first entries seen / the bare page's first paint", value: first, limit: 1.4, holds: 'at most', unit: '×' },
      { what: "a month far back / the bare page's first paint", value: jump, limit: 0.3, holds: 'at most', unit: '×' },
      {
        what: `long frames over ${scrolled} entries / those of the bare list`,
        value: theirs === 0 ? null : ours / theirs,
        limit: 1.5,
        holds: 'at most',
        unit: '×',
      },
    ],
    tables: [
      {
        title: `The page over ${entries.toLocaleString('en-US')} entries`,
        columns: ['', 'ms', "of the bare page's"],
        rows: [
          ['bare page: first paint', figure(median(found.bare)), '1.00 ×'],
          ['first entries seen, nothing cached', figure(median(found.first)), ratio(first)],
          ['a month far back, by the rail', figure(median(found.jump)), ratio(jump)],
        ],
        notes: [`Chromium with its processor slowed down ${slowdown} times; each visit in a profile of its own, in turns.`],
      },
      {
        title: `Scrolling ${scrolled.toLocaleString('en-US')} entries`,
        columns: ['', `frames over ${longFrame} ms`],
        rows: [
          ['bare list, which has its entries itself', figure(theirs)],
          ['timeline, which gets its entries from the server', figure(ours)],
        ],
        notes: [`${stride} pixels a frame.`],
      },
    ],
  };
}

/** A page of the same library, built and served as the product's own is. */
async function barePage(): Promise<{ url: string; stop(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-bare-'));
  await build({
    root: fileURLToPath(new URL('../web/bare-page/', import.meta.url)),
    configFile: false,
    logLevel: 'silent',
    plugins: [react()],
    build: {
      outDir: folder,
      emptyOutDir: true,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 3000,
    },
  });
  const types: Readonly<Record<string, string>> = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript',
    '.css': 'text/css',
  };
  const files = new Map(
    (readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => extname(name) in types)
      .map((name) => [`/${name}`, gzipSync(readFileSync(join(folder, name)))]),
  );
  const server: HttpServer = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    const file = files.get(path);
    if (file === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': types[extname(path)], 'Content-Encoding': 'gzip' }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Unless an earlier run over the same store has done it. */
async function signUp(tenantId: number, store: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-bench-'));
  const file = join(folder, 'password');
  writeFileSync(file, person.password);
  const account = ['--tenant', String(tenantId), '--name', 'bench', '--email', person.email, '--data', store];
  try {
    await runProgram(['user', 'create', ...account, '--password-file', file]);
  } catch (error) {
    if (!(error as Error).message.includes('signs in with')) throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type State = Awaited<ReturnType<BrowserContext['storageState']>>;

async function signedIn(browser: Browser, url: string): Promise<State> {
  const context = await browser.newContext({ locale: 'zh-CN' });
  const page = await context.newPage();
  await page.goto(url);
  await page.fill('#email', person.email);
  await page.fill('#password', person.password);
  await page.click('button[type=submit]');
  await page.waitForSelector('article[data-trail-id]');
  const state = await context.storageState();
  await context.close();
  return state;
}

async function visit<T>(browser: Browser, storageState: State | undefined, work: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({
    locale: 'zh-CN',
    viewport: { width: 1280, height: 900 },
    // What it keeps would be there at the next visit.
    serviceWorkers: 'block',
    // What measures is no part of the page.
    bypassCSP: true,
    ...(storageState === undefined ? {} : { storageState }),
  });
  try {
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    return await work(page);
  } finally {
    await context.close();
  }
}

/** ms until an element that fits is seen. */
async function open(page: Page, url: string, selector: string): Promise<number> {
  await page.addInitScript({ path: fileURLToPath(new URL('page-probe.js', import.meta.url)) });
  await page.addInitScript(`probe.watch(${JSON.stringify(selector)})`);
  await page.goto(url);
  await page.waitForFunction('probe.first !== null');
  return page.evaluate<number>('probe.first');
}

const jumpTo = (page: Page, share: number): Promise<number> => page.evaluate<number>(`probe.jumpTo(${share})`);

const scroll = (page: Page, selector: string): Promise<number> =>
  page.evaluate<number>(`probe.scroll(${JSON.stringify(selector)}, ${scrolled}, ${stride}, ${longFrame})`);
