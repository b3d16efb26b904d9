/** What is erased is found nowhere any more, and everything else stands as before. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openCore } from '../../src/app.ts';
import type { Caller } from '../../src/domain/application.ts';
import type { ErasableKind } from '../../src/domain/erasure.ts';
import { allTrails } from '../../src/domain/stores.ts';
import { checkStore } from '../../src/store/check.ts';
import { backupTo, integrityOf, storePath } from '../../src/store/files.ts';
import { followAll } from '../../src/store/search-follower.ts';
import { entry, testTenant } from '../support/entries.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';
import { exported, openStore, recordAbout, type TestStore, testCaller } from './fixture.ts';

const findings = async (store: TestStore): Promise<string[]> =>
  (await checkStore(store.core.db, () => integrityOf(store.folder))).findings.map(({ what }) => what);

const time = (second: number): string =>
  new Date(Date.UTC(2024, 0, 1) + second * 1000).toISOString().slice(0, 19).replace('T', ' ');

/** Which of the marks stand in any file of the folder, as bytes. A mark goes from a q to a z; whatever byte stands before it, a q too. */
function foundIn(folder: string, marks: readonly string[]): string[] {
  const there = new Set<string>();
  for (const name of readdirSync(folder))
    for (const [word] of readFileSync(join(folder, name))
      .toString('latin1')
      .matchAll(/q[0-9a-pr-y]+z/g))
      there.add(word);
  return marks.filter((mark) => there.has(mark));
}

/** A history of entries and people, each state of which has a text of its own, many times over when it is long. */
async function history(store: TestStore, random: () => number, rounds: number): Promise<Map<string, string[]>> {
  const nat = (n: number): number => Math.floor(random() * n);
  const texts = new Map<string, string[]>();
  const text = (of: string): string => {
    const mark = `q${of.replace(' ', '')}x${nat(2 ** 31)}z`;
    const known = texts.get(of);
    if (known === undefined) texts.set(of, [mark]);
    else known.push(mark);
    return mark;
  };
  let second = 0;
  for (let round = 0; round < rounds; round++) {
    const entries = Array.from({ length: 30 }, () => {
      second += 1;
      const [id, contact, user] = [1 + nat(120), 1 + nat(40), 1 + nat(10)];
      const mark = text(`trail ${id}`);
      return entry({
        trail_id: id,
        company_id: nat(5),
        lead_id: nat(3),
        customer_id: [contact],
        customer_info: [
          {
            customer_id: contact,
            name: text(`contact ${contact}`),
            email: `${text(`contact ${contact}`)}@a.cn`,
            tel_list: [],
            contact: [],
          },
        ],
        create_user: user,
        create_user_info: { user_id: String(user), nickname: text(`user ${user}`), avatar: '' },
        // From within a page to hundreds of overflow pages.
        content: Array.from({ length: [1, 2, 30, 400, 5000][nat(5)] as number }, () => mark).join(nat(2) === 0 ? ' ' : '，'),
        delete_flag: nat(9) === 0 ? 1 : 0,
        create_time: time(nat(100_000)),
        update_time: time(200_000 + second),
      });
    });
    await store.take(...entries);
    if (round % 5 === 0) await followAll(store.core.db, testTenant);
  }
  return texts;
}

test('erased texts are in no file: not in the store, its log, its index, a backup, an export; everything else stays', async () => {
  const random = randomFrom(announceSeed('erasure'));
  for (let run = 0; run < soak(20); run++) {
    const store = await openStore();
    if (run % 2 === 1) {
      // As a store of a version that did not overwrite what it deleted.
      const file = new DatabaseSync(storePath(store.folder));
      file.exec('CREATE TABLE old (id INTEGER PRIMARY KEY, text TEXT)');
      const insert = file.prepare('INSERT INTO old (text) VALUES (?)');
      for (let i = 0; i < 300; i++) insert.run(`qtrail1xold${i}z `.repeat(1 + Math.floor(random() * 3000)));
      file.exec('DELETE FROM old WHERE id % 3 > 0; DROP TABLE old');
      file.close();
    }
    const texts = await history(store, random, 12);
    const erased = new Map<string, string[]>();
    for (const [of, marks] of texts) {
      if (random() < 0.5) continue;
      const [kind, id] = of.split(' ') as [ErasableKind, string];
      expect(await store.core.erasures.erase(testCaller, kind, Number(id)), of).toBe(true);
      erased.set(of, marks);
    }
    const before = await store.rows('SELECT * FROM change ORDER BY tenant_id, revision');
    await store.core.sweeper.sweep();
    const gone = [...erased.values()].flat();
    if (run % 2 === 1) gone.push(...Array.from({ length: 300 }, (_, i) => `qtrail1xold${i}z`));
    expect(gone.length).toBeGreaterThan(100);
    expect(foundIn(store.folder, gone)).toEqual([]);
    expect(await store.rows('SELECT * FROM change ORDER BY tenant_id, revision')).toEqual(before);

    backupTo(store.folder, join(store.folder, 'backup.sqlite'));
    expect(foundIn(store.folder, gone)).toEqual([]);
    const everything = JSON.stringify([...(await exported(store)).values()]);
    expect(gone.filter((mark) => everything.includes(mark))).toEqual([]);
    const head = await store.core.trailStore.head(testTenant);
    for (let asOf = 0; asOf <= head.revision; asOf += 197) {
      const page = await store.core.trailStore.list(testTenant, allTrails, { number: 1, size: 200 }, asOf);
      const shown =
        JSON.stringify(page.trails) + JSON.stringify(Object.values(page.joined).map((joined) => [...joined.values()]));
      expect(gone.filter((mark) => shown.includes(mark))).toEqual([]);
    }
    // Of the rest, nothing is lost.
    const left = [...texts].filter(([of]) => !erased.has(of)).flatMap(([, marks]) => marks.slice(-1));
    expect(foundIn(store.folder, left)).toEqual(left);
    expect(await findings(store)).toEqual([]);
  }
}, 300_000);

test('while others write and read: nothing is lost, and the store is sound', async () => {
  const random = randomFrom(announceSeed('erasure among others'));
  const store = await openStore();
  const other = await store.another();
  const texts = await history(store, random, 8);
  const ids = [...texts.keys()].filter((of) => of.startsWith('trail ')).map((of) => Number(of.slice(6)));
  let ended = false;
  const recorded: string[] = [];
  const writing = [store.core, other].map(async (core, which) => {
    for (let i = 0; !ended || i < 50; i++) {
      const content = `kept ${which} ${i} ${'long '.repeat(i % 7 === 0 ? 2000 : 1)}`;
      await core.trails.record(testCaller, recordAbout(1, content));
      recorded.push(content);
    }
  });
  const reading = (async () => {
    while (!ended) {
      const snapshot = await other.db.snapshot(null);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect((await snapshot.get('PRAGMA quick_check(1)'))?.[0]).toBe('ok');
      await snapshot.end();
    }
  })();
  const gone: string[] = [];
  for (const id of ids.slice(0, 40)) {
    expect(await store.core.erasures.erase(testCaller, 'trail', id)).toBe(true);
    gone.push(...(texts.get(`trail ${id}`) ?? []));
  }
  await store.core.sweeper.sweep();
  expect(foundIn(store.folder, gone)).toEqual([]);
  ended = true;
  await Promise.all([...writing, reading]);
  const contents = (await store.rows("SELECT content FROM trail WHERE content LIKE 'kept %'")).map((row) => row['content']);
  expect(contents.toSorted()).toEqual(recorded.toSorted());
  expect(foundIn(store.folder, gone)).toEqual([]);
  expect(await findings(store)).toEqual([]);
});

test('what a process did not finish, the next one does', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 1, company_id: 1, content: 'qunfinishedz '.repeat(3000) }));
  expect(await store.core.erasures.erase(testCaller, 'trail', 1)).toBe(true);
  await store.core.close();
  const mark = `${storePath(store.folder)}.erasing`;
  const core = await openCore(store.place, { make: false });
  if (existsSync(mark)) await core.sweeper.sweep();
  await core.close();
  expect(existsSync(mark)).toBe(false);
  expect(foundIn(store.folder, ['qunfinishedz'])).toEqual([]);
});

test('of an erased entry the facts stay, at every revision, and its words are blank; a second time changes nothing', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 1, company_id: 1, content: 'first' }));
  await store.take(entry({ trail_id: 1, company_id: 2, content: 'second', update_time: '2024-06-01 00:00:00' }));
  const at = async (revision: number): Promise<[string | undefined, number | null | undefined]> => {
    const { trails } = await store.core.trailStore.list(testTenant, allTrails, { number: 1, size: 1 }, revision);
    return [trails[0]?.content, trails[0]?.companyId];
  };
  expect([await at(2), await at(4)]).toEqual([
    ['first', 1],
    ['second', 2],
  ]);
  expect(await store.core.erasures.erase(testCaller, 'trail', 1)).toBe(true);
  expect([await at(2), await at(4), await at(5)]).toEqual([
    ['', 1],
    ['', 2],
    ['', 2],
  ]);
  expect(
    await store.rows(
      "SELECT action, actor, salt <> '' AS salted, erased_hash <> '' AS erased FROM change WHERE object_id = 1 AND kind = 'trail'",
    ),
  ).toEqual([
    { action: 'recorded', actor: 'command:import', salted: 0, erased: 1 },
    { action: 'edited', actor: 'command:import', salted: 0, erased: 1 },
    { action: 'erased', actor: 'app:test', salted: 1, erased: 0 },
  ]);
  expect(await store.core.erasures.erase(testCaller, 'trail', 1)).toBe(false);
  expect((await store.core.trailStore.head(testTenant)).revision).toBe(5);
  expect(await findings(store)).toEqual([]);
});

test('words that come later can be erased too', async () => {
  const store = await openStore();
  const write = async (content: string): Promise<void> => {
    await store.core.objects.change(testTenant, 'command:test', async (edit) => {
      const before = (await edit.getMany('trail', [1])).get(1);
      if (before === undefined) throw new Error('no entry 1');
      await edit.write('trail', [{ before, after: { ...before.object, content }, knownAt: before.knownAt }]);
    });
  };
  await store.take(entry({ trail_id: 1, company_id: 1, content: 'qfirstz' }));
  await write('');
  for (const content of ['qsecondz', 'qthirdz']) {
    expect(await store.core.erasures.erase(testCaller, 'trail', 1)).toBe(true);
    await write(content);
  }
  expect(await store.core.erasures.erase(testCaller, 'trail', 1)).toBe(true);
  await store.core.sweeper.sweep();
  expect(foundIn(store.folder, ['qfirstz', 'qsecondz', 'qthirdz'])).toEqual([]);
  expect(await findings(store)).toEqual([]);
});

test('an export from before the erasure does not bring the words back', async () => {
  const store = await openStore();
  const person = { customer_id: 7, name: 'qnamez', email: 'qmailz@a.cn', tel_list: [], contact: [] };
  const user = { user_id: '9', nickname: 'qnickz', avatar: '' };
  await store.take(
    entry({
      trail_id: 1,
      company_id: 1,
      content: 'qcontentz',
      customer_id: [7],
      customer_info: [person],
      create_user: 9,
      create_user_info: user,
    }),
  );
  const older = [...(await exported(store)).values()];
  for (const [kind, id] of [
    ['trail', 1],
    ['contact', 7],
    ['user', 9],
  ] as const)
    expect(await store.core.erasures.erase(testCaller, kind, id)).toBe(true);
  expect(await store.take(...older)).toMatchObject({ added: 0, changed: 0 });
  await store.core.sweeper.sweep();
  expect(foundIn(store.folder, ['qcontentz', 'qnamez', 'qmailz', 'qnickz'])).toEqual([]);
});

test('a user who is erased no longer signs in, and an answer that is kept says nothing of an erased person', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 1, company_id: 1 }));
  const userId = await store.core.signIns.create(testTenant, {
    userId: null,
    name: 'qlinz',
    email: 'qlinz@a.cn',
    password: 'long enough',
    replace: false,
  });
  const none = {
    remove: false,
    main: undefined,
    phones: undefined,
    phone: { area: undefined, number: undefined },
    accounts: undefined,
    accountOf: [],
    details: {},
  };
  const push = {
    companyId: null,
    fields: { name: 'Kontor' },
    details: {},
    contacts: [{ ...none, contactId: null, fields: { name: 'qwangz', email: 'qwangz@a.cn' } }],
  };
  const first = await store.core.companies.push(testCaller, push, 'key');
  expect(first.contacts).toMatchObject([{ name: 'qwangz', email: 'qwangz@a.cn' }]);
  expect(await store.core.companies.push(testCaller, push, 'key')).toEqual(first);
  expect(await store.core.erasures.erase(testCaller, 'user', userId)).toBe(true);
  expect(await store.core.erasures.erase(testCaller, 'contact', first.contacts[0]?.contactId ?? 0)).toBe(true);
  await store.core.sweeper.sweep();
  expect(foundIn(store.folder, ['qlinz', 'qwangz'])).toEqual([]);
  expect(await store.core.companies.push(testCaller, push, 'key')).toMatchObject({ contacts: [{ name: '', email: '' }] });
  expect(await store.rows('SELECT COUNT(*) AS count FROM sign_in')).toEqual([{ count: 0 }]);
});

test('a person who signed in may not erase; what is not there is not found', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 1, company_id: 1 }));
  const member: Caller = { ...testCaller, member: true, actor: 'user:7001' };
  await expect(store.core.erasures.erase(member, 'trail', 1)).rejects.toMatchObject({ errorName: 'not_allowed' });
  await expect(store.core.erasures.erase(testCaller, 'trail', 2)).rejects.toMatchObject({ errorName: 'not_found' });
  expect((await store.core.trailStore.head(testTenant)).revision).toBe(2);
});
