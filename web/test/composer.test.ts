import type { TrailEntry } from '@genjin/client';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateFirm } from '../../server/src/demo/firm.ts';
import { picture, startBrowser } from './browser.ts';
import {
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
const example = `/?view=company&id=${exampleCompany}`;
const exampleName = '小满的客户021';
const firm = { clientId: 23412, seed: 11, entries: 120, companies: 12, salespeople: 4, endAt: Date.UTC(2026, 4, 20), days: 90 };

let place: Visited;
let browser: Browser;

beforeAll(async () => {
  place = await visited({ entries: generateFirm(firm) });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await place?.server.stop();
});

const onPage = (options: BrowserContextOptions, work: (page: Page) => Promise<void>) =>
  onPageOf(browser, place, { serviceWorkers: 'allow', ...options }, work);
const signIn = (page: Page, address = '/', person: Person = place.member) => signInAs(page, place, person, address);

const composer = '.composer';
const content = '.composer textarea';
const push = '**/v1/dynamic/trail/push';

/** The entries that have exactly this text, as the server has them. */
async function recorded(words: string): Promise<readonly TrailEntry[]> {
  const found: TrailEntry[] = [];
  for await (const entry of place.client.trails.all()) if (entry.content === words) found.push(entry);
  return found;
}

/** The one entry with this text, as soon as the server has it. */
async function theOne(words: string): Promise<TrailEntry> {
  await expect.poll(async () => (await recorded(words)).length, { timeout: 20_000 }).toBeGreaterThan(0);
  const found = await recorded(words);
  expect(found).toHaveLength(1);
  return found[0] as TrailEntry;
}

/** Opens the composer by its key, and writes. */
async function write(page: Page, words: string): Promise<void> {
  await page.keyboard.press('n');
  await page.waitForSelector(content);
  await page.fill(content, words);
}

const send = (page: Page): Promise<void> => page.press(content, 'Control+Enter');

/** Until the page would open without a network. */
async function untilKept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller === null)
      await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
  });
}

/** Until what is shown is kept. */
const untilAnswered = (page: Page) =>
  page.waitForFunction(async () => {
    const kept = await (await caches.open('genjin-answers')).keys();
    return ['trail/list', 'company/info', 'v1/session'].every((path) => kept.some(({ url }) => url.includes(path)));
  });

const nothingWaits = (page: Page): Promise<void> =>
  page.waitForFunction(
    () =>
      new Promise<boolean>((resolve) => {
        const asked = indexedDB.open('genjin');
        asked.onsuccess = () => {
          const count = asked.result.transaction('outbox').objectStore('outbox').count();
          count.onsuccess = () => {
            asked.result.close();
            resolve(count.result === 0);
          };
        };
      }),
  ) as unknown as Promise<void>;

/** Goes on with the tab key until what has the focus matches. */
async function tabTo(page: Page, selector: string): Promise<void> {
  for (let tries = 0; tries < 40; tries++) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the tab key does not lead to ${selector}`);
}

describe('recording', () => {
  test('by the keyboard alone: whom, what kind, the text, a contact, when next', async () => {
    await onPage({}, async (page) => {
      await signIn(page);
      await page.keyboard.press('n');
      await page.waitForSelector('.composer [role=combobox]:focus');
      await page.keyboard.type('小满的客户021');
      await page.waitForSelector(`.composer [role=option][aria-selected=true]:has-text("${exampleName}")`);
      await page.keyboard.press('Enter');
      await page.waitForSelector(`${content}:focus`);
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('2');
      expect(await page.locator('.composer [role=radio][aria-checked=true]').innerText()).toBe('电话');
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowLeft');
      await tabTo(page, 'textarea');
      await page.keyboard.type('键盘记录：报价已确认');
      await page.waitForSelector('.contact-chip');
      await tabTo(page, '.contact-chip');
      await page.keyboard.press('Space');
      await tabTo(page, 'button[title]:not(.contact-chip).chip');
      await page.keyboard.press('Enter');
      await picture(page, 'composer-desktop-zh');
      await page.keyboard.press('Control+Enter');
      await page.waitForSelector(composer, { state: 'detached' });
      expect(await text(page, '.toast')).toContain('跟进已记录');
      const entry = await theOne('键盘记录：报价已确认');
      expect(entry).toMatchObject({ type: 103, company_id: exampleCompany, create_user: place.member.userId });
      expect(entry.customer_id).toHaveLength(1);
      const company = await place.client.companies.info({ companyId: exampleCompany });
      expect(company.next_follow_up_time.slice(0, 10)).toBe(
        new Date(Date.now() + (8 + 24) * 3600 * 1000).toISOString().slice(0, 10),
      );
      await page.waitForSelector(`article[data-trail-id="${entry.trail_id}"]`);
      await page.locator('.toast-look').focus();
      await page.keyboard.press('Enter');
      await page.waitForSelector(`article[data-trail-id="${entry.trail_id}"]`);
    });
  });

  test.each([{}, phone])(
    'what is typed after a type or a contact was chosen is for the text, and no key of the page',
    async (options) => {
      await onPage(options, async (page) => {
        await signIn(page, example);
        await page.waitForSelector('article');
        await write(page, 'Called ');
        await page.focus(content);
        await page.keyboard.press('End');
        await page.locator('.composer [role=radio]').nth(3).click();
        await page.keyboard.type('nk and ');
        await page.locator('.contact-chip').first().click();
        await page.keyboard.type('jecz?');
        expect(await page.inputValue(content)).toBe('Called nk and jecz?');
        expect(await page.locator('article:focus').count()).toBe(0);
      });
    },
  );

  test('with a chosen, a dropped and a pasted file; too big ones are refused at once', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await write(page, '附上三个文件');
      await page.setInputFiles('.composer input[type=file]', {
        name: '报价 单.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('单价 12.50'),
      });
      await page.evaluate(() => {
        const panel = document.querySelector('.composer') as HTMLElement;
        const fileOf = (name: string, size: number) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(size).fill(65)], name, { type: 'text/plain' }));
          return data;
        };
        panel.dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: fileOf('dropped.txt', 9) }));
        panel.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData: fileOf('pasted.txt', 8) }));
      });
      await page.waitForSelector('.composer-files li >> nth=2');
      await page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(21 * 1024 * 1024)], 'big.bin'));
        const panel = document.querySelector('.composer') as HTMLElement;
        panel.dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: data }));
      });
      expect(await text(page, '.composer-field .composer-bad')).toContain('“big.bin”有 21.0 MB');
      await page.getByRole('button', { name: '移除 pasted.txt' }).click();
      await send(page);
      const entry = await theOne('附上三个文件');
      expect(entry.file_info?.map(({ file_name, file_size }) => [file_name, file_size]).sort()).toEqual([
        ['dropped.txt', 9],
        ['报价 单.txt', 12],
      ]);
    });
  });

  test('back-dated, about what is shown; nothing without a text', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.getByRole('button', { name: '写跟进' }).click();
      await page.waitForSelector(`.composer-subject-name:text-is("${exampleName}")`);
      await send(page);
      expect(await text(page, '.composer-bad')).toContain('请写下跟进内容');
      await page.fill(content, '补记去年的拜访');
      await page.fill('.composer input[type=datetime-local]', '2025-11-20T09:30');
      await send(page);
      expect((await theOne('补记去年的拜访')).create_time).toBe('2025-11-20 09:30:00');
    });
  });

  test('a viewer has no composer', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example, place.viewer);
      await page.waitForSelector('article');
      await page.keyboard.press('n');
      expect(await page.locator('.compose, .composer').count()).toBe(0);
    });
  });
});

describe('drafts', () => {
  test('are there after a reload in the middle of a word, one for each subject, with files; and gone once sent', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.keyboard.press('n');
      await page.waitForSelector(`${content}:focus`);
      await page.keyboard.type('写到一半');
      await page.setInputFiles('.composer input[type=file]', { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') });
      await page.waitForSelector('.composer-files li');
      await page.keyboard.press('Escape');
      await page.keyboard.press('n');
      await page.waitForSelector(`${content}:focus`);
      await page.keyboard.type('的草稿');
      await page.reload();
      await page.waitForSelector('article');
      await page.keyboard.press('n');
      await page.waitForSelector('.composer-files li');
      expect(await page.inputValue(content)).toBe('写到一半的草稿');
      await page.keyboard.press('Escape');
      await page.waitForSelector(composer, { state: 'detached' });

      await page.goto(place.server.baseUrl);
      await page.waitForSelector('article');
      await page.keyboard.press('n');
      await page.waitForSelector(content);
      expect(await page.inputValue(content)).toBe('');
      await page.goto(place.server.baseUrl + example);
      await page.waitForSelector('article');
      await page.keyboard.press('n');
      await page.waitForSelector(`${content}:focus`);
      await page.keyboard.press('Control+Enter');
      expect((await theOne('写到一半的草稿')).file_info).toHaveLength(1);
      await page.waitForSelector(composer, { state: 'detached' });
      await page.keyboard.press('n');
      await page.waitForSelector(content);
      expect(await page.inputValue(content)).toBe('');
    });
  });

  test('another person in the same browser does not see them', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await write(page, '只给我自己看');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: '我的设置' }).click();
      await page.getByRole('menuitem', { name: '退出登录' }).click();
      await page.waitForSelector('#email');
      expect(await page.evaluate(() => caches.keys())).not.toContain('genjin-answers');
      await signIn(page, example, place.admin);
      await page.keyboard.press('n');
      await page.waitForSelector(content);
      expect(await page.inputValue(content)).toBe('');
    });
  });
});

describe('without a network', () => {
  test('what was seen can be read, also after a reload, and says of when it is; what is recorded is there once', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.waitForSelector('article');
      await untilKept(page);
      const shown = await page.locator('article').count();
      await untilAnswered(page);
      await page.context().setOffline(true);
      await write(page, '在地铁里记下的');
      await page.setInputFiles('.composer input[type=file]', {
        name: 'tunnel.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('t'),
      });
      await page.waitForSelector('.composer-files li');
      const before = Math.floor(Date.now() / 1000) * 1000;
      await send(page);
      await page.waitForSelector('.queue-chip:has-text("1 条等待发送")');
      const after = Date.now();
      await page.reload();
      await page.waitForSelector('article');
      expect(await page.locator('article').count()).toBe(shown);
      expect(await text(page, '.offline-band')).toMatch(/^离线：显示的是 20\d\d-\d\d-\d\d \d\d:\d\d 的内容/);
      await page.locator('.queue-chip').click();
      expect(await text(page, '.queue-list')).toMatch(/小满的客户021[\s\S]*在地铁里记下的[\s\S]*写于 20/);
      await picture(page, 'offline-desktop-zh');
      expect(await recorded('在地铁里记下的')).toHaveLength(0);

      await page.context().setOffline(false);
      const entry = await theOne('在地铁里记下的');
      await nothingWaits(page);
      expect(entry.file_info).toHaveLength(1);
      const took = Date.parse(`${entry.create_time.replace(' ', 'T')}+08:00`);
      expect(took).toBeGreaterThanOrEqual(before - 1000);
      expect(took).toBeLessThanOrEqual(after);
      await page.waitForSelector('.offline-band', { state: 'detached' });
      await page.waitForSelector(`article[data-trail-id="${entry.trail_id}"]`);
      expect(await recorded('在地铁里记下的')).toHaveLength(1);
    });
  });

  test('several are sent in the order in which they were written', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.waitForSelector('article');
      await write(page, '预热');
      await page.context().setOffline(true);
      await page.press(content, 'Escape');
      const words = ['第一条', '第二条', '第三条'].map((one) => `排队 ${one}`);
      for (const one of words) {
        await write(page, one);
        await send(page);
        await page.waitForSelector(composer, { state: 'detached' });
      }
      await page.waitForSelector('.queue-chip:has-text("3 条等待发送")');
      await page.context().setOffline(false);
      const entries = await Promise.all(words.map(theOne));
      const ids = entries.map(({ trail_id }) => trail_id);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
    });
  });
});

describe('exactly once', () => {
  test('when the answer is lost after the server has recorded it', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.waitForSelector('article');
      let lost = 0;
      await page.context().route(push, async (route) => {
        await route.fetch();
        lost++;
        await route.abort('internetdisconnected');
      });
      await write(page, '答复丢了');
      await send(page);
      await page.waitForSelector('.queue-chip');
      await theOne('答复丢了');
      expect(lost).toBeGreaterThan(0);
      await page.context().unroute(push);
      await nothingWaits(page);
      expect(await recorded('答复丢了')).toHaveLength(1);
    });
  });

  test('also when it was written anew meanwhile: then the entry is edited', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.waitForSelector('article');
      await page.context().route(push, async (route) => {
        await route.fetch();
        await route.abort('internetdisconnected');
      });
      await write(page, '先这样写');
      await send(page);
      const { trail_id } = await theOne('先这样写');
      await page.locator('.queue-chip').click();
      await page.locator('.queue-list').getByRole('button', { name: '修改' }).click();
      await page.fill(content, '再改成这样');
      await page.context().unroute(push);
      await send(page);
      expect((await theOne('再改成这样')).trail_id).toBe(trail_id);
      await nothingWaits(page);
      expect(await recorded('先这样写')).toHaveLength(0);
    });
  });

  test('from two tabs that both send what waits', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.waitForSelector('article');
      const other = await page.context().newPage();
      await other.goto(place.server.baseUrl + example);
      await other.waitForSelector('article');
      await page.bringToFront();
      await write(page, '两个标签页');
      await page.context().setOffline(true);
      await send(page);
      await other.waitForSelector('.queue-chip');
      await page.context().setOffline(false);
      await theOne('两个标签页');
      await nothingWaits(page);
      await other.waitForSelector('.queue-chip', { state: 'detached' });
      expect(await recorded('两个标签页')).toHaveLength(1);
    });
  });

  test('from two tabs with the same draft', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.waitForSelector('article');
      await write(page, '同一个草稿');
      await page.waitForTimeout(400);
      const other = await page.context().newPage();
      await other.goto(place.server.baseUrl + example);
      await other.waitForSelector('article');
      await other.keyboard.press('n');
      await other.waitForFunction(() => document.querySelector('textarea')?.value === '同一个草稿');
      await Promise.all([send(page), send(other)]);
      await theOne('同一个草稿');
      await nothingWaits(page);
      expect(await recorded('同一个草稿')).toHaveLength(1);
    });
  });

  test('files that the server has forgotten meanwhile are uploaded again', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.waitForSelector('article');
      const uploads: string[] = [];
      page.context().on('response', async (response) => {
        if (response.url().endsWith('/v1/file/upload')) uploads.push(await response.text());
      });
      await page.context().route(push, (route) => route.abort('internetdisconnected'));
      await write(page, '文件等了很久');
      await page.setInputFiles('.composer input[type=file]', {
        name: 'old.txt',
        mimeType: 'text/plain',
        buffer: Buffer.from('old'),
      });
      await page.waitForSelector('.composer-files li');
      await send(page);
      await page.waitForSelector('.queue-chip');
      await expect.poll(() => uploads.length).toBe(1);
      // As if it had been tidied away: this upload is known to nobody.
      await page.evaluate(async () => {
        const asked = indexedDB.open('genjin');
        const database = await new Promise<IDBDatabase>((resolve) => {
          asked.onsuccess = () => resolve(asked.result);
        });
        const store = database.transaction('outbox', 'readwrite').objectStore('outbox');
        const all = store.getAll();
        await new Promise((resolve) => {
          all.onsuccess = () => {
            for (const item of all.result) {
              for (const key of Object.keys(item.uploaded)) item.uploaded[key] = 987654321;
              if (item.sent !== null) item.sent.file_ids = [987654321];
              store.put(item).onsuccess = resolve;
            }
          };
        });
        database.close();
      });
      await page.context().unroute(push);
      expect((await theOne('文件等了很久')).file_info?.map(({ file_name }) => file_name)).toEqual(['old.txt']);
      await nothingWaits(page);
    });
  });
});

describe('what waits', () => {
  test('stays with its reason when the server refuses it, does not hold up others, and can be edited or thrown away', async () => {
    const gone = await place.client.companies.push({ name: '很快被删除的公司' });
    await onPage({}, async (page) => {
      await signIn(page, `/?view=company&id=${gone.company_id}`);
      await write(page, '关于已删除的公司');
      await page.waitForFunction(() => document.querySelector('.composer-subject-name')?.textContent === '很快被删除的公司');
      await place.client.companies.remove({ companyId: gone.company_id });
      await send(page);
      expect(await text(page, '.queue-chip')).toBe('1 条需要处理');
      await page.locator('.queue-chip').click();
      expect(await text(page, '.queue-reason')).toContain('已被删除，请改选后再发送');
      await picture(page, 'queue-refused-zh');
      await page.locator('.queue-list').getByRole('button', { name: '修改' }).click();
      await page.waitForSelector(`${content}`);
      await page.getByRole('button', { name: '换一个' }).click();
      await page.keyboard.type(exampleName);
      await page.waitForSelector(`.composer [role=option][aria-selected=true]:has-text("${exampleName}")`);
      await page.keyboard.press('Enter');
      await send(page);
      expect((await theOne('关于已删除的公司')).company_id).toBe(exampleCompany);
      await nothingWaits(page);
    });
  });

  test('waits while one is signed out, and for its author', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.waitForSelector('article');
      await write(page, '退出后再发');
      await page.context().setOffline(true);
      await send(page);
      await page.waitForSelector('.queue-chip');
      await page.context().clearCookies();
      await page.context().setOffline(false);
      await page.goto(place.server.baseUrl);
      await signIn(page, example, place.admin);
      await page.waitForSelector('article');
      await page.waitForTimeout(1500);
      expect(await page.locator('.queue-chip').count()).toBe(0);
      expect(await recorded('退出后再发')).toHaveLength(0);
      await page.context().clearCookies();
      await page.goto(place.server.baseUrl);
      await signIn(page, example);
      expect((await theOne('退出后再发')).create_user).toBe(place.member.userId);
    });
  });

  test('is thrown away only when one is sure', async () => {
    await onPage({}, async (page) => {
      await signIn(page, example);
      await page.waitForSelector('article');
      await write(page, '不要了');
      await page.context().setOffline(true);
      await send(page);
      await page.locator('.queue-chip').click();
      await page.getByRole('button', { name: '丢弃' }).click();
      await page.getByRole('button', { name: '保留' }).click();
      await page.getByRole('button', { name: '丢弃' }).click();
      await page.locator('.queue-sure').getByRole('button', { name: '丢弃' }).click();
      await page.waitForSelector('.queue-chip', { state: 'detached' });
      await page.context().setOffline(false);
      await page.reload();
      await page.waitForSelector('article');
      await page.waitForTimeout(1000);
      expect(await recorded('不要了')).toHaveLength(0);
    });
  });
});

describe('looks', () => {
  const looks: readonly [string, BrowserContextOptions][] = [
    ['phone-zh', phone],
    ['phone-en-dark', { ...phone, locale: 'en-US', colorScheme: 'dark' }],
    ['desktop-en', { locale: 'en-US' }],
    ['desktop-zh-dark', { colorScheme: 'dark' }],
  ];
  test.each(looks)('%s', async (name, options) => {
    await onPage(options, async (page) => {
      await signIn(page, example);
      await page.waitForSelector('article');
      await picture(page, `compose-button-${name}`);
      await page.locator('.compose-button').click();
      await page.waitForSelector('.contact-chip');
      await page.fill(content, '客户确认了样品，下周三寄出。\n需要补一份报价单。');
      expect(await scrollsSideways(page)).toBe(false);
      await picture(page, `composer-${name}`);
      await page.getByRole('button', { name: /换一个|Change/ }).click();
      await page.waitForSelector('.composer [role=option]');
      await picture(page, `composer-subject-${name}`);
    });
  });
});

describe('editing', () => {
  const edit = async (page: Page, trailId: number): Promise<void> => {
    const entry = page.locator(`article[data-trail-id="${trailId}"]`);
    await entry.getByRole('button', { name: '更多操作' }).click();
    await page.getByRole('menuitem', { name: '编辑' }).click();
    await page.waitForSelector(`${content}:focus`);
  };
  const own = async (words: string) => {
    const record = { companyId: exampleCompany, content: words, createUser: place.member.userId };
    return (await place.client.trails.record(record)).trail_id;
  };

  test('sends only what was changed', async () => {
    const trailId = await own('要修改的跟进');
    await onPage({}, async (page) => {
      await signIn(page, example);
      const bodies: unknown[] = [];
      page.on('request', (request) => {
        if (request.url().endsWith('/trail/push')) bodies.push(request.postDataJSON());
      });
      await edit(page, trailId);
      await page.fill(content, '修改后的跟进');
      await page.reload();
      await page.waitForSelector('article');
      await edit(page, trailId);
      expect(await page.inputValue(content)).toBe('修改后的跟进');
      await page.getByText('上次未保存的修改已恢复。').waitFor();
      await send(page);
      await page.waitForSelector(composer, { state: 'detached' });
      expect((await theOne('修改后的跟进')).trail_id).toBe(trailId);
      expect(bodies).toEqual([{ trail_id: trailId, content: '修改后的跟进' }]);
      await page.waitForSelector(`article[data-trail-id="${trailId}"]:has-text("修改后的跟进")`);
    });
  });

  test('says that somebody else changed it meanwhile, shows both, and lets one choose', async () => {
    const trailId = await own('两个人都在改');
    await onPage({}, async (page) => {
      await signIn(page, example);
      await edit(page, trailId);
      await page.fill(content, '我改的');
      await place.client.trails.edit(trailId, { content: '别人改的', remarkType: 104 });
      await send(page);
      expect(await text(page, '.composer-conflict')).toMatch(/有人改了这条跟进[\s\S]*别人改的/);
      expect(await page.inputValue(content)).toBe('我改的');
      await picture(page, 'composer-conflict-zh');
      await page.getByRole('button', { name: '保留我写的' }).click();
      await page.waitForSelector(composer, { state: 'detached' });
      const { entry } = await place.client.trails.info(trailId);
      // What only the other one changed stays changed.
      expect([entry.content, entry.type]).toEqual(['我改的', 104]);

      await edit(page, trailId);
      await page.fill(content, '又是我');
      await place.client.trails.edit(trailId, { content: '又是别人' });
      await send(page);
      await page.getByRole('button', { name: '用服务器上的' }).click();
      await page.waitForSelector(composer, { state: 'detached' });
      expect((await place.client.trails.info(trailId)).entry.content).toBe('又是别人');
    });
  });
});

test('the service worker is asked for anew each time, and keeps what the page needs', async () => {
  const answer = await fetch(`${place.server.baseUrl}/sw.js`);
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  expect(answer.headers.get('content-type')).toMatch(/javascript/);
  const worker = await answer.text();
  expect(worker).not.toContain('__SHELL__');
  expect(worker).not.toMatch(/\bimport\b/);
  const files = JSON.parse(JSON.parse((worker.match(/"\{\\"build\\".*?\]\}"/) as RegExpMatchArray)[0])).files as string[];
  expect(files).toContain('./');
  for (const file of files) expect((await fetch(new URL(file, `${place.server.baseUrl}/`))).status, file).toBe(200);
});
