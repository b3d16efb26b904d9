import type { TSchema } from 'typebox';
import type { Caller, Module } from '../domain/application.ts';
import type { Basis } from '../domain/basis.ts';
import type { IncomingFile } from '../domain/file.ts';
import type { fieldSet } from '../wire/fields.ts';

export type AnyFieldSet = Pick<ReturnType<typeof fieldSet>, 'schema' | 'names' | 'unknown'>;

export type Given = Readonly<Record<string, unknown>>;

/** What a request says beside its fields. */
export interface Call {
  /** From the header `Idempotency-Key` or the field `idempotency_key`; `null` without, and on routes that take none. */
  readonly idempotencyKey: string | null;
  /** The store's, asked for when the request had come. */
  readonly stamp: number | null;
  /** Those that the route takes and the request has, as they came. */
  readonly headers: Readonly<Record<string, string>>;
  /** On routes that take them, as they come. */
  readonly files: AsyncIterable<IncomingFile>;
}

async function* noFiles(): AsyncGenerator<never> {}

export const noHeaders: Readonly<Record<string, string>> = {};
export const noCall: Call = { idempotencyKey: null, stamp: null, headers: noHeaders, files: noFiles() };

/** `data` as JSON, of a large answer in parts one after the other, with headers of its own. One of its own `ETag`s takes the place of the usual one, and is never answered with 304. */
export interface Answer {
  readonly data: string | readonly Buffer[];
  readonly headers: Readonly<Record<string, string>>;
  /** Of a route that is kept: how long it may be. */
  readonly keep?: Keepable;
}

/** An answer that may be given again as long as its basis stands, then with the headers of a later revision. */
export interface Keepable {
  readonly basis: Basis;
  /** `false`: another time the same request may have another answer, whatever was written. */
  readonly lasts: boolean;
  headersAt(revision: number): Readonly<Record<string, string>>;
}

/**
 * An answer outside the envelope that is sent as it is made, as fast as it is read. `ended` is aborted when nobody waits for it any
 * more, or the server stops: then the body ends by itself. `admitted` tells whether the token still opens the route.
 */
export interface Portions {
  /** 200 when it is left out. */
  readonly status?: 206;
  readonly headers: Readonly<Record<string, string>>;
  body(ended: AbortSignal, admitted: () => Promise<boolean>): AsyncIterable<string | Uint8Array>;
}

/** In the place of portions: there is nothing to send. */
export interface NoPortions {
  readonly status: 304 | 416;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a route takes that takes files. */
export interface Uploads {
  /** Bytes that each may have. */
  readonly mostBytes: number;
  /** The form, for the documents. */
  readonly form: TSchema;
}

export const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;

/** What the documents say of a route in the envelope, beside its schemas. */
export interface Described {
  readonly method: string;
  readonly path: string;
  readonly operation?: string;
  readonly description: string;
  readonly errors: readonly string[];
  readonly idempotent?: true;
  readonly takes?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly streams?: readonly string[];
  readonly uploads?: Route['uploads'];
  readonly files?: Route['files'];
  readonly data: TSchema;
  readonly refusal?: TSchema;
  readonly tag: string;
  /** Who may ask. */
  readonly access: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  /** Whether its answers have an `ETag` over all of them. */
  readonly cached: boolean;
}

/** One row of a route table: everything that is true of a route, and the one call it makes. */
export interface Route {
  readonly method: (typeof methods)[number];
  /** Parts of it may be parameters, as `{name}`. */
  readonly path: string;
  /** Names the operation for the documents and the client where the last two words of the path do not. */
  readonly operation?: string;
  /** The module that the token's scopes must have. */
  readonly module: Module;
  /** Only for an admin who is signed in on the page; without it, for whoever has the module: of people, viewers only where it reads. */
  readonly for?: 'admin';
  readonly summary: string;
  readonly description: string;
  readonly query?: AnyFieldSet;
  /** The parameters of the path. */
  readonly params?: AnyFieldSet;
  /** Fields of a JSON body or a form. */
  readonly body?: AnyFieldSet;
  /** Bytes that the body may have, where that is more than usual. */
  readonly bodyLimit?: number;
  /** Its body is a form with files. */
  readonly uploads?: Uploads;
  /** Sent again under the same key, it answers what it answered first. */
  readonly idempotent?: true;
  /** Its answers are kept as long as they stand: they depend on nothing but the tenant, the path and the query. */
  readonly kept?: true;
  /** Headers that it reads beside those of every route, with what they mean. */
  readonly takes?: Readonly<Record<string, string>>;
  /** Headers that it answers with beside those of every route, with what they mean. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The media types of the portions that it answers with. */
  readonly streams?: readonly string[];
  /** Its portions are sent as they are: they are compressed already, or asked for by place. */
  readonly uncompressed?: true;
  /** The media types of the files that it answers with instead, when it is asked for one. */
  readonly files?: readonly string[];
  /** What stands in the envelope's `data`; of portions, all of them. */
  readonly data: TSchema;
  /** What stands there in a business error, where that is more than nothing. */
  readonly refusal?: TSchema;
  /** Business errors it may answer with, for the documentation. */
  readonly errors: readonly string[];
  /** A text is `data` as JSON. `given` has the body's fields, without a body the query's; the path's parameters in either case. */
  handle(caller: Caller, given: Given, call: Call): Promise<string | Answer | Portions | NoPortions>;
}

/** A tag of a route's own is for If-Match: what is shown may change while it stays. */
export const describedRoute = (route: Route): Described => ({
  ...route,
  tag: route.for ?? route.module,
  access: route.for === 'admin' ? 'For admins, signed in on the page.' : `Scope: \`${route.module}\`.`,
  security: [route.for === 'admin' ? { session: [] } : { token: [] }],
  cached: route.method === 'GET' && route.streams === undefined && route.headers?.['ETag'] === undefined,
});
