import { userStates } from '../domain/objects.ts';
import type { Role } from '../domain/role.ts';
import type { AccessToken, Application, SignIn, SignInStore, TokenMember, TokenPair } from '../domain/stores.ts';
import { hasSecret, insertToken, insertTokenUntil, words } from './application-store.ts';
import type { Db, Row, Tx } from './db.ts';

/** How users sign in, and the hashes of the tokens that go back to that. */
export function signInStore(db: Db): SignInStore {
  return {
    get: (tenantId, email) =>
      db.read(tenantId, async (tx) => {
        const signIn = await signInBy(tx, tenantId, 'email', email);
        if (signIn === null) return null;
        const row = await tx.get('SELECT state FROM member WHERE tenant_id = ? AND user_id = ?', [tenantId, signIn.userId]);
        return { ...signIn, userState: (row?.[0] as number | undefined) ?? userStates.removed };
      }),
    begin: (signIn, application, tokens, now) =>
      db.write(signIn.tenantId, async (tx) => {
        const current = await signInBy(tx, signIn.tenantId, 'userId', signIn.userId);
        if (current?.passwordHash !== signIn.passwordHash) return null;
        if (!(await hasSecret(tx, application, application.secretHash))) return null;
        const member = { userId: signIn.userId, family: tokens.family };
        const end = await insertToken(tx, accessToken(application, member, tokens.scopes, tokens), now);
        await insertRefreshToken(tx, application, member, tokens.scopes, tokens, now);
        await tx.run('UPDATE sign_in SET last_at = ? WHERE tenant_id = ? AND user_id = ?', [now, signIn.tenantId, signIn.userId]);
        return end;
      }),
    refresh: (application, usedHash, next, now) =>
      db.write(application.tenantId, async (tx) => {
        if (!(await hasSecret(tx, application, application.secretHash))) return 'client';
        const { tenantId } = application;
        const sql =
          'SELECT t.client_id, t.user_id, t.scopes, t.family, t.expires_at, t.used, m.state FROM refresh_token t ' +
          'JOIN member m ON m.tenant_id = t.tenant_id AND m.user_id = t.user_id WHERE t.tenant_id = ? AND t.token_hash = ?';
        const row = await tx.get(sql, [tenantId, usedHash]);
        if (row === undefined) return 'invalid';
        const [clientId, userId, scopes, family, expiresAt, used, state] = row as [
          string,
          number,
          string,
          string,
          number,
          number,
          number,
        ];
        if (clientId !== application.clientId) return 'invalid';
        if (used === 1) {
          await tx.run("DELETE FROM access_token WHERE tenant_id = ? AND family = ? AND family <> ''", [tenantId, family]);
          await tx.run('DELETE FROM refresh_token WHERE tenant_id = ? AND family = ?', [tenantId, family]);
          return 'invalid';
        }
        if (expiresAt <= now || state !== userStates.normal) return 'invalid';
        await tx.run('UPDATE refresh_token SET used = 1 WHERE tenant_id = ? AND token_hash = ?', [tenantId, usedHash]);
        const member = { userId, family };
        await insertTokenUntil(tx, accessToken(application, member, words(scopes), next), now);
        await insertRefreshToken(tx, application, member, words(scopes), next, now);
        return 'refreshed';
      }),
  };
}

const accessToken = (
  { tenantId, clientId }: Application,
  member: TokenMember,
  scopes: readonly string[],
  tokens: TokenPair,
): AccessToken => ({ tenantId, tokenHash: tokens.accessHash, clientId, scopes, expiresAt: tokens.accessEnd, member });

/** Forgets those that ended; until then used ones stay, to be known again. */
async function insertRefreshToken(
  tx: Tx,
  { tenantId, clientId }: Application,
  { userId, family }: TokenMember,
  scopes: readonly string[],
  { refreshHash, refreshEnd }: TokenPair,
  now: number,
): Promise<void> {
  await tx.run('DELETE FROM refresh_token WHERE tenant_id = ? AND expires_at <= ?', [tenantId, now]);
  await tx.run(
    'INSERT INTO refresh_token (tenant_id, token_hash, client_id, user_id, scopes, family, expires_at, used) VALUES (?, ?, ?, ?, ?, ?, ?, 0)',
    [tenantId, refreshHash, clientId, userId, scopes.join(' '), family, refreshEnd],
  );
}

export const signInColumns = 'user_id, email, password_hash, role, created_at, last_at';

const by = {
  email: `SELECT ${signInColumns} FROM sign_in WHERE tenant_id = ? AND email = ?`,
  userId: `SELECT ${signInColumns} FROM sign_in WHERE tenant_id = ? AND user_id = ?`,
} as const;

/** Who signs in with this mail address, or which sign-in this user has; `null` without. */
export async function signInBy(tx: Tx, tenantId: number, key: keyof typeof by, value: string | number): Promise<SignIn | null> {
  const row = await tx.get(by[key], [tenantId, value]);
  return row === undefined ? null : signInOf(tenantId, row);
}

export function signInOf(tenantId: number, row: Row): SignIn {
  const [userId, email, passwordHash, role, createdAt, lastAt] = row as [number, string, string, Role, number, number];
  return { tenantId, userId, email, passwordHash, role, createdAt, lastAt: lastAt === 0 ? null : lastAt };
}

/** Keeps how a user signs in, instead of what was kept before; then sessions and tokens got through that end. */
export async function putSignIn(tx: Tx, signIn: SignIn): Promise<void> {
  const { tenantId, userId, email, passwordHash, role, createdAt, lastAt } = signIn;
  await endSignIn(tx, tenantId, userId);
  await tx.run(`INSERT INTO sign_in (tenant_id, ${signInColumns}) VALUES (?, ?, ?, ?, ?, ?, ?)`, [
    tenantId,
    userId,
    email,
    passwordHash,
    role,
    createdAt,
    lastAt ?? 0,
  ]);
}

/** Forgets how a user signs in, and ends the sessions and tokens got through that. */
export async function endSignIn(tx: Tx, tenantId: number, userId: number): Promise<void> {
  await tx.run('DELETE FROM sign_in WHERE tenant_id = ? AND user_id = ?', [tenantId, userId]);
  await endTokens(tx, tenantId, userId);
}

/** Ends the sessions and tokens of a user. */
export async function endTokens(tx: Tx, tenantId: number, userId: number): Promise<void> {
  for (const table of ['session', 'access_token', 'refresh_token'])
    await tx.run(`DELETE FROM ${table} WHERE tenant_id = ? AND user_id = ?`, [tenantId, userId]);
}
