import { readFileSync } from 'node:fs';
import { GenjinClient } from '@genjin/client';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer, tenantId } from '../../client/test/running-server.ts';
import { generateFirm } from '../../server/src/demo/firm.ts';
import { firmObjects } from '../../server/src/demo/firm-objects.ts';
import { modules } from '../../server/src/domain/application.ts';
import { recordsOf } from '../../server/test/support/csv.ts';
import { sheetsOf } from '../../server/test/support/xlsx.ts';
import { headHeight, rowHeight } from '../src/team/measures.ts';
import { openPage, picture, startBrowser } from './browser.ts';

const dayLength = 24 * 3600 * 1000;
const beijing = 8 * 3600 * 1000;
const now = Date.now();
/** The day so many days from today on, in Beijing. */
const day = (from = 0): string => new Date(now + beijing + from * dayLength).toISOString().slice(0, 10);
const firm = {
  clientId: tenantId,
  seed: 11,
  entries: 900,
  companies: 70,
  salespeople: 5,
  endAt: Math.floor(now / 1000) * 1000 - 1000,
  days: 150,
};
const password = 'correct horse battery';

let server: RunningServer;
let browser: Browser;
let client: GenjinClient;
/** The signed-in member's id. */
let userId: number;

beforeAll(async () => {
  const entries = [...generateFirm(firm)];
  server = await startServer({ entries });
  await server.core.importer.learn(tenantId, firmObjects(firm, entries), firm.endAt);
  client = new GenjinClient({ baseUrl: server.baseUrl, ...(await server.application([...modules])) });
  const person = (email: string, name: string, role: 'member' | 'viewer') =>
    server.core.signIns.create(tenantId, { userId: null, name, email, password, replace: false, role });
  userId = await person('wang@example.com', '王经理', 'member');
  await person('guest@example.com', '来宾', 'viewer');
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

interface Options extends BrowserContextOptions {
  readonly email?: string;
}

/** The cookie of each who has signed in. */
const cookies = new Map<string, Promise<NonNullable<BrowserContextOptions['storageState']>>>();

async function signedIn(email: string): Promise<NonNullable<BrowserContextOptions['storageState']>> {
  const { page, close } = await openPage(browser, server.baseUrl, {});
  await page.goto(server.baseUrl);
  await page.fill('input[type=email]', email);
  await page.fill('input[type=password]', password);
  await page.click('button[type=submit]');
  await page.waitForSelector('.frame main h1');
  const state = await page.context().storageState();
  await close();
  return state;
}

/** Work at an address, signed in; whatever must not happen on any page fails it. */
async function at(address: string, work: (page: Page) => Promise<void>, given: Options = {}): Promise<void> {
  const { email = 'wang@example.com', ...options } = given;
  const cookie = cookies.get(email) ?? signedIn(email);
  cookies.set(email, cookie);
  const { page, problems, close } = await openPage(browser, server.baseUrl, { ...options, storageState: await cookie });
  try {
    await page.goto(`${server.baseUrl}/${address}`);
    await page.waitForSelector('.frame main h1');
    await work(page);
    expect(problems).toEqual([]);
  } finally {
    await close();
  }
}

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** What a reader sees of the first element. */
async function text(page: Page, selector: string): Promise<string> {
  const found = page.locator(selector).first();
  await found.waitFor();
  return found.innerText();
}

/** The names of the rows, as soon as those are there that were asked for. */
async function names(page: Page): Promise<string[]> {
  await page.waitForSelector('.data-table[aria-busy=false] tbody tr');
  return page.locator('.data-table tbody th .subject-link').allInnerTexts();
}

/** All companies in an order, as the server lists them. */
async function listed(question: object): Promise<{ names: string[]; total: number }> {
  const { list, totalItem } = await client.subjects.list({ ...question, count: 1000 });
  return { names: list.map(({ name }) => name), total: totalItem };
}

const search = (page: Page, words: string) =>
  page.waitForFunction((expected) => new URLSearchParams(location.search).get('q') === expected, words);

/** Of each company the days since its last contact, counted from the entries themselves. */
async function recount(): Promise<{ id: number; name: string; last: string; days: number }[]> {
  const companies: { company_id: number; name: string; archive_time: string }[] = [];
  for await (const { company_id, name } of client.companies.all()) {
    const { archive_time } = await client.companies.info({ company_id });
    companies.push({ company_id, name, archive_time });
  }
  const last = new Map<number, string>();
  for await (const { company_id, create_time } of client.trails.all())
    if (create_time > (last.get(company_id) ?? '')) last.set(company_id, create_time);
  return companies
    .map(({ company_id: id, name, archive_time }) => {
      const since = last.get(id) ?? archive_time;
      return { id, name, last: since, days: Math.round((Date.parse(day()) - Date.parse(since.slice(0, 10))) / dayLength) };
    })
    .sort((a, b) => (a.last < b.last ? -1 : a.last > b.last ? 1 : a.id - b.id));
}

describe('lists', () => {
  test('the exact total, the order, and pages that stand in the address', async () => {
    const all = await listed({ kind: 'company', sort: 'last_contact' });
    await at('?view=companies', async (page) => {
      expect(await names(page)).toEqual(all.names.slice(0, 50));
      expect(await text(page, '.total')).toBe(`共 ${all.total} 个客户`);
      await page.locator('.ant-pagination-item[title="2"]').click();
      await page.waitForFunction(() => location.search.includes('page=2'));
      await page.waitForFunction((count) => document.querySelectorAll('tbody tr').length === count, all.total - 50);
      expect(await names(page)).toEqual(all.names.slice(50));
      await page.reload();
      expect(await names(page)).toEqual(all.names.slice(50));
      await page.goBack();
      await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 50);
      expect(await names(page)).toEqual(all.names.slice(0, 50));
      await picture(page, 'companies');
    });
  });

  test.each([
    ['客户名称', 'name', 'asc'],
    ['下次跟进', 'next_follow_up', 'asc'],
    ['沉默天数', 'silence', 'desc'],
  ])('sorted by %s, and the other way round', async (title, sort, order) => {
    const other = order === 'asc' ? 'desc' : 'asc';
    await at('?view=companies', async (page) => {
      await names(page);
      for (const [wanted, words] of [
        [order, `sort=${sort}`],
        [other, `order=${other}`],
      ] as const) {
        await page.getByRole('button', { name: title }).click();
        await page.waitForFunction((expected) => location.search.includes(expected), words);
        await page.waitForSelector(`th[aria-sort=${wanted}ending]`);
        expect(await names(page)).toEqual((await listed({ kind: 'company', sort, order: wanted })).names.slice(0, 50));
      }
    });
  });

  test('search by name, contact, mail and domain, while one types', async () => {
    const { list } = await client.subjects.list({ kind: 'company', sort: 'silence', count: 40 });
    const company = list.find(({ main_contact }) => !Array.isArray(main_contact) && main_contact.email !== '');
    const { name: person = '', email = '' } = (company?.main_contact ?? {}) as { name?: string; email?: string };
    const words = [company?.name ?? '', person, email, email.split('@')[1] ?? ''];
    await at('?view=companies', async (page) => {
      const box = page.getByLabel('搜索名称、编号、联系人、邮箱或域名');
      for (const word of words) {
        expect(word).not.toBe('');
        await box.fill(word);
        await search(page, word);
        const expected = await listed({ kind: 'company', keyword: word });
        await page.waitForFunction(
          (total) => document.querySelector('.total')?.textContent === total,
          `共 ${expected.total} 个客户`,
        );
        expect(expected.names).toContain(company?.name);
        expect(await names(page)).toEqual(expected.names.slice(0, 50));
      }
      await box.fill('没有这样的客户');
      expect(await text(page, '.nothing')).toContain('没有符合条件的结果');
      await page.getByRole('button', { name: '清除筛选' }).click();
      await names(page);
      expect(await box.inputValue()).toBe('');
    });
  });

  test('a row leads to the company, with its facts, people, opportunities and timeline', async () => {
    const { list: deals } = await client.subjects.list({ kind: 'opportunity', count: 1 });
    const company = await client.companies.info({ company_id: deals[0]?.company_id ?? 0 });
    const { list: own } = await client.subjects.list({ kind: 'opportunity', company_id: company.company_id });
    await at(`?view=companies&q=${encodeURIComponent(company.name)}`, async (page) => {
      await names(page);
      await page.locator('tbody tr').first().locator('td').last().click();
      await page.waitForSelector('.facts');
      expect(await text(page, 'h1')).toBe(company.name);
      expect(await page.title()).toBe(`${company.name} · 跟进 Genjin`);
      const facts = await text(page, '.facts');
      for (const fact of [company.serial_id, company.owner[0]?.nickname ?? '无人跟进']) expect(facts).toContain(fact);
      expect(await page.locator('.deals li .subject-link').allInnerTexts()).toEqual(own.map(({ name }) => name));
      const [contact] = company.customers.filter(({ email }) => email !== '');
      expect(await page.locator(`a[href="mailto:${contact?.email}"]`).count()).toBe(1);
      expect(await page.locator('.people a[href^="tel:+"]').count()).toBeGreaterThan(0);
      const { totalItem } = await client.trails.list({ company_id: company.company_id });
      expect(await text(page, '.timeline-head .total')).toBe(`共 ${totalItem} 条跟进`);
      await picture(page, 'company');
    });
  });

  test('the next follow-up is set with two clicks, moved and cleared', async () => {
    const [{ id = 0, name = '' } = {}] = (await client.subjects.list({ kind: 'company', sort: 'name', order: 'asc', count: 1 }))
      .list;
    const next = async (): Promise<string> => (await client.companies.info({ company_id: id })).next_follow_up_time;
    await at(`?view=company&id=${id}`, async (page) => {
      const button = page.getByRole('button', { name: `下次跟进：${name}` });
      for (const [word, expected, shown] of [
        [/^3 天后/, `${day(3)} 00:00:00`, '3天后'],
        [/^明天/, `${day(1)} 00:00:00`, '明天'],
        [/^取消安排/, '1970-01-01 00:00:00', '未安排'],
      ] as const) {
        await button.click();
        await page.getByRole('button', { name: word }).click();
        await page.waitForFunction((said) => document.querySelector('.next-fact')?.textContent?.includes(said), shown);
        expect(await next()).toBe(expected);
      }
    });
  });

  test.each([
    ['leads', 'lead', '条线索'],
    ['opportunities', 'opportunity', '个商机'],
  ] as const)('%s', async (view, kind, word) => {
    const all = await listed({ kind, sort: 'last_contact' });
    await at(`?view=${view}`, async (page) => {
      expect(await names(page)).toEqual(all.names.slice(0, 50));
      expect(await text(page, '.total')).toBe(`共 ${all.total} ${word}`);
      await page.locator('tbody .subject-link').first().click();
      await page.waitForSelector('.facts');
      expect(await text(page, 'h1')).toBe(all.names[0]);
      await picture(page, kind);
    });
  });
});

describe('silence', () => {
  test('the three most silent stand out, the others follow: as the entries themselves say', async () => {
    const silent = (await recount()).filter(({ days }) => days >= 3);
    await at('?view=silence', async (page) => {
      await page.waitForSelector('.silence-top');
      expect(await text(page, '.silence-top-head')).toBe('最久没有联系的 3 个客户');
      expect(await page.locator('.silence-name').allInnerTexts()).toEqual(silent.slice(0, 3).map(({ name }) => name));
      expect(await page.locator('.silence-top > li > .badge').allInnerTexts()).toEqual(
        silent.slice(0, 3).map(({ days }) => `${days} 天没有联系`),
      );
      const table = page.locator('.data-table').first();
      expect(await table.locator('tbody th').allInnerTexts()).toEqual(silent.slice(3, 50).map(({ name }) => name));
      expect(await text(page, '.total')).toBe(`${silent.length} 个客户已沉默 3 天以上`);
      await picture(page, 'silence');
    });
  });

  test('each rule counts what it lists; rules are kept for the person', async () => {
    const all = await recount();
    const count = (from: number): number => all.filter(({ days }) => days >= from).length;
    await at('?view=silence', async (page) => {
      const bands = async (): Promise<string[]> => {
        await page.waitForSelector('.band');
        return (await page.locator('.band').allInnerTexts()).map((band) => band.replaceAll('\n', ' '));
      };
      expect(await bands()).toEqual([3, 7, 15, 30].map((from) => `${count(from)} ${from} 天以上`));
      await page.locator('.band').nth(2).click();
      await page.waitForFunction(
        (total) => document.querySelector('.total')?.textContent === total,
        `${count(15)} 个客户已沉默 15 天以上`,
      );
      await page.getByRole('button', { name: '规则' }).click();
      await page.getByLabel('提醒规则（天）').fill('x');
      expect(await text(page, '#rules-how')).toContain('请填写 1 到 6 个');
      await page.getByLabel('提醒规则（天）').fill('60，10');
      await page.keyboard.press('Enter');
      await page.waitForFunction(() => document.querySelectorAll('.band').length === 2);
      expect(await bands()).toEqual([10, 60].map((from) => `${count(from)} ${from} 天以上`));
      await page.reload();
      expect(await bands()).toEqual([10, 60].map((from) => `${count(from)} ${from} 天以上`));
    });
  });

  test('by owner: each number leads to the list that it counts', async () => {
    await at('?view=silence', async (page) => {
      const row = page.getByRole('table', { name: '按跟进人' }).locator('tbody tr').first();
      const cell = row.locator('td a').nth(1);
      const expected = await cell.innerText();
      await cell.click();
      await page.waitForFunction(
        (total) => document.querySelector('.total')?.textContent === total,
        `${expected} 个客户已沉默 7 天以上`,
      );
    });
  });
});

describe('team', () => {
  test('a cell of the heat map opens exactly the entries that it counts', async () => {
    const period = { start_time: day(-29), end_time: day() };
    const { list } = await client.stats.people(period);
    const person = list[1];
    const cell = person?.periods.at(-3);
    if (person === undefined || cell === undefined) throw new Error('nobody recorded anything');
    const column = Math.round((Date.parse(cell.period) - Date.parse(period.start_time)) / dayLength);
    const expected = await client.trails.list({
      create_user: [person.user_id],
      start_time: cell.period,
      end_time: cell.period,
      count: 100,
    });
    expect(expected.totalItem).toBe(cell.count);
    const opens = async (page: Page): Promise<void> => {
      await page.waitForFunction(
        (total) => document.querySelector('.timeline-head .total')?.textContent === total,
        `共 ${cell.count} 条跟进`,
      );
      await page.waitForSelector('article');
      const ids = await page.$$eval('article', (entries) => entries.map((entry) => Number(entry.getAttribute('data-trail-id'))));
      expect(ids).toEqual(expected.list.map(({ trail_id }) => trail_id));
      expect(await text(page, 'h1')).toBe(person.nickname);
    };
    await at('?view=team', async (page) => {
      const chart = page.locator('.heat-map-cells .chart');
      const { width = 0 } = (await chart.boundingBox()) ?? {};
      await picture(page, 'team');
      await chart.click({ position: { x: ((column + 0.5) * width) / 30, y: headHeight + 1.5 * rowHeight } });
      await opens(page);
      await page.goBack();
      await page.getByText('显示为表格').click();
      const row = page.getByRole('table', { name: '成员每日跟进' }).locator('tbody tr').nth(1);
      await row
        .locator('td')
        .nth(column + 1)
        .locator('a')
        .click();
      await opens(page);
    });
  });

  test('sums, types and countries, each against the period before', async () => {
    const [from, to] = [day(-29), day()];
    const between = async (query: object): Promise<number> => (await client.trails.list({ ...query, count: 1 })).totalItem;
    const now = await between({ start_time: from, end_time: to });
    const before = await between({ start_time: day(-59), end_time: day(-30) });
    const { list: types } = await client.stats.types({ start_time: from, end_time: to });
    await at('?view=team', async (page) => {
      await page.waitForSelector('.trend');
      const share = new Intl.NumberFormat('zh-CN', { style: 'percent', signDisplay: 'exceptZero', maximumFractionDigits: 0 });
      expect(await text(page, '.figure dd')).toBe(`${now} ${share.format((now - before) / before)}`);
      expect(await text(page, '.trend-now')).toContain(`：${now} 条`);
      expect(await text(page, '.trend-before')).toContain(`：${before} 条`);
      const rows = page.getByRole('table', { name: '按类型' }).locator('tbody tr');
      for (const [i, { type, count, before: formerly }] of types.slice(0, 12).entries()) {
        expect(await between({ type, start_time: from, end_time: to })).toBe(count);
        expect(await rows.nth(i).locator('td.number').allInnerTexts()).toEqual([
          String(count),
          String(formerly),
          expect.any(String),
        ]);
      }
      await rows.first().locator('th a').click();
      await page.waitForFunction(
        (total) => document.querySelector('.timeline-head .total')?.textContent === total,
        `共 ${types[0]?.count} 条跟进`,
      );
    });
  });
});

describe('today', () => {
  test('late, today and soon, mine or all; a new day moves it', async () => {
    const made: number[] = [];
    for (const [name, from] of [
      ['迟到的', -2],
      ['今天的', 0],
      ['以后的', 5],
      ['太远的', 9],
    ] as const) {
      const { company_id: id } = await client.companies.push({ name: `我${name}`, user_id: [userId] });
      await client.next.push({ subject: 'company', id, next_follow_up_time: day(from) });
      made.push(id);
    }
    const others = await client.next.list({ end_time: day(-1), count: 1 });
    await at('?view=today', async (page) => {
      const due = async (section: string): Promise<string[]> => {
        await page.waitForSelector(`.due-${section} .due-count`);
        return page.locator(`.due-${section} .due-name .subject-link`).allInnerTexts();
      };
      expect([await due('overdue'), await due('today'), await due('soon')]).toEqual([['我迟到的'], ['我今天的'], ['我以后的']]);
      await picture(page, 'today');
      await page.getByRole('button', { name: '改期下次跟进：我迟到的' }).click();
      await page.getByRole('button', { name: /^今天/ }).click();
      await page.waitForFunction(() => document.querySelectorAll('.due-today li').length === 2);
      expect(await due('overdue')).toEqual([]);
      await page.getByText('所有人').click();
      await page.waitForFunction(
        (count) => document.querySelector('.due-overdue .due-count')?.textContent === count,
        String(others.totalItem - 1),
      );
      expect(page.url()).toContain('who=all');
    });
    for (const id of made) await client.companies.remove({ company_id: id });
  });

  test('the calendar link is shown once, can be copied, and ends', async () => {
    await at('?view=today', async (page) => {
      await page.getByRole('button', { name: '创建日历链接' }).click();
      const address = await page.getByLabel('日历链接', { exact: true }).inputValue();
      const calendar = await fetch(address);
      expect([calendar.status, (await calendar.text()).slice(0, 15)]).toEqual([200, 'BEGIN:VCALENDAR']);
      await page.getByRole('button', { name: '停用链接' }).click();
      await page.locator('.ant-popconfirm-buttons').getByRole('button', { name: '停用链接' }).click();
      await page.getByText('日历链接已停用。').waitFor();
      expect(await page.getByLabel('日历链接', { exact: true }).count()).toBe(0);
      expect((await fetch(address)).status).not.toBe(200);
    });
  });
});

describe('exports', () => {
  const download = async (page: Page, label: string): Promise<Buffer> => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByLabel(label).click()]);
    return readFileSync(await file.path());
  };
  test.each([
    ['?view=companies', '导出客户为', async () => (await listed({ kind: 'company' })).total],
    ['?view=leads', '导出线索为', async () => (await listed({ kind: 'lead' })).total],
    ['?view=silence', '导出沉默客户为', async () => (await client.stats.silence({ days: 3 })).totalItem],
    [
      '?view=team',
      '导出按国家为',
      async () => (await client.stats.countries({ start_time: day(-29), end_time: day() })).totalItem,
    ],
  ])('%s as CSV and as XLSX, with all rows', async (address, label, count) => {
    const rows = (await count()) + 1;
    await at(address, async (page) => {
      const csv = (await download(page, `${label} CSV`)).toString();
      expect(recordsOf(csv.replace('\ufeff', ''))).toHaveLength(rows);
      expect(sheetsOf(await download(page, `${label} XLSX`))[0]?.rows).toHaveLength(rows);
    });
  });
});

describe('who may only read', () => {
  test.each(['companies', 'silence', 'today'])('%s has nothing to change', async (view) => {
    await at(
      `?view=${view}`,
      async (page) => {
        await page.waitForSelector('.lists-head');
        expect(await page.getByRole('button', { name: /写跟进|下次跟进：|日历链接/ }).count()).toBe(0);
      },
      { email: 'guest@example.com' },
    );
  });
});

describe('on a phone', () => {
  const { company_id: companyId } = { company_id: 16696797769 };
  const views = ['companies', 'leads', 'opportunities', `company&id=${companyId}`, 'silence', 'today&who=all', 'team'];
  test.each(views.flatMap((view) => [[view, 'zh-CN', 'light'] as const, [view, 'en-GB', 'dark'] as const]))(
    '%s, %s, %s: nothing scrolls sideways',
    async (view, locale, colorScheme) => {
      await at(
        `?view=${view}`,
        async (page) => {
          await page.waitForSelector('.cards li, .facts, .due-list, .nothing');
          await page.waitForTimeout(300);
          const [wide, seen] = await page.evaluate(() => [
            document.documentElement.scrollWidth,
            document.documentElement.clientWidth,
          ]);
          expect(wide).toBe(seen);
          await picture(page, `phone-${view.replace(/&.*/, '')}-${locale}-${colorScheme}`);
        },
        { ...phone, locale, colorScheme },
      );
    },
  );

  test('a card leads to its company', async () => {
    const { names: all } = await listed({ kind: 'company', sort: 'last_contact' });
    await at(
      '?view=companies',
      async (page) => {
        await page.waitForSelector('.cards li');
        await page.locator('.cards li .card-title a').first().tap();
        await page.waitForSelector('.facts');
        expect(await text(page, 'h1')).toBe(all[0]);
      },
      phone,
    );
  });
});

test('a follow-up that is recorded from the radar takes its company off it at once', async () => {
  const [first, second] = (await recount()).filter(({ days }) => days >= 3);
  await at('?view=silence', async (page) => {
    await page.getByRole('button', { name: `写跟进：${first?.name}` }).click();
    await page.fill('.composer textarea', '打电话问候，约好下周见面');
    await page.press('.composer textarea', 'Control+Enter');
    await page.waitForFunction((name) => document.querySelector('.silence-name')?.textContent === name, second?.name);
    expect((await client.trails.list({ company_id: first?.id ?? 0, count: 1 })).list[0]?.content).toBe(
      '打电话问候，约好下周见面',
    );
  });
});
