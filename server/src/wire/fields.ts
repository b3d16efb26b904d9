/**
 * One declaration per parameter or body field: how it is documented and how it is read. Requests forgive where OKKI
 * forgives (docs/wire.md#conventions) and are otherwise refused with the field, the value and what is accepted.
 */
import { type TObject, type TSchema, Type } from 'typebox';
import { AppError, badParameter } from '../errors.ts';
import { parseTime } from './time.ts';

export interface Field<T> {
  readonly schema: TSchema;
  /** `raw` as it stands in the query, form or JSON; `undefined` when absent. */
  read(name: string, raw: unknown): T;
  /** What nobody reads within the value; a field of one value has nothing within. */
  unknown?(name: string, raw: unknown): UnknownField[];
}

/** A field that nobody reads: its name, where it stands (`''`, or such as `list[].`), and what is known there. */
export interface UnknownField {
  readonly within: string;
  readonly name: string;
  readonly known: readonly string[];
}

type Values<S extends Record<string, Field<unknown>>> = { -readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never };

/** A request's fields, with the ones that nobody reads. */
export interface FieldSet<S extends Record<string, Field<unknown>>> {
  readonly schema: TObject;
  readonly names: readonly string[];
  /** Throws `bad_parameter` for the first field that is not accepted, its name after `within`, such as `list[2].`. */
  read(raw: Readonly<Record<string, unknown>>, within?: string): Values<S>;
  /** What is no field here, nor within one. */
  unknown(raw: Readonly<Record<string, unknown>>): UnknownField[];
}

export function fieldSet<S extends Record<string, Field<unknown>>>(spec: S): FieldSet<S> {
  const names = Object.keys(spec);
  return {
    schema: Type.Object(Object.fromEntries(names.map((name) => [name, Type.Optional((spec[name] as Field<unknown>).schema)]))),
    names,
    read(raw, within = '') {
      const values: Record<string, unknown> = {};
      for (const name of names) {
        const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
        values[name] = (spec[name] as Field<unknown>).read(within + name, value);
      }
      return values as Values<S>;
    },
    unknown: (raw) =>
      Object.keys(raw).flatMap((name) =>
        Object.hasOwn(spec, name)
          ? ((spec[name] as Field<unknown>).unknown?.(name, raw[name]) ?? [])
          : [{ within: '', name, known: names }],
      ),
  };
}

const maxId = Number.MAX_SAFE_INTEGER;
const idAccepted = 'accepted: one whole number from 1 to 9007199254740991, or nothing';

/** Reads a digit string or a JSON number as a whole number from 0 on; `null` when it is none. */
function wholeNumber(raw: unknown): number | null {
  if (typeof raw === 'number') return Number.isSafeInteger(raw) && raw >= 0 ? raw : null;
  if (typeof raw !== 'string' || !/^\d{1,20}$/.test(raw)) return null;
  const number = Number(raw);
  return number <= maxId ? number : null;
}

/** A text parameter given twice arrives as a list; everything else as it is, texts trimmed. */
function single(name: string, raw: unknown, accepted: string): unknown {
  if (Array.isArray(raw)) throw badParameter(name, raw, raw.length > 1 ? `given ${raw.length} times; ${accepted}` : accepted);
  return typeof raw === 'string' ? raw.trim() : raw;
}

const notGiven = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || value === 0 || value === '0';

/** An id, or `null`: `""`, `0`, `null` and absence all mean "not given" (docs/wire.md#conventions). */
export function idOrNone(description: string): Field<number | null> {
  return {
    schema: Type.Union([Type.Integer({ minimum: 0, maximum: maxId }), Type.String({ pattern: '^\\d*$' })], { description }),
    read(name, raw) {
      const value = single(name, raw, idAccepted);
      if (notGiven(value)) return null;
      const id = wholeNumber(value);
      if (id === null) throw badParameter(name, raw, idAccepted);
      return id === 0 ? null : id;
    },
  };
}

const idItemAccepted = 'accepted: a whole number from 1 to 9007199254740991';

/**
 * Ids, each once, as a list or as text with commas; `[0]` and the ways of "not given" mean none (docs/wire.md#list). An item that is no
 * id is named by its place.
 */
export const idList = (description: string, maximum = 200): Field<readonly number[]> =>
  wholeNumbers(description, maximum, { what: 'ids', from: 1, item: idItemAccepted });

/** The same for numbers that are no ids, of which 0 is one as good as others. */
export const numberList = (description: string, maximum: number): Field<readonly number[]> =>
  wholeNumbers(description, maximum, {
    what: 'whole numbers',
    from: 0,
    item: 'accepted: a whole number from 0 to 9007199254740991',
  });

function wholeNumbers(
  description: string,
  maximum: number,
  { what, from, item: itemAccepted }: { readonly what: string; readonly from: 0 | 1; readonly item: string },
): Field<readonly number[]> {
  const accepted = `accepted: a list of at most ${maximum} ${what}, or text with commas between them`;
  return {
    schema: Type.Union(
      [Type.Array(Type.Union([Type.Integer({ minimum: 0, maximum: maxId }), Type.String({ pattern: '^\\d*$' })])), Type.String()],
      { description: `${description} A list, or text with commas; at most ${maximum}.` },
    ),
    read(name, raw) {
      if (raw !== null && raw !== undefined && !Array.isArray(raw) && typeof raw !== 'string' && typeof raw !== 'number')
        throw badParameter(name, raw, accepted);
      const items: unknown[] = Array.isArray(raw) ? raw : typeof raw === 'string' ? raw.split(',') : [raw];
      if (items.length > maximum) throw badParameter(name, `${items.length} items`, accepted);
      const ids = new Set<number>();
      for (const [place, item] of items.entries()) {
        const value = typeof item === 'string' ? item.trim() : item;
        if (value === undefined || value === null || value === '') continue;
        const id = wholeNumber(value);
        if (id === null) throw badParameter(`${name}[${place}]`, item, itemAccepted);
        if (id >= from) ids.add(id);
      }
      return [...ids];
    },
  };
}

/** A list of objects with the fields of `set`. That each is one, and what becomes of one that cannot be read, is for who reads them. */
export function listOf(
  set: Pick<FieldSet<Record<string, Field<unknown>>>, 'schema' | 'unknown'>,
  description: string,
  maximum: number,
): Field<readonly unknown[]> {
  const accepted = `accepted: a list of 1 to ${maximum} objects`;
  return {
    schema: Type.Array(set.schema, { minItems: 1, maxItems: maximum, description }),
    read(name, raw) {
      if (!Array.isArray(raw)) throw badParameter(name, raw, accepted);
      if (raw.length === 0 || raw.length > maximum) throw badParameter(name, `${raw.length} items`, accepted);
      return raw;
    },
    unknown(name, raw) {
      const found = new Map<string, UnknownField>();
      for (const item of Array.isArray(raw) ? raw : []) {
        if (!isObject(item)) continue;
        for (const field of set.unknown(item)) {
          const within = `${name}[].${field.within}`;
          found.set(`${within}${field.name}`, { ...field, within });
        }
      }
      return [...found.values()];
    },
  };
}

/** A list of objects, each read with the fields of `set`, errors named as in `list[2].name`; absent, `null` and `""` are an empty one. */
export function objects<S extends Record<string, Field<unknown>>>(
  set: FieldSet<S>,
  description: string,
  maximum: number,
): Field<readonly Values<S>[]> {
  const accepted = `accepted: a list of at most ${maximum} objects`;
  return {
    ...listOf(set, description, maximum),
    schema: Type.Array(set.schema, { maxItems: maximum, description }),
    read(name, raw) {
      if (raw === undefined || raw === null || raw === '') return [];
      if (!Array.isArray(raw)) throw badParameter(name, raw, accepted);
      if (raw.length > maximum) throw badParameter(name, `${raw.length} items`, accepted);
      return raw.map((item: unknown, place) => {
        if (!isObject(item)) throw badParameter(`${name}[${place}]`, item, 'accepted: an object');
        return set.read(item, `${name}[${place}].`);
      });
    },
  };
}

/** Whether a value of JSON is an object and no list. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A time bound, inclusive: a date alone means its first second as a start, its last as an end. */
export function timeBound(bound: 'start' | 'end', description: string): Field<number | null> {
  const accepted = 'accepted: a time YYYY-MM-DD HH:mm:ss or a date YYYY-MM-DD that exists, Beijing time';
  return {
    schema: Type.String({ description, examples: ['2022-09-21 21:50:00', '2022-09-21'] }),
    read(name, raw) {
      const value = single(name, raw, accepted);
      if (value === undefined || value === null || value === '') return null;
      const at = typeof value === 'string' ? parseTime(value, bound === 'end') : null;
      if (at === null) throw badParameter(name, raw, accepted);
      return at;
    },
  };
}

/** A whole number between bounds; absent (or empty) means `fallback`. */
export function countFrom(minimum: 0 | 1, description: string, fallback: number, maximum: number): Field<number> {
  const accepted = `accepted: a whole number from ${minimum} to ${maximum}`;
  return {
    schema: Type.Integer({ minimum, maximum, default: fallback, description }),
    read(name, raw) {
      const value = single(name, raw, accepted);
      if (value === undefined || value === null || value === '') return fallback;
      const number = wholeNumber(value);
      if (number === null || number < minimum || number > maximum) throw badParameter(name, raw, accepted);
      return number;
    },
  };
}

export const countFrom1 = (description: string, fallback: number, maximum: number): Field<number> =>
  countFrom(1, description, fallback, maximum);

/** Text kept exactly as it came; absent means `""`. */
export function text(description: string, maxLength: number): Field<string> {
  const accepted = `accepted: one text of well-formed Unicode, at most ${maxLength} characters`;
  return {
    schema: Type.String({ description, maxLength }),
    read(name, raw) {
      if (raw === undefined || raw === null) return '';
      // A lone surrogate has no UTF-8, so it could not be kept as it came.
      if (typeof raw !== 'string' || !raw.isWellFormed() || raw.length > maxLength) throw badParameter(name, raw, accepted);
      return raw;
    },
  };
}

/** What a short text must look like beside its length. */
export interface Form {
  readonly pattern: RegExp;
  /** In words, after "accepted: ". */
  readonly accepted: string;
}

/** Whether a JSON number is shown with the digits that it was written with: a double keeps any 15 of them. */
const showsItsDigits = (number: number): boolean => Number.isSafeInteger(number) || /^-?(\.?\d){1,15}$/.test(String(number));

/**
 * A short text, trimmed, of a `form` if one is given; a JSON number counts as its digits, where none of them was lost. `""`, `0`,
 * `null` and absence are `""`.
 */
export function line(description: string, maxLength: number, form?: Form): Field<string> {
  const accepted = `accepted: ${form?.accepted ?? 'one text of well-formed Unicode without NUL'}, at most ${maxLength} characters`;
  return {
    schema: Type.String({ description, maxLength }),
    read(name, raw) {
      const value = single(name, raw, accepted);
      if (value === undefined || value === null || value === '' || value === 0) return '';
      if (typeof value === 'number' && !showsItsDigits(value))
        throw badParameter(name, raw, `${accepted}, as text for all its digits`);
      const given = typeof value === 'number' ? String(value) : value;
      // What compares texts ends some of them at a NUL, and PostgreSQL keeps none.
      const fits = typeof given === 'string' && given.isWellFormed() && !given.includes('\0') && given.length <= maxLength;
      if (!fits || form?.pattern.test(given) === false) throw badParameter(name, raw, accepted);
      return given;
    },
  };
}

/** A choice by number, 0 being one as good as others; `""`, `null` and absence mean `fallback`. */
export function oneOf<const N extends number>(description: string, choices: readonly N[], fallback: NoInfer<N>): Field<N> {
  const accepted = `accepted: one of ${choices.join(', ')}`;
  return {
    schema: Type.Integer({ description, enum: [...choices], default: fallback }),
    read(name, raw) {
      const value = single(name, raw, accepted);
      if (value === undefined || value === null || value === '') return fallback;
      const number = wholeNumber(value);
      const choice = choices.find((one) => one === number);
      if (choice === undefined) throw badParameter(name, raw, accepted);
      return choice;
    },
  };
}

/** A choice by word; `""`, `null` and absence mean `fallback`. */
export function word<const W extends string>(description: string, choices: readonly W[], fallback: NoInfer<W>): Field<W> {
  const accepted = `accepted: one of ${choices.join(', ')}`;
  return {
    schema: Type.String({ description, enum: [...choices], default: fallback }),
    read(name, raw) {
      const value = single(name, raw, accepted);
      if (value === undefined || value === null || value === '') return fallback;
      const choice = choices.find((one) => one === value);
      if (choice === undefined) throw badParameter(name, raw, accepted);
      return choice;
    },
  };
}

const neverText = '1970-01-01 00:00:00';

/** A time, or `null`: `""`, `0`, `null`, absence and the wire's time that never was. A date alone means 00:00:00. */
export function timeOrNone(description: string): Field<number | null> {
  const accepted = 'accepted: a time YYYY-MM-DD HH:mm:ss or a date YYYY-MM-DD that exists, Beijing time, or nothing';
  return {
    schema: Type.String({ description, examples: ['2022-09-21 21:50:00'] }),
    read(name, raw) {
      const value = single(name, raw, accepted);
      if (notGiven(value) || value === neverText || value === neverText.slice(0, 10)) return null;
      const at = typeof value === 'string' ? parseTime(value) : null;
      if (at === null) throw badParameter(name, raw, accepted);
      return at;
    },
  };
}

/** A field of an edit, where absence (`undefined`) means "as it was" and is something else than cleared. */
export const ifGiven = <T>(field: Field<T>): Field<T | undefined> => ({
  ...field,
  read: (name, raw) => (raw === undefined ? undefined : field.read(name, raw)),
});

/** A choice by number whose check belongs to the rules: anything that is no whole number reads as -1, absence as `null`. */
export function numberedChoice(description: string, choices: readonly number[]): Field<number | null> {
  return {
    schema: Type.Union([Type.Integer(), Type.String({ pattern: '^\\d*$' })], { description, examples: [...choices] }),
    read(name, raw) {
      const value = single(name, raw, `accepted: one of ${choices.join(', ')}`);
      return notGiven(value) ? null : (wholeNumber(value) ?? -1);
    },
  };
}

/** A JSON body must be an object; an empty one counts as no data, as at OKKI. */
export function bodyObject(raw: unknown): Record<string, unknown> {
  if (raw === undefined || raw === null || raw === '') throw new AppError('empty_body');
  if (!isObject(raw)) throw new AppError('invalid_json');
  if (Object.keys(raw).length === 0) throw new AppError('empty_body');
  return raw;
}

const keyAccepted = 'accepted: a text of 1 to 255 visible ASCII characters';

/** The field of the bodies that take a key; `idempotencyKeyOf` reads it together with the header, for all routes alike. */
export const idempotencyKeyField: Field<null> = {
  schema: Type.String({
    minLength: 1,
    maxLength: 255,
    description: 'As the header Idempotency-Key: sent again under the same key, the request answers what it answered first.',
  }),
  read: () => null,
};

/** The key under which a request may be sent again, from its header or its field; `null` without. Throws `bad_parameter`. */
export function idempotencyKeyOf(
  header: string | readonly string[] | undefined,
  body: Readonly<Record<string, unknown>>,
): string | null {
  const field = body['idempotency_key'];
  const given = [
    ['Idempotency-Key', header],
    ['idempotency_key', field],
  ].filter(([, value]) => value !== undefined && value !== null && value !== '');
  for (const [name, value] of given) {
    if (typeof value !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(value)) throw badParameter(name as string, value, keyAccepted);
  }
  const [first, second] = given.map(([, value]) => value as string);
  if (second !== undefined && first !== second)
    throw badParameter('idempotency_key', field, 'the header Idempotency-Key has another one');
  return first ?? null;
}

/**
 * Words that clients write where the wire has another one, seen in client code (docs/wire.md#conventions). They count only where
 * they are no field themselves, as `customer_id` is one where contacts are named.
 */
const mistaken: Readonly<Record<string, string>> = {
  page: 'start_index',
  page_no: 'start_index',
  pageNo: 'start_index',
  page_index: 'start_index',
  offset: 'start_index',
  limit: 'count',
  size: 'count',
  page_size: 'count',
  pageSize: 'count',
  per_page: 'count',
  trail_type: 'remark_type',
  type: 'remark_type',
  customer_id: 'company_id',
  start_date: 'start_time',
  end_date: 'end_time',
};

/** The field that was probably meant, or `null`: a known mistake, or a name at most two letters away. */
export function didYouMean(name: string, names: readonly string[]): string | null {
  if (names.includes(name)) return null;
  const meant = Object.hasOwn(mistaken, name) ? (mistaken[name] as string) : null;
  if (meant !== null && names.includes(meant)) return meant;
  if (name.length < 4 || name.length > 40) return null;
  const folded = name.toLowerCase().replaceAll(/[^a-z]/g, '');
  return names.find((other) => distance(folded, other.replaceAll('_', '')) <= 2) ?? null;
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(substituted, (row[j] as number) + 1, (next[j - 1] as number) + 1);
    }
    row = next;
  }
  return row[b.length] as number;
}
