/** How programs that run against OKKI ask for a token and show it, each in its own way. Nothing here knows Genjin. */
import { request } from 'node:http';

export interface Account {
  readonly id: string;
  readonly secret: string;
}

export interface Grant {
  readonly access_token: string;
  readonly expires_in: number;
  readonly token_type: string;
}

export type AskToken = (base: string, account: Account) => Promise<Grant>;

const tokenUrl = (base: string): string => `${base}/v1/oauth2/access_token`;

const fieldsOf = ({ id, secret }: Account) => ({
  grant_type: 'client_credentials',
  client_id: id,
  client_secret: secret,
  scope: 'company  lead',
});

/** `application/x-www-form-urlencoded`, as most HTTP libraries send a map. */
export const byForm: AskToken = async (base, account) => {
  const response = await fetch(tokenUrl(base), { method: 'POST', body: new URLSearchParams(fieldsOf(account)) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as Grant;
};

export const byJson: AskToken = async (base, account) => {
  const headers = { 'Content-Type': 'application/json; charset=utf-8' };
  const response = await fetch(tokenUrl(base), { method: 'POST', headers, body: JSON.stringify(fieldsOf(account)) });
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  return (await response.json()) as Grant;
};

/** Written piece by piece, so that no length is known beforehand. */
export const byChunkedForm: AskToken = (base, account) =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' };
    const post = request(tokenUrl(base), { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve(JSON.parse(text) as Grant));
    });
    post.on('error', reject);
    for (const [name, value] of Object.entries(fieldsOf(account))) post.write(`${name}=${encodeURIComponent(value)}&`);
    post.end();
  });

/** What goes into `Authorization`. */
export const bearer = (token: string): string => `Bearer ${token}`;
export const bare = (token: string): string => token;

/** How a program finds out that its token has ended: it looks at one thing and believes nothing else. */
export const signsOfTheEnd = {
  status: (status: number): boolean => status === 401,
  error: (_status: number, body: Readonly<Record<string, unknown>>): boolean => body['error'] === 'access_denied',
  code: (_status: number, body: Readonly<Record<string, unknown>>): boolean => body['code'] === 401,
} as const;

export type Sign = (typeof signsOfTheEnd)[keyof typeof signsOfTheEnd];

/** A session that asks for a token when it has none, and for a new one, once, when it sees the sign. */
export class Session {
  readonly #base: string;
  readonly #account: Account;
  readonly #ask: AskToken;
  readonly #show: (token: string) => string;
  readonly #ended: Sign;
  #token: string | null = null;
  tokens = 0;

  constructor(base: string, account: Account, ask: AskToken, show: (token: string) => string, ended: Sign) {
    this.#base = base;
    this.#account = account;
    this.#ask = ask;
    this.#show = show;
    this.#ended = ended;
  }

  async get(path: string): Promise<Readonly<Record<string, unknown>>> {
    const first = await this.#send(path);
    if (!this.#ended(first.status, first.body)) return first.body;
    this.#token = null;
    return (await this.#send(path)).body;
  }

  async #send(path: string): Promise<{ status: number; body: Readonly<Record<string, unknown>> }> {
    if (this.#token === null) {
      this.#token = (await this.#ask(this.#base, this.#account)).access_token;
      this.tokens += 1;
    }
    const response = await fetch(`${this.#base}${path}`, { headers: { Authorization: this.#show(this.#token) } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
}
