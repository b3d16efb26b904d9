/** The log is moved into the file by a thread while others write: nothing is lost, and closing leaves one whole file. */
import { existsSync, statSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { storePath } from '../../src/store/files.ts';
import { entry } from '../support/entries.ts';
import { openStore, recordAbout, testCaller } from './fixture.ts';

test('after thousands of small writes', async () => {
  const store = await openStore();
  await store.take(entry({ company_id: 1 }));
  const file = storePath(store.folder);
  const empty = statSync(file).size;
  const writes = 2500;
  for (let done = 0; done < writes; done += 100) {
    await Promise.all(Array.from({ length: 100 }, () => store.core.trails.record(testCaller, recordAbout(1))));
  }
  // Far too few pages for the connection that writes to move them by itself.
  await vi.waitFor(() => expect(statSync(file).size).toBeGreaterThan(empty), 10_000);
  expect(await store.rows('SELECT COUNT(*) AS n FROM trail')).toEqual([{ n: writes + 1 }]);
  await store.core.close();
  // The thread has let go, or the last connection would not have put the log away.
  expect([existsSync(`${file}-wal`), existsSync(`${file}-shm`)]).toEqual([false, false]);
  expect(await store.rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  const again = await store.another();
  expect(await again.trailStore.count(testCaller.tenantId)).toBe(writes + 1);
});

test('a store that is closed while the thread is at work', async () => {
  const store = await openStore();
  await store.take(entry({ company_id: 1 }));
  await Promise.all(Array.from({ length: 2100 }, (_, i) => store.core.trails.record(testCaller, recordAbout(1, `entry ${i}`))));
  await store.core.close();
  expect(existsSync(`${storePath(store.folder)}-wal`)).toBe(false);
  expect(await store.rows('SELECT COUNT(*) AS n FROM trail')).toEqual([{ n: 2101 }]);
});
