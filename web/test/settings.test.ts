/** The settings: what an admin sees to, and what everybody has of their own. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer, tenantId } from '../../client/test/running-server.ts';
import { entry } from '../../server/test/support/entries.ts';
import { violations } from './axe.ts';
import { openPage, picture, startBrowser } from './browser.ts';

const phone = { viewport: { width: 360, height: 740 } };
const password = 'correct horse battery';
const hostile = '<img src=x onerror=alert(1)>';

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  server = await startServer();
  for (const [name, role] of [
    ['陈莉', 'admin'],
    ['王芳', 'member'],
    ['赵强', 'viewer'],
  ] as const)
    await server.core.signIns.create(tenantId, {
      userId: null,
      name,
      email: `${role}@example.com`,
      password,
      replace: false,
      role,
    });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Work of somebody who is signed in, on a page of its own; whatever must not happen on any page fails it. */
async function as(
  email: string,
  address: string,
  work: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const { page, problems, close } = await openPage(browser, server.baseUrl, options);
  try {
    await signIn(page, email, password, address);
    await work(page);
    expect(problems).toEqual([]);
  } finally {
    await close();
  }
}
const admin = (tab: string, work: (page: Page) => Promise<void>, options?: BrowserContextOptions): Promise<void> =>
  as('admin@example.com', `/?view=settings&tab=${tab}`, work, options);

async function signIn(page: Page, email: string, word: string, address: string): Promise<void> {
  await page.goto(server.baseUrl + address);
  await page.fill('#email', email);
  await page.fill('#password', word);
  await page.click('button[type=submit]');
  await page.waitForSelector('.frame');
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const row = (page: Page, text: string) => page.locator('.settings-row', { hasText: text });
async function choose(page: Page, text: string, action: string): Promise<void> {
  await row(page, text)
    .getByRole('button', { name: /更多操作/ })
    .click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}
/** Answers the question that is asked. */
async function yes(page: Page, name: string): Promise<void> {
  await page.locator('.ant-modal-confirm').getByRole('button', { name, exact: true }).click();
  await page.waitForSelector('.ant-modal-confirm', { state: 'detached' });
}
const said = (page: Page, text: string): Promise<void> => page.locator('[role=status]', { hasText: text }).first().waitFor();

describe('users', () => {
  test('somebody is added with a password shown once, changed, kept out, and let in again', async () => {
    await admin('users', async (page) => {
      await button(page, '添加用户').click();
      await page.fill('#nickname', hostile);
      await page.fill('#email', 'admin@example.com');
      await page.getByRole('dialog').getByRole('radio', { name: /只读/ }).check();
      await page.getByRole('dialog').getByRole('button', { name: '添加用户' }).click();
      // Taken: what was typed stays.
      await page.waitForSelector('[role=dialog] [role=alert]');
      expect(await page.inputValue('#nickname')).toBe(hostile);
      await page.fill('#email', 'han@example.com');
      await page.getByRole('dialog').getByRole('button', { name: '添加用户' }).click();
      const shown = page.getByRole('textbox', { name: '密码' });
      const made = await shown.inputValue();
      expect(made.length).toBeGreaterThan(15);
      expect(await violations(page)).toEqual([]);
      await picture(page, 'settings-password');
      await button(page, '我已保存').click();
      expect(await row(page, 'han@example.com').innerText()).toContain(hostile);

      await choose(page, 'han@example.com', '修改');
      await page.fill('#nickname', '韩梅梅');
      await page.getByRole('dialog').getByRole('radio', { name: /成员/ }).check();
      await button(page, '保存').click();
      await row(page, '韩梅梅').getByText('成员').waitFor();

      await choose(page, '韩梅梅', '停用');
      expect(await violations(page)).toEqual([]);
      await picture(page, 'settings-disable');
      await page.locator('.ant-modal-confirm').getByRole('button', { name: '取消' }).click();
      await page.waitForSelector('.ant-modal-confirm', { state: 'detached' });
      expect(await row(page, '韩梅梅').innerText()).not.toContain('已停用');
      await choose(page, '韩梅梅', '停用');
      await yes(page, '停用');
      await row(page, '韩梅梅').getByText('已停用').waitFor();
      await choose(page, '韩梅梅', '启用');
      await row(page, '韩梅梅').getByText('已停用').waitFor({ state: 'detached' });

      await choose(page, '韩梅梅', '重设密码');
      await yes(page, '生成新密码');
      const next = await shown.inputValue();
      expect(next).not.toBe(made);
      await button(page, '我已保存').click();
      await picture(page, 'settings-users');

      const other = await openPage(browser, server.baseUrl, {});
      await signIn(other.page, 'han@example.com', next, '/');
      await other.close();
    });
  });

  test('a colleague of imported follow-ups is let in', async () => {
    await admin('users', async (page) => {
      await page.locator('.settings-more-rows summary').click();
      await row(page, 'CXK').getByRole('button', { name: '开通登录' }).click();
      await page.fill('#email', 'cxk@example.com');
      await page.getByRole('dialog').getByRole('button', { name: '开通登录' }).click();
      await button(page, '我已保存').click();
      await row(page, 'cxk@example.com').getByText('成员').waitFor();
    });
  });
});

describe('applications', () => {
  test('one is made, its secret shown once, renewed, and revoked', async () => {
    await admin('applications', async (page) => {
      await page.getByText('还没有应用').waitFor();
      await button(page, '新建应用').click();
      await page.fill('#name', '官网询盘');
      expect(await violations(page)).toEqual([]);
      await page.getByRole('dialog').getByRole('checkbox', { name: 'Webhook' }).check();
      await page.getByRole('dialog').getByRole('button', { name: '新建应用' }).click();
      const secret = page.getByRole('textbox', { name: '密钥' });
      const first = await secret.inputValue();
      const clientId = await page.getByRole('textbox', { name: '应用 ID' }).inputValue();
      expect(clientId).toMatch(/^23412-/);
      await button(page, '我已保存').click();
      expect(await row(page, '官网询盘').innerText()).toContain(clientId);
      await choose(page, '官网询盘', '更换密钥');
      await yes(page, '更换密钥');
      expect(await secret.inputValue()).not.toBe(first);
      await button(page, '我已保存').click();
      await picture(page, 'settings-applications');
      await choose(page, '官网询盘', '吊销');
      await yes(page, '吊销');
      await row(page, '官网询盘').getByText('已吊销').waitFor();
    });
  });
});

describe('webhooks', () => {
  test('one is set, tested, paused, and what was not delivered is sent again', async () => {
    const { clientId } = await server.application(['company', 'webhook']);
    // Answers no test as it should.
    const receiver = createServer((_request, response) => response.writeHead(503).end());
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/okki`;
    await admin('webhooks', async (page) => {
      await page.getByText('还没有 Webhook').waitFor();
      await button(page, '新建 Webhook').click();
      await page.fill('#address', 'https://10.0.0.1/');
      await page.getByRole('dialog').getByRole('button', { name: '新建 Webhook' }).click();
      await page.waitForSelector('[role=dialog] [role=alert]');
      await page.fill('#address', url);
      expect(await violations(page)).toEqual([]);
      await picture(page, 'settings-webhook');
      await page.getByRole('dialog').getByRole('button', { name: '新建 Webhook' }).click();
      expect(await page.getByRole('textbox', { name: /密钥/ }).inputValue()).toMatch(/^[A-Za-z0-9+/]{43}=$/);
      await button(page, '我已保存').click();
      expect(await row(page, url).innerText()).toMatch(/正常[\s\S]*跟进动态 \(新建, 更新, 删除\)/);

      await row(page, url).getByRole('button', { name: '发送测试' }).click();
      expect(await row(page, url).getByRole('alert').first().innerText()).toContain('503');
      await choose(page, url, '暂停');
      await row(page, url).getByText('已暂停').waitFor();
      await choose(page, url, '恢复');
      await row(page, url).getByText('正常').waitFor();

      await server.core.objects.change(tenantId, 'command:import', async (edit) => {
        const before = (await edit.getMany('trail', [25646265871658])).get(25646265871658) ?? null;
        if (before !== null)
          await edit.write('trail', [{ before, after: { ...before.object, content: '改过' }, knownAt: before.knownAt + 1000 }]);
      });
      await expect
        .poll(async () => (await server.core.deliveryStore.list(tenantId, false)).length, { timeout: 10_000 })
        .toBeGreaterThan(0);
      const [one] = await server.core.deliveryStore.list(tenantId, false);
      if (one === undefined) throw new Error('nothing was sent');
      const { tenantId: _tenant, clientId: _client, kind, ...delivery } = one;
      await server.core.deliveryStore.settle({ tenantId, clientId, kind }, [
        { event: delivery, delivery: { ...delivery, state: 'parked', attempts: 14 } },
      ]);
      await page.reload();
      await page.getByText('已搁置').nth(1).waitFor();
      expect(await page.locator('[data-message-id]').innerText()).toMatch(/跟进动态 · 更新[\s\S]*已尝试 14 次[\s\S]*503/);
      await picture(page, 'settings-deliveries');
      await page.locator('.ant-segmented').getByText('等待重试').click();
      await page.getByText('没有这种状态的事件').waitFor();
      expect(page.url()).toContain('state=waiting');
      await page.goBack();
      await page.locator('[data-message-id]').getByRole('button', { name: '重新投递' }).click();
      await said(page, '1 个事件将重新投递');
      await choose(page, url, '删除');
      await yes(page, '删除');
      await page.getByText('还没有 Webhook').waitFor();
    });
    receiver.close();
  });
});

describe('import', () => {
  const rows = [
    ...[1, 2, 3].map((i) => entry({ trail_id: 700 + i, company_id: 16696797769, content: `导入的第 ${i} 条 ${hostile}` })),
    { ...entry({ trail_id: 704 }), client_id: 777 },
    { ...entry({ trail_id: 705 }), create_time: '昨天' },
  ];
  const file = {
    name: `小满 ${hostile}.ndjson`,
    mimeType: 'application/x-ndjson',
    buffer: Buffer.from(rows.map((one) => JSON.stringify(one)).join('\n')),
  };

  test('shows what it would do, does it, and can be done twice', async () => {
    await admin('import', async (page) => {
      await picture(page, 'settings-import');
      await page.setInputFiles('input[type=file]', file);
      await button(page, '导入 3 条').waitFor();
      // Nothing was written by that.
      expect(await server.core.objects.read(tenantId, (view) => view.get('trail', 701))).toBeNull();
      expect((await page.locator('.settings-count').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
        '新增 3',
        '更新 0',
        '未变 0',
        '拒绝 2',
      ]);
      expect(await page.locator('article').count()).toBe(3);
      expect(await page.locator('article').first().innerText()).toContain(`导入的第 1 条 ${hostile}`);
      const rejected = await page.locator('.settings-rejected .settings-row').allInnerTexts();
      expect(rejected[0]).toMatch(/第 4 行[\s\S]*client_id[\s\S]*777[\s\S]*应为 23412/);
      expect(rejected[1]).toMatch(/第 5 行[\s\S]*create_time[\s\S]*昨天[\s\S]*应为 真实存在的时间/);
      expect(await violations(page)).toEqual([]);
      await picture(page, 'settings-import-preview');
      await button(page, '导入 3 条').click();
      await page.getByText('导入完成').waitFor();
      await picture(page, 'settings-import-done');
      await button(page, '换一个文件').click();

      // Dropped, this time.
      const dropped = await page.evaluateHandle((text) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([text], 'again.ndjson'));
        return transfer;
      }, file.buffer.toString());
      await page.dispatchEvent('.settings-drop', 'drop', { dataTransfer: dropped });
      await page.getByText('没有需要导入的内容').waitFor();
      expect((await page.locator('.settings-count').allInnerTexts()).join(' ')).toMatch(/未变\s+3/);
    });
  });

  test('says what is wrong with a file that is none, and with one that is too large', async () => {
    await admin('import', async (page) => {
      await page.setInputFiles('input[type=file]', { ...file, buffer: Buffer.from('\n\n') });
      await page.getByText('文件里没有跟进').waitFor();
      await button(page, '换一个文件').click();
      await page.setInputFiles('input[type=file]', { ...file, buffer: Buffer.from('hello') });
      await page
        .locator('.settings-rejected')
        .getByText(/不是完整的 JSON/)
        .waitFor();
      await button(page, '换一个文件').click();
      await page.evaluate(() => {
        const transfer = new DataTransfer();
        const large = new File([], 'large.ndjson');
        Object.defineProperty(large, 'size', { value: 200_000_000 });
        transfer.items.add(large);
        const event = new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer });
        // A transfer hands out files of its own.
        Object.defineProperty(event, 'dataTransfer', { value: { files: [large] } });
        document.querySelector('.settings-drop')?.dispatchEvent(event);
      });
      await page.getByText('文件有 200 MB，超过了 100 MB').waitFor();
    });
  });
});

test('an export is downloaded with the cookie, of a period that stands in the address', async () => {
  await admin('export&format=csv&from=2024-08-01&to=2024-08-31', async (page) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载' }).click()]);
    expect(download.suggestedFilename()).toMatch(/^follow-ups-23412-r\d+\.csv$/);
    const text = readFileSync(await download.path(), 'utf8');
    expect(text).toMatch(/^\ufeff跟进时间,/);
    expect(text.trim().split('\n').length).toBe(3);
    await page.getByRole('radio', { name: /NDJSON/ }).check();
    expect(page.url()).toContain('format=ndjson');
    await picture(page, 'settings-export');
    await page.goto(`${server.baseUrl}/?view=settings&tab=export&from=2024-08-31&to=2024-08-01`);
    await page.getByRole('alert').getByText('开始日期在结束日期之后').waitFor();
  });
});

test('the store is checked', async () => {
  await admin('health', async (page) => {
    await page.getByText('还没有校验过').waitFor();
    await button(page, '立即校验').click();
    await page.getByText('一切正确').waitFor();
    await picture(page, 'settings-health');
  });
});

describe('what everybody has', () => {
  test('a member sees the own account and about, and gets there by the menu', async () => {
    for (const email of ['member@example.com', 'viewer@example.com']) {
      await as(email, '/?view=settings&tab=about', async (page) => {
        await button(page, '我的设置').click();
        await page.getByRole('menuitem', { name: '我的账号' }).click();
        expect(await page.locator('.settings-tab').allInnerTexts()).toEqual(['我的账号', '关于']);
        await page.goto(`${server.baseUrl}/?view=settings&tab=users`);
        await page.getByRole('heading', { name: '修改密码' }).waitFor();
        await page.getByRole('link', { name: '关于' }).click();
        await page.getByText('没有隶属或合作关系').waitFor();
        await picture(page, 'settings-about');
      });
    }
  });

  test('another password, and signing out everywhere', async () => {
    const email = 'li@example.com';
    await server.core.signIns.create(tenantId, { userId: null, name: '李雷', email, password, replace: false, role: 'member' });
    const other = await openPage(browser, server.baseUrl, {});
    await signIn(other.page, email, password, '/');
    await as(email, '/?view=settings&tab=account', async (page) => {
      await page.fill('#old', 'wrong');
      await page.fill('#next', 'another password');
      await page.fill('#again', 'another pass');
      await button(page, '修改密码').click();
      await page.getByText('两次输入的新密码不一致').waitFor();
      await page.fill('#again', 'another password');
      await button(page, '修改密码').click();
      await page.locator('.settings [role=alert]').first().waitFor();
      expect(await page.inputValue('#next')).toBe('another password');
      await page.fill('#old', password);
      await button(page, '修改密码').click();
      await said(page, '密码已修改');
      // The other one is out, this one is not.
      await other.page.reload();
      await other.page.waitForSelector('#email');
      await page.reload();
      await page.getByRole('heading', { name: '修改密码' }).waitFor();
      await picture(page, 'settings-account');

      await button(page, '退出所有设备').click();
      await yes(page, '退出所有设备');
      await page.waitForSelector('#email');
    });
    await other.close();
  });
});

describe('on every desk and in every hand', () => {
  const tabs = ['users', 'applications', 'webhooks', 'import', 'export', 'health', 'account', 'about'];
  test.each([
    ['zh-CN', 'light'],
    ['en-GB', 'dark'],
  ] as const)(
    'nothing scrolls sideways on a phone, and axe finds nothing: %s, %s',
    async (locale, colorScheme) => {
      await admin(
        'users',
        async (page) => {
          for (const tab of tabs) {
            await page.goto(`${server.baseUrl}/?view=settings&tab=${tab}`);
            await page.waitForSelector('.settings-section-head');
            await page.waitForSelector('.settings-rows-loading', { state: 'detached' });
            const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
            expect({ tab, wide, wrong: await violations(page) }).toEqual({ tab, wide: false, wrong: [] });
            await picture(page, `settings-${tab}-phone-${colorScheme}`);
          }
        },
        { ...phone, locale, colorScheme },
      );
    },
    180_000,
  );
});
