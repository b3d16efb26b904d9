/** Who may be made to sign in, with what address and password. */
import { expect, test } from 'vitest';
import type { NewSignIn } from '../../src/domain/sign-in.ts';
import { testTenant } from '../support/entries.ts';
import { openStore } from './fixture.ts';

async function withTenants() {
  const store = await openStore();
  for (const tenantId of [testTenant, 777]) await store.core.tenants.create({ tenantId, name: 'tenant', createdAt: 0 });
  const create = (given: Partial<NewSignIn>, tenantId = testTenant): Promise<number> =>
    store.core.signIns.create(tenantId, {
      userId: null,
      name: 'n',
      email: 'n@example.com',
      password: 'long enough',
      replace: false,
      ...given,
    });
  return { store, create };
}

test('what is refused, and then nothing has changed', async () => {
  const { store, create } = await withTenants();
  const taken = await create({ email: 'Taken@Example.com' });
  const other = await create({ email: 'other@example.com' });
  const before = await store.rows('SELECT * FROM sign_in');
  const rows: [string, Partial<NewSignIn>, string][] = [
    ['another size of letters', { email: 'tAKEN@example.COM' }, `user ${taken} signs in with taken@example.com already`],
    ['a user who signs in already', { userId: taken }, `user ${taken} signs in with taken@example.com already; --replace`],
    ["another user's address", { userId: other, email: 'taken@example.com', replace: true }, `user ${taken} signs in with`],
    ['no mail address', { email: 'no mail' }, '"no mail" is no mail address'],
    ['an empty mail address', { email: '' }, '"" is no mail address'],
    ['two mail addresses', { email: 'a@x b@x' }, '"a@x b@x" is no mail address'],
    ['too long a mail address', { email: `${'a'.repeat(300)}@x` }, 'is no mail address'],
    ['a user who is not there', { userId: 5 }, 'there is no user 5'],

    ['7 characters', { password: '1234567' }, 'the password is too short; accepted: at least 8 characters'],
    // 14 units of UTF-16, 28 bytes.
    ['7 characters beyond the basic plane', { password: '😀'.repeat(7) }, 'the password is too short'],
  ];
  for (const [name, given, reason] of rows) await expect(create(given), name).rejects.toThrow(reason);
  expect(await store.rows('SELECT * FROM sign_in')).toEqual(before);
  // The ids follow each other: no user was made in between.
  expect(await create({ email: 'next@example.com' })).toBe(other + 1);
});

test('what is accepted', async () => {
  const { store, create } = await withTenants();
  const userId = await create({ email: 'a@x', password: '12345678' });
  await create({ password: '😀'.repeat(8) });
  // The same address again, for the same user or at another tenant.
  await create({ email: 'a@x' }, 777);
  await create({ userId, name: null, email: 'A@x', password: 'another password', replace: true });
  expect(await store.rows('SELECT nickname, email FROM member WHERE tenant_id = ? AND user_id = ?', testTenant, userId)).toEqual([
    { nickname: 'n', email: 'A@x' },
  ]);
  // Through the change log, where nothing of the password is.
  const changes = await store.rows("SELECT * FROM change WHERE tenant_id = ? AND kind = 'user'", testTenant);
  expect(changes.map(({ action, actor }) => ({ action, actor }))).toEqual([
    { action: 'recorded', actor: 'command:user' },
    { action: 'recorded', actor: 'command:user' },
    { action: 'edited', actor: 'command:user' },
  ]);
  expect(JSON.stringify(changes)).not.toMatch(/argon2id|password/);
});
