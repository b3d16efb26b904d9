import { expect, test } from 'vitest';
import { openCore } from '../../src/app.ts';
import type { Kind, Trail } from '../../src/domain/objects.ts';
import { allTrails, type Edit } from '../../src/domain/stores.ts';
import { objectOf } from '../../src/store/content.ts';
import { tables } from '../../src/store/tables.ts';
import { entry, testTenant } from '../support/entries.ts';
import { engine } from '../support/place.ts';
import { openStore, recordAbout, type TestStore, testCaller } from './fixture.ts';

const log = (store: TestStore, tenantId = testTenant) =>
  store.rows('SELECT * FROM change WHERE tenant_id = ? ORDER BY revision', tenantId);
const head = async (store: TestStore): Promise<unknown> =>
  (await store.rows('SELECT revision FROM tenant WHERE tenant_id = ?', testTenant))[0]?.['revision'];

/** Writes one object as it is after `edit`. */
async function change<K extends 'trail' | 'company'>(
  store: TestStore,
  kind: K,
  id: number,
  fields: K extends 'trail' ? Partial<Trail> : { name?: string; removed?: boolean },
  knownAt = store.clock.at,
): Promise<number> {
  return store.core.objects.change(testTenant, 'command:test', async (edit: Edit) => {
    const before = (await edit.getMany(kind, [id])).get(id);
    if (before === undefined) throw new Error(`no ${kind} ${id}`);
    return edit.write(kind, [{ before, after: { ...before.object, ...fields }, knownAt }]);
  });
}

test('one revision per changed object, consecutive within a batch, from 1 on and without a gap', async () => {
  const store = await openStore();
  const about = { company_id: 1, customer_id: [2], lead_id: 3, lead_customer_id: [4], opportunity_id: 5, create_user: 6 };
  const file = { file_id: 7, file_name: 'offer.pdf', file_size: 1, file_path: '', file_preview_url: '' };
  await store.take(entry({ trail_id: 100, ...about, file_ids: [7], file_info: [file] }), entry({ trail_id: 102, company_id: 1 }));
  store.clock.advance(60_000);
  await store.core.trails.record(testCaller, recordAbout(1));

  // The joined objects first: a reader of the log never meets an entry whose company comes later.
  const expected: [number, Kind, number, string, number][] = [
    [1, 'company', 1, 'command:import', 0],
    [2, 'contact', 2, 'command:import', 0],
    [3, 'leadContact', 4, 'command:import', 0],
    [4, 'lead', 3, 'command:import', 0],
    [5, 'opportunity', 5, 'command:import', 0],
    [6, 'user', 6, 'command:import', 0],
    [7, 'file', 7, 'command:import', 0],
    [8, 'trail', 100, 'command:import', 0],
    [9, 'trail', 102, 'command:import', 0],
    [10, 'trail', 10 ** 15, 'app:test', 60_000],
  ];
  const start = store.clock.at - 60_000;
  expect(await log(store)).toMatchObject(
    expected.map(([revision, kind, object_id, actor, after]) => ({
      tenant_id: testTenant,
      revision,
      kind,
      object_id,
      action: 'recorded',
      actor,
      changed_at: start + after,
      before_revision: 0,
      before_facts: null,
      before_words: null,
    })),
  );
  expect(await head(store)).toBe(10);
});

test('each kind of change has its action', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 100, company_id: 1 }));
  const cases: [string, 'trail' | 'company', number, object, string][] = [
    ['another text', 'trail', 100, { content: 'b' }, 'edited'],
    ['another company', 'trail', 100, { companyId: 2 }, 'edited'],
    ['disabled', 'trail', 100, { enabled: false }, 'edited'],
    ['removed', 'trail', 100, { removed: true }, 'removed'],
    ['edited while removed', 'trail', 100, { content: 'c' }, 'edited'],
    ['restored', 'trail', 100, { removed: false }, 'restored'],
    ['renamed', 'company', 1, { name: 'x' }, 'edited'],
    ['company removed', 'company', 1, { removed: true, name: 'y' }, 'removed'],
    ['company restored', 'company', 1, { removed: false }, 'restored'],
  ];
  for (const [name, kind, id, fields, action] of cases) {
    expect(await change(store, kind, id, fields), name).toBe(1);
    expect((await log(store)).at(-1), name).toMatchObject({ kind, object_id: id, action, actor: 'command:test' });
  }
  expect((await log(store)).map((row) => row['revision'])).toEqual(Array.from({ length: 2 + cases.length }, (_, i) => i + 1));
});

test('an object’s history is walked back from its present revision, state by state', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 100, company_id: 1, content: 'state 0' }), entry({ trail_id: 200, company_id: 1 }));
  const states: Trail[] = [];
  const present = async (): Promise<Trail> => {
    const trail = await store.core.objects.read(testTenant, (view) => view.get('trail', 100));
    if (trail === null) throw new Error('no entry 100');
    return trail;
  };
  states.push(await present());
  for (let i = 1; i <= 20; i++) {
    await change(store, 'trail', 100, { content: `state ${i}`, removed: i % 3 === 0, companyId: i % 2 === 0 ? 1 : null });
    states.push(await present());
    // Others' changes lie in between.
    await change(store, 'trail', 200, { content: `other ${i}` });
    await change(store, 'company', 1, { name: `name ${i}` });
  }

  let revision: unknown = (
    await store.rows('SELECT revision FROM trail WHERE tenant_id = ? AND trail_id = 100', testTenant)
  )[0]?.['revision'];
  let state: Record<string, unknown> = { ...(await present()) };
  for (let i = 20; ; i--) {
    expect(state).toMatchObject({ ...states[i] });
    const row = (await store.rows('SELECT * FROM change WHERE tenant_id = ? AND revision = ?', testTenant, Number(revision)))[0];
    expect(row).toMatchObject({ kind: 'trail', object_id: 100 });
    const [facts, words] = [row?.['before_facts'], row?.['before_words']];
    if (typeof facts !== 'string' || typeof words !== 'string') {
      expect(i).toBe(0);
      expect(row).toMatchObject({ action: 'recorded', before_revision: 0 });
      break;
    }
    state = { ...objectOf(tables.trail, { facts, words }) };
    revision = row?.['before_revision'];
    expect(revision).toBeLessThan(row?.['revision'] as number);
  }
});

test('what is unchanged is not logged; only the instant it is known from moves on', async () => {
  const store = await openStore();
  const first = entry({ trail_id: 100, company_id: 1, update_time: '2024-05-01 12:00:00' });
  await store.take(first);
  const before = await log(store);
  const knownAt = async (): Promise<unknown> =>
    (await store.rows('SELECT known_at, revision FROM company WHERE tenant_id = ?', testTenant))[0];
  const [{ known_at: from }] = [(await knownAt()) as { known_at: number }];

  expect(await store.take(first)).toEqual({ added: 0, changed: 0, unchanged: 1, kept: 0 });
  expect(await change(store, 'trail', 100, {})).toBe(0);
  expect(await change(store, 'company', 1, {}, from + 5000)).toBe(0);
  expect(await log(store)).toEqual(before);
  expect(await head(store)).toBe(2);
  expect(await knownAt()).toEqual({ known_at: from + 5000, revision: 1 });

  // Later than the entry's knowledge: an entry from in between no longer renames the company.
  const between = { trail_id: 102, company_id: 1, company_info: { company_id: 1, name: 'late', is_archive: 1 } };
  await store.take(entry({ ...between, create_time: '2024-05-01 12:00:05' }));
  expect(await log(store)).toHaveLength(3);
  await store.take(entry({ ...between, create_time: '2024-05-01 12:00:06' }));
  expect((await log(store)).at(-2)).toMatchObject({ kind: 'company', object_id: 1, action: 'edited' });
});

test('a change that fails leaves nothing: no object, no log entry, no id', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 100, company_id: 1 }));
  const before = { log: await log(store), head: await head(store), trails: await store.rows('SELECT * FROM trail') };
  const failing = store.core.objects.change(testTenant, 'command:test', async (edit) => {
    const id = edit.newIds(2);
    const trail = await edit.get('trail', 100);
    if (trail === null) throw new Error('no entry 100');
    await edit.write('trail', [{ before: null, after: { ...trail, trailId: id }, knownAt: 1 }]);
    expect(await edit.get('trail', id)).toMatchObject({ trailId: id });
    throw new Error('on purpose');
  });
  await expect(failing).rejects.toThrow('on purpose');
  expect({ log: await log(store), head: await head(store), trails: await store.rows('SELECT * FROM trail') }).toEqual(before);
  // The id was not given out.
  expect(await store.core.trails.record(testCaller, recordAbout(1))).toBe(10 ** 15);
});

test('writes that share a commit do not share their failures', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 100, company_id: 1 }));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 1500 }, (_, i) => {
      if (i % 7 === 3) return store.core.trails.record(testCaller, recordAbout(999, `lost ${i}`));
      if (i % 7 === 5) {
        return store.core.objects.change(testTenant, 'command:test', async (edit) => {
          edit.newIds(10);
          throw new Error('on purpose');
        });
      }
      return store.core.trails.record(testCaller, recordAbout(1, `kept ${i}`));
    }),
  );
  const kept = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [{ i, id: outcome.value }] : []));
  expect(kept.map(({ i }) => i)).toEqual(Array.from({ length: 1500 }, (_, i) => i).filter((i) => i % 7 !== 3 && i % 7 !== 5));
  // In the order in which they were asked for, two ids each, failures leaving no hole.
  expect(kept.map(({ id }) => id)).toEqual(kept.map((_, n) => 10 ** 15 + 2 * n));
  const stored = await store.rows("SELECT trail_id, content FROM trail WHERE content LIKE 'kept %' ORDER BY trail_id");
  expect(stored).toEqual(kept.map(({ i, id }) => ({ trail_id: id, content: `kept ${i}` })));
  expect((await log(store)).map((row) => row['revision'])).toEqual(Array.from({ length: 2 + kept.length }, (_, i) => i + 1));
});

test('two programs writing at the same time share one log without a gap', async () => {
  const store = await openStore();
  const other = await store.another();
  await store.take(entry({ trail_id: 100, company_id: 1 }));
  const ids = await Promise.all(
    Array.from({ length: 400 }, async (_, i) => {
      if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, i % 7));
      return (i % 2 === 0 ? store.core : other).trails.record(testCaller, recordAbout(1, `entry ${i}`));
    }),
  );
  expect(new Set(ids).size).toBe(400);
  expect((await log(store)).map((row) => row['revision'])).toEqual(Array.from({ length: 402 }, (_, i) => i + 1));
  expect(await head(store)).toBe(402);
});

test('each tenant has a log of its own', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 100, company_id: 1 }), entry({ client_id: 5, trail_id: 100, company_id: 1 }));
  await store.take(entry({ client_id: 5, trail_id: 102, company_id: 1 }));
  expect((await log(store)).map((row) => [row['revision'], row['kind']])).toEqual([
    [1, 'company'],
    [2, 'trail'],
  ]);
  expect((await log(store, 5)).map((row) => row['revision'])).toEqual([1, 2, 3]);
});

test('ids made here begin at 10^15 and are never given out twice, also not after importing ids of ours', async () => {
  const own = 10 ** 15;
  const cases: [string, object, number][] = [
    ['an OKKI id moves nothing', { trail_id: 99_999_999_999_999 }, own],
    ['an entry of ours', { trail_id: own + 40, follow_up_id: 0, refer_id: 0 }, own + 41],
    ['a company of ours', { trail_id: 100, company_id: own + 70 }, own + 71],
    ['a contact of ours', { trail_id: 100, customer_id: [own + 90] }, own + 91],
    ['an author of ours', { trail_id: 100, create_user: own + 20 }, own + 21],
    ['the follow-up record behind an entry of ours', { trail_id: own + 4, follow_up_id: own + 5, refer_id: own + 5 }, own + 6],
    ['an author of ours of whom only the id is known', { trail_id: 100, create_user: own + 30, create_user_info: [] }, own + 31],
    ['a company of ours of which only the id is known', { trail_id: 100, company_id: own + 8, company_info: [] }, own + 9],
  ];
  for (const [name, fields, next] of cases) {
    const store = await openStore();
    await store.take(entry({ trail_id: 2, company_id: 1 }), entry(fields as Record<string, unknown>));
    expect.soft(await store.core.trails.record(testCaller, recordAbout(1)), name).toBe(next);
  }
});

test('the largest id that an import accepts does not stop later records', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 100, company_id: 1 }));
  // Refused or taken, but not at the price of everything that comes later.
  await store
    .take(entry({ trail_id: Number.MAX_SAFE_INTEGER, follow_up_id: 0, refer_id: 0, company_id: 1 }))
    .catch(() => undefined);
  const first = await store.core.trails.record(testCaller, recordAbout(1, 'first'));
  const second = await store.core.trails.record(testCaller, recordAbout(1, 'second'));
  expect([Number.isSafeInteger(first), Number.isSafeInteger(second)]).toEqual([true, true]);
  const filter = { ...allTrails, companyId: 1 };
  const { trails } = await store.core.trails.list(testCaller, filter, { number: 1, size: 10 });
  expect(trails.map((trail) => trail.content)).toContain('second');
});

test('opening a store again changes nothing in it; one of a newer program is refused', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 100, company_id: 1 }));
  const definitions =
    engine === 'sqlite'
      ? 'SELECT type, name, sql FROM sqlite_schema ORDER BY name'
      : "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2";
  const schema = async (): Promise<unknown[]> => [
    await store.rows(definitions),
    await store.rows('SELECT * FROM schema_version'),
    await log(store),
  ];
  const before = await schema();
  await store.another();
  expect(await schema()).toEqual(before);

  await store.rows('INSERT INTO schema_version (version) VALUES (1000)');
  await expect(openCore(store.place, { make: false })).rejects.toThrow(
    /schema version 1000, this program knows \d+: use a newer/,
  );
  await expect(store.another()).rejects.toThrow(/1000/);
});
