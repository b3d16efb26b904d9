import { longestLife } from '../domain/session.ts';

/**
 * The cookie of the page's session. By its prefix browsers take it only over TLS (or from this machine), from this very host, and for all
 * of it: nothing beside the server can put another one in its place.
 */
const name = '__Host-genjin';
const attributes = 'Path=/; HttpOnly; Secure; SameSite=Strict';
/** Far above ours; what is longer is somebody else's. */
const longest = 128;

/** The token in the header `Cookie`; `null` without one that could be ours. */
export function sessionIn(cookies: string | undefined): string | null {
  if (cookies === undefined) return null;
  for (const pair of cookies.split(';')) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const token = pair.slice(at + 1).trim();
    return token.length <= longest && /^[\w.-]+$/.test(token) ? token : null;
  }
  return null;
}

/** The header that gives a browser the token. The browser forgets it in the end, the server long before when it is not used. */
export const sessionCookie = (token: string): string => `${name}=${token}; Max-Age=${longestLife / 1000}; ${attributes}`;

/** The header that takes it away. */
export const noSessionCookie = `${name}=; Max-Age=0; ${attributes}`;
