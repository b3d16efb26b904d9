/** A server with people who can sign in, and pages on it. */
import { GenjinClient } from '@genjin/client';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { type RunningServer, startServer, tenantId } from '../../client/test/running-server.ts';
import type { Clock } from '../../server/src/domain/stores.ts';
import { openPage } from './browser.ts';

export interface Person {
  readonly userId: number;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

type Role = 'admin' | 'member' | 'viewer';

export interface Visited {
  readonly server: RunningServer;
  /** Of an application that may do everything. */
  readonly client: GenjinClient;
  readonly admin: Person;
  readonly member: Person;
  readonly viewer: Person;
  add(name: string, role: Role): Promise<Person>;
}

/** Starts a server with one person of each role. */
export async function visited(options: { clock?: Clock; entries?: Iterable<unknown> } = {}): Promise<Visited> {
  const server = await startServer(options);
  const add = async (name: string, role: Role): Promise<Person> => {
    const account = {
      name,
      email: `${role}-${name.length}-${name.codePointAt(0)}@example.com`,
      password: `${role} of the house`,
    };
    const userId = await server.core.signIns.create(tenantId, { ...account, userId: null, replace: false, role });
    return { ...account, userId };
  };
  const credentials = await server.application(['company', 'lead', 'opportunity', 'user', 'report', 'webhook']);
  return {
    server,
    client: new GenjinClient({ baseUrl: server.baseUrl, ...credentials }),
    admin: await add('王经理', 'admin'),
    member: await add('李雷', 'member'),
    viewer: await add('韩梅梅', 'viewer'),
    add,
  };
}

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

/** By server and mail address, what the browser kept of the last time somebody signed in. */
const sessions = new Map<string, Cookies>();

/** Signs in through the page, the next times with the session of the first one as long as it lasts, and waits for what is there then. */
export async function signIn(page: Page, { server }: Visited, person: Person, address = '/'): Promise<void> {
  const key = `${server.baseUrl} ${person.email}`;
  const known = sessions.get(key);
  if (known !== undefined) await page.context().addCookies(known);
  await page.goto(server.baseUrl + address);
  await page.waitForSelector('.frame, #email');
  if ((await page.locator('#email').count()) > 0) await enter(page, person);
  sessions.set(key, await page.context().cookies());
}

/** By what is typed. */
async function enter(page: Page, person: Person): Promise<void> {
  await page.fill('#email', person.email);
  await page.fill('#password', person.password);
  await page.click('button[type=submit]');
  await page.waitForSelector('.frame');
}

/** Work on a page of its own; whatever must not happen on any page fails it. */
export async function onPage(
  browser: Browser,
  { server }: Visited,
  options: BrowserContextOptions,
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const { page, problems, close } = await openPage(browser, server.baseUrl, options);
  try {
    await work(page);
    expect(problems).toEqual([]);
  } finally {
    await close();
  }
}

/** What a reader sees of the first element, lines and all. */
export async function text(page: Page, selector: string): Promise<string> {
  const found = page.locator(selector).first();
  await found.waitFor();
  return (await found.allInnerTexts())[0] ?? '';
}

/** The entries in the page by their ids, in order, as soon as there are some. */
export async function ids(page: Page): Promise<number[]> {
  await page.waitForSelector('article[data-trail-id]');
  return page.$$eval('article[data-trail-id]', (entries) => entries.map((entry) => Number(entry.getAttribute('data-trail-id'))));
}

export const scrollsSideways = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

export const phone: BrowserContextOptions = { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true };
