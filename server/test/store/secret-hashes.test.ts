/** How secrets and passwords are kept, and what becomes of those that a former version kept. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { passwordDigest } from '../../src/domain/sign-in.ts';
import { testTenant } from '../support/entries.ts';
import { openStore, type TestStore } from './fixture.ts';

const argon = /^argon2id\$[\da-f]{12}\$[\w-]{22}\$[\w-]{43}$/;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function withApplication() {
  const store = await openStore();
  await store.core.tenants.create({ tenantId: testTenant, name: 'tenant', createdAt: 0 });
  const application = await store.core.applications.create(testTenant, 'app', ['company']);
  return { store, client: { ...application, scopes: [] } };
}

const keptSecret = async (store: TestStore): Promise<unknown> =>
  (await store.rows('SELECT secret_hash FROM application'))[0]?.['secret_hash'];

async function keepFormerly(store: TestStore, secret: string): Promise<void> {
  await store.rows('UPDATE application SET secret_hash = ?', sha256(secret));
}

test('a secret is kept as argon2id, each with a salt of its own', async () => {
  const { store, client } = await withApplication();
  const first = await keptSecret(store);
  expect(first).toMatch(argon);
  await store.core.applications.issueToken(client);
  expect(await keptSecret(store)).toBe(first);
  const same = { clientId: `${testTenant}-same`, clientSecret: client.clientSecret };
  await store.core.applications.create(testTenant, 'same', ['company'], same);
  expect(new Set((await store.rows('SELECT secret_hash FROM application')).map((row) => row['secret_hash'])).size).toBe(2);
});

test('a secret that a former version kept goes on, and is kept anew at its next right use', async () => {
  const { store, client } = await withApplication();
  await keepFormerly(store, client.clientSecret);
  for (const wrong of ['wrong', sha256(client.clientSecret), '']) {
    await expect(store.core.applications.issueToken({ ...client, clientSecret: wrong })).rejects.toThrow('authentication failed');
    expect(await keptSecret(store)).toBe(sha256(client.clientSecret));
  }
  // Several at once: one keeps it anew, and all get their tokens.
  const tokens = await Promise.all([1, 2, 3].map(() => store.core.applications.issueToken(client)));
  expect(await keptSecret(store)).toMatch(argon);
  for (const { accessToken } of tokens) await store.core.applications.authenticate(accessToken);
  await store.core.applications.issueToken(client);
  await expect(store.core.applications.issueToken({ ...client, clientSecret: 'wrong' })).rejects.toThrow('authentication failed');
});

test('a password is kept as argon2id of what the wire carries', async () => {
  const { store } = await withApplication();
  const person = { userId: null, name: 'n', email: 'Li@Example.com', password: '密码密码密码密码', replace: false };
  const userId = await store.core.signIns.create(testTenant, person);
  const rows = await store.rows('SELECT user_id, email, password_hash FROM sign_in');
  expect(rows).toEqual([{ user_id: userId, email: 'li@example.com', password_hash: expect.stringMatching(argon) }]);
  // The user has the address as it was given.
  expect(await store.rows('SELECT nickname, email FROM member WHERE user_id = ?', userId)).toEqual([
    { nickname: 'n', email: 'Li@Example.com' },
  ]);
});

test('a token through a secret that was replaced while it was verified is none', async () => {
  const { store, client } = await withApplication();
  await store.core.signIns.create(testTenant, { userId: null, name: 'n', email: 'n@x', password: 'long enough', replace: false });
  const signIn = { ...client, username: 'n@x', password: passwordDigest('long enough') };
  const { refreshToken } = await store.core.signIns.signIn(signIn);
  const application = await store.core.applicationStore.get(testTenant, client.clientId);
  const old = application?.secretHash ?? '';
  await store.core.applications.rotate(client.clientId);
  const token = { tenantId: testTenant, tokenHash: 'x', clientId: client.clientId, scopes: [], expiresAt: 9e15, member: null };
  expect(await store.core.applicationStore.addToken(token, old, store.clock.at)).toBe(null);
  const refreshing = store.core.signIns.refresh({ ...client, refreshToken: refreshToken ?? '' });
  await expect(refreshing).rejects.toMatchObject({ errorName: 'refresh_client_invalid' });
  expect(await store.rows('SELECT * FROM access_token')).toEqual([]);
  expect(await store.rows('SELECT * FROM refresh_token')).toEqual([]);
});

test('under another key no secret can be verified, which is said; a new one can', async () => {
  const { store, client } = await withApplication();
  writeFileSync(join(store.folder, 'genjin.key'), `${Buffer.alloc(32, 1).toString('base64')}\n`);
  const other = await store.another();
  await expect(other.applications.issueToken(client)).rejects.toMatchObject({ errorName: 'key_lost' });
  const renewed = await other.applications.rotate(client.clientId);
  await other.applications.issueToken({ ...renewed, scopes: [] });
});

test('what has ended is forgotten', async () => {
  const { store, client } = await withApplication();
  await store.core.signIns.create(testTenant, { userId: null, name: 'n', email: 'n@x', password: 'long enough', replace: false });
  const signIn = { ...client, username: 'n@x', password: passwordDigest('long enough') };
  const counts = () =>
    Promise.all(['access_token', 'refresh_token'].map(async (table) => (await store.rows(`SELECT 1 FROM ${table}`)).length));
  await store.core.signIns.signIn(signIn);
  await store.core.applications.issueToken(client);
  expect(await counts()).toEqual([2, 1]);
  store.clock.advance(8 * 3600 * 1000);
  await store.core.applications.issueToken(client);
  expect(await counts()).toEqual([1, 1]);
  store.clock.advance(30 * 24 * 3600 * 1000);
  await store.core.signIns.signIn(signIn);
  expect(await counts()).toEqual([1, 1]);
});
