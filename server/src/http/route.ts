import type { TSchema } from 'typebox';
import type { Caller, Module } from '../domain/application.ts';
import type { fieldSet } from '../wire/fields.ts';

type AnyFieldSet = Pick<ReturnType<typeof fieldSet>, 'schema' | 'names' | 'unknown'>;

export type Given = Readonly<Record<string, unknown>>;

/** One row of a route table: everything that is true of a route, and the one call it makes. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** The module that the token's scopes must have. */
  readonly module: Module;
  readonly summary: string;
  readonly description: string;
  readonly query?: AnyFieldSet;
  /** Fields of a JSON body. */
  readonly body?: AnyFieldSet;
  /** What stands in the envelope's `data`. */
  readonly data: TSchema;
  /** Business errors it may answer with, for the documentation. */
  readonly errors: readonly string[];
  /** Answers `data` as JSON text. */
  handle(caller: Caller, given: Given): Promise<string>;
}
