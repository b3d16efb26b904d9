/** OAuth on the wire (docs/wire.md#tokens). */
import { Type } from 'typebox';
import type { Credentials, IssuedToken } from '../domain/application.ts';
import { AppError } from '../errors.ts';

export const tokenBody = Type.Object({
  grant_type: Type.String({ description: 'client_credentials' }),
  client_id: Type.String({ description: "The application's id." }),
  client_secret: Type.String({ description: "The application's secret." }),
  scope: Type.Optional(
    Type.String({ description: 'Modules separated by spaces, such as "company lead"; none: all that the application has.' }),
  ),
});

export const tokenAnswer = Type.Object({
  token_type: Type.String({ description: 'Bearer' }),
  expires_in: Type.Integer({ description: 'Seconds left; a token asked for again has the same end.' }),
  access_token: Type.String({ description: 'Sent as `Authorization: Bearer <token>` or bare.' }),
});

/** Throws `invalid_request` with a hint naming the parameter, `unsupported_grant_type`. */
export function readTokenRequest(raw: unknown): Credentials {
  const body = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? (raw as Readonly<Record<string, unknown>>) : {};
  const text = (name: string, required: boolean): string => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    if (typeof value === 'number') return String(value);
    if (typeof value === 'string' && (value !== '' || !required)) return value;
    if (!required && (value === undefined || value === null)) return '';
    throw new AppError('invalid_request', {}, { hint: `Check the \`${name}\` parameter` });
  };
  if (text('grant_type', true) !== 'client_credentials') {
    throw new AppError('unsupported_grant_type', {}, { hint: 'Check the `grant_type` parameter; accepted: client_credentials' });
  }
  return {
    clientId: text('client_id', true).trim(),
    clientSecret: text('client_secret', true).trim(),
    scopes: [...new Set(text('scope', false).split(/\s+/))].filter((scope) => scope !== ''),
  };
}

export function presentToken(token: IssuedToken) {
  return { token_type: 'Bearer', expires_in: token.expiresIn, access_token: token.accessToken };
}
