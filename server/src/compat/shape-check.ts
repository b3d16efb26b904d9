/** Whether an answer has the fields that a route's schema declares: names, order and types, at every depth. */
import type { TSchema } from 'typebox';
import { Difference, kindOf } from './scenario.ts';

/** As much of a JSON schema as ours use. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
}

const mostShown = 6;
/** Rows of a list that are looked at: a list may be long, and its rows are alike. */
const mostItems = 100;

/** Throws `Difference` naming path and type of what differs; never a value. */
export function mustHaveShape(value: unknown, schema: TSchema, where = 'data'): void {
  const found = [...new Set(differences(value, schema as Schema, where))];
  if (found.length === 0) return;
  const more = found.length > mostShown ? `; and ${found.length - mostShown} more` : '';
  throw new Difference(found.slice(0, mostShown).join('; ') + more);
}

function differences(value: unknown, schema: Schema, path: string): string[] {
  if (schema.anyOf !== undefined) return ofAny(value, schema.anyOf, path);
  if ('const' in schema) return value === schema.const ? [] : [`${path} is not ${JSON.stringify(schema.const)}`];
  switch (schema.type) {
    // Where Genjin keeps nothing and answers null, another server may answer anything.
    case 'null':
    case undefined:
      return [];
    case 'object':
      return ofObject(value, schema, path);
    case 'array':
      if (!Array.isArray(value)) return [wrong(path, 'a list', value)];
      return value.slice(0, mostItems).flatMap((item) => differences(item, schema.items ?? {}, `${path}[]`));
    case 'integer':
      return Number.isSafeInteger(value) ? [] : [wrong(path, 'a whole number', value)];
    default:
      // Only JSON's own names of types are left.
      return typeof value === schema.type ? [] : [wrong(path, `a ${schema.type}`, value)];
  }
}

const wrong = (path: string, expected: string, value: unknown): string => `${path} is not ${expected} but ${kindOf(value)}`;

function ofAny(value: unknown, schemas: readonly Schema[], path: string): string[] {
  // With what differs at the top last: the best guess is the one that gets furthest.
  const found = schemas.map((schema) =>
    schema.type === 'null' ? (value === null ? [] : [wrong(path, 'null', value)]) : differences(value, schema, path),
  );
  if (found.some((one) => one.length === 0)) return [];
  return found.find((one) => !one.some((text) => text.startsWith(`${path} is not`))) ?? [wrong(path, 'one of its types', value)];
}

function ofObject(value: unknown, { properties, required = [] }: Schema, path: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [wrong(path, 'an object', value)];
  // Without declared fields its names are data.
  if (properties === undefined) return [];
  const given = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(properties);
  const there = Object.keys(given);
  const known = there.filter((name) => Object.hasOwn(properties, name));
  const inOrder = names.filter((name) => Object.hasOwn(given, name));
  const place = known.findIndex((name, i) => name !== inOrder[i]);
  return [
    ...required.filter((name) => !Object.hasOwn(given, name)).map((name) => `${path}.${name} is missing`),
    ...there.filter((name) => !Object.hasOwn(properties, name)).map((name) => `${path}.${name} is not known`),
    ...(place < 0 ? [] : [`${path}: ${known[place]} stands where ${inOrder[place]} should`]),
    ...known.flatMap((name) => differences(given[name], properties[name] as Schema, `${path}.${name}`)),
  ];
}
