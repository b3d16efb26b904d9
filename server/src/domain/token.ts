import { hash, randomBytes } from 'node:crypto';

/** An access token lives this long from the first one of its period on: asked again, the end stays (docs/wire.md#tokens). */
export const tokenLife = 8 * 3600 * 1000;
/** And a refresh token this long, if it is not used before. */
export const refreshLife = 30 * 24 * 3600 * 1000;

export interface IssuedToken {
  readonly accessToken: string;
  /** Seconds left. */
  readonly expiresIn: number;
  /** `null` for an application, which asks again with its secret. */
  readonly refreshToken: string | null;
}

/** 256 random bits, which nobody guesses. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Tokens and application ids begin with the tenant's id, so that looking one up never leaves that tenant. */
export const newToken = (tenantId: number): string => `${tenantId}.${newSecret()}`;

/** How a token is kept: for 256 random bits there is nothing that a slow hash would slow down. */
export const tokenHash = (token: string): string => hash('sha256', token, 'hex');

/** The tenant that a token or an application id begins with, `null` when it is none of ours. */
export function tenantOf(credential: string): number | null {
  const match = /^([1-9]\d{0,15})[.-]/.exec(credential);
  const id = match === null ? null : Number(match[1]);
  return id !== null && Number.isSafeInteger(id) ? id : null;
}

/** Seconds until an end, rounded up: with a whole second left or less, 0 would read as "never ends" in some clients. */
export const secondsLeft = (end: number, now: number): number => Math.ceil((end - now) / 1000);
