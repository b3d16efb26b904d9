/**
 * Tenants of very unequal size on the nodes of one database, each of them whole on one node: how large they are, where they lie, and how
 * full and how busy that makes the nodes.
 */
import { median, step } from './report.ts';

export interface Tenants {
  /** Entries of each, the largest first. */
  readonly entries: Float64Array;
  /** What each asks, as a share of all requests. */
  readonly requests: Float64Array;
}

/** What each shard or each node carries. */
export interface Load {
  readonly entries: Float64Array;
  readonly requests: Float64Array;
}

/** What each shard carries when every tenant lies where its hash says. */
export interface Spread extends Load {
  /** The shard of each of the largest tenants: these may be taken out. */
  readonly shardOf: Uint16Array;
}

export interface TenantOptions {
  readonly tenants: number;
  /** All together. */
  readonly entries: number;
  /** How unequal: the tenant at rank r has 1/r^skew of what the first one has. */
  readonly skew: number;
  /** Requests grow with size^this: below 1, since a large enterprise has much history that nobody asks for any more. */
  readonly requestExponent: number;
}

/** More tenants than this are not taken out: each needs a shard of its own in every table. */
export const mostIsolated = 4096;

/** Whole entries that sum up to exactly as many as there shall be. */
export function makeTenants({ tenants: count, entries: total, skew, requestExponent }: TenantOptions): Tenants {
  const entries = shares(count, (i) => (i + 1) ** -skew);
  for (let i = 0; i < count; i++) entries[i] = Math.floor((entries[i] as number) * total);
  // Less than one for each tenant was lost by rounding down.
  const lost = total - sum(entries);
  for (let i = 0; i < lost; i++) entries[i] = (entries[i] as number) + 1;
  return { entries, requests: shares(count, (i) => (entries[i] as number) ** requestExponent) };
}

function shares(count: number, weight: (i: number) => number): Float64Array {
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) weights[i] = weight(i);
  const total = sum(weights);
  for (let i = 0; i < count; i++) weights[i] = (weights[i] as number) / total;
  return weights;
}

export function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Salts as good as drawn at random: with another one it is as if all tenants had other ids. */
export const salts = (seed: number, count: number): number[] => Array.from({ length: count }, (_, n) => hash(hash(seed) + n));

/** Every input has another output, and each bit of it depends on all bits of the input: the last step of MurmurHash3. */
function hash(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** As Citus does it: the numbers of 32 bits in ranges of equal width, one a shard; the last range has what is left over. */
export function spread({ entries, requests }: Tenants, shards: number, salt: number): Spread {
  const width = Math.floor(2 ** 32 / shards);
  const found = { ...empty(shards), shardOf: new Uint16Array(Math.min(entries.length, mostIsolated)) };
  for (let i = 0; i < entries.length; i++) {
    const shard = Math.min(shards - 1, Math.floor(hash(hash(i) ^ salt) / width));
    add(found, shard, entries[i] as number, requests[i] as number);
    if (i < found.shardOf.length) found.shardOf[i] = shard;
  }
  return found;
}

/** As Citus places the shards of a new table: in turns. */
export function roundRobin(shards: Load, nodes: number): Load {
  const placed = empty(nodes);
  for (let i = 0; i < shards.entries.length; i++) {
    add(placed, i % nodes, shards.entries[i] as number, shards.requests[i] as number);
  }
  return placed;
}

/**
 * The `count` largest tenants on shards of their own, and all shards placed anew by their entries, the largest first, each on the
 * node that is least full: at most a third fuller than the best there is. A rebalancer does less, it moves a few shards and stops
 * when it is good enough. On the other hand Citus cuts in two what is left of the shard that a tenant came from; here that stays one,
 * and is harder to place.
 */
export function isolated({ entries, requests }: Tenants, shards: Spread, nodes: number, count: number): Load {
  const rest = { entries: shards.entries.slice(), requests: shards.requests.slice() };
  for (let i = 0; i < count; i++) add(rest, shards.shardOf[i] as number, -(entries[i] as number), -(requests[i] as number));

  const placed = empty(nodes);
  const place = (from: Load, i: number): void =>
    add(placed, leastOf(placed.entries), from.entries[i] as number, from.requests[i] as number);
  let tenant = 0;
  for (const shard of largestFirst(rest.entries)) {
    while (tenant < count && (entries[tenant] as number) >= (rest.entries[shard] as number))
      place({ entries, requests }, tenant++);
    place(rest, shard);
  }
  while (tenant < count) place({ entries, requests }, tenant++);
  return placed;
}

/**
 * How many tenants must be isolated, the largest first, for the fullest node to stay below `limit` times the mean in 99 of 100
 * spreads; `null`: more than may be. Halves the interval, as if one more never made it worse; that is nearly so.
 */
export function fewestIsolated(tenants: Tenants, spreads: readonly Spread[], nodes: number, limit: number): number | null {
  const enough = (count: number): boolean =>
    percentile99(spreads.map((one) => timesMean(isolated(tenants, one, nodes, count).entries))) < limit;
  if (enough(0)) return 0;
  const most = Math.min(tenants.entries.length, mostIsolated);
  let [few, many] = [0, 1];
  while (!enough(many)) {
    if (many === most) return null;
    [few, many] = [many, Math.min(2 * many, most)];
  }
  while (many - few > 1) {
    const middle = (few + many) >> 1;
    if (enough(middle)) many = middle;
    else few = middle;
  }
  return many;
}

/** The largest of them, as a multiple of their mean. */
export const timesMean = (values: Float64Array): number =>
  (values.reduce((a, b) => Math.max(a, b)) * values.length) / sum(values);

/** How many have less than half of the mean. */
export function underHalf(values: Float64Array): number {
  const half = sum(values) / values.length / 2;
  return values.filter((value) => value < half).length;
}

/** What 99 of 100 do not exceed; of fewer than 100 the largest. */
export function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] as number;
}

const empty = (count: number): Load => ({ entries: new Float64Array(count), requests: new Float64Array(count) });

function add(to: Load, i: number, entries: number, requests: number): void {
  to.entries[i] = (to.entries[i] as number) + entries;
  to.requests[i] = (to.requests[i] as number) + requests;
}

const largestFirst = (values: Float64Array): Uint16Array =>
  Uint16Array.from(values.keys()).sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);

function leastOf(values: Float64Array): number {
  let least = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) < (values[least] as number)) least = i;
  return least;
}

export interface SimulationOptions extends Omit<TenantOptions, 'skew'> {
  readonly nodes: readonly number[];
  readonly shards: readonly number[];
  /** How many of the largest tenants are isolated; each is a policy of its own. */
  readonly isolate: readonly number[];
  /** How full, in multiples of the mean, a node may be. */
  readonly limit: number;
  readonly salts: readonly number[];
}

interface Policy {
  readonly name: string;
  place(tenants: Tenants, spread: Spread, nodes: number): Load;
}

const policiesOf = ({ isolate }: SimulationOptions): readonly Policy[] => [
  { name: 'hashed', place: (_, shards, nodes) => roundRobin(shards, nodes) },
  ...isolate.map((count) => ({
    name: count === 0 ? 'rebalanced' : `${count} isolated`,
    place: (tenants: Tenants, shards: Spread, nodes: number) => isolated(tenants, shards, nodes, count),
  })),
];

/** Over all salts. */
interface Range {
  readonly median: number;
  /** The 99th percentile. */
  readonly worst: number;
}

export interface Outcome {
  readonly nodes: number;
  readonly shards: number;
  readonly policy: string;
  /** Entries of the fullest node, as a multiple of the mean. */
  readonly fullest: Range;
  /** Requests to the busiest node, likewise. */
  readonly busiest: Range;
  /** How many nodes have less than half of the mean. */
  readonly underHalf: Range;
}

interface Needed {
  readonly nodes: number;
  readonly shards: number;
  /** `null`: more than may be isolated. */
  readonly tenants: number | null;
}

/** All that is found for one skew. */
export interface Found {
  readonly skew: number;
  readonly tenants: Tenants;
  readonly outcomes: readonly Outcome[];
  readonly needed: readonly Needed[];
}

export function find(options: SimulationOptions, skew: number): Found {
  const tenants = makeTenants({ ...options, skew });
  const outcomes: Outcome[] = [];
  const needed: Needed[] = [];
  for (const shards of options.shards) {
    step(`skew ${skew}, ${shards} shards`);
    const spreads = options.salts.map((salt) => spread(tenants, shards, salt));
    for (const nodes of options.nodes) {
      for (const { name, place } of policiesOf(options)) {
        const loads = spreads.map((one) => place(tenants, one, nodes));
        outcomes.push({ nodes, shards, policy: name, ...spanOf(loads) });
      }
      if (leastFull(tenants, nodes) < options.limit) {
        needed.push({ nodes, shards, tenants: fewestIsolated(tenants, spreads, nodes, options.limit) });
      }
    }
  }
  const placeOf = ({ nodes }: Outcome): number => options.nodes.indexOf(nodes);
  return { skew, tenants, outcomes: outcomes.toSorted((a, b) => placeOf(a) - placeOf(b)), needed };
}

const spanOf = (loads: readonly Load[]): Pick<Outcome, 'fullest' | 'busiest' | 'underHalf'> => ({
  fullest: range(loads.map(({ entries }) => timesMean(entries))),
  busiest: range(loads.map(({ requests }) => timesMean(requests))),
  underHalf: range(loads.map(({ entries }) => underHalf(entries))),
});

const range = (values: readonly number[]): Range => ({ median: median(values), worst: percentile99(values) });

/** The largest tenant lies on one node: that one cannot be less full, in multiples of the mean. */
export const leastFull = ({ entries }: Tenants, nodes: number): number =>
  Math.max(1, ((entries[0] as number) * nodes) / sum(entries));

/** How many tenants alone reach the limit, wherever they lie. */
export function tooLarge({ entries }: Tenants, nodes: number, limit: number): number {
  const most = (limit * sum(entries)) / nodes;
  return entries.filter((size) => size >= most).length;
}
