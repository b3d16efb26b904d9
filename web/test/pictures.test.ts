/** Pictures of the views, made anew at each run; what is seen on them is for people to judge, but each view has to be there whole. */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateFirm } from '../../server/src/demo/firm.ts';
import { picture, startBrowser } from './browser.ts';
import { onPage, phone, scrollsSideways, signIn, type Visited, visited } from './visit.ts';

const exampleCompany = 16696797769;
const now = Date.UTC(2026, 4, 20, 6);

let place: Visited;
let browser: Browser;

beforeAll(async () => {
  const firm = { clientId: 23412, seed: 11, entries: 2500, companies: 60, salespeople: 9, endAt: now, days: 500 };
  place = await visited({ entries: generateFirm(firm), clock: () => now });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await place?.server.stop();
});

const english = { locale: 'en-US' };
const dark = { colorScheme: 'dark' } as const;

const views: readonly [name: string, address: string, seen: string, options: BrowserContextOptions][] = [
  ['timeline', '/', 'article', {}],
  ['timeline-en-dark', '/', 'article', { ...english, ...dark }],
  ['timeline-phone', '/', 'article', phone],
  ['search', '/?q=样品', 'article mark', {}],
  ['company', `/?view=company&id=${exampleCompany}`, 'article', {}],
  ['company-phone-dark', `/?view=company&id=${exampleCompany}`, 'article', { ...phone, ...dark }],
  ['companies', '/?view=companies', 'main table', {}],
  ['companies-en-phone', '/?view=companies', 'main h1', { ...phone, ...english }],
  ['opportunities-en', '/?view=opportunities', 'main table', english],
  ['team', '/?view=team', 'main canvas, main svg', {}],
  ['team-en-dark', '/?view=team', 'main canvas, main svg', { ...english, ...dark }],
  ['silence', '/?view=silence', 'main h1', {}],
  ['today', '/?view=today', 'main h1', {}],
  ['settings', '/?view=settings', 'main h1', {}],
];

test.each(views)('%s', async (name, address, seen, options) => {
  await onPage(browser, place, options, async (page) => {
    await signIn(page, place, place.admin, address);
    await page.waitForSelector(seen);
    await page.waitForTimeout(700);
    await picture(page, name);
    expect(await scrollsSideways(page)).toBe(false);
  });
});

test('the way in', async () => {
  await onPage(browser, place, {}, async (page) => {
    await page.goto(place.server.baseUrl);
    await page.waitForSelector('#email');
    await picture(page, 'sign-in');
  });
});
