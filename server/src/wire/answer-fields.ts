/**
 * Reading the fields of OKKI's answers. Sources differ in how they write the same thing, so each of these takes every form that was
 * seen; what it cannot keep as it is, it refuses by the field's name. `within` is where the field stands, for that name.
 */
import { badParameter } from '../errors.ts';
import { never } from './shape.ts';
import { parseTime } from './time.ts';

export type Json = Readonly<Record<string, unknown>>;

/** How one field is read. */
export type Reading<T> = (raw: Json, field: string, within?: string) => T;

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The whole of an answer, or one row of it, which must be an object. */
export function wholeObject(raw: unknown, name: string, accepted: string): Json {
  if (!isObject(raw)) throw badParameter(name, raw, accepted);
  return raw;
}

/**
 * Reads the fields that an answer has. One that it does not have is `undefined`: that says nothing of the object, while `""`, `0` and
 * `null` say that there is none.
 */
export const saidIn =
  (raw: Json, within?: string) =>
  <T>(field: string, reading: Reading<T>): T | undefined =>
    raw[field] === undefined ? undefined : reading(raw, field, within);

const path = (field: string, within: string | undefined): string => (within === undefined ? field : `${within}.${field}`);

/** What stands for "none" whatever the field holds. */
const isNone = (value: unknown): boolean => value === undefined || value === null || value === '';

function number(value: unknown): number | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : null;
  if (typeof value !== 'string' || !/^\d{1,16}$/.test(value)) return null;
  const parsed = Number(value);
  return Number.isSafeInteger(parsed) ? parsed : null;
}

/** An id, or another whole number of which 0 means none. */
export function idOrNone(raw: Json, field: string, within?: string): number | null {
  const value = raw[field];
  if (value === 0 || isNone(value)) return null;
  const id = number(value);
  if (id === null) throw badParameter(path(field, within), value, 'accepted: a whole number from 0 to 9007199254740991');
  return id === 0 ? null : id;
}

/** The same where 0 is as good a number as any other. */
export const numberOrZero = (raw: Json, field: string, within?: string): number => idOrNone(raw, field, within) ?? 0;

export function requiredId(raw: Json, field: string, within?: string): number {
  const id = idOrNone(raw, field, within);
  if (id === null) throw badParameter(path(field, within), raw[field], 'accepted: a whole number from 1 to 9007199254740991');
  return id;
}

export function ids(raw: Json, field: string, within?: string): readonly number[] {
  const value = raw[field];
  if (isNone(value)) return [];
  return idsOf(Array.isArray(value) ? value : null, value, path(field, within), 'accepted: a list of whole numbers');
}

/** The same where some answers write one number, or a text with commas between several, instead of a list. */
export function idsInAnyForm(raw: Json, field: string, within?: string): readonly number[] {
  const value = raw[field];
  if (isNone(value)) return [];
  const accepted = 'accepted: whole numbers, as a list or as a text with commas between them';
  const items = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',').map((item) => item.trim()) : [value];
  return idsOf(items, value, path(field, within), accepted);
}

function idsOf(items: readonly unknown[] | null, value: unknown, name: string, accepted: string): readonly number[] {
  if (items === null) throw badParameter(name, value, accepted);
  const found: number[] = [];
  for (const item of items) {
    const id = item === '' ? 0 : number(item);
    if (id === null) throw badParameter(name, value, accepted);
    // [0] means none.
    if (id !== 0) found.push(id);
  }
  return found;
}

export function flag(raw: Json, field: string, fallback: boolean, within?: string): boolean {
  const value = raw[field];
  if (isNone(value)) return fallback;
  if (value === 1 || value === '1' || value === true) return true;
  if (value === 0 || value === '0' || value === false) return false;
  throw badParameter(path(field, within), value, 'accepted: 0 or 1');
}

export function text(raw: Json, field: string, within?: string): string {
  const value = raw[field];
  if (typeof value === 'string') {
    // A lone surrogate has no UTF-8, so it could not be kept as it came.
    if (!value.isWellFormed()) throw badParameter(path(field, within), value, 'accepted: well-formed Unicode text');
    return value;
  }
  if (value === undefined || value === null) return '';
  throw badParameter(path(field, within), value, 'accepted: a text');
}

const timeAccepted = 'accepted: a time YYYY-MM-DD HH:mm:ss that exists';

/** `fallback` is for an answer without it; `null`: there must be one. */
export function time(raw: Json, field: string, fallback: number | null): number {
  const value = raw[field];
  if (fallback !== null && isNone(value)) return fallback;
  const at = typeof value === 'string' ? parseTime(value) : null;
  if (at === null) throw badParameter(field, value, timeAccepted);
  return at;
}

const neverAt = parseTime(never.firm);

/** `null` for a time that never was, in any of the forms that the wire has for it. */
export function timeOrNever(raw: Json, field: string, within?: string): number | null {
  const value = raw[field];
  if (isNone(value)) return null;
  const at = typeof value === 'string' ? parseTime(value) : null;
  if (at === null) throw badParameter(path(field, within), value, `${timeAccepted}, or ${JSON.stringify(never.firm)} for never`);
  return at === neverAt ? null : at;
}

/** A decimal number as a text; `""` for none, for which the wire also has 0. */
export function decimal(raw: Json, field: string, within?: string): string {
  const value = raw[field];
  if (isNone(value)) return '';
  const given = typeof value === 'number' ? String(value) : value;
  if (typeof given !== 'string' || !/^-?\d+(\.\d+)?$/.test(given))
    throw badParameter(path(field, within), value, 'accepted: a decimal number such as 1200 or "0.50"');
  return given === '0' ? '' : given;
}

/** A country's two letters, or `""`: others have no name that could be shown. */
export function country(raw: Json, field: string, within?: string): string {
  const value = text(raw, field, within);
  if (value !== '' && !/^[A-Za-z]{2}$/.test(value))
    throw badParameter(path(field, within), value, "accepted: a country's two letters");
  return value.toUpperCase();
}

export function joinedObject(raw: Json, field: string, within?: string): Json | null {
  const value = raw[field];
  if (isNone(value) || (Array.isArray(value) && value.length === 0)) return null;
  if (!isObject(value)) throw badParameter(path(field, within), value, 'accepted: an object, or [] for none');
  return value;
}

export function joinedList(raw: Json, field: string, within?: string): readonly Json[] {
  const value = raw[field];
  if (isNone(value)) return [];
  if (!Array.isArray(value) || !value.every(isObject))
    throw badParameter(path(field, within), value, 'accepted: a list of objects, or null for none');
  return value;
}

type Phone = readonly [area: string, number: string];

export function phones(raw: Json, field: string, within?: string): readonly Phone[] {
  const value = raw[field];
  if (isNone(value)) return [];
  const accepted = 'accepted: a list of [area code, number]';
  if (!Array.isArray(value)) throw badParameter(path(field, within), value, accepted);
  return value.map((pair: unknown) => phonePair(pair, value, path(field, within), accepted));
}

/** One telephone number: `[area code, number]`, or the number alone; none is `["", ""]`. */
export function phone(raw: Json, field: string, within?: string): Phone {
  const value = raw[field];
  if (isNone(value) || (Array.isArray(value) && value.length === 0)) return ['', ''];
  if (typeof value === 'string') return ['', text(raw, field, within)];
  return phonePair(value, value, path(field, within), 'accepted: [area code, number]');
}

/** OKKI's schema has an object with the keys 0 and 1 where its examples have a list of two. */
function phonePair(pair: unknown, value: unknown, name: string, accepted: string): Phone {
  const parts = isObject(pair) ? [pair['0'], pair['1']] : pair;
  if (!Array.isArray(parts) || parts.length !== 2) throw badParameter(name, value, accepted);
  return [phonePart(parts[0], name), phonePart(parts[1], name)];
}

function phonePart(value: unknown, name: string): string {
  if (value === null) return '';
  if (typeof value !== 'string' && typeof value !== 'number') throw badParameter(name, value, 'accepted: a text');
  return String(value);
}

export function accounts(raw: Json, field: string, within?: string): readonly { type: string; value: string }[] {
  const value = raw[field];
  if (isNone(value)) return [];
  const name = path(field, within);
  if (!Array.isArray(value) || !value.every(isObject)) throw badParameter(name, value, 'accepted: a list of {type, value}');
  return value.map((account: Json) => ({ type: text(account, 'type', name), value: text(account, 'value', name) }));
}
