/**
 * What an object says, as two texts that are equal whenever the object is: `facts` (ids, times, flags, numbers) and `words` (what
 * people wrote, and what tells who a person is). The change log keeps them and hashes them; only words can be erased. Fields that
 * say nothing are left out, so that a new field changes no text of an object that has nothing in it.
 */
import { emptyValue, isEmpty, type Table } from './tables.ts';

export interface Content {
  readonly facts: string;
  readonly words: string;
}

/** The words of an object that has none. */
export const noWords = '{}';

/** The object's content, its fields in the order of the table. */
export function contentOf<T>(table: Table<T>, object: T): Content {
  let facts = '';
  let words = '';
  const { fields, codecs } = table;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i] as keyof T & string;
    const value = object[field];
    const codec = codecs[i];
    if (codec === 'json' || codec === 'details' ? isEmpty(value as object) : !value) continue;
    const text = `"${field}":${typeof value === 'number' ? value : JSON.stringify(value)}`;
    if (table.words.has(field)) words += words === '' ? text : `,${text}`;
    else facts += facts === '' ? text : `,${text}`;
  }
  return { facts: `{${facts}}`, words: `{${words}}` };
}

/** The object without its words. */
export function withoutWords<T extends object>(table: Table<T>, object: T): T {
  const empty = table.fields.flatMap((field, i) =>
    table.words.has(field) ? [[field, emptyValue[table.codecs[i] as keyof typeof emptyValue]]] : [],
  );
  return { ...object, ...Object.fromEntries(empty) };
}

/** The object of a content. */
export function objectOf<T>(table: Table<T>, { facts, words }: Content): T {
  const given = { ...JSON.parse(facts), ...JSON.parse(words) } as Record<string, unknown>;
  const object: Record<string, unknown> = {};
  for (const [i, field] of table.fields.entries()) {
    object[field] = given[field] ?? emptyValue[table.codecs[i] as keyof typeof emptyValue];
  }
  return object as T;
}
