/**
 * Answers with many fields, declared once: a shape has each field's schema and value side by side, in the order of the wire. A field
 * without a value is one that Genjin does not keep: it answers what the wire shows for "none".
 */
import { type TObject, type TSchema, Type } from 'typebox';
import { formatTime } from './time.ts';

/** One field of an answer about a `T`. */
export interface Part<T> {
  readonly schema: TSchema;
  value(of: T): unknown;
}

export interface Shape<T> {
  readonly schema: TObject;
  readonly parts: Readonly<Record<string, Part<T>>>;
  present(of: T): Record<string, unknown>;
}

/** `title` names it in the documents, where the fields that hold it have names that others have too. */
export function shape<T>(parts: Readonly<Record<string, Part<T>>>, title?: string): Shape<T> {
  const entries = Object.entries(parts);
  return {
    schema: Type.Object(
      Object.fromEntries(entries.map(([name, part]) => [name, part.schema])),
      title === undefined ? {} : { title },
    ),
    parts,
    present(of) {
      const answer: Record<string, unknown> = {};
      for (const [name, part] of entries) answer[name] = part.value(of);
      return answer;
    },
  };
}

/** The same fields in another order, or some of them. Throws for one that is not there. */
export function reordered<T>(from: Readonly<Record<string, Part<T>>>, names: readonly string[]): Record<string, Part<T>> {
  return Object.fromEntries(
    names.map((name) => {
      const part = from[name];
      if (part === undefined) throw new Error(`no field ${name}`);
      return [name, part];
    }),
  );
}

export const number = <T>(description: string, value: (of: T) => number = () => 0): Part<T> => ({
  schema: Type.Number({ description }),
  value,
});

export const text = <T>(description: string, value: (of: T) => string = () => ''): Part<T> => ({
  schema: Type.String({ description }),
  value,
});

export const truth = <T>(description: string, value: (of: T) => boolean): Part<T> => ({
  schema: Type.Boolean({ description }),
  value,
});

/** What the wire shows for a time that never was: of firms, and of opportunities (docs/wire.md#neighbours). */
export const never = { firm: '1970-01-01 00:00:00', opportunity: '' } as const;

/** A time, for `null` (and without a value) the one that never was. */
export const time =
  (none: string) =>
  <T>(description: string, value: (of: T) => number | null = () => null): Part<T> => ({
    schema: Type.String({ description: `${description} YYYY-MM-DD HH:mm:ss, Beijing time; ${JSON.stringify(none)}: never.` }),
    value(of) {
      const at = value(of);
      return at === null ? none : formatTime(at);
    },
  });

export const numbers = <T>(description: string, value: (of: T) => readonly number[] = () => []): Part<T> => ({
  schema: Type.Array(Type.Number(), { description }),
  value,
});

export const texts = <T>(description: string, value: (of: T) => readonly string[] = () => []): Part<T> => ({
  schema: Type.Array(Type.String(), { description }),
  value,
});

/** A list of something that Genjin does not keep. */
export const emptyList = <T>(description: string): Part<T> => ({
  schema: Type.Array(Type.Unknown(), { description }),
  value: () => [],
});

/** `null` where Genjin keeps nothing. */
export const nothing = <T>(description: string): Part<T> => ({ schema: Type.Null({ description }), value: () => null });

/** `[area code, number]` each. */
export const phones = <T>(description: string, value: (of: T) => readonly (readonly [string, string])[]): Part<T> => ({
  schema: Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 }), { description }),
  value,
});

/** An object of a shape of its own. */
export const object = <T, U>(description: string, inner: Shape<U>, value: (of: T) => U): Part<T> => ({
  schema: { ...inner.schema, description },
  value: (of) => inner.present(value(of)),
});

/** The same, or `[]` where there is none. */
export const objectOrNone = <T, U>(description: string, inner: Shape<U>, value: (of: T) => U | null | undefined): Part<T> => ({
  schema: Type.Union([inner.schema, Type.Array(Type.Never(), { maxItems: 0, description: 'None.' })], {
    description: `${description} [] when there is none.`,
  }),
  value(of) {
    const found = value(of);
    return found === null || found === undefined ? [] : inner.present(found);
  },
});

export const objects = <T, U>(description: string, inner: Shape<U>, value: (of: T) => readonly U[]): Part<T> => ({
  schema: Type.Array(inner.schema, { description }),
  value: (of) => value(of).map((one) => inner.present(one)),
});
