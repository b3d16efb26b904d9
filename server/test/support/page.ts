/** The page as a browser has it: keeps the cookie, and says with each request that it comes from the page. */
import { testTenant } from './entries.ts';
import type { Answer, Ask } from './http.ts';
import type { TestServer } from './server.ts';

export const sessionPath = '/v1/session';

/** What a browser sends of itself with what the page's own script asks for. */
export const pageHeaders = { 'X-Genjin-Page': '1', 'Sec-Fetch-Site': 'same-origin' } as const;

type Sends = Pick<TestServer, 'send'>;

export class Page {
  readonly #server: Sends;
  /** `name=value`, as the browser sends it back. */
  cookie: string | null = null;

  constructor(server: Sends, cookie: string | null = null) {
    this.#server = server;
    this.cookie = cookie;
  }

  get(path: string, headers: Ask['headers'] = {}): Promise<Answer> {
    return this.ask('GET', path, undefined, headers);
  }

  post(path: string, body: unknown = undefined, headers: Ask['headers'] = {}): Promise<Answer> {
    return this.ask('POST', path, body, headers);
  }

  async ask(method: string, path: string, body: unknown, headers: Ask['headers'] = {}): Promise<Answer> {
    const answer = await this.#server.send(path, {
      method,
      headers: {
        ...pageHeaders,
        ...(this.cookie === null ? {} : { Cookie: this.cookie }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body,
    });
    const [set] = answer.headers['set-cookie'] ?? [];
    if (set !== undefined) this.cookie = /Max-Age=0/.test(set) ? null : (set.split(';')[0] ?? null);
    return answer;
  }
}

export interface Staff {
  readonly userId: number;
  readonly email: string;
  readonly password: string;
}

/** A new user with a role, of a tenant that is made when missing. */
export async function addStaff(
  server: TestServer,
  role: 'admin' | 'member' | 'viewer',
  email = `${role}@example.com`,
  tenantId = testTenant,
): Promise<Staff> {
  await server.core.tenants.create({ tenantId, name: `tenant ${tenantId}`, createdAt: server.clock.at });
  const password = `the password of ${email}`;
  const given = { userId: null, name: `name of ${email}`, email, password, replace: false, role };
  return { userId: await server.core.signIns.create(tenantId, given), email, password };
}

/** The page with somebody signed in; throws when that is refused. */
export async function signedIn(
  server: Sends,
  { email, password }: Pick<Staff, 'email' | 'password'>,
  tenantId?: number,
): Promise<Page> {
  const page = new Page(server);
  const answer = await page.post('/v1/session/create', { email, password, tenant_id: tenantId });
  if (answer.status !== 200 || answer.json().code !== 200) throw new Error(`not signed in: ${answer.status} ${answer.text}`);
  return page;
}

/** The page with a new user of that role signed in. */
export const signedInAs = async (server: TestServer, role: 'admin' | 'member' | 'viewer'): Promise<Page> =>
  signedIn(server, await addStaff(server, role, `${role}${(made++).toString()}@example.com`));

let made = 0;
