import type { Texts } from '../texts/zh.ts';

type Words = Texts['settings']['imports']['acceptedAs'];

/** What the server says that it accepts, by the key of the same in the reader's language. */
const known: Readonly<Record<string, Exclude<keyof Words, 'own'>>> = {
  'a whole number from 1 to 9007199254740991': 'id',
  'a whole number from 0 to 9007199254740991': 'number',
  'a list of whole numbers': 'numbers',
  '0 or 1': 'flag',
  'a text': 'text',
  'well-formed Unicode text': 'unicode',
  'a time YYYY-MM-DD HH:mm:ss that exists': 'time',
  'an object, or [] for none': 'object',
  'a list of objects, or null for none': 'objects',
  'a list of [area code, number]': 'phones',
  'a list of {type, value}': 'accounts',
  'a JSON object with the fields of the trail list': 'entry',
};

/** The key, with what goes into it; `null` for what is not known here, which is then shown as it came. */
export function acceptedKey(accepted: string): { readonly key: keyof Words; readonly id: string } | null {
  const own = /^(\d+), the id of your own enterprise$/.exec(accepted)?.[1];
  if (own !== undefined) return { key: 'own', id: own };
  const key = known[accepted];
  return key === undefined ? null : { key, id: '' };
}
