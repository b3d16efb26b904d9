/** The answers of faults: those that need no truth, and those that are the truth rewritten. */
import { formatTime, parseTime } from '../../src/wire/time.ts';
import type { Fault, OtherJson } from './faults.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Json = null | boolean | number | string | Json[] | Fields;
interface Fields {
  [name: string]: Json;
}
type Row = Fields;

const jsonType = 'application/json; charset=utf-8';
const loginPage =
  '<!DOCTYPE html><html><head><title>登录</title></head><body><form method="post"><input name="u"></form></body></html>';

const answer = (status: number, type: string, body: string, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers: { 'Content-Type': type, ...headers },
  body: Buffer.from(body),
});

const html = () => answer(200, 'text/html; charset=utf-8', loginPage);

const json = (status: number, value: Json, headers: Answer['headers'] = {}): Answer =>
  answer(status, jsonType, JSON.stringify(value), headers);

/** An answer without data in OKKI's envelope. */
export const envelopeAnswer = (status: number, code: number, message: string, now: number, headers?: Answer['headers']): Answer =>
  json(status, { code, message, now: formatTime(now), data: [] }, headers);

/** A refusal of who asks: all that clients look at (docs/wire.md#errors). */
const refusal = (error: string, description: string, hint: string): Answer =>
  json(401, { error, error_description: description, message: description, hint, code: 401 });

const other: { readonly [Shape in OtherJson]?: Json } = {
  array: [],
  null: null,
  text: 'success',
  number: 7,
  'without-data': { code: 200 },
};

const messages = { 400: 'Invalid data json', 404: 'Not Found Resource', 500: 'Internal error' } as const;

/** What a fault answers without asking the target; `null`: it has to be asked. */
export function madeAnswer(fault: Fault, now: number, baseUrl: string): Answer | null {
  switch (fault.name) {
    case 'status': {
      const { status, retryAfter, asDate = false, body } = fault;
      const date = () => new Date(now + (retryAfter ?? 0) * 1000).toUTCString();
      const headers = retryAfter === undefined ? {} : { 'Retry-After': asDate ? date() : String(retryAfter) };
      return body === 'none'
        ? { status, headers, body: Buffer.alloc(0) }
        : envelopeAnswer(status, status, 'try again later', now, headers);
    }
    case 'text':
      return answer(200, 'text/plain; charset=utf-8', '系统繁忙，请稍后再试');
    case 'html':
    case 'token-html':
      return html();
    case 'redirect':
      return { status: 302, headers: { Location: fault.location ?? `${baseUrl}/login` }, body: Buffer.alloc(0) };
    case 'empty':
      return { status: 200, headers: { 'Content-Type': jsonType }, body: Buffer.alloc(0) };
    case 'json-but-other': {
      const value = other[fault.shape];
      return value === undefined ? null : json(200, value);
    }
    case 'business':
      return envelopeAnswer(200, fault.code, messages[fault.code], now);
    case 'token-expired':
      return refusal('access_denied', 'The resource owner or authorization server denied the request.', 'Token has expired');
    case 'secret-revoked':
      return refusal('invalid_client', 'Client authentication failed', 'The secret was revoked');
    default:
      return null;
  }
}

/** The true answer as the fault has it; `null`: there is nothing in it that this fault could change. */
export function rewritten(fault: Fault, truth: Answer): Answer | null {
  if (fault.name === 'truncated') {
    return truth.body.length < 2 ? null : { ...truth, body: truth.body.subarray(0, truth.body.length >> 1) };
  }
  const envelope = envelopeIn(truth);
  if (envelope === null) return null;
  if (fault.name === 'clock') return shifted(truth, envelope, fault.hours * 3_600_000);
  const changed = changedEnvelope(fault, envelope);
  if (changed === null) return null;
  // JSON has no word for what is not finite, but this number is read as such.
  const text = JSON.stringify(changed).replace(`"totalItem":${infinite}`, '"totalItem":1e999');
  return { ...truth, body: Buffer.from(text) };
}

/** A number that no total is. */
const infinite = -987_654_321;

const isFields = (value: Json | undefined): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of an answer with success only: errors stay as they are. */
function envelopeIn({ status, body }: Answer): Fields | null {
  try {
    const value = JSON.parse(body.toString()) as Json;
    return status === 200 && isFields(value) && value['code'] === 200 ? value : null;
  } catch {
    return null;
  }
}

function shifted(truth: Answer, envelope: Fields, by: number): Answer | null {
  const now = parseTime(String(envelope['now']));
  if (now === null) return null;
  const date = Date.parse(truth.headers['Date'] ?? '');
  return {
    ...truth,
    headers: Number.isNaN(date) ? truth.headers : { ...truth.headers, Date: new Date(date + by).toUTCString() },
    body: Buffer.from(JSON.stringify({ ...envelope, now: formatTime(now + by) })),
  };
}

function changedEnvelope(fault: Fault, envelope: Fields): Fields | null {
  const data = envelope['data'];
  if (fault.name === 'string-ids') return { ...envelope, data: withTextIds(data ?? null) };
  if (fault.name === 'unknown-fields') return withMoreFields(envelope) as Fields;
  if (fault.name === 'json-but-other') {
    const changed = otherData(fault.shape, data);
    return changed === undefined ? null : { ...envelope, data: changed };
  }
  if (fault.name === 'total') {
    if (!isFields(data) || typeof data['totalItem'] !== 'number') return null;
    const total = data['totalItem'] + fault.by;
    // A list of companies says it twice.
    return { ...envelope, data: { ...data, totalItem: total, ...('count' in data ? { count: total } : {}) } };
  }
  const list = isFields(data) ? data['list'] : data;
  if (!Array.isArray(list) || !list.every(isFields)) return null;
  const rows = changedRows(fault, list);
  if (rows === null) return null;
  return { ...envelope, data: isFields(data) ? { ...data, list: rows } : rows };
}

function otherData(shape: OtherJson, data: Json | undefined): Json | undefined {
  if (shape === 'data-null') return null;
  if (!isFields(data) || !Array.isArray(data['list'])) return undefined;
  const { totalItem = 0, ...rest } = data;
  const total = Number(totalItem);
  switch (shape) {
    case 'list-null':
      return { ...data, list: null };
    case 'list-object':
      return { ...data, list: Object.fromEntries(data['list'].map((row, i) => [String(i + 1), row])) };
    case 'total-text':
      return { ...data, totalItem: String(total) };
    case 'total-word':
      return { ...data, totalItem: 'NaN' };
    case 'total-null':
      return { ...data, totalItem: null };
    case 'total-negative':
      return { ...data, totalItem: -1 };
    case 'total-fraction':
      return { ...data, totalItem: total + 0.5 };
    case 'total-infinite':
      return { ...data, totalItem: infinite };
    case 'total-missing':
      return rest;
    default:
      return undefined;
  }
}

/** `null`: these rows have nothing of the kind, or too few of them. */
function changedRows(fault: Fault, rows: readonly Row[]): Json[] | null {
  const each = (does: (row: Row) => boolean, change: (row: Row) => Row): Row[] | null =>
    rows.some(does) ? rows.map((row) => (does(row) ? change(row) : row)) : null;
  const place = 'row' in fault && rows.length > 0 ? fault.row % rows.length : 0;
  const row = rows[place];
  if (row === undefined) return null;
  switch (fault.name) {
    case 'repeat-row':
      return [...rows.slice(0, place), row, row, ...rows.slice(place + 1)];
    case 'drop-row':
      return rows.toSpliced(place, 1);
    case 'shuffle-rows':
      return rows.length < 2 ? null : rows.toReversed();
    case 'unknown-type':
      return each(
        (one) => 'type' in one,
        (one) => ({ ...one, type: fault.type }),
      );
    case 'null-objects':
      return each(
        (one) => Object.keys(one).some(isJoined),
        (one) => Object.fromEntries(Object.entries(one).map(([name, value]) => [name, isJoined(name) ? null : value])),
      );
    case 'other-tenant':
      return each(
        (one) => 'client_id' in one,
        (one) => ({ ...one, client_id: fault.clientId }),
      );
    case 'garbage-row': {
      const broken = garbageOf(row, fault.garbage);
      return broken === undefined ? null : rows.with(place, broken as Row);
    }
    default:
      return null;
  }
}

const isJoined = (name: string): boolean => name.endsWith('_info');

const ownIds = ['trail_id', 'opportunity_id', 'lead_id', 'company_id', 'user_id'];

function garbageOf(row: Row, kind: 'time' | 'id' | 'null'): Json | undefined {
  if (kind === 'null') return null;
  if (kind === 'time') return 'create_time' in row ? { ...row, create_time: '2024-02-30 25:61:00' } : undefined;
  // The first that it has: an entry has also the ids of its subjects, an opportunity that of its company.
  const id = ownIds.find((name) => name in row);
  return id === undefined ? undefined : { ...row, [id]: -5 };
}

const userWords: ReadonlySet<string> = new Set(['create_user', 'last_edit_user', 'main_user', 'handler', 'main_customer']);
const isIdName = (name: string): boolean => /(^|_)ids?$/.test(name) || userWords.has(name);

function withTextIds(value: Json, ids = false): Json {
  if (typeof value === 'number') return ids ? String(value) : value;
  if (Array.isArray(value)) return value.map((item) => withTextIds(item, ids));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withTextIds(inner, isIdName(name))]));
}

function withMoreFields(value: Json): Json {
  if (Array.isArray(value)) return value.map(withMoreFields);
  if (!isFields(value)) return value;
  const known = Object.entries(value).map(([name, inner]): [string, Json] => [name, withMoreFields(inner)]);
  return Object.fromEntries([...known, ['field_of_tomorrow', { id: '7', list: [1, null, ['x']] }]]);
}
