/**
 * What must hold of any server that speaks OKKI's API, as tables: run against Genjin in its tests, and against any other by
 * `genjin okki-check`. Scenarios only read, and need no fixed data: what they ask for, they have found before.
 */
import type { Module } from '../domain/application.ts';
import type { Api } from './api.ts';

/** How sure the fact is that a scenario checks (docs/wire.md). */
export type Mark = 'page' | 'doc' | 'seen' | 'computed' | 'inferred' | 'ours';

/** Facts that another server cannot differ in without breaking programs that were written for OKKI. */
export const firmMarks: ReadonlySet<Mark> = new Set(['page', 'doc', 'seen', 'computed']);

export interface Scenario {
  /** What must hold, in words. */
  readonly name: string;
  /** Method and path of each route that it is about, as in the route table. */
  readonly routes: readonly string[];
  readonly mark: Mark;
  /** The modules that the token must have. */
  readonly modules: readonly Module[];
  /** Throws `Difference` when it does not hold, `NotApplicable` when there is nothing to look at. */
  holds(api: Api): Promise<void>;
}

/** What was seen instead. */
export class Difference extends Error {}

/** Why a scenario says nothing about a server. */
export class NotApplicable extends Error {}

/** A JSON object of an answer. */
export type Row = Readonly<Record<string, unknown>>;

/** Throws `Difference` with what was seen. */
export function must(holds: boolean, seen: string): void {
  if (!holds) throw new Difference(seen);
}

/** What a scenario looks at, or `NotApplicable` for the reason that it is not there. */
export function need<T>(found: T | null | undefined, reason: string): T {
  if (found === null || found === undefined) throw new NotApplicable(reason);
  return found;
}

/** Throws `Difference` for anything but an object. */
export function asRow(value: unknown, where: string): Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Difference(`${where} is no object: ${kindOf(value)}`);
  return value as Row;
}

/** Throws `Difference` for anything but a list of objects. */
export function asRows(value: unknown, where: string): readonly Row[] {
  if (!Array.isArray(value)) throw new Difference(`${where} is no list: ${kindOf(value)}`);
  return value.map((item, place) => asRow(item, `${where}[${place}]`));
}

/** The type of a JSON value; never the value, which may be anybody's. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return value === undefined ? 'nothing' : typeof value;
}

/** An id in whatever form; `null` for none. */
export function idOf(value: unknown): string | null {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return text === '' || text === '0' ? null : text;
}

/** Two lists of ids, shown when they differ. */
export function mustEqual(seen: readonly unknown[], expected: readonly unknown[], what: string): void {
  const shown = (items: readonly unknown[]): string => `${items.slice(0, 4).join(', ')}${items.length > 4 ? ', …' : ''}`;
  must(
    seen.length === expected.length && seen.every((item, place) => item === expected[place]),
    `${what}: ${seen.length} (${shown(seen)}) and not ${expected.length} (${shown(expected)})`,
  );
}

/** Descending, by text of one width such as times. */
export function mustDescend(values: readonly string[], what: string): void {
  const place = values.findIndex((value, i) => i > 0 && value > (values[i - 1] as string));
  must(place < 0, `${what}: ${values[place]} comes after ${values[place - 1]}`);
}
