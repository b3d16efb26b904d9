import type { Listed } from '../../domain/stores.ts';
import type { Answer } from '../route.ts';

/** The state that an answer belongs to, in its headers. */
export const revisionHeader = {
  'X-Genjin-Revision': 'The revision of the state that the answer shows: all that was changed up to it, and nothing after.',
};

/** A list's data with the state that it shows. */
export const listed = (data: string, { revision }: Pick<Listed<unknown>, 'revision'>): Answer => ({
  data,
  headers: revisionOf(revision),
});

export const revisionOf = (revision: number): Readonly<Record<string, string>> => ({ 'X-Genjin-Revision': String(revision) });
