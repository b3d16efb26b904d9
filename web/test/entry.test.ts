import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateFirm } from '../../server/src/demo/firm.ts';
import { picture, startBrowser } from './browser.ts';
import { hostileTexts } from './hostile.ts';
import { brokenFilm, png, wav } from './media.ts';
import { payloads } from './payloads.ts';
import { ids, onPage as onPageOf, type Person, phone, signIn as signInAs, text, type Visited, visited } from './visit.ts';

const company = 16696797769;
const contact = 28218281731;

let place: Visited;
let browser: Browser;
/** Records as a person would. */
let asMember: (content: string, more?: object) => Promise<number>;

beforeAll(async () => {
  const firm = { clientId: 23412, seed: 3, entries: 400, companies: 20, salespeople: 6, endAt: Date.UTC(2026, 4, 20), days: 200 };
  place = await visited({ entries: generateFirm(firm) });
  browser = await startBrowser();
  asMember = async (content, more = {}) => {
    const create_user = place.member.userId;
    return (await place.client.trails.record({ company_id: company, content, create_user, ...more })).trail_id;
  };
});
afterAll(async () => {
  await browser?.close();
  await place?.server.stop();
});

const onPage = (options: BrowserContextOptions, work: (page: Page) => Promise<void>) => onPageOf(browser, place, options, work);
const signIn = (page: Page, address = '/', person: Person = place.member) => signInAs(page, place, person, address);
const card = (page: Page, id: number) => page.locator(`article[data-trail-id="${id}"]`);
const ran = (page: Page): Promise<unknown> => page.evaluate(() => (globalThis as { ran?: number }).ran ?? 0);

/** Waits as long as a busy machine may need. */
const eventually = <T>(ask: () => T | Promise<T>) => expect.poll(ask, { timeout: 15_000 });

/** Chooses from the menu of an entry. */
async function choose(page: Page, id: number, item: string): Promise<void> {
  await card(page, id).hover();
  await card(page, id).getByRole('button', { name: '更多操作' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

describe('files', () => {
  const files = (): File[] => [
    new File([png(640, 480, [200, 60, 40])], '展会.png'),
    new File([png(300, 600, [40, 90, 200])], 'second.png'),
    new File([wav(2)], 'call.wav'),
    new File([brokenFilm], 'film.mp4'),
    new File(['单价 12.50'], '报价 <img src=x onerror=alert(1)>.txt'),
  ];

  test('pictures open large, sound plays, what cannot be shown and everything else is a download', async () => {
    const { list } = await place.client.files.upload(files());
    const id = await asMember('有附件', { file_ids: list.map((file) => file.file_id) });
    await onPage({}, async (page) => {
      await signIn(page);
      const thumbs = card(page, id).locator('.thumbs button');
      await eventually(() => thumbs.count()).toBe(2);
      await eventually(() =>
        thumbs
          .first()
          .locator('img')
          .evaluate((img) => (img as HTMLImageElement).naturalWidth),
      ).toBe(320);
      await picture(page, 'entry-files');

      await thumbs.first().click();
      const dialog = page.getByRole('dialog');
      const large = dialog.locator('img').last();
      await eventually(() => large.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(640);
      await picture(page, 'entry-lightbox');
      await page.keyboard.press('ArrowRight');
      await eventually(() =>
        dialog
          .locator('img')
          .last()
          .evaluate((img) => (img as HTMLImageElement).naturalWidth),
      ).toBe(300);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      expect(await thumbs.first().evaluate((button) => button === document.activeElement)).toBe(true);

      const sound = card(page, id).locator('audio');
      const length = sound.evaluate(async (audio) => {
        const player = audio as HTMLAudioElement;
        player.muted = true;
        await player.play();
        return player.duration;
      });
      expect(await length).toBeCloseTo(2, 1);

      await eventually(() => card(page, id).locator('video').count()).toBe(0);
      const others = card(page, id).locator('.other-files li');
      await eventually(() => others.allInnerTexts()).toEqual([
        expect.stringMatching(/^film\.mp4\s+224 B$/),
        expect.stringMatching(/^报价 <img src=x onerror=alert\(1\)>\.txt\s+12 B$/),
      ]);
      const [download] = await Promise.all([page.waitForEvent('download'), others.last().locator('a').click()]);
      expect(download.url()).toBe(place.client.files.url(list[4]?.file_id ?? 0));
      expect(await page.locator('main [onerror]').count()).toBe(0);
    });
  });
});

describe('contacts', () => {
  test('each leads to a timeline of its own, and says how it is reached', async () => {
    await onPage({}, async (page) => {
      await signIn(page, `/?view=company&id=${company}`);
      const article = page.locator('article', { hasText: '张先生' }).first();
      await article.getByRole('button', { name: '张先生 的联系方式' }).click();
      expect(await text(page, '.reach')).toMatch(
        /张先生\n+邮箱\s+99999@129\.com\s+电话\s+\+355 123456\s+whatsapp\s+86 180 8882 2256/,
      );
      expect(await page.$$eval('.reach a', (links) => links.map((link) => (link as HTMLAnchorElement).href))).toEqual([
        'mailto:99999@129.com',
        'tel:+355123456',
      ]);
      await page.keyboard.press('Escape');
      await page.locator('.reach').waitFor({ state: 'hidden' });
      expect(await page.evaluate(() => document.activeElement?.className)).toBe('reach-button');
      await article.getByRole('link', { name: '张先生' }).click();
      await page.waitForFunction(() => /view=contact&id=\d+/.test(location.search));
      const id = new URL(page.url()).searchParams.get('id');
      const own = await place.client.trails.list({ customer_id: String(id), count: 100 });
      await eventually(() => ids(page)).toEqual(own.list.map((entry) => entry.trail_id));
    });
  });
});

describe('comments', () => {
  test('are written with mentions by the keyboard alone, and are on another page within a second', async () => {
    const id = await asMember('请大家看看');
    await onPage({}, async (page) => {
      await signIn(page);
      await card(page, id).focus();
      await onPage({}, async (other) => {
        await signIn(other, '/', place.admin);
        await card(other, id).focus();
        await other.keyboard.press('c');
        await other.waitForSelector('.comment-form');
        // The feed is heard as soon as it is open.
        await other.waitForTimeout(1000);

        await page.keyboard.press('c');
        await page.waitForSelector('.comment-form textarea:focus');
        await page.keyboard.type('请@王经');
        // An input method ends with a key; what was put in by the test did not.
        await page.keyboard.press('Shift');
        await page.waitForSelector('.comment-mentions .ant-mentions-dropdown-menu-item');
        await picture(page, 'entry-mention');
        await page.keyboard.press('Enter');
        await page.keyboard.type('确认价格');
        expect(await page.locator('.comment-form textarea').inputValue()).toBe('请 @王经理 确认价格');
        await page.keyboard.press('Control+Enter');
        await other.waitForSelector('.comment-text');
        expect(await text(other, '.comment')).toMatch(/李雷[\s\S]*请 @王经理 确认价格/);
        expect(await other.locator('.comment.of-me').count()).toBe(1);
        await eventually(() => card(other, id).locator('.comment-count').innerText()).toBe('1 条评论');
        const { list } = await place.client.comments.list({ trail_id: id });
        expect(list.map(({ content, mentions }) => [content, mentions])).toEqual([['请 @王经理 确认价格', [place.admin.userId]]]);
        await other.getByRole('link', { name: '@王经理' }).waitFor();

        // One's own can be edited and removed, by nobody else but an admin.
        await page.locator('.comment').getByRole('button', { name: '编辑' }).click();
        await page.waitForSelector('.comment .comment-form textarea:focus');
        await page.keyboard.press('End');
        await page.keyboard.type('，今天');
        await page.keyboard.press('Control+Enter');
        await eventually(() => other.locator('.comment-text').innerText()).toBe('请 @王经理 确认价格，今天');
        expect(await other.locator('.comment').getByRole('button', { name: '编辑' }).count()).toBe(0);
        await picture(page, 'entry-comments');
        const remove = page.locator('.comment').getByRole('button');
        await remove.getByText('删除').click();
        await remove.getByText('确定删除？').click();
        await other.locator('.comment').waitFor({ state: 'detached' });
        await eventually(() => card(other, id).locator('.comment-count').count()).toBe(0);

        // What a machine is busy with may hold up one, hardly all.
        const waits: number[] = [];
        for (let i = 0; i < 5; i++) {
          await page.locator('.comment-form textarea').fill(`第 ${i} 条`);
          const began = Date.now();
          await page.keyboard.press('Control+Enter');
          await other.getByText(`第 ${i} 条`).waitFor();
          waits.push(Date.now() - began);
        }
        expect(Math.min(...waits)).toBeLessThan(1000);
      });
    });
  });

  test('what was begun is still there when it could not be sent, and after its entry was away', async () => {
    const id = await asMember('草稿');
    await onPage({}, async (page) => {
      await signIn(page);
      await choose(page, id, '评论');
      const field = card(page, id).locator('.comment-form textarea');
      await field.fill('已经写了很多');
      await page.context().setOffline(true);
      await page.keyboard.press('Control+Enter');
      await card(page, id).locator('[role=alert]').waitFor();
      expect(await field.inputValue()).toBe('已经写了很多');
      await page.context().setOffline(false);
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector('.comment-text');
      expect((await place.client.comments.list({ trail_id: id })).totalItem).toBe(1);
      await field.fill('第二条');
      await page.keyboard.press('Escape');
      expect(await field.inputValue()).toBe('第二条');
      await page.locator('.way', { hasText: '客户' }).first().click();
      await page.goBack();
      await choose(page, id, '评论');
      expect(await card(page, id).locator('.comment-form textarea').inputValue()).toBe('第二条');
    });
  });

  test('who may only read cannot write one', async () => {
    const id = await asMember('只读');
    await place.client.comments.push({ trail_id: id, content: '看得到' });
    await onPage({}, async (page) => {
      await signIn(page, '/', place.viewer);
      await card(page, id).locator('.comment-count').click();
      expect(await text(page, '.comment-text')).toBe('看得到');
      expect(await page.locator('.comment-form, .comment-actions button').count()).toBe(0);
      await card(page, id).hover();
      await card(page, id).getByRole('button', { name: '更多操作' }).click();
      await page.getByRole('menuitem', { name: '修改记录' }).waitFor();
      expect(await page.getByRole('menuitem', { name: '删除' }).count()).toBe(0);
    });
  });
});

describe('history', () => {
  test('shows who changed what, word by word', async () => {
    const id = await asMember('电话确认交期：九月十二日', { remark_type: 103 });
    await place.client.trails.edit(id, { content: '电话确认交期：九月十五日', remark_type: 104 });
    await place.client.comments.push({ trail_id: id, content: '评论不算修改' });
    await onPage({}, async (page) => {
      await signIn(page);
      await choose(page, id, '修改记录');
      const versions = page.locator('.version');
      await versions.nth(1).waitFor();
      expect(await versions.count()).toBe(2);
      expect(await page.locator('.version .difference del').allInnerTexts()).toEqual(['二']);
      expect(await page.locator('.version .difference ins').allInnerTexts()).toEqual(['五']);
      expect(await page.locator('.version-field').allInnerTexts()).toEqual([expect.stringMatching(/^类型 电话 → 会面$/)]);
      expect(await versions.last().innerText()).toContain('电话确认交期：九月十二日');
      await picture(page, 'entry-history');
      await page.keyboard.press('Escape');
      await page.locator('.history').waitFor({ state: 'detached' });
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('更多操作');
    });
  });
});

describe('editing', () => {
  test("one's own by a key, and what became of it stands in its place", async () => {
    const id = await asMember('单价 12.50');
    await onPage({}, async (page) => {
      await signIn(page);
      await card(page, id).focus();
      await page.keyboard.press('e');
      const field = page.locator('textarea:focus');
      await eventually(() => field.inputValue()).toBe('单价 12.50');
      await field.fill('单价 12.80');
      await page.keyboard.press('Control+Enter');
      await eventually(() => card(page, id).locator('.entry-text').innerText()).toBe('单价 12.80');
      await card(page, id).getByRole('button', { name: '已编辑' }).click();
      await eventually(() => page.locator('.version ins').allInnerTexts()).toEqual(['12.80']);
      expect(await page.locator('.version del').allInnerTexts()).toEqual(['12.50']);
    });
  });
});

describe('removing', () => {
  test('takes effect at once, and is undone by the message or a key', async () => {
    const id = await asMember('写错了');
    await onPage({}, async (page) => {
      const words = card(page, id).locator('.entry-text');
      await signIn(page);
      await choose(page, id, '删除');
      await words.waitFor({ state: 'detached' });
      expect(await page.evaluate(() => window.scrollY)).toBe(0);
      expect((await place.client.trails.info(id)).entry.delete_flag).not.toBe(0);
      await picture(page, 'entry-removed');
      await page.getByRole('button', { name: '撤销' }).click();
      await words.waitFor();
      await choose(page, id, '删除');
      await words.waitFor({ state: 'detached' });
      await page.keyboard.press('z');
      await words.waitFor();
      expect((await place.client.trails.info(id)).entry.delete_flag).toBe(0);
    });
  });

  test('further down it leaves its place, so that nothing moves', async () => {
    await onPage({}, async (page) => {
      await signIn(page, '/?at=2026-03-01%2010%3A00%3A00', place.admin);
      const id = (await ids(page))[6] ?? 0;
      await page.waitForTimeout(800);
      await choose(page, id, '删除');
      await card(page, id).getByText('这条跟进已被删除').waitFor();
      await card(page, id).getByRole('button', { name: '恢复' }).click();
      await card(page, id).locator('.entry-text').waitFor();
    });
  });

  test("another one's entry is not to be removed", async () => {
    const id = (await place.client.trails.record({ company_id: company, content: '别人的' })).trail_id;
    await onPage({}, async (page) => {
      await signIn(page);
      await card(page, id).hover();
      await card(page, id).getByRole('button', { name: '更多操作' }).click();
      await page.getByRole('menuitem', { name: '复制链接' }).waitFor();
      expect(await page.getByRole('menuitem').allInnerTexts()).toEqual(['评论', '修改记录', '复制链接']);
    });
  });
});

describe('a link to one entry', () => {
  test('opens at it, wherever it is, and marks it', async () => {
    const all = await place.client.trails.list({ count: 1000 });
    await onPage({ permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
      await signIn(page);
      const first = (await ids(page))[0] ?? 0;
      await choose(page, first, '复制链接');
      await page.getByText('链接已复制').waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${place.server.baseUrl}/?entry=${first}`);
      for (const index of [0, 19, 20, 133, all.totalItem - 1]) {
        const id = all.list[index]?.trail_id ?? 0;
        await page.goto(`${place.server.baseUrl}/?entry=${id}`);
        await page.waitForSelector(`article.wanted[data-trail-id="${id}"][data-index="${index}"]`);
        await eventually(async () => {
          const box = await card(page, id).boundingBox();
          return box !== null && box.y >= 0 && box.y < 880 ? 'in view' : `entry ${index} at ${JSON.stringify(box)}`;
        }).toBe('in view');
      }
    });
  });

  test('among many of the same second', async () => {
    const time = '2026-01-15 08:30:00';
    const many = Array.from({ length: 130 }, (_, i) => ({ company_id: company, content: `同一秒 ${i}`, create_time: time }));
    const { list } = await place.client.trails.recordMany(many);
    const id = list[4]?.trail_id ?? 0;
    await onPage({}, async (page) => {
      await signIn(page, `/?view=company&id=${company}&entry=${id}`);
      await page.waitForSelector(`article.wanted[data-trail-id="${id}"]`);
      await eventually(async () => ((await card(page, id).boundingBox())?.y ?? -1) > 0).toBe(true);
    });
  });

  test('one that was removed says so, and can be put back by who may', async () => {
    const id = await asMember('删除后再看');
    await place.client.trails.remove(id);
    await onPage({}, async (page) => {
      await signIn(page, `/?entry=${id}`);
      expect(await text(page, '.wanted-notice')).toContain('这条跟进已被删除');
      await page.locator('.wanted-notice').getByRole('button', { name: '恢复' }).click();
      await page.waitForSelector(`article.wanted[data-trail-id="${id}"]`);
      expect(await page.locator('.wanted-notice').count()).toBe(0);
      await page.goto(`${place.server.baseUrl}/?entry=987654321`);
      expect(await text(page, '.wanted-notice')).toContain('找不到这条跟进');
      expect((await ids(page)).length).toBeGreaterThan(5);
    });
  });
});

describe('keys', () => {
  test('open the menu of an entry, choose from it, and lead back', async () => {
    const id = await asMember('菜单');
    await onPage({}, async (page) => {
      await signIn(page);
      const button = card(page, id).getByRole('button', { name: '更多操作' });
      await button.focus();
      await page.keyboard.press('Enter');
      const chosen = () => page.evaluate(() => document.activeElement?.textContent);
      await eventually(chosen).toBe('评论');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      await eventually(chosen).toBe('修改记录');
      await page.keyboard.press('Escape');
      await eventually(() => button.evaluate((one) => one === document.activeElement)).toBe(true);
      expect(await page.evaluate(() => window.scrollY)).toBe(0);
    });
  });

  const focused = (page: Page) => page.evaluate(() => Number(document.activeElement?.getAttribute('data-index') ?? -1));

  test('go through entries, to the search field, to views, and to the help', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      await ids(page);
      for (const [key, index] of [
        ['j', 0],
        ['j', 1],
        ['j', 2],
        ['k', 1],
      ] as const) {
        await page.keyboard.press(key);
        expect(await focused(page)).toBe(index);
      }
      await picture(page, 'entry-focus');
      // More are fetched as one goes on.
      await page.keyboard.down('j');
      await eventually(async () => {
        await page.keyboard.down('j');
        return focused(page);
      }).toBeGreaterThan(45);
      await page.keyboard.up('j');
      const index = await focused(page);
      const box = await page.locator(`article[data-index="${index}"]`).boundingBox();
      expect(box !== null && box.y >= 0 && box.y + Math.min(box.height, 200) <= 900).toBe(true);
      await page.keyboard.press('/');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('搜索跟进内容');
      await page.keyboard.type('jkc?');
      expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('jkc?');
      await page.keyboard.press('Control+a');
      await page.keyboard.press('Delete');
      await page.evaluate(() => (document.activeElement as HTMLElement).blur());
      const views = [
        ['c', 'companies'],
        ['l', 'leads'],
        ['o', 'opportunities'],
        ['s', 'silence'],
      ] as const;
      for (const [key, view] of views) {
        await page.keyboard.press('g');
        await page.keyboard.press(key);
        expect(new URL(page.url()).searchParams.get('view')).toBe(view);
      }
      await page.keyboard.press('g');
      await page.keyboard.press('t');
      expect(new URL(page.url()).search).toBe('');
      await ids(page);
      await page.keyboard.press('?');
      const help = page.getByRole('dialog', { name: '键盘快捷键' });
      // Not only hidden: until it is taken away it holds the keys.
      const gone = () => page.locator('.help').waitFor({ state: 'detached' });
      await help.waitFor();
      expect(await help.locator('dt').allInnerTexts()).toContain('?');
      await picture(page, 'help');
      await page.keyboard.press('j');
      expect(await focused(page)).toBe(-1);
      await help.getByRole('switch').click();
      await page.keyboard.press('Escape');
      await gone();
      await page.keyboard.press('j');
      expect(await focused(page)).toBe(-1);
      await page.keyboard.press('?');
      await help.getByRole('switch').click();
      await page.keyboard.press('Escape');
      await gone();
      await page.keyboard.press('j');
      expect(await focused(page)).toBe(0);
    });
  });
});

describe('texts that are scripts', () => {
  test('as comments, names of files, and names that are mentioned: none runs, all are shown as they are', async () => {
    const texts = [...new Set([...payloads, ...hostileTexts])].map((one) => one.replaceAll('\u0000', ''));
    const { list } = await place.client.files.upload(
      payloads.slice(0, 12).map((name) => new File(['x'], `${name.replaceAll('/', '／')}.txt`)),
    );
    const id = await asMember('危险的评论', { file_ids: list.map((file) => file.file_id) });
    const named = await place.add('<img src=x onerror="globalThis.ran=1">', 'member');
    for (const content of texts) {
      await place.client.comments.push({ trail_id: id, content: `@${named.name} ${content}`, mentions: [named.userId] });
    }
    await onPage({}, async (page) => {
      await signIn(page);
      await card(page, id).locator('.comment-count').click();
      await page.waitForSelector('.comment-text');
      await page.getByRole('button', { name: '显示更多评论' }).click();
      await eventually(() => page.locator('.comment-text').count()).toBe(texts.length);
      expect(await page.locator('.comment-text').allTextContents()).toEqual(texts.map((content) => `@${named.name} ${content}`));
      expect(await page.locator('.mention').first().innerText()).toBe(`@${named.name}`);
      await page.locator('.comment-form textarea').fill('@<im');
      await page.locator('.comment-form textarea').press('g');
      await page.waitForSelector('.ant-mentions-dropdown-menu-item');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Control+Enter');
      await eventually(() => page.locator('.comment-text').count()).toBe(texts.length + 1);
      await choose(page, id, '修改记录');
      await page.waitForSelector('.version');
      expect(await ran(page)).toBe(0);
      expect(await page.locator('[onerror], [onload], main script').count()).toBe(0);
    });
  });
});

test.each([
  ['entries', {}],
  ['entries-phone-dark', { ...phone, colorScheme: 'dark' }],
] as const)('a picture: %s', async (name, options) => {
  await onPage(options, async (page) => {
    await signIn(page, `/?view=contact&id=${contact}`);
    await page.waitForSelector('article, .nothing');
    await page.goto(`${place.server.baseUrl}/?view=company&id=${company}`);
    await ids(page);
    await picture(page, `entry-${name}`);
  });
});
