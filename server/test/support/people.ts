/** People who sign in through an application. */
import { passwordDigest } from '../../src/domain/sign-in.ts';
import { testTenant } from './entries.ts';
import type { Answer } from './http.ts';
import { type Credentials, type TestServer, tokenPath } from './server.ts';

export const refreshPath = '/v1/oauth2/refresh_token';

export interface Person {
  readonly userId: number;
  readonly email: string;
  readonly password: string;
}

export interface Tokens {
  readonly token_type: string;
  readonly expires_in: number;
  readonly access_token: string;
  readonly refresh_token: string;
}

/** A new user of a tenant that is there. */
export async function addPerson(server: TestServer, email: string, tenantId = testTenant): Promise<Person> {
  const password = `the password of ${email}`;
  const given = { userId: null, name: `name of ${email}`, email, password, replace: false };
  return { userId: await server.core.signIns.create(tenantId, given), email, password };
}

/** What a program sends to sign the person in. */
export const signInBody = ({ clientId, clientSecret }: Credentials, { email, password }: Omit<Person, 'userId'>) => ({
  grant_type: 'password',
  client_id: clientId,
  client_secret: clientSecret,
  username: email,
  password: passwordDigest(password),
});

export const refreshBody = ({ clientId, clientSecret }: Credentials, refreshToken: string) => ({
  grant_type: 'refresh_token',
  client_id: clientId,
  client_secret: clientSecret,
  refresh_token: refreshToken,
});

type Sends = Pick<TestServer, 'send'>;

export const askJson = (
  server: Sends,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => server.send(path, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body });

/** The tokens of a person who signs in; throws when they are refused. */
export async function signIn(server: Sends, application: Credentials, person: Omit<Person, 'userId'>): Promise<Tokens> {
  return tokensOf(await askJson(server, tokenPath, signInBody(application, person)));
}

/** The next tokens; throws when they are refused. */
export async function refresh(server: Sends, application: Credentials, refreshToken: string): Promise<Tokens> {
  return tokensOf(await askJson(server, refreshPath, refreshBody(application, refreshToken)));
}

function tokensOf(answer: Answer): Tokens {
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text}`);
  return answer.json<Tokens>();
}

/** Changes what the user may do, as an administrator would. */
export async function setState(server: TestServer, userId: number, state: number, tenantId = testTenant): Promise<void> {
  await server.core.objects.change(tenantId, 'command:test', async (edit) => {
    const before = (await edit.getMany('user', [userId])).get(userId) ?? null;
    if (before === null) throw new Error(`no user ${userId}`);
    await edit.write('user', [{ before, after: { ...before.object, state }, knownAt: server.clock.at }]);
  });
}
