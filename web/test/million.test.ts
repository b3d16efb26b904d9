/** A timeline of a million entries: any month at once, without a page of what lies between. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImportedEntry } from '../../server/src/domain/import.ts';
import { readEntry } from '../../server/src/wire/entry-wire.ts';
import { entry } from '../../server/test/support/entries.ts';
import { soak } from '../../server/test/support/soak.ts';
import { startBrowser } from './browser.ts';
import { onPage, signIn, text, type Visited, visited } from './visit.ts';

const entries = soak(1_000_000);
const years = 10;
const first = Date.UTC(2016, 0, 1);
const apart = Math.floor((years * 365 * 86_400) / entries) * 1000;

let place: Visited;
let browser: Browser;

function* portions(): Generator<ImportedEntry[]> {
  const size = 5000;
  for (let start = 0; start < entries; start += size)
    yield Array.from({ length: size }, (_, k) => {
      const at = new Date(first + (start + k) * apart).toISOString().slice(0, 19).replace('T', ' ');
      const times = { create_time: at, created_at: at, update_time: at };
      return readEntry(
        entry({
          ...times,
          client_id: 23412,
          trail_id: start + k + 1,
          company_id: 1 + ((start + k) % 2000),
          content: `第 ${start + k} 次联系`,
        }),
      );
    });
}

beforeAll(async () => {
  place = await visited();
  await place.server.core.importer.take(portions());
  browser = await startBrowser();
}, 1_800_000);
afterAll(async () => {
  await browser?.close();
  await place?.server.stop();
});

test('a month is gone to by the rail and by the keyboard', { timeout: 120_000 }, async () => {
  await onPage(browser, place, {}, async (page) => {
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/trail/list')) asked.push(request.url());
    });
    await signIn(page, place, place.member);
    await page.waitForSelector('article[data-trail-id]');
    // The six of the example are there too.
    expect(await text(page, '.total')).toBe(`共 ${(entries + 6).toLocaleString('zh-CN')} 条跟进`);
    const rail = page.getByRole('slider', { name: '按月份浏览' });
    const box = await rail.boundingBox();
    if (box === null) throw new Error('there is no rail');
    asked.length = 0;
    await page.mouse.click(box.x + 20, box.y + box.height * 0.5);
    const month = () => page.locator('article[data-index]').first().getAttribute('data-time');
    await expect.poll(month, { timeout: 10_000 }).toMatch(/^20(20|21)-/);
    // The page of there and its neighbours, not what lies before.
    expect(asked.length).toBeLessThan(15);
    await rail.focus();
    await page.keyboard.press('End');
    await expect.poll(month, { timeout: 10_000 }).toMatch(/^2016-0[12]-/);
    await page.keyboard.press('Home');
    await expect.poll(() => page.locator('article[data-index]').first().getAttribute('data-index')).toBe('0');
  });
});
