/** OAuth on the wire (docs/wire.md#tokens). */
import { Type } from 'typebox';
import type { Credentials } from '../domain/application.ts';
import type { RefreshRequest, SignInRequest } from '../domain/sign-in.ts';
import type { IssuedToken } from '../domain/token.ts';
import { AppError } from '../errors.ts';

const client = {
  client_id: Type.String({ description: "The application's id." }),
  client_secret: Type.String({ description: "The application's secret." }),
};

export const tokenBody = Type.Object({
  grant_type: Type.String({
    description: 'client_credentials for the application itself, password for a person who signs in through it.',
    examples: ['client_credentials', 'password'],
  }),
  ...client,
  scope: Type.Optional(
    Type.String({ description: 'Modules separated by spaces, such as "company lead"; none: all that the application has.' }),
  ),
  username: Type.Optional(Type.String({ description: 'With password: the mail address that the person signs in with.' })),
  password: Type.Optional(
    Type.String({ description: 'With password: the SHA-256 of the password, 64 hex digits.', pattern: '^[0-9A-Fa-f]{64}$' }),
  ),
});

export const refreshBody = Type.Object({
  grant_type: Type.String({ description: 'refresh_token', examples: ['refresh_token'] }),
  ...client,
  refresh_token: Type.String({ description: 'The last one that was answered; it is used up by this.' }),
});

export const tokenAnswer = Type.Object({
  token_type: Type.String({ description: 'Bearer' }),
  expires_in: Type.Integer({ description: 'Seconds left; a token asked for again has the same end.' }),
  access_token: Type.String({ description: 'Sent as `Authorization: Bearer <token>` or bare.' }),
  refresh_token: Type.Optional(
    Type.String({ description: 'For /v1/oauth2/refresh_token, once, within 30 days; none with client_credentials.' }),
  ),
});

export type TokenRequest =
  | ({ readonly grant: 'client_credentials' } & Credentials)
  | ({ readonly grant: 'password' } & SignInRequest);

/** Throws `invalid_request` with a hint naming the parameter, `unsupported_grant_type`. */
export function readTokenRequest(raw: unknown): TokenRequest {
  const { text, optional } = fieldsOf(raw);
  const grant = text('grant_type');
  if (grant !== 'client_credentials' && grant !== 'password') {
    const elsewhere = grant === 'refresh_token' ? '; refresh_token goes to /v1/oauth2/refresh_token' : '';
    throw unsupported(`accepted: client_credentials, password${elsewhere}`);
  }
  const credentials = {
    clientId: text('client_id').trim(),
    clientSecret: text('client_secret').trim(),
    scopes: [...new Set(optional('scope').split(/\s+/))].filter((scope) => scope !== ''),
  };
  if (grant === 'client_credentials') return { grant, ...credentials };
  const username = text('username').trim();
  const password = text('password').trim().toLowerCase();
  // Only its name is told, for it may be the password itself.
  if (!/^[\da-f]{64}$/.test(password))
    throw refused('password', ': it must be the SHA-256 of the password in hex, 64 digits, not the password itself');
  return { grant, ...credentials, username, password };
}

/** Throws as `readTokenRequest`. */
export function readRefreshRequest(raw: unknown): RefreshRequest {
  const { text } = fieldsOf(raw);
  if (text('grant_type') !== 'refresh_token')
    throw unsupported('accepted: refresh_token; other grants go to /v1/oauth2/access_token');
  return {
    clientId: text('client_id').trim(),
    clientSecret: text('client_secret').trim(),
    refreshToken: text('refresh_token').trim(),
  };
}

export function presentToken({ accessToken, expiresIn, refreshToken }: IssuedToken) {
  const token = { token_type: 'Bearer', expires_in: expiresIn, access_token: accessToken };
  return refreshToken === null ? token : { ...token, refresh_token: refreshToken };
}

/** Readers of a body's texts: `text` for what must be there and not empty, `optional` answers `""` for absence. */
function fieldsOf(raw: unknown) {
  const body = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Readonly<Record<string, unknown>>) : {};
  const given = (name: string): unknown => (Object.hasOwn(body, name) ? (body[name] ?? '') : '');
  const optional = (name: string): string => {
    const value = given(name);
    if (typeof value === 'number') return String(value);
    if (typeof value !== 'string') throw refused(name);
    return value;
  };
  const text = (name: string): string => {
    const value = optional(name);
    if (value === '') throw refused(name);
    return value;
  };
  return { text, optional };
}

const refused = (name: string, why = ''): AppError =>
  new AppError('invalid_request', {}, { hint: `Check the \`${name}\` parameter${why}` });

const unsupported = (accepted: string): AppError =>
  new AppError('unsupported_grant_type', {}, { hint: `Check the \`grant_type\` parameter; ${accepted}` });
