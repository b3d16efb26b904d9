import { hexOf, subtle, utf8 } from './crypto.ts';
import { GenjinError } from './errors.ts';

export interface ApplicationCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Such as `company lead`; all that the application has when left out. */
  readonly scope?: string | undefined;
}

export interface UserCredentials extends ApplicationCredentials {
  readonly username: string;
  /** Itself: the client sends its SHA-256. */
  readonly password: string;
}

export type GenjinCredentials = ApplicationCredentials | UserCredentials | { readonly accessToken: string };

/** @internal As much of an answer as is needed here. */
export interface Token {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in: number | string;
  readonly refresh_token?: unknown;
}

/** A token is not used in its last minute, so that it does not end under way. */
const margin = 60_000;

/** @internal Keeps a token and gets the next one, once for all calls that wait for it. */
export class Tokens {
  readonly #credentials: GenjinCredentials;
  readonly #ask: (path: string, body: object) => Promise<Token>;
  #access: { readonly value: string; readonly usableUntil: number } | null = null;
  #refreshToken: string | null = null;
  #asking: Promise<string> | null = null;

  constructor(credentials: GenjinCredentials, ask: (path: string, body: object) => Promise<Token>) {
    this.#credentials = credentials;
    this.#ask = ask;
  }

  async current(): Promise<string> {
    if ('accessToken' in this.#credentials) return this.#credentials.accessToken;
    if (this.#access !== null && Date.now() < this.#access.usableUntil) return this.#access.value;
    this.#asking ??= this.#renew(this.#credentials).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** Takes in that the server refused a token; answers whether there may be another one. */
  refused(token: string): boolean {
    // Another call may have got a new one meanwhile.
    if (this.#access?.value === token) this.#access = null;
    return !('accessToken' in this.#credentials);
  }

  async #renew(credentials: ApplicationCredentials | UserCredentials): Promise<string> {
    const application = { client_id: credentials.clientId, client_secret: credentials.clientSecret };
    if (this.#refreshToken !== null) {
      const body = { grant_type: 'refresh_token', refresh_token: this.#refreshToken, ...application };
      try {
        return await this.#take('refresh_token', body);
      } catch (error) {
        // It may have been used, with an answer that never came; only a server that says so makes it worthless.
        if (!(error instanceof GenjinError && isRefusal(error))) throw error;
        this.#refreshToken = null;
      }
    }
    const { scope } = credentials;
    if (!('username' in credentials)) {
      return this.#take('access_token', { grant_type: 'client_credentials', ...application, scope });
    }
    const { username } = credentials;
    const password = hexOf(await subtle().digest('SHA-256', utf8(credentials.password)));
    return this.#take('access_token', { grant_type: 'password', ...application, scope, username, password });
  }

  async #take(path: string, body: object): Promise<string> {
    const asked = Date.now();
    const answer = await this.#ask(`/v1/oauth2/${path}`, body);
    const life = Number(answer.expires_in) * 1000;
    this.#access = { value: answer.access_token, usableUntil: asked + Math.max(life - margin, life / 2) };
    // Each refresh token works once, so the newest is the one to keep.
    if (typeof answer.refresh_token === 'string' && answer.refresh_token !== '') this.#refreshToken = answer.refresh_token;
    return answer.access_token;
  }
}

const isRefusal = ({ httpStatus, code }: GenjinError): boolean =>
  httpStatus === 400 || httpStatus === 401 || (httpStatus === 200 && code !== 0);
