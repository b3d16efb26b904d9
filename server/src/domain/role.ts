import { AppError } from '../errors.ts';
import type { Caller } from './application.ts';

/** What a person may do who signs in: `viewer` reads, `member` also records, `admin` also decides who gets in. */
export const roles = ['admin', 'member', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** What a route takes of who asks, beside its module. */
export interface Needed {
  readonly method: string;
  /** Only for an admin, signed in on the page: a program has no role. */
  readonly for?: 'admin';
}

/** Throws `not_allowed_here` for who may not ask for what this route does. */
export function requireRole(caller: Caller, { method, for: whom }: Needed): void {
  if (whom === 'admin' && !(caller.session === true && caller.role === 'admin'))
    throw new AppError('not_allowed_here', { reason: 'this is for an admin who is signed in on the page' });
  if (method !== 'GET' && caller.role === 'viewer')
    throw new AppError('not_allowed_here', {
      reason: 'a viewer may read and change nothing; an admin can give you another role',
    });
}
