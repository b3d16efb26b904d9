/** Which kind of object lies in which table, column by column: the one description that reading, writing and the log share. */
import type { Kind, ObjectKinds } from '../domain/objects.ts';
import type { Row, Value } from './db.ts';

/** How a field stands in its column. `id`, `time`: 0 for absence. `json`: a list as JSON text; `details`: an object likewise, or nothing. */
export type Codec = 'id' | 'number' | 'time' | 'flag' | 'text' | 'json' | 'details';

export interface Table<T> {
  readonly name: string;
  readonly id: keyof T & string;
  readonly idColumn: string;
  readonly fields: readonly (keyof T & string)[];
  readonly codecs: readonly Codec[];
  readonly columns: readonly string[];
  /** Which of the fields are ids, and which are lists. */
  readonly idFields: readonly number[];
  readonly listFields: readonly number[];
  /** The column that holds the instant a state is known from. */
  readonly knownAtColumn: string;
  /** The field of it, when the object itself has one. */
  readonly knownAtField: (keyof T & string) | null;
  /** A column computed from the object, for the sake of the indexes. */
  readonly derived: { readonly column: string; value(object: T): number } | null;
  /** A table with a row for each id of a list, by which the objects are found. */
  readonly links: Links<T> | null;
  /** Which of the fields are words: see `content.ts`. */
  readonly words: ReadonlySet<string>;
  /** The order in which the table's rows lie. */
  order(a: T, b: T): number;
}

interface Links<T> {
  readonly name: string;
  /** Its columns after `tenant_id`, which are its key. */
  readonly columns: readonly string[];
  rows(object: T): Value[][];
}

interface Shape<T> {
  name: string;
  id: keyof T & string;
  fields: { readonly [F in keyof T & string]: Codec };
  words: readonly (keyof T & string)[];
  knownAt?: keyof T & string;
  derived?: Table<T>['derived'];
  links?: Links<T>;
  /** Where it is not that of the ids. */
  order?: Table<T>['order'];
}

const snake = (field: string): string => field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function table<T>(shape: Shape<T>): Table<T> {
  const fields = Object.keys(shape.fields) as (keyof T & string)[];
  const having = (codec: Codec): number[] =>
    [...fields.keys()].filter((i) => shape.fields[fields[i] as keyof T & string] === codec);
  return {
    name: shape.name,
    id: shape.id,
    idColumn: snake(shape.id),
    fields,
    codecs: fields.map((field) => shape.fields[field]),
    columns: fields.map(snake),
    idFields: having('id'),
    listFields: having('json'),
    knownAtColumn: shape.knownAt === undefined ? 'known_at' : snake(shape.knownAt),
    knownAtField: shape.knownAt ?? null,
    derived: shape.derived ?? null,
    links: shape.links ?? null,
    words: new Set(shape.words),
    order: shape.order ?? ((a, b) => (a[shape.id] as number) - (b[shape.id] as number)),
  };
}

/** Where an entry stands: in the list, disabled, or removed. */
export const live = { no: 0, yes: 1, removed: 2 } as const;

const distinct = (ids: readonly number[]): readonly number[] => (ids.length > 1 ? [...new Set(ids)] : ids);

const liveOf = (trail: ObjectKinds['trail']): number => (trail.removed ? live.removed : trail.enabled ? live.yes : live.no);

const person = {
  contactId: 'id',
  name: 'text',
  email: 'text',
  phones: 'json',
  accounts: 'json',
  removed: 'flag',
  main: 'flag',
  details: 'details',
} as const;

const wordsOfPerson = ['name', 'email', 'phones', 'accounts', 'details'] as const;

export const tables: { readonly [K in Kind]: Table<ObjectKinds[K]> } = {
  trail: table<ObjectKinds['trail']>({
    name: 'trail',
    id: 'trailId',
    knownAt: 'updatedAt',
    words: ['content'],
    derived: { column: 'live', value: liveOf },
    order: (a, b) =>
      liveOf(a) - liveOf(b) || (a.companyId ?? 0) - (b.companyId ?? 0) || a.happenedAt - b.happenedAt || a.trailId - b.trailId,
    links: {
      name: 'trail_contact',
      columns: ['live', 'contact_id', 'happened_at', 'trail_id'],
      rows: (trail) => distinct(trail.contactIds).map((id) => [liveOf(trail), id, trail.happenedAt, trail.trailId]),
    },
    fields: {
      trailId: 'id',
      followUpId: 'id',
      type: 'number',
      authorId: 'id',
      referId: 'id',
      content: 'text',
      fileIds: 'json',
      enabled: 'flag',
      removed: 'flag',
      recordedAt: 'number',
      happenedAt: 'number',
      updatedAt: 'number',
      companyId: 'id',
      contactIds: 'json',
      leadId: 'id',
      leadContactIds: 'json',
      opportunityId: 'id',
      inquiryId: 'id',
      trackSessionNo: 'id',
      commentCount: 'number',
      ownCommentCount: 'number',
    },
  }),
  comment: table<ObjectKinds['comment']>({
    name: 'comment',
    id: 'commentId',
    words: ['content'],
    fields: {
      commentId: 'id',
      trailId: 'id',
      authorId: 'id',
      content: 'text',
      mentionIds: 'json',
      removed: 'flag',
      createdAt: 'number',
      updatedAt: 'number',
    },
  }),
  company: table<ObjectKinds['company']>({
    name: 'company',
    id: 'companyId',
    words: ['name', 'details'],
    fields: {
      companyId: 'id',
      name: 'text',
      removed: 'flag',
      serialId: 'text',
      groupId: 'id',
      ownerIds: 'json',
      createdBy: 'id',
      createdAt: 'time',
      updatedAt: 'time',
      editedAt: 'time',
      archivedAt: 'time',
      nextFollowUpAt: 'time',
      details: 'details',
    },
  }),
  contact: table<ObjectKinds['contact']>({
    name: 'contact',
    id: 'contactId',
    words: wordsOfPerson,
    fields: { ...person, companyId: 'id' },
  }),
  leadContact: table<ObjectKinds['leadContact']>({
    name: 'lead_contact',
    id: 'contactId',
    words: wordsOfPerson,
    fields: { ...person, leadId: 'id' },
  }),
  lead: table<ObjectKinds['lead']>({
    name: 'lead',
    id: 'leadId',
    words: ['name', 'details'],
    fields: {
      leadId: 'id',
      name: 'text',
      serialId: 'text',
      ownerIds: 'json',
      status: 'number',
      companyId: 'id',
      createdBy: 'id',
      createdAt: 'time',
      updatedAt: 'time',
      editedAt: 'time',
      archivedAt: 'time',
      nextFollowUpAt: 'time',
      details: 'details',
    },
  }),
  opportunity: table<ObjectKinds['opportunity']>({
    name: 'opportunity',
    id: 'opportunityId',
    words: ['name', 'details'],
    fields: {
      opportunityId: 'id',
      name: 'text',
      companyId: 'id',
      removed: 'flag',
      serialId: 'text',
      mainUserId: 'id',
      createdBy: 'id',
      createdAt: 'time',
      updatedAt: 'time',
      editedAt: 'time',
      nextFollowUpAt: 'time',
      details: 'details',
    },
  }),
  // "user" is a reserved word in PostgreSQL.
  user: table<ObjectKinds['user']>({
    name: 'member',
    id: 'userId',
    words: ['nickname', 'avatar', 'email', 'details'],
    fields: { userId: 'id', nickname: 'text', avatar: 'text', email: 'text', state: 'number', details: 'details' },
  }),
  file: table<ObjectKinds['file']>({
    name: 'file',
    id: 'fileId',
    // Of bytes that were erased, what they were shall not be guessed from their digest.
    words: ['name', 'path', 'previewUrl', 'digest'],
    fields: {
      fileId: 'id',
      name: 'text',
      size: 'number',
      path: 'text',
      previewUrl: 'text',
      mediaType: 'text',
      digest: 'text',
      width: 'number',
      height: 'number',
    },
  }),
};

const emptyList: readonly never[] = Object.freeze([]);
const noDetails: Readonly<Record<string, never>> = Object.freeze({});

/** What a field has that says nothing. */
export const emptyValue: Readonly<Record<Codec, unknown>> = {
  id: null,
  number: 0,
  time: null,
  flag: false,
  text: '',
  json: emptyList,
  details: noDetails,
};

export const isEmpty = (value: object): boolean => {
  for (const _ in value) return false;
  return true;
};

/** Adds the object's columns to a row, in the order of `table.columns`. */
export function encode<T>(table: Table<T>, object: T, row: Value[]): void {
  const { fields, codecs } = table;
  for (let i = 0; i < fields.length; i++) {
    const value = object[fields[i] as keyof T] as unknown;
    const codec = codecs[i];
    row.push(
      codec === 'id' || codec === 'time'
        ? ((value as number | null) ?? 0)
        : codec === 'flag'
          ? value === true
            ? 1
            : 0
          : codec === 'json' || codec === 'details'
            ? isEmpty(value as object)
              ? ''
              : JSON.stringify(value)
            : (value as Value),
    );
  }
}

/** The object from a row that has `table.columns` from `offset` on. */
export function decode<T>(table: Pick<Table<T>, 'fields' | 'codecs'>, row: Row, offset = 0): T {
  const object: Record<string, unknown> = {};
  const { fields, codecs } = table;
  for (let i = 0; i < fields.length; i++) {
    const value = row[offset + i] as Value;
    const codec = codecs[i];
    object[fields[i] as string] =
      codec === 'id' || codec === 'time'
        ? value === 0
          ? null
          : value
        : codec === 'flag'
          ? value === 1
          : codec === 'json' || codec === 'details'
            ? value === ''
              ? codec === 'json'
                ? emptyList
                : noDetails
              : JSON.parse(value as string)
            : value;
  }
  return object as T;
}
