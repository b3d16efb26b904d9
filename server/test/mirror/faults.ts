/** What can go wrong between a mirror and OKKI, as data: which answers, where they make sense, and how to draw them at random. */
import { isListPath, isTokenPath, trailListPath } from './okki-wire.ts';

/** A request as it arrived, before anything was taken out of it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Of a name given twice the last value. */
  readonly query: Readonly<Record<string, string>>;
  /** Its place among all calls, from 1. */
  readonly number: number;
  /** Its place among the calls of its path, from 1. */
  readonly ofPath: number;
}

/** Shapes of an answer that is JSON, but not the one that was asked for. */
export const otherJson = [
  'array',
  'null',
  'text',
  'number',
  'without-data',
  'data-null',
  'list-null',
  'list-object',
  'total-text',
  'total-word',
  'total-null',
  'total-negative',
  'total-fraction',
  'total-infinite',
  'total-missing',
] as const;

export type OtherJson = (typeof otherJson)[number];

/** What is wrong with the one row of `garbage-row`: a time that no calendar has, an id below zero, or no row at all. */
export const garbage = ['time', 'id', 'null'] as const;

/** Rows count from 0, and round again where there are fewer. */
export type Fault =
  /** Never answers. */
  | { readonly name: 'hang' }
  /** The true answer of now, but only after so long: of two calls, the first may be answered last. */
  | { readonly name: 'slow'; readonly milliseconds: number }
  /** The connection breaks before any answer; nothing was done. */
  | { readonly name: 'reset' }
  /** The connection breaks in the middle of the body; what was asked for is done. */
  | { readonly name: 'cut' }
  /** Refused for now. `retryAfter` is seconds; as a date it is that of the proxy's clock. */
  | {
      readonly name: 'status';
      readonly status: 429 | 500 | 502 | 503 | 504;
      readonly retryAfter?: number;
      readonly asDate?: boolean;
      readonly body: 'json' | 'none';
    }
  /** HTTP is as it should be, the JSON text ends in its middle. */
  | { readonly name: 'truncated' }
  | { readonly name: 'text' }
  /** A page for people to sign in, as if all were well. */
  | { readonly name: 'html' }
  /** To such a page; `location` is under the proxy's own address unless it is said. */
  | { readonly name: 'redirect'; readonly location?: string }
  | { readonly name: 'empty' }
  | { readonly name: 'json-but-other'; readonly shape: OtherJson }
  /** HTTP says yes, the envelope says no. */
  | { readonly name: 'business'; readonly code: 400 | 404 | 500 }
  /** Valid JSON, compressed: some kilobytes for each gigabyte. */
  | { readonly name: 'gzip-bomb'; readonly gigabytes: number }
  /** A body that goes on as long as somebody reads it. */
  | { readonly name: 'endless' }
  /** `totalItem` is off by so many. */
  | { readonly name: 'total'; readonly by: number }
  /** A row comes twice, one after the other. */
  | { readonly name: 'repeat-row'; readonly row: number }
  /** A row is missing, and the total counts it. */
  | { readonly name: 'drop-row'; readonly row: number }
  /** The rows come in the opposite order. */
  | { readonly name: 'shuffle-rows' }
  /** Pages 1 and 2 answer each other's rows, so do 3 and 4, and so on. */
  | { readonly name: 'swap-pages' }
  /** Ids are texts, in lists too. */
  | { readonly name: 'string-ids' }
  /** The rows have a type that is on no list. */
  | { readonly name: 'unknown-type'; readonly type: number }
  /** Every object has a field that is on no list. */
  | { readonly name: 'unknown-fields' }
  /** The joined objects of the rows are null. */
  | { readonly name: 'null-objects' }
  | { readonly name: 'garbage-row'; readonly row: number; readonly garbage: (typeof garbage)[number] }
  /** The rows belong to another enterprise. */
  | { readonly name: 'other-tenant'; readonly clientId: number }
  /** The answer is from so many hours later, by what it says. */
  | { readonly name: 'clock'; readonly hours: number }
  /** The token is good, and is refused. */
  | { readonly name: 'token-expired' }
  /** No token any more. */
  | { readonly name: 'secret-revoked' }
  /** A page for people to sign in where a token was asked for. */
  | { readonly name: 'token-html' };

export type FaultName = Fault['name'];

/** What is to happen to a call; `null`: nothing, it is answered truly. */
export type FaultOf = (call: Call) => Fault | null;

type Kind<Name extends FaultName> = {
  readonly where: (path: string) => boolean;
  /** One with whatever else it says drawn: `upTo(n)` is a whole number from 0 to below n. */
  draw(upTo: (n: number) => number): Omit<Extract<Fault, { name: Name }>, 'name'>;
};

const anywhere = () => true;
const beyondTokens = (path: string) => !isTokenPath(path);
const onTrails = (path: string) => path === trailListPath;

const oneOf = <T>(values: readonly T[], upTo: (n: number) => number): T => values[upTo(values.length)] as T;
const nothingMore = () => ({});

const kindsOfFault: { readonly [Name in FaultName]: Kind<Name> } = {
  hang: { where: anywhere, draw: nothingMore },
  slow: { where: anywhere, draw: (upTo) => ({ milliseconds: upTo(30) }) },
  reset: { where: anywhere, draw: nothingMore },
  cut: { where: anywhere, draw: nothingMore },
  status: {
    where: anywhere,
    draw(upTo) {
      const status = oneOf([429, 500, 502, 503, 504] as const, upTo);
      const body = oneOf(['json', 'none'] as const, upTo);
      const asked = (status === 429 || status === 503) && upTo(3) > 0;
      // At once, or later than a call waits: a second in between would only make the tests slow.
      return asked ? { status, body, retryAfter: oneOf([0, 60], upTo), asDate: upTo(2) === 1 } : { status, body };
    },
  },
  truncated: { where: anywhere, draw: nothingMore },
  text: { where: anywhere, draw: nothingMore },
  html: { where: anywhere, draw: nothingMore },
  redirect: { where: anywhere, draw: nothingMore },
  empty: { where: anywhere, draw: nothingMore },
  'json-but-other': { where: anywhere, draw: (upTo) => ({ shape: oneOf(otherJson, upTo) }) },
  business: { where: beyondTokens, draw: (upTo) => ({ code: oneOf([400, 404, 500] as const, upTo) }) },
  'gzip-bomb': { where: anywhere, draw: () => ({ gigabytes: 4 }) },
  endless: { where: anywhere, draw: nothingMore },
  total: { where: isListPath, draw: (upTo) => ({ by: oneOf([-10, -1, 1, 10], upTo) }) },
  'repeat-row': { where: isListPath, draw: (upTo) => ({ row: upTo(1000) }) },
  'drop-row': { where: isListPath, draw: (upTo) => ({ row: upTo(1000) }) },
  'shuffle-rows': { where: isListPath, draw: nothingMore },
  'swap-pages': { where: isListPath, draw: nothingMore },
  'string-ids': { where: beyondTokens, draw: nothingMore },
  'unknown-type': { where: onTrails, draw: (upTo) => ({ type: 9000 + upTo(1000) }) },
  'unknown-fields': { where: beyondTokens, draw: nothingMore },
  'null-objects': { where: isListPath, draw: nothingMore },
  'garbage-row': { where: isListPath, draw: (upTo) => ({ row: upTo(1000), garbage: oneOf(garbage, upTo) }) },
  'other-tenant': { where: onTrails, draw: (upTo) => ({ clientId: 900_000 + upTo(1000) }) },
  clock: { where: beyondTokens, draw: (upTo) => ({ hours: oneOf([-24 * 365, -8, -1, 1, 8, 24 * 365], upTo) }) },
  'token-expired': { where: beyondTokens, draw: nothingMore },
  'secret-revoked': { where: isTokenPath, draw: nothingMore },
  'token-html': { where: isTokenPath, draw: nothingMore },
};

export const faultNames = Object.keys(kindsOfFault) as readonly FaultName[];

/**
 * What a mirror gets over without help: the next answers are true, and it ends with what the upstream has. Not so a secret that
 * was revoked, which a person has to replace, and a type that nobody knows, which is no fault for who reads it: types are kept as
 * they come.
 */
export const survived: readonly FaultName[] = faultNames.filter((name) => name !== 'secret-revoked' && name !== 'unknown-type');

/** Whether a fault makes sense on a path: one of rows only where there are rows, one of tokens only where they are asked for. */
export const occursAt = (name: FaultName, path: string): boolean => kindsOfFault[name].where(path);

/** A fault of this kind, the rest of it drawn. */
export function drawFault(name: FaultName, random: () => number): Fault {
  const rest = kindsOfFault[name].draw((n) => Math.floor(random() * n));
  return { name, ...rest } as Fault;
}

/** Of all calls a share of `rate` (0 to 1) goes wrong, in a way that its path allows; the same numbers draw the same faults. */
export function randomFaults(random: () => number, rate: number, kinds: readonly FaultName[] = survived): FaultOf {
  return ({ path }) => {
    if (random() >= rate) return null;
    const possible = kinds.filter((name) => occursAt(name, path));
    const name = possible[Math.floor(random() * possible.length)];
    return name === undefined ? null : drawFault(name, random);
  };
}

/** Once, at the n-th call of a path (from 1). */
export const faultAt =
  (path: string, n: number, fault: Fault): FaultOf =>
  (call) =>
    call.path === path && call.ofPath === n ? fault : null;
