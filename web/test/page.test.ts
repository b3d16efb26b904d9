import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { TrailEntry } from '@genjin/client';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleEntries } from '../../server/src/demo/example.ts';
import { generateFirm } from '../../server/src/demo/firm.ts';
import { announce } from '../../server/test/support/soak.ts';
import { startBrowser } from './browser.ts';
import { hostileCompany, hostileEntries, hostileTexts, longWord, manyLines } from './hostile.ts';
import {
  ids,
  onPage as onPageOf,
  type Person,
  phone,
  scrollsSideways,
  signIn as signInAs,
  text,
  type Visited,
  visited,
} from './visit.ts';

const exampleCompany = 16696797769;
const firm = {
  clientId: 23412,
  seed: 7,
  entries: 700,
  companies: 24,
  salespeople: 8,
  endAt: Date.UTC(2026, 4, 20),
  days: 400,
};

let place: Visited;
let browser: Browser;

beforeAll(async () => {
  place = await visited({ entries: [...generateFirm(firm), ...hostileEntries] });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await place?.server.stop();
});

const onPage = (options: BrowserContextOptions, work: (page: Page) => Promise<void>) => onPageOf(browser, place, options, work);
const signIn = (page: Page, address = '/', person: Person = place.member) => signInAs(page, place, person, address);

async function everything(query: object = {}): Promise<readonly TrailEntry[]> {
  const found: TrailEntry[] = [];
  for await (const entry of place.client.trails.all(query)) found.push(entry);
  return found;
}

const idsOf = (entries: readonly TrailEntry[]): number[] => entries.map((entry) => entry.trail_id);

/** Waits until the entries that are seen begin with these. */
const begins = (page: Page, expected: readonly number[]) =>
  page.waitForFunction(
    (first) =>
      [...document.querySelectorAll('article[data-trail-id]')]
        .slice(0, first.length)
        .map((entry) => Number(entry.getAttribute('data-trail-id')))
        .join() === first.join(),
    [...expected],
  );

/** The entry at the top of what is seen. */
const topmost = (page: Page): Promise<number> =>
  page.evaluate(() => {
    for (const entry of document.querySelectorAll('article[data-index]'))
      if (entry.getBoundingClientRect().bottom > 96) return Number(entry.getAttribute('data-index'));
    return -1;
  });

describe('the way in', () => {
  test('a wrong password is said and nothing typed is lost; the right one leads to the entries; nothing secret is in reach of scripts', async () => {
    await onPage({}, async (page) => {
      await page.goto(`${place.server.baseUrl}/?view=company&id=${exampleCompany}`);
      await page.fill('#email', place.member.email);
      await page.fill('#password', 'wrong');
      await page.click('button[type=submit]');
      expect(await text(page, '[role=alert]')).toContain('邮箱或密码不正确');
      expect([await page.inputValue('#email'), await page.inputValue('#password')]).toEqual([place.member.email, 'wrong']);
      await page.fill('#password', place.member.password);
      await page.keyboard.press('Enter');
      expect(await ids(page)).toHaveLength(6);
      expect(await page.evaluate(() => document.cookie)).toBe('');
      await page.reload();
      expect(await ids(page)).toHaveLength(6);
      await page.getByRole('button', { name: '我的设置' }).click();
      await page.getByRole('menuitem', { name: '退出登录' }).click();
      await page.waitForSelector('#email');
      await page.reload();
      await page.waitForSelector('#email');
    });
  });

  test('both are needed', async () => {
    await onPage({}, async (page) => {
      await page.goto(place.server.baseUrl);
      await page.fill('#email', '  ');
      await page.click('button[type=submit]');
      await page.waitForSelector('.ant-form-item-explain-error >> nth=1');
      expect(await page.locator('.ant-form-item-explain-error').allInnerTexts()).toEqual(['请填写此项', '请填写此项']);
    });
  });
});

describe('a timeline', () => {
  test('of a company: the six entries of the example, in order, by day', async () => {
    await onPage({}, async (page) => {
      await signIn(page, `/?view=company&id=${exampleCompany}`);
      expect(await ids(page)).toEqual(exampleEntries.map((entry) => (entry as TrailEntry).trail_id));
      expect(await text(page, '.timeline-head h1')).toContain('小满的客户021');
      expect(await text(page, '.total')).toBe('共 6 条跟进');
      expect(await page.locator('.day h2').allInnerTexts()).toEqual([
        '2024年8月20日 星期二',
        '2024年8月12日 星期一',
        '2023年8月31日 星期四',
        '2023年6月19日 星期一',
        '2023年1月17日 星期二',
        '2022年1月28日 星期五',
      ]);
    });
  });

  test('scrolled to its end: each entry once, in order, the document never large', async () => {
    const expected = idsOf(await everything());
    await onPage({}, async (page) => {
      await signIn(page);
      await ids(page);
      expect(await text(page, '.total')).toBe(`共 ${expected.length.toLocaleString('zh-CN')} 条跟进`);
      const seen = await page.evaluate(async (last) => {
        const found = new Map<number, number>();
        let most = 0;
        for (let still = 0; !found.has(last) && still < 400; still++) {
          const entries = document.querySelectorAll('article[data-index]');
          most = Math.max(most, entries.length);
          for (const entry of entries)
            found.set(Number(entry.getAttribute('data-index')), Number(entry.getAttribute('data-trail-id')));
          window.scrollBy(0, 1500);
          await new Promise((resolve) => setTimeout(resolve, 40));
        }
        return { found: [...found].sort((a, b) => a[0] - b[0]).map(([, id]) => id), most };
      }, expected.length - 1);
      expect(seen.found).toEqual(expected);
      expect(seen.most).toBeLessThanOrEqual(300);
    });
  });

  test('scrolled back, what one reads stays where it is', async () => {
    await onPage({}, async (page) => {
      await signIn(page, '/?at=2026-01-10%2010%3A00%3A00');
      await ids(page);
      for (let i = 0; i < 30; i++) {
        const moved = await page.evaluate(async () => {
          const anchor = [...document.querySelectorAll('article')].find((entry) => entry.getBoundingClientRect().bottom > 300);
          const before = anchor?.getBoundingClientRect().top ?? 0;
          window.scrollBy(0, -120);
          const asked = window.scrollY === 0 ? null : 120;
          await new Promise((resolve) => setTimeout(resolve, 60));
          return asked === null || anchor === undefined ? 0 : anchor.getBoundingClientRect().top - before - asked;
        });
        expect(Math.abs(moved)).toBeLessThanOrEqual(2);
      }
    });
  });

  test('what becomes lower or higher by itself above it, such as a film, does not move what one reads', async () => {
    await onPage({}, async (page) => {
      await signIn(page, '/?at=2026-01-10%2010%3A00%3A00');
      await ids(page);
      await page.evaluate(() => window.scrollBy(0, 600));
      for (const height of ['400px', '90px', '250px']) {
        const moved = await page.evaluate(async (minHeight) => {
          const drawn = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)));
          await drawn();
          const entries = [...document.querySelectorAll<HTMLElement>('article')];
          const read = entries.findIndex((entry) => entry.getBoundingClientRect().bottom > 150);
          const before = entries[read]?.getBoundingClientRect().top ?? 0;
          const above = entries[read - 2];
          if (above !== undefined) above.style.minHeight = minHeight;
          await drawn();
          return (entries[read]?.getBoundingClientRect().top ?? 0) - before;
        }, height);
        expect(Math.abs(moved)).toBeLessThanOrEqual(2);
      }
    });
  });

  test('is reached by a link in an entry, and Back leads back to the place', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      await ids(page);
      await page.evaluate(() => window.scrollTo(0, 4000));
      await page.waitForFunction(() => location.search.includes('at='));
      const before = await topmost(page);
      const link = page.locator(`article[data-index="${before + 1}"] .subject-link`).last();
      await link.click();
      await page.waitForFunction(() => /view=(company|lead|opportunity|contact|colleague)/.test(location.search));
      await ids(page);
      await page.goBack();
      await page.waitForSelector(`article[data-index="${before}"]`);
      await expect.poll(async () => Math.abs((await topmost(page)) - before)).toBeLessThanOrEqual(1);
      await page.reload();
      await page.waitForSelector(`article[data-index="${before}"]`);
      await expect.poll(async () => Math.abs((await topmost(page)) - before)).toBeLessThanOrEqual(1);
    });
  });

  test('filters by words, type, author and days, kept in the address', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      await ids(page);
      await page
        .getByRole('textbox', { name: '搜索跟进内容' })
        .or(page.getByRole('searchbox', { name: '搜索跟进内容' }))
        .fill('样品');
      await page.waitForFunction(() => new URLSearchParams(location.search).get('q') === '样品');
      const words = await everything({ keyword: '样品' });
      expect(words.length).toBeGreaterThan(3);
      await begins(page, idsOf(words).slice(0, 10));
      expect(await text(page, '.total')).toBe(`共 ${words.length} 条跟进`);
      expect(await text(page, 'article mark')).toBe('样品');
      await page.goto(`${place.server.baseUrl}/?q=样品&from=2026-01-01&to=2026-03-31&type=103,110`);
      const all = await everything({ keyword: '样品', start_time: '2026-01-01', end_time: '2026-03-31', type: '103,110' });
      await begins(page, idsOf(all).slice(0, 10));
      expect(await text(page, '.total')).toBe(`共 ${all.length} 条跟进`);
      await page.getByRole('button', { name: '清除筛选' }).click();
      await begins(page, idsOf(await everything()).slice(0, 10));
    });
  });

  test('one without entries says what to do', async () => {
    await onPage({ locale: 'en-US' }, async (page) => {
      await signIn(page, '/?view=colleague&id=42');
      expect(await text(page, '.nothing')).toMatch(/^No follow-ups yet\nRecord the first contact/);
    });
  });

  test('what a colleague records is there within a second: at the top by itself, further down as a number', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      await ids(page);
      // The feed is heard as soon as it is open.
      await page.waitForTimeout(1000);
      const record = (content: string) => place.client.trails.record({ company_id: exampleCompany, content, remark_type: 103 });
      const began = Date.now();
      const { trail_id } = await record('刚刚电话确认');
      await page.waitForSelector(`[data-trail-id="${trail_id}"]`, { timeout: 5000 });
      announce(`what a colleague records is there after ${Date.now() - began} ms`);
      await page.evaluate(() => window.scrollTo(0, 5000));
      await page.waitForFunction(() => location.search.includes('at='));
      const before = await topmost(page);
      const place_ = await page.locator(`article[data-index="${before}"]`).boundingBox();
      const second = await record('再次确认');
      expect(await text(page, '.timeline-new button')).toBe('1 条新跟进');
      expect((await page.locator(`article[data-index="${before}"]`).boundingBox())?.y).toBe(place_?.y);
      await page.locator('.timeline-new button').click();
      await page.waitForSelector(`[data-trail-id="${second.trail_id}"]`);
      for (const id of [trail_id, second.trail_id]) await place.client.trails.remove(id);
    });
  });

  test('goes to a month by the rail, the keyboard and the picker', async () => {
    const all = await everything();
    await onPage({}, async (page) => {
      await signIn(page);
      await ids(page);
      const rail = page.getByRole('slider', { name: '按月份浏览' });
      const box = await rail.boundingBox();
      if (box === null) throw new Error('there is no rail');
      await page.mouse.click(box.x + 20, box.y + box.height * 0.5);
      await expect.poll(() => topmost(page)).toBeGreaterThan(200);
      const month = (index: number) => all[index]?.create_time.slice(0, 7);
      const there = await topmost(page);
      await rail.focus();
      await page.keyboard.press('ArrowDown');
      await expect.poll(async () => month(await topmost(page))).not.toBe(month(there));
      await page.keyboard.press('End');
      await expect.poll(async () => month(await topmost(page))).toBe(all.at(-1)?.create_time.slice(0, 7));
      await page.keyboard.press('Home');
      await expect.poll(() => topmost(page)).toBe(0);
    });
  });
});

describe('language and look', () => {
  const languages: readonly [string, string, string][] = [
    ['zh-CN', 'zh-CN', '全部跟进'],
    ['zh-TW', 'zh-CN', '全部跟进'],
    ['en-US', 'en', 'All follow-ups'],
    ['de-DE', 'en', 'All follow-ups'],
  ];
  test.each(languages)('a browser that asks for %s', async (locale, lang, title) => {
    await onPage({ locale }, async (page) => {
      await signIn(page);
      expect([await page.getAttribute('html', 'lang'), await text(page, 'h1')]).toEqual([lang, title]);
    });
  });

  test('switched, and kept when the page is opened again', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      await page.getByRole('button', { name: '我的设置' }).click();
      await page.getByRole('menuitem', { name: 'English' }).click();
      await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'All follow-ups');
      expect(await text(page, '.day h2')).toMatch(/^\w+day, \d+ \w+ 20\d\d/);
      await page.reload();
      expect(await text(page, 'h1')).toBe('All follow-ups');
    });
  });

  test.each([
    ['light', 200, 255],
    ['dark', 0, 60],
  ] as const)('%s, as the system is set', async (colorScheme, from, to) => {
    await onPage({ colorScheme }, async (page) => {
      await signIn(page);
      await ids(page);
      for (const selector of ['body', '.entries', '.ant-picker']) {
        const colour = await page
          .locator(selector)
          .first()
          .evaluate((element) => getComputedStyle(element).backgroundColor);
        const [red = -1] = (colour.match(/\d+/g) ?? []).map(Number);
        expect(red, `${selector} ${colour}`).toBeGreaterThanOrEqual(from);
        expect(red, `${selector} ${colour}`).toBeLessThanOrEqual(to);
      }
    });
  });

  test('a phone of 360 pixels never scrolls sideways', async () => {
    await onPage(phone, async (page) => {
      await page.goto(place.server.baseUrl);
      await page.waitForSelector('#email');
      expect(await scrollsSideways(page)).toBe(false);
      await signIn(page);
      for (const address of ['', '?q=样品', `?view=company&id=${hostileCompany}`, '?view=colleague&id=42', '?from=x']) {
        await page.goto(`${place.server.baseUrl}/${address}`);
        await page.waitForSelector('article, .nothing, [role=alert]');
        expect(await scrollsSideways(page), address).toBe(false);
      }
    });
  });
});

describe('what goes wrong', () => {
  test('a query that the server refuses', async () => {
    await onPage({}, async (page) => {
      await signIn(page, '/?from=2026-03-10&to=2026-03-01');
      expect(await text(page, '[role=alert]')).toMatch(/服务器没有接受这个请求[\s\S]*start_time: "2026-03-10" is not accepted/);
    });
  });

  test('texts that look like code are shown as texts', async () => {
    await onPage({}, async (page) => {
      await signIn(page, `/?view=company&id=${hostileCompany}`);
      await ids(page);
      const shown = await page.locator('.entry-text').allTextContents();
      for (const hostile of [...hostileTexts, longWord, manyLines]) expect(shown).toContain(hostile);
      expect(await text(page, 'h1')).toContain('<img src=x onerror="alert(1)">株式会社');
      // Only addresses of the web are links, and only files have any.
      expect(
        await page.$$eval('.files a', (links) => [...new Set(links.map((link) => (link as HTMLAnchorElement).href))]),
      ).toEqual(['https://files.example/a%22onclick=%22alert(9)']);
      expect(await page.locator('main script, main svg[onload], main [onerror]').count()).toBe(0);
    });
  });
});

describe('what is sent', () => {
  const root = resolve(import.meta.dirname, '../../server/dist/web');

  test('the page has no inline script and names nothing of elsewhere', () => {
    const html = readFileSync(join(root, 'index.html'), 'utf8');
    for (const script of html.match(/<script\b[^>]*>/g) ?? [])
      expect(script).toMatch(/^<script type="module"[^>]* src="\.\/assets\/[\w-]+\.js">$/);
    expect(html).not.toMatch(/https?:\/\/|\son\w+=/);
  });

  test('the first load is below 450 kB compressed, and has no charts', async () => {
    const sizes = new Map(
      readdirSync(join(root, 'assets')).map((name) => [name, gzipSync(readFileSync(join(root, 'assets', name))).length]),
    );
    await onPage({}, async (page) => {
      const loaded: string[] = [];
      page.on('request', (request) => loaded.push(new URL(request.url()).pathname.split('/').at(-1) ?? ''));
      await signIn(page);
      await ids(page);
      const first = loaded.filter((name) => sizes.has(name));
      expect(first.length).toBeGreaterThan(1);
      expect(first.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0)).toBeLessThan(450_000);
      expect(first.filter((name) => /chart/i.test(name))).toEqual([]);
    });
  });

  test('the interactive documents load nothing from elsewhere', async () => {
    await onPage({}, async (page) => {
      await page.goto(`${place.server.baseUrl}/docs`);
      await page.waitForSelector('.opblock');
      expect(await page.locator('.opblock-summary-path').count()).toBeGreaterThan(3);
      await page.locator('#operations-company-trailList .opblock-summary-control').click();
      await page.waitForSelector('.responses-table');
      expect(await text(page, '.parameters')).toContain('company_id');
    });
  });
});
