import { closeSync, cpSync, openSync, truncateSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateFirm } from '../../src/demo/firm.ts';
import { type Workplace, workplace } from '../support/cli.ts';
import { entry } from '../support/entries.ts';

let at: Workplace;
let clean: () => Promise<void>;

beforeAll(async () => {
  at = workplace((atEnd) => (clean = atEnd));
  const firm = { clientId: 7, seed: 1, entries: 1500, companies: 20, salespeople: 5, endAt: Date.UTC(2024, 10, 4), days: 365 };
  const entries = [...generateFirm(firm), entry({ client_id: 8, trail_id: 1, company_id: 1, delete_flag: 1 })];
  at.write('all.ndjson', entries.map((one) => `${JSON.stringify(one)}\n`).join(''));
  expect((await at.genjin(['import', 'all.ndjson'])).code).toBe(0);
});

afterAll(() => clean());

test('a right store: each tenant, and exit code 0', async () => {
  expect(await at.genjin(['check'])).toEqual({
    code: 0,
    signal: null,
    stdout: expect.stringMatching(/^tenant 7: 1500 entries, revision \d+\ntenant 8: 1 entries, revision 2\nall is right\n$/),
    stderr: '',
  });
  expect((await at.genjin(['check'], { env: { LANG: 'zh_CN.UTF-8' } })).stdout).toMatch(/一切正确\n$/);
});

/** A copy of the store, spoilt by hand. */
async function checkSpoilt(
  name: string,
  spoil: (path: string) => void,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  cpSync(at.path('genjin-data'), at.path(name), { recursive: true });
  spoil(`${at.path(name)}/genjin.sqlite`);
  return at.genjin(['check', '--data', name]);
}

const trail = '(SELECT min(trail_id) FROM trail WHERE tenant_id = 7 AND live = 1)';
const head = '(SELECT max(revision) FROM change WHERE tenant_id = 7)';
const spoilt: [string, string, RegExp][] = [
  [
    'a removed entry counts',
    `UPDATE trail SET removed = 1 WHERE tenant_id = 7 AND trail_id = ${trail}`,
    /tenant 7: revision \d+: trail \d+ is counted as live or not against its flags/,
  ],
  [
    'a live entry does not count',
    `UPDATE trail SET live = 0 WHERE tenant_id = 7 AND trail_id = ${trail}`,
    /tenant 7: revision \d+: trail \d+ is counted as live or not against its flags/,
  ],
  [
    'a change is missing in the middle',
    'DELETE FROM change WHERE tenant_id = 7 AND revision = 5',
    /tenant 7: the first bad revision is 5\nWRONG {2}tenant 7: revision 5: the change log has nothing between revisions 4 and 6/,
  ],
  [
    'the first change is missing',
    'DELETE FROM change WHERE tenant_id = 7 AND revision = 1',
    /tenant 7: the first bad revision is 1\nWRONG {2}tenant 7: revision 1: the change log has nothing between revisions 0 and 2/,
  ],
  [
    'the last change is missing',
    `DELETE FROM change WHERE tenant_id = 7 AND revision = ${head}`,
    /tenant 7: revision \d+: the change log ends at revision \d+, its head says \d+/,
  ],
  [
    'the head is behind',
    'UPDATE tenant SET revision = revision - 1 WHERE tenant_id = 8',
    /tenant 8: revision 2: the change log ends at revision 2, its head says 1/,
  ],
  [
    'an entry at another revision',
    `UPDATE trail SET revision = revision + 1 WHERE tenant_id = 7 AND trail_id = ${trail}`,
    /tenant 7: revision \d+: trail \d+ stands at revision \d+, the log says \d+/,
  ],
  [
    'a company at another revision',
    'UPDATE company SET revision = 99999 WHERE tenant_id = 8',
    /tenant 8: revision 1: company 1 stands at revision 99999, the log says 1/,
  ],
  [
    'an entry is gone',
    `DELETE FROM trail WHERE tenant_id = 7 AND trail_id = ${trail}`,
    /tenant 7: revision \d+: trail \d+ is in the log but not in the store/,
  ],
  [
    'a company nobody wrote',
    "INSERT INTO company (tenant_id, company_id, name, removed, known_at, revision) VALUES (8, 77, 'x', 0, 0, 1)",
    /tenant 8: company 77 stands at revision 1, the log says nothing of it there/,
  ],
  [
    'a link that no entry has',
    'INSERT INTO trail_contact (tenant_id, live, contact_id, happened_at, trail_id) VALUES (8, 2, 5, 0, 1)',
    /tenant 8: the link 2 5 0 1 of trail_contact is none of its entry's/,
  ],
  [
    'a link is missing',
    'DELETE FROM trail_contact WHERE tenant_id = 7 AND trail_id = (SELECT min(trail_id) FROM trail_contact WHERE tenant_id = 7)',
    /tenant 7: trail_contact has \d+ links, the entries have \d+/,
  ],
  [
    'a change of an enterprise that is not there',
    'UPDATE change SET tenant_id = 9 WHERE tenant_id = 8 AND revision = 2',
    /store: change has rows of enterprise 9, which is not there/,
  ],
  [
    'another actor',
    "UPDATE change SET actor = 'user:1' WHERE tenant_id = 8 AND revision = 1",
    /tenant 8: the first bad revision is 1\nWRONG {2}tenant 8: revision 1: the chain is broken/,
  ],
  [
    'a subscription past the log',
    "INSERT INTO subscription (tenant_id, client_id, kind, events, cursor_revision) VALUES (8, '8-a', 'lead', 'recorded', 99999)",
    /tenant 8: the lead subscription of 8-a stands at revision 99999, past the end of the log/,
  ],
  [
    'a delivery without a subscription',
    "INSERT INTO delivery (tenant_id, client_id, kind, revision, object_id, attempts, first_at, next_at, state, last_error) VALUES (8, '8-a', 'lead', 1, 1, 1, 1, 1, 'waiting', '')",
    /tenant 8: the delivery of revision 1 to 8-a belongs to no lead subscription that has passed it/,
  ],
  [
    'an id that comes again',
    'UPDATE tenant SET next_id = 1 WHERE tenant_id = 8',
    /tenant 8: \w+ 1 has an id that would be given out again \(next: 1\)/,
  ],
];

for (const [i, [name, sql, finding]] of spoilt.entries()) {
  test(`${name}: named, and exit code 1`, async () => {
    const { code, stdout, stderr } = await checkSpoilt(`spoilt-${i}`, (path) => {
      const file = new DatabaseSync(path);
      file.exec(sql);
      file.close();
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`^WRONG {2}${finding.source}`, 'm'));
    expect(stdout).toMatch(/\n\d+ findings\n$/);
    expect(code).toBe(1);
  });
}

// A file that is damaged below SQL: said in words, without the inside of the program.
const damaged: [string, (path: string) => void][] = [
  ['is cut off', (path) => truncateSync(path, 200_000)],
  [
    'has a page of other bytes',
    (path) => {
      const file = openSync(path, 'r+');
      writeSync(file, Buffer.alloc(4096 * 20, 0xa5), 0, 4096 * 20, 4096 * 40);
      closeSync(file);
    },
  ],
  [
    'is no database',
    (path) => {
      const file = openSync(path, 'w');
      writeSync(file, 'hello '.repeat(1000));
      closeSync(file);
    },
  ],
];

for (const [i, [name, spoil]] of damaged.entries()) {
  test(`a file that ${name}: said, and exit code 1`, async () => {
    const { code, stdout, stderr } = await checkSpoilt(`damaged-${i}`, spoil);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/WRONG|damaged|malformed|not a database/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
}

test('a store that is not there', async () => {
  expect(await at.genjin(['check', '--data', 'nowhere'])).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^genjin: there is no store in nowhere; [^\n]+\n$/),
  });
});
