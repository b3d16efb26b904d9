/** How SQLite finds what is due next, the comments on an entry, and a calendar: none of them by looking through a table. */

import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Comments } from '../../src/domain/comment.ts';
import { Importer } from '../../src/domain/import.ts';
import { NextFollowUps } from '../../src/domain/next.ts';
import type { NextFilter } from '../../src/domain/next-stores.ts';
import { subjectKinds } from '../../src/domain/objects.ts';
import { Vault } from '../../src/domain/vault.ts';
import { calendarStore } from '../../src/store/calendar-store.ts';
import { commentStore } from '../../src/store/comment-store.ts';
import type { Db } from '../../src/store/db.ts';
import { storePath } from '../../src/store/files.ts';
import { migrate } from '../../src/store/migrations.ts';
import { nextStore } from '../../src/store/next-store.ts';
import { objectStore } from '../../src/store/object-store.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { entry, testTenant } from '../support/entries.ts';
import { temporaryFolder } from '../support/place.ts';
import { testCaller } from './fixture.ts';
import { expectSeeking, plansOf } from './plans.ts';

const now = Date.UTC(2024, 10, 4);
const { folder, remove } = temporaryFolder();
let db: Db;
let file: DatabaseSync;
const parts = (of: Db) => ({ objects: objectStore(of, () => now), vault: new Vault(Buffer.alloc(32)), clock: () => now });

beforeAll(async () => {
  db = openSqlite(storePath(folder));
  await migrate(db);
  const about = (i: number) => ({ company_id: 1 + (i % 400), lead_id: 1 + (i % 200), opportunity_id: 1 + (i % 150) });
  const entries = Array.from({ length: 1200 }, (_, i) => entry({ ...about(i), trail_id: 10 + i }));
  await new Importer({ objects: objectStore(db, () => now) }).take([entries.map(readEntry)]);
  const next = new NextFollowUps({ ...parts(db), next: nextStore(db) });
  const caller = { ...testCaller, scopes: new Set(['company', 'lead', 'opportunity']) };
  for (const kind of subjectKinds)
    for (let id = 1; id <= 20; id++) await next.push(caller, { kind, id: id * 3 }, now + id * 3_600_000);
  file = new DatabaseSync(storePath(folder));
});

afterAll(async () => {
  file.close();
  await db.close();
  remove();
});

const whole: NextFilter = { kinds: subjectKinds, id: null, ownerId: null, from: null, to: null, latestFirst: false };

test.each<[string, Partial<NextFilter>]>([
  ['all of it', {}],
  ['the latest first', { latestFirst: true }],
  ['a range', { from: now, to: now + 7_200_000 }],
  ['of one owner', { ownerId: 7 }],
  ['of one kind', { kinds: ['lead'] }],
])('what is due, %s: within the indexes of those that have a next follow-up, and in their order', async (_name, given) => {
  const filter = { ...whole, ...given };
  const planned = await plansOf(db, file, (recording) =>
    nextStore(recording).list(testTenant, filter, { number: 1, size: 10 }, now),
  );
  const page = planned.find(({ sql }) => sql.includes('OFFSET'));
  if (given.ownerId === undefined) {
    // Of those with the same time, a few, the order is made.
    expect(page?.plan.join('\n'), page?.sql).not.toContain('TEMP B-TREE FOR ORDER BY');
    expect(planned.filter(({ sql }) => sql.includes('happened_at')).length).toBeGreaterThan(0);
  }
  for (const kind of filter.kinds) {
    const counted = planned.find(({ sql }) => sql.startsWith(`SELECT COUNT(*) FROM ${kind} `));
    for (const { sql, plan } of [counted, page].filter((one) => one !== undefined))
      expect(plan.join('\n'), sql).toMatch(new RegExp(`SEARCH ${kind} USING (COVERING )?INDEX ${kind}_by_next \\(tenant_id=\\?`));
  }
  if (given.from !== undefined) expect(page?.plan.join('\n')).toContain('next_follow_up_at>? AND next_follow_up_at<?');
  expectSeeking(planned);
});

test('one of them is found by its key', async () => {
  const filter: NextFilter = { ...whole, kinds: ['company'], id: 30 };
  const planned = await plansOf(db, file, (recording) =>
    nextStore(recording).list(testTenant, filter, { number: 1, size: 10 }, now),
  );
  expect(planned.flatMap(({ plan }) => plan)).toContain('SEARCH company USING PRIMARY KEY (tenant_id=? AND company_id=?)');
  expectSeeking(planned);
});

test('the comments on an entry lie in their order, and are written and removed by their keys', async () => {
  const planned = await plansOf(db, file, async (recording) => {
    const comments = new Comments({ ...parts(recording), comments: commentStore(recording) });
    const id = await comments.push(testCaller, { commentId: null, trailId: 11, fields: { content: 'x' } });
    await comments.push(testCaller, { commentId: id, trailId: null, fields: { content: 'y' } });
    await comments.list(testCaller, 11, { number: 1, size: 10 });
    await comments.remove(testCaller, id);
  });
  const page = planned.find(({ sql }) => sql.includes('OFFSET'));
  expect(page?.plan).toEqual(['SEARCH comment USING INDEX comment_by_trail (tenant_id=? AND trail_id=? AND removed=?)']);
  expectSeeking(planned);
});

test('a calendar is found by its token', async () => {
  const planned = await plansOf(db, file, async (recording) => {
    const calendars = calendarStore(recording);
    const calendar = { tenantId: testTenant, userId: 7, tokenHash: 'h', kinds: subjectKinds, clientId: null, createdAt: now };
    for (const _ of [1, 2]) await calendars.put(calendar);
    await calendars.find(testTenant, 'h');
    await calendars.remove(testTenant, 7);
  });
  expect(planned.find(({ sql }) => sql.includes('token_hash = ?'))?.plan[0]).toBe(
    'SEARCH c USING INDEX calendar_by_token (tenant_id=? AND token_hash=?)',
  );
  expectSeeking(planned);
});
