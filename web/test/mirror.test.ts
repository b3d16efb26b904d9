/** A mirror on the page: that it is one, how it stands, and nothing with which one could write. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tenantId } from '../../client/test/running-server.ts';
import { generateFirm } from '../../server/src/demo/firm.ts';
import { firstState } from '../../server/src/domain/mirror-stores.ts';
import { violations } from './axe.ts';
import { picture, startBrowser } from './browser.ts';
import { ids, onPage, signIn, text, type Visited, visited } from './visit.ts';

let place: Visited;
let browser: Browser;

beforeAll(async () => {
  const firm = { clientId: tenantId, seed: 5, entries: 100, companies: 10, salespeople: 4, endAt: Date.UTC(2026, 4, 20), days: 100 };
  place = await visited({ entries: generateFirm(firm) });
  browser = await startBrowser();
  const { mirrors, clock } = place.server.core;
  const now = clock();
  await mirrors.begin(tenantId, 'https://open.example.com', firstState(now), now);
  await mirrors.keep(tenantId, {
    ...firstState(now),
    limits: { pageSize: 500, quota: 1000 },
    fill: null,
    filledAt: now,
    polledAt: now,
    upstreamTotal: 107,
    offline: { since: now, reason: 'HTTP 503' },
    refused: [{ at: now, entry: '4711', reason: 'create_time: "2024-02-30" is not accepted' }],
  });
  await mirrors.keepCompared(tenantId, { from: null, to: null, comparedAt: now, upstream: 107, own: 106, equalAt: null });
});
afterAll(async () => {
  await browser?.close();
  await place?.server.stop();
});

test('whoever reads sees that it is a mirror and how old it is, and is offered nothing to write with', async () => {
  await onPage(browser, place, {}, async (page) => {
    await signIn(page, place, place.member);
    await ids(page);
    expect(await text(page, '[role=note]')).toMatch(/^open\.example\.com 的镜像，只读 数据截至 \d\d-\d\d \d\d:\d\d 自 .* 起上游无应答$/);
    expect(await page.getByRole('button', { name: /写跟进|记录/ }).count()).toBe(0);
    await page.getByRole('button', { name: '更多操作' }).first().click();
    const offered = page.getByRole('menuitem');
    await offered.first().waitFor();
    expect(await offered.allInnerTexts()).not.toContain('编辑');
  });
});

test('an admin sees how it stands', async () => {
  await onPage(browser, place, {}, async (page) => {
    await signIn(page, place, place.admin, '/?view=settings&tab=health');
    await page.getByRole('heading', { name: '镜像', exact: true }).waitFor();
    const shown = await text(page, '.settings-card');
    for (const part of ['https://open.example.com', '106 / 107', '已全部读完', '0 / 1,000', 'HTTP 503', '本地 106 条，上游 107 条', '4711'])
      expect(shown).toContain(part);
    expect(await violations(page)).toEqual([]);
    await picture(page, 'mirror');
  });
});
