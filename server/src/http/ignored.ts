import type { FastifyBaseLogger, FastifyReply } from 'fastify';
import type { Caller } from '../domain/application.ts';
import { AppError } from '../errors.ts';
import { didYouMean, type UnknownField } from '../wire/fields.ts';
import type { Given, Route } from './route.ts';

/** So that a caller who invents names cannot make the header or the memory grow. */
const maxNames = 10;
const maxRemembered = 10_000;
/** A body that is no form, read as one, is a single name: it may be a token or hold a secret, and no field is as long. */
const maxLogged = 40;

/**
 * Unknown fields are ignored, as OKKI does, but never silently: a header names them with what was probably meant, and the log
 * does so once per application and field. Strict, they are an error.
 */
export class IgnoredFields {
  readonly #strict: boolean;
  readonly #log: FastifyBaseLogger;
  readonly #seen = new Set<string>();

  constructor(strict: boolean, log: FastifyBaseLogger) {
    this.#strict = strict;
    this.#log = log;
  }

  /** Answers whether every field is read. Throws `unknown_parameter` when strict. */
  report(route: Route, caller: Caller, query: Given, body: Given, reply: FastifyReply): boolean {
    const names = [
      ...(route.query === undefined
        ? Object.keys(query).map((name): UnknownField => ({ within: '', name, known: [] }))
        : route.query.unknown(query)),
      ...(route.body === undefined ? [] : route.body.unknown(body)),
    ];
    if (names.length === 0) return true;
    const ofRoute = [...(route.query?.names ?? []), ...(route.body?.names ?? [])];
    const shown = names.slice(0, maxNames).map(({ within, name, known }) => {
      const meant = didYouMean(name, within === '' ? ofRoute : known);
      const printable = within + (name === '' ? '""' : encodeURIComponent(name.toWellFormed()).slice(0, 60));
      return meant === null ? printable : `${printable} (did you mean ${meant}?)`;
    });
    if (names.length > maxNames) shown.push(`and ${names.length - maxNames} more`);
    if (this.#strict) throw new AppError('unknown_parameter', { fields: shown.join(', ') });
    reply.header('X-Genjin-Ignored', shown.join(', '));
    for (const [i, { within, name }] of names.slice(0, maxNames).entries()) {
      const field = name.length > maxLogged ? `${within}(a name of ${name.length} characters)` : shown[i];
      const key = `${caller.clientId} ${route.path} ${field}`;
      if (this.#seen.has(key) || this.#seen.size >= maxRemembered) continue;
      this.#seen.add(key);
      this.#log.warn({ application: caller.clientId, path: route.path, field }, 'a field that is not known here was ignored');
    }
    return false;
  }
}
