import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GenjinClient, type TrailEntry } from '@genjin/client';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer, tenantId } from '../../client/test/running-server.ts';
import { exampleEntries } from '../../server/src/demo/example.ts';
import { generateFirm } from '../../server/src/demo/firm.ts';
import { openPage, picture, startBrowser } from './browser.ts';
import { hostileCompany, hostileEntries, hostileTexts, longWord, manyLines } from './hostile.ts';

const exampleCompany = 16696797769;
const firm = {
  clientId: tenantId,
  seed: 7,
  entries: 360,
  companies: 24,
  salespeople: 8,
  endAt: Date.UTC(2026, 4, 20),
  days: 120,
};

let server: RunningServer;
let browser: Browser;
let credentials: { clientId: string; clientSecret: string };
let client: GenjinClient;

beforeAll(async () => {
  server = await startServer({ entries: [...generateFirm(firm), ...hostileEntries] });
  credentials = await server.application();
  client = new GenjinClient({ baseUrl: server.baseUrl, ...credentials });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Work on a page of its own; whatever must not happen on any page fails it. */
async function onPage(options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> {
  const { page, problems, close } = await openPage(browser, server.baseUrl, options);
  try {
    await work(page);
    expect(problems).toEqual([]);
  } finally {
    await close();
  }
}

async function signIn(page: Page, address = '/'): Promise<void> {
  await page.goto(server.baseUrl + address);
  await page.fill('#clientId', credentials.clientId);
  await page.fill('#clientSecret', credentials.clientSecret);
  await page.click('button[type=submit]');
  await page.waitForSelector('.timeline-head');
}

/** The entries' ids, as soon as the page that was asked for is there. */
async function ids(page: Page): Promise<number[]> {
  await page.waitForSelector('main > [aria-busy=false] article');
  return page.$$eval('article', (entries) => entries.map((entry) => Number(entry.getAttribute('data-trail-id'))));
}

/** What a reader sees of the first element, lines and all. */
async function text(page: Page, selector: string): Promise<string> {
  const found = page.locator(selector).first();
  await found.waitFor();
  return (await found.allInnerTexts())[0] ?? '';
}

const scrollsSideways = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

async function everything(query: object = {}): Promise<readonly TrailEntry[]> {
  const { list, totalItem } = await client.trails.list({ ...query, count: 1000 });
  expect(list).toHaveLength(totalItem);
  return list;
}

/** There is no call for it yet. */
async function removeTrail(trailId: number): Promise<void> {
  await server.core.objects.change(tenantId, 'command:import', async (edit) => {
    const stored = (await edit.getMany('trail', [trailId])).get(trailId);
    if (stored === undefined) throw new Error(`there is no entry ${trailId}`);
    await edit.write('trail', [{ before: stored, after: { ...stored.object, removed: true }, knownAt: stored.knownAt + 1 }]);
  });
}

describe('credentials', () => {
  test('a wrong secret is said and nothing typed is lost; the right one is kept in this tab only, until signing out', async () => {
    await onPage({}, async (page) => {
      await page.goto(`${server.baseUrl}/?company_id=${exampleCompany}`);
      expect(await text(page, '.sign-in')).toContain('只保存在此标签页的 sessionStorage 中');
      await page.fill('#clientId', credentials.clientId);
      await page.fill('#clientSecret', 'wrong');
      await page.click('button[type=submit]');
      expect(await text(page, '[role=alert]')).toMatch(/应用 ID 或密钥不正确[\s\S]*Client authentication failed/);
      expect([await page.inputValue('#clientId'), await page.inputValue('#clientSecret')]).toEqual([
        credentials.clientId,
        'wrong',
      ]);
      const kept = () => page.evaluate(() => JSON.stringify([{ ...sessionStorage }, { ...localStorage }, document.cookie]));
      expect(await kept()).toBe('[{},{},""]');

      await page.fill('#clientSecret', `  ${credentials.clientSecret} `);
      await page.keyboard.press('Enter');
      expect(await ids(page)).toHaveLength(6);
      expect(await kept()).toBe(JSON.stringify([{ 'genjin.application': JSON.stringify(credentials) }, {}, '']));

      await page.getByRole('button', { name: '退出' }).click();
      await page.waitForSelector('#clientId');
      expect(await kept()).toBe('[{},{},""]');
      expect(await page.inputValue('#clientSecret')).toBe('');
    });
  });

  test('both are needed', async () => {
    await onPage({}, async (page) => {
      await page.goto(server.baseUrl);
      await page.fill('#clientId', '  ');
      await page.click('button[type=submit]');
      await page.waitForSelector('.ant-form-item-explain-error >> nth=1');
      expect(await page.locator('.ant-form-item-explain-error').allInnerTexts()).toEqual(['请填写此项', '请填写此项']);
    });
  });

  test('an application without the scope is told what it lacks', async () => {
    const other = await server.application(['lead']);
    await onPage({ locale: 'en-GB' }, async (page) => {
      await page.goto(server.baseUrl);
      await page.fill('#clientId', other.clientId);
      await page.fill('#clientSecret', other.clientSecret);
      await page.click('button[type=submit]');
      expect(await text(page, '[role=alert]')).toMatch(/may not read follow-ups[\s\S]*module company/);
    });
  });
});

describe("a company's timeline", () => {
  test('the six entries of the example, in order, with what each has', async () => {
    await onPage({}, async (page) => {
      await signIn(page, `/?company_id=${exampleCompany}`);
      expect(await ids(page)).toEqual(exampleEntries.map((entry) => (entry as TrailEntry).trail_id));
      expect(await text(page, '.timeline-head h1')).toBe('小满的客户021');
      expect(await text(page, '.total')).toBe('共 6 条跟进');
      expect(await page.title()).toBe('小满的客户021 · 跟进 Genjin');
      expect(await page.locator('.day h2').allInnerTexts()).toEqual([
        '2024年8月20日 星期二',
        '2024年8月12日 星期一',
        '2023年8月31日 星期四',
        '2023年6月19日 星期一',
        '2023年1月17日 星期二',
        '2022年1月28日 星期五',
      ]);
      const rows: readonly (readonly [number, readonly string[]])[] = [
        [25646265871658, ['快速记录', 'CXK', '10:48', '跟进', '小满的客户021', '满021']],
        [25197419337290, ['快速记录', 'CXK', '17:10', '快速记录一个动态', '小满的客户021', '小满的客户02120240708比利时']],
        [10452468112775, ['快速记录', '张三', '15:00', '发给h', '小满的客户021']],
        [
          8390479839358,
          ['关联邮件备注', '张三', '15:14', '（无内容）', '小满的客户021', 'zz测试商机', '记录于 2023-06-25 15:47'],
        ],
        [5379694081528, ['快速记录', '张三', '14:46', '本次跟进原因:XXX\n主要沟通内容:XXX\n其他:XX', '小满的客户021', '满021']],
        [1632775077227, ['快速记录', '张三', '05:14', '电话联系', '小满的客户021', '张先生', '记录于 17:14']],
      ];
      for (const [trailId, words] of rows)
        expect((await text(page, `[data-trail-id="${trailId}"]`)).replaceAll(/\n+/g, '\n')).toBe(words.join('\n'));
      expect(await page.locator('.ant-pagination').count()).toBe(0);

      await page.getByRole('button', { name: '张先生' }).click();
      expect(await text(page, '.ways')).toMatch(/邮箱\s+99999@129\.com\s+电话\s+\+355 123456\s+whatsapp\s+86 180 8882 2256/);
    });
  });

  test('is reached by its id and by its name, and Back leads back', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      const first = (await ids(page))[0];
      const link = page.locator('.company-link').first();
      const name = await text(page, '.company-link');
      await link.click();
      await page.waitForFunction((title) => document.querySelector('h1')?.textContent === title, name);
      const companyId = new URL(page.url()).searchParams.get('company_id');
      const own = await everything({ company_id: companyId });
      expect(await ids(page)).toEqual(own.slice(0, 20).map((entry) => entry.trail_id));

      await page.getByPlaceholder('客户 ID').fill(` ${exampleCompany} `);
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelector('h1')?.textContent === '小满的客户021');
      expect(page.url()).toBe(`${server.baseUrl}/?company_id=${exampleCompany}`);

      await page.getByRole('button', { name: '清除筛选' }).click();
      await page.waitForFunction(() => document.querySelector('h1')?.textContent === '全部跟进');
      expect(page.url()).toBe(`${server.baseUrl}/`);
      for (const title of ['小满的客户021', name, '全部跟进']) {
        await page.goBack();
        await page.waitForFunction((expected) => document.querySelector('h1')?.textContent === expected, title);
      }
      expect((await ids(page))[0]).toBe(first);
    });
  });

  test('searching once more shows what is new', async () => {
    await onPage({}, async (page) => {
      await signIn(page, `/?company_id=${exampleCompany}`);
      expect(await ids(page)).toHaveLength(6);
      const { trail_id } = await client.trails.record({ company_id: exampleCompany, content: '刚刚电话确认', remark_type: 103 });
      try {
        await page.getByRole('button', { name: '查询' }).click();
        expect(await text(page, `[data-trail-id="${trail_id}"]`)).toMatch(/^电话\ntest\n[\s\S]*刚刚电话确认/);
        expect(await text(page, '.total')).toBe('共 7 条跟进');
        expect(await text(page, '.day h2')).toMatch(/今天|昨天/);
      } finally {
        await removeTrail(trail_id);
      }
    });
  });

  test('a company id that is none is not sent', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      await page.getByPlaceholder('客户 ID').fill('12a');
      await page.keyboard.press('Enter');
      expect(await text(page, '.filters-bad')).toBe('客户 ID 只含数字');
      expect(page.url()).toBe(`${server.baseUrl}/`);
    });
  });

  test('one without entries', async () => {
    await onPage({ locale: 'en-US' }, async (page) => {
      await signIn(page, '/?company_id=42');
      expect(await text(page, '.nothing')).toMatch(/^No follow-ups\nThis company has no follow-ups/);
      expect(await text(page, '.timeline-head')).toMatch(/^Company 42\s+0 follow-ups/);
    });
  });

  test('a period', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      await page.getByPlaceholder('开始日期').fill('2026-03-01');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => location.search === '?start_time=2026-03-01');
      await page.getByPlaceholder('结束日期').fill('2026-03-14');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => location.search === '?start_time=2026-03-01&end_time=2026-03-14');
      const own = await everything({ start_time: '2026-03-01', end_time: '2026-03-14' });
      expect(own.length).toBeGreaterThan(5);
      expect(await ids(page)).toEqual(own.slice(0, 20).map((entry) => entry.trail_id));
      expect(await text(page, '.total')).toBe(`共 ${own.length} 条跟进`);
      await page.reload();
      expect(await ids(page)).toEqual(own.slice(0, 20).map((entry) => entry.trail_id));
      expect(await page.getByPlaceholder('结束日期').inputValue()).toBe('2026-03-14');
    });
  });
});

describe('paging', () => {
  test('through everything: each entry once, in order, with an exact total', async () => {
    const expected = (await everything()).map((entry) => entry.trail_id);
    const pages = Math.ceil(expected.length / 20);
    await onPage({}, async (page) => {
      await signIn(page);
      const seen: number[] = [];
      for (let number = 1; number <= pages; number++) {
        await page.waitForSelector(`.ant-pagination-item-active[title="${number}"]`);
        seen.push(...(await ids(page)));
        expect(await text(page, '.total')).toBe(`共 ${expected.length} 条跟进`);
        if (number < pages) await page.locator('.ant-pagination-next').click();
      }
      expect(seen).toEqual(expected);
      expect(await page.locator('.ant-pagination-next').getAttribute('aria-disabled')).toBe('true');
    });
  });

  test('reloading keeps the place; a page past the end says so', async () => {
    const expected = (await everything()).map((entry) => entry.trail_id);
    await onPage({}, async (page) => {
      await signIn(page);
      await page.locator('.ant-pagination-item[title="3"]').click();
      await page.waitForFunction(() => location.search === '?page=3');
      expect(await ids(page)).toEqual(expected.slice(40, 60));
      expect(await page.evaluate(() => scrollY)).toBe(0);
      await page.reload();
      expect(await ids(page)).toEqual(expected.slice(40, 60));
      await page.goto(`${server.baseUrl}/?page=900`);
      expect(await text(page, '.nothing')).toContain('没有第 900 页');
      await page.getByRole('button', { name: '回到第一页' }).click();
      expect(await ids(page)).toEqual(expected.slice(0, 20));
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
      expect(await text(page, '.ant-pagination-options')).toContain('跳至');
      await page.getByText('English', { exact: true }).click();
      await page.waitForFunction(() => document.querySelector('h1')?.textContent === 'All follow-ups');
      expect(await text(page, '.ant-pagination-options')).toContain('Go to');
      expect(await text(page, '.day h2')).toMatch(/^\w+day, \d+ \w+ 20\d\d$/);
      await page.reload();
      expect(await text(page, 'h1')).toBe('All follow-ups');
      await page.getByText('中文', { exact: true }).click();
      await page.waitForFunction(() => document.querySelector('h1')?.textContent === '全部跟进');
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
    await onPage({ viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true }, async (page) => {
      await page.goto(server.baseUrl);
      await page.waitForSelector('#clientId');
      expect(await scrollsSideways(page)).toBe(false);
      await signIn(page);
      for (const address of ['', '?page=2', '?page=10', `?company_id=${hostileCompany}`, '?company_id=42', '?company_id=x']) {
        await page.goto(`${server.baseUrl}/${address}`);
        await page.waitForSelector('article, .nothing, [role=alert]');
        expect(await scrollsSideways(page), address).toBe(false);
      }
    });
  });
});

describe('what goes wrong', () => {
  test('no network: said in words, and trying again works', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      await ids(page);
      await page.context().setOffline(true);
      await page.locator('.ant-pagination-item[title="2"]').click();
      expect(await text(page, '[role=alert]')).toContain('连接不上服务器');
      await page.context().setOffline(false);
      await page.getByRole('button', { name: '再试一次' }).click();
      expect(await ids(page)).toEqual((await everything()).slice(20, 40).map((entry) => entry.trail_id));
      expect(await page.locator('[role=alert]').count()).toBe(0);
    });
  });

  test('a query that the server refuses', async () => {
    await onPage({}, async (page) => {
      await signIn(page, '/?start_time=2026-03-10&end_time=2026-03-01');
      expect(await text(page, '[role=alert]')).toMatch(/服务器没有接受这个查询[\s\S]*start_time: "2026-03-10" is not accepted/);
    });
  });

  test('credentials that no longer work', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      await page.evaluate(() => sessionStorage.setItem('genjin.application', '{"clientId":"1-gone","clientSecret":"x"}'));
      await page.reload();
      expect(await text(page, '[role=alert]')).toContain('应用 ID 或密钥不正确');
      await page.getByRole('button', { name: '重新填写凭据' }).click();
      await page.waitForSelector('#clientId');
    });
  });

  test('texts that look like code are shown as texts', async () => {
    await onPage({}, async (page) => {
      await signIn(page, `/?company_id=${hostileCompany}`);
      await ids(page);
      const shown = await page.locator('.entry-text').allTextContents();
      for (const hostile of [...hostileTexts, longWord, manyLines]) expect(shown).toContain(hostile);
      expect(await text(page, 'h1')).toBe('<img src=x onerror="alert(1)">株式会社');
      expect(await text(page, '[data-trail-id="900"]')).toMatch(/^类型 777\n<script>alert\("script"\)<\/script>\n/);
      // Only addresses of the web are links, and only files have any.
      expect(
        await page.$$eval('.files a', (links) => [...new Set(links.map((link) => (link as HTMLAnchorElement).href))]),
      ).toEqual(['https://files.example/a%22onclick=%22alert(9)']);
      expect(await page.locator('main img, main script, main svg[onload]').count()).toBe(0);
      await page.locator('button.contact').first().click();
      expect(await text(page, '.ways')).toContain('<img src=x onerror="alert(1)">');
      const fold = page.getByRole('button', { name: '展开全文' });
      expect(await fold.count()).toBe(2);
      const height = async () => (await page.locator('.entry-text', { hasText: '第 40 行' }).boundingBox())?.height ?? 0;
      const folded = await height();
      await page.locator('article', { hasText: '第 40 行' }).getByRole('button', { name: '展开全文' }).click();
      expect(await height()).toBeGreaterThan(folded * 3);
    });
  });
});

describe('what is sent', () => {
  const root = resolve(import.meta.dirname, '../../server/dist/web');

  test('the page has no inline script and names nothing of elsewhere', () => {
    const html = readFileSync(join(root, 'index.html'), 'utf8');
    expect(html.match(/<script\b[^>]*>/g)).toEqual([
      expect.stringMatching(/^<script type="module"[^>]* src="\.\/assets\/[\w-]+\.js">$/),
    ]);
    expect(html).not.toMatch(/https?:\/\/|\son\w+=/);
  });

  test('the first load is below 450 kB compressed', () => {
    const sizes = readdirSync(join(root, 'assets')).map((name) => gzipSync(readFileSync(join(root, 'assets', name))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(450_000);
  });

  test('the interactive documents load nothing from elsewhere', async () => {
    await onPage({}, async (page) => {
      await page.goto(`${server.baseUrl}/docs`);
      await page.waitForSelector('.opblock');
      expect(await page.locator('.opblock-summary-path').count()).toBeGreaterThan(3);
      await page.locator('#operations-company-trailList .opblock-summary-control').click();
      await page.waitForSelector('.responses-table');
      expect(await text(page, '.parameters')).toContain('company_id');
    });
  });
});

describe('pictures', () => {
  const looks: readonly [string, BrowserContextOptions, string][] = [
    ['desktop-zh', {}, '/?end_time=2026-05-12'],
    ['desktop-en', { locale: 'en-US' }, '/'],
    ['phone-zh', { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true }, '/'],
    ['desktop-zh-dark', { colorScheme: 'dark' }, `/?company_id=${exampleCompany}`],
    ['desktop-zh-hostile', {}, `/?company_id=${hostileCompany}`],
  ];
  test.each(looks)('%s', async (name, options, address) => {
    await onPage(options, async (page) => {
      await page.goto(server.baseUrl);
      await page.waitForSelector('#clientId');
      await picture(page, `${name}-credentials`);
      await signIn(page, address);
      await ids(page);
      await picture(page, name);
    });
  });
});
