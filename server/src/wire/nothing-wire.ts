import { Type } from 'typebox';

/** What an answer says that has nothing to say but that it is done. */
export const nothingData = Type.Array(Type.Never(), { maxItems: 0, description: 'Empty.' });
export const presentNothing = (): string => '[]';
