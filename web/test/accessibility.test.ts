import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateFirm } from '../../server/src/demo/firm.ts';
import { ofColours, violations } from './axe.ts';
import { startBrowser } from './browser.ts';
import { png, wav } from './media.ts';
import { ids, onPage, phone, signIn, type Visited, visited } from './visit.ts';

const company = 16696797769;

let place: Visited;
let browser: Browser;
let trailId: number;

beforeAll(async () => {
  const firm = { clientId: 23412, seed: 5, entries: 200, companies: 20, salespeople: 6, endAt: Date.UTC(2026, 4, 20), days: 100 };
  place = await visited({ entries: generateFirm(firm) });
  browser = await startBrowser();
  const { client, member, admin } = place;
  const files = [new File([png(400, 300, [90, 120, 60])], 'a.png'), new File([wav(1)], 'b.wav'), new File(['x'], 'c.txt')];
  const { list } = await client.files.upload(files);
  const entry = { company_id: company, content: '电话确认交期：九月十二日', remark_type: 103, create_user: member.userId };
  trailId = (await client.trails.record({ ...entry, file_ids: list.map((file) => file.file_id) })).trail_id;
  await client.trails.edit(trailId, { content: '电话确认交期：九月十五日', remark_type: 104 });
  await client.comments.push({ trail_id: trailId, content: `请@${admin.name} 看看`, mentions: [admin.userId] });
});
afterAll(async () => {
  await browser?.close();
  await place?.server.stop();
});

/** Each in the light, and then in the dark, which is the same document in other colours. */
const screens: readonly (readonly [string, BrowserContextOptions])[] = [
  ['desk', {}],
  ['phone', phone],
];

/** What is open when axe looks. */
const states: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  timeline: () => Promise.resolve(),
  'entry in focus': (page) => page.keyboard.press('j'),
  comments: async (page) => {
    await page.locator('.comment-count').first().click();
    await page.waitForSelector('.comment-text');
  },
  mentions: async (page) => {
    await page.locator('.comment-count').first().click();
    await page.locator('.comment-form textarea').pressSequentially('@');
    await page.waitForSelector('.ant-mentions-dropdown-menu-item');
  },
  menu: async (page) => {
    await page.getByRole('button', { name: '更多操作' }).first().click();
    await page.getByRole('menuitem', { name: '修改记录' }).waitFor();
  },
  history: async (page) => {
    await states['menu']?.(page);
    await page.getByRole('menuitem', { name: '修改记录' }).click();
    await page.waitForSelector('.version ins');
  },
  'a picture, large': async (page) => {
    await page.locator('.thumbs button').first().click();
    await page.waitForSelector('[role=dialog] img');
  },
  contact: async (page) => {
    await page.goto(`${place.server.baseUrl}/?view=company&id=${company}`);
    await page.locator('.reach-button').first().click();
    await page.waitForSelector('.reach');
  },
  help: async (page) => {
    await page.keyboard.press('?');
    await page.waitForSelector('.help dt');
  },
  message: async (page) => {
    await page.getByRole('button', { name: '更多操作' }).first().click();
    await page.getByRole('menuitem', { name: '复制链接' }).click();
    await page.waitForSelector('.toast');
  },
  'a filter that finds nothing': async (page) => {
    await page.goto(`${place.server.baseUrl}/?q=绝对没有的词`);
    await page.waitForSelector('.nothing');
  },
  ...Object.fromEntries(
    ['companies', 'leads', 'opportunities', 'team', 'silence', 'today', `company&id=${company}`, 'colleague&id=42'].map(
      (view) => [
        view,
        async (page: Page) => {
          await page.goto(`${place.server.baseUrl}/?view=${view}`);
          await page.waitForSelector('main h1');
          await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined);
        },
      ],
    ),
  ),
  'next follow-up': async (page) => {
    await page.goto(`${place.server.baseUrl}/?view=company&id=${company}`);
    await page.getByRole('button', { name: /下次跟进：/ }).click();
    await page.waitForSelector('.next-choice');
  },
  'team, as a table': async (page) => {
    await page.goto(`${place.server.baseUrl}/?view=team`);
    await page.getByText('显示为表格').click();
    await page.waitForSelector('.as-table table');
  },
  composer: async (page) => {
    await page.keyboard.press('n');
    await page.waitForSelector('textarea:focus, [role=combobox]:focus');
  },
  'a failure': async (page) => {
    await page.goto(`${place.server.baseUrl}/?from=2026-03-10&to=2026-03-01`);
    await page.waitForSelector('[role=alert]');
  },
};

test.each(screens)(
  'axe finds nothing, light and dark: %s',
  async (_screen, options) => {
    const found: Record<string, string[]> = {};
    await onPage(browser, place, { ...options, permissions: ['clipboard-write'] }, async (page) => {
      const lookAt = async (state: string): Promise<void> => {
        const light = await violations(page);
        await page.emulateMedia({ colorScheme: 'dark' });
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        const dark = await violations(page, ofColours);
        await page.emulateMedia({ colorScheme: 'light' });
        if (light.length + dark.length > 0) found[state] = [...light, ...dark.map((line) => `dark: ${line}`)];
      };
      await page.goto(place.server.baseUrl);
      await page.waitForSelector('#email');
      await lookAt('the way in');
      await page.click('button[type=submit]');
      await page.waitForSelector('.ant-form-item-explain-error');
      await lookAt('the way in, not filled in');
      await signIn(page, place, place.member);
      for (const [state, reach] of Object.entries(states)) {
        await page.goto(place.server.baseUrl);
        await ids(page);
        await reach(page);
        await lookAt(state);
      }
    });
    expect(found).toEqual({});
  },
  300_000,
);
