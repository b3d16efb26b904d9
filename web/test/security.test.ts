import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBrowser } from './browser.ts';
import { payloadEntries, payloads } from './payloads.ts';
import { ids, onPage, signIn, type Visited, visited } from './visit.ts';

let place: Visited;
let browser: Browser;
/** Another site, with whatever stands in this. */
let elsewhere: { readonly url: string; html: string; readonly server: Server };

beforeAll(async () => {
  place = await visited({ entries: payloadEntries });
  browser = await startBrowser();
  const site = { html: '' };
  const server = createServer((_request, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(site.html));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  elsewhere = Object.assign(site, { server, url: `http://localhost:${(server.address() as AddressInfo).port}/` });
});
afterAll(async () => {
  elsewhere?.server.close();
  await browser?.close();
  await place?.server.stop();
});

/** As a link within the page does, which is much faster than to begin anew. */
const goTo = (page: Page, address: string): Promise<void> =>
  page.evaluate((to) => {
    window.history.pushState(null, '', to);
    window.dispatchEvent(new PopStateEvent('popstate'));
  }, address);

const ran = (page: Page): Promise<unknown> => page.evaluate(() => (globalThis as { ran?: number }).ran ?? 0);

/** Scrolls to the end, so that everything was shown once. */
async function readAll(page: Page): Promise<number> {
  const seen = new Set<number>();
  for (let still = 0; still < 4; ) {
    const before = seen.size;
    for (const id of await ids(page)) seen.add(id);
    await page.evaluate(() => window.scrollBy(0, 3000));
    await page.waitForTimeout(60);
    still = seen.size === before ? still + 1 : 0;
  }
  return seen.size;
}

describe('texts that are scripts', () => {
  test('there are a hundred and more', () => {
    expect(new Set(payloads).size).toBeGreaterThanOrEqual(100);
  });

  // `onPage` fails on dialogs, errors, breaches of the content security policy, and requests to anywhere else.
  test('in every text of entries: none runs', async () => {
    await onPage(browser, place, {}, async (page) => {
      await signIn(page, place, place.admin);
      expect(await readAll(page)).toBeGreaterThanOrEqual(payloads.length);
      expect(await ran(page)).toBe(0);
    });
  });

  test('in the address: none runs, and nothing leads away', { timeout: 300_000 }, async () => {
    await onPage(browser, place, {}, async (page) => {
      await signIn(page, place, place.admin);
      for (const [i, payload] of payloads.entries()) {
        const words = new URLSearchParams({ view: payload, id: payload, q: payload, at: payload, from: payload, setup: payload });
        await goTo(page, `/?${words}`);
        // Of some also as the page reads its address when it begins.
        if (i % 8 === 0) await page.reload();
        await page.waitForFunction(
          (words) => document.querySelector<HTMLInputElement>('.filter-words input')?.value === words,
          payload,
        );
        expect(await ran(page), payload).toBe(0);
      }
      for (const address of [
        '//example.com',
        '/%2F%2Fexample.com',
        '/?next=https://example.com',
        '/?redirect=//example.com',
        '/\\example.com',
      ]) {
        await page.goto(place.server.baseUrl + address).catch(() => undefined);
        expect(new URL(page.url()).host, address).toBe(new URL(place.server.baseUrl).host);
      }
    });
  });

  test.each(['company', 'lead', 'opportunity', 'contact', 'colleague'] as const)(
    'in the name of a %s: none runs on its own page',
    { timeout: 300_000 },
    async (view) => {
      const base = { company: 700_000, lead: 720_000, opportunity: 740_000, contact: 710_000, colleague: 5000 }[view];
      await onPage(browser, place, {}, async (page) => {
        await signIn(page, place, place.admin);
        for (let i = 0; i < (view === 'colleague' ? 7 : payloads.length); i++) {
          await goTo(page, `/?view=${view}&id=${base + i}`);
          await page.waitForSelector(`article[data-trail-id="${700_000 + i}"]`);
          expect(await ran(page), payloads[i]).toBe(0);
        }
      });
    },
  );

  test.each(['companies', 'leads', 'opportunities', 'silence', 'team', 'today', 'settings'])(
    'on the view %s: none runs',
    async (view) => {
      await onPage(browser, place, {}, async (page) => {
        await signIn(page, place, place.admin, `/?view=${view}`);
        await page.waitForSelector('main h1');
        await page.waitForTimeout(500);
        expect(await ran(page)).toBe(0);
      });
    },
  );
});

test('scripts in every text of an import: none runs in its preview, nor afterwards', async () => {
  const lines = payloadEntries.map((one) =>
    JSON.stringify({ ...(one as object), trail_id: (one as { trail_id: number }).trail_id + 50_000 }),
  );
  // And some that are refused, whose texts are shown too.
  for (const payload of payloads.slice(0, 40)) lines.push(JSON.stringify({ trail_id: payload, content: payload }), payload);
  await onPage(browser, place, {}, async (page) => {
    await signIn(page, place, place.admin, '/?view=settings&tab=import');
    const name = `${payloads[12]}`.replaceAll('/', '_');
    await page.setInputFiles('input[type=file]', {
      name,
      mimeType: 'application/x-ndjson',
      buffer: Buffer.from(lines.join('\n')),
    });
    await page.waitForSelector('main article, main table, main [role=alert]');
    await page.waitForTimeout(1000);
    expect(await ran(page)).toBe(0);
  });
});

describe('other sites', () => {
  test('cannot put the page into a frame', async () => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      elsewhere.html = `<iframe src="${place.server.baseUrl}/"></iframe>`;
      await page.goto(elsewhere.url);
      await page.waitForTimeout(500);
      const frame = page.frames()[1];
      expect(await frame?.locator('#email').count()).toBe(0);
    } finally {
      await context.close();
    }
  });

  test('cannot make a browser that is signed in record, remove, or sign out', async () => {
    await onPage(browser, place, {}, async (page) => {
      await signIn(page, place, place.admin);
      const first = (await ids(page))[0];
      const count = async () => (await place.client.trails.list({ count: 1 })).totalItem;
      const before = await count();
      const forms = [
        ['v1/dynamic/trail/push', { company_id: 700_000, content: 'forged' }],
        ['v1/dynamic/trail/remove', { trail_id: first }],
        ['v1/session/end', {}],
      ] as const;
      const attack = await page.context().newPage();
      for (const [path, fields] of forms) {
        const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
        for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data']) {
          elsewhere.html = `<form id=f method=post enctype="${type}" action="${place.server.baseUrl}/${path}">${inputs.join('')}</form>`;
          await attack.goto(elsewhere.url);
          const [answer] = await Promise.all([
            attack.waitForNavigation(),
            attack.evaluate(() => (document.querySelector('form') as HTMLFormElement).submit()),
          ]);
          expect([401, 403, 415], `${path} ${type}`).toContain(answer?.status());
        }
        // The form has led to the server itself.
        await attack.goto(elsewhere.url);
        const answered = await attack.evaluate(
          async ({ url, body }) => {
            try {
              return (
                await fetch(url, {
                  method: 'POST',
                  credentials: 'include',
                  headers: { 'Content-Type': 'application/json', 'X-Genjin-Page': '1' },
                  body,
                })
              ).status;
            } catch {
              return 'refused';
            }
          },
          { url: `${place.server.baseUrl}/${path}`, body: JSON.stringify(fields) },
        );
        expect(answered).toBe('refused');
      }
      await attack.close();
      expect(await count()).toBe(before);
      await page.reload();
      expect((await ids(page))[0]).toBe(first);
    });
  });
});
