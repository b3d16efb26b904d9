/** The state that an answer belongs to, in its headers. */
export const revisionHeader = {
  'X-Genjin-Revision': 'The revision of the state that the answer shows: all that was changed up to it, and nothing after.',
};

export const revisionOf = (revision: number): Readonly<Record<string, string>> => ({ 'X-Genjin-Revision': String(revision) });
