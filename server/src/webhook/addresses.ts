/** Which addresses are public, by IANA's registries of special-purpose addresses, and ranges of addresses as CIDRs. */
import { isIP } from 'node:net';
import { AppError } from '../errors.ts';

/** An address by its value. An IPv4 address written as IPv6 (`::ffff:127.0.0.1`) is the IPv4 address, for that is where it leads. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** The addresses that share their first `length` bits with `base`. */
export interface Range {
  readonly base: Address;
  readonly length: number;
}

const width = { 4: 32, 6: 128 } as const;

const ipv4Value = (text: string): bigint => text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);

/** The eight groups of an IPv6 address that `isIP` has found sound, in one number. */
function ipv6Value(text: string): bigint {
  const [left = [], right] = text.split('::').map((side) =>
    side === ''
      ? []
      : side.split(':').flatMap((group) => {
          if (!group.includes('.')) return [BigInt(`0x${group}`)];
          const embedded = ipv4Value(group);
          return [embedded >> 16n, embedded & 0xffffn];
        }),
  );
  const gap = right === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => 0n);
  return [...left, ...gap, ...(right ?? [])].reduce((sum, group) => sum * 65_536n + group, 0n);
}

/** Null when it is no address, written in full and without a zone id: short, octal and other loose forms are none. */
export function parseAddress(text: string): Address | null {
  const family = isIP(text);
  if (family === 0 || text.includes('%')) return null;
  if (family === 4) return { family: 4, value: ipv4Value(text) };
  const value = ipv6Value(text);
  return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffff_ffffn } : { family: 6, value };
}

const bitsBehind = ({ base, length }: Range): bigint => BigInt(width[base.family] - length);

const within = (address: Address, range: Range): boolean =>
  address.family === range.base.family && address.value >> bitsBehind(range) === range.base.value >> bitsBehind(range);

export const isWithin = (address: Address, ranges: readonly Range[]): boolean => ranges.some((range) => within(address, range));

function parseCidr(text: string): Range | null {
  const [, written = '', digits] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const base = parseAddress(written);
  if (base === null || digits === undefined) return null;
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8.
  const length = Number(digits) - (written.includes(':') ? width[6] - width[base.family] : 0);
  if (length < 0 || length > width[base.family]) return null;
  const range = { base, length };
  // A bit behind the length is a slip: 10.0.0.1/8 could mean one address or sixteen million.
  return BigInt.asUintN(Number(bitsBehind(range)), base.value) === 0n ? range : null;
}

export const cidrAccepted = 'a CIDR such as 10.0.0.0/8 or fd00::/8, with no bits set behind the length';

export const isCidr = (text: string): boolean => parseCidr(text) !== null;

/** Throws `usage` for what is no CIDR. */
export function parseCidrs(texts: readonly string[]): Range[] {
  return texts.map((text) => {
    const range = parseCidr(text);
    if (range === null) throw new AppError('usage', { reason: `${text} is not accepted; accepted: ${cidrAccepted}` });
    return range;
  });
}

const globalUnicast = parseCidrs(['2000::/3']);
const nat64 = parseCidrs(['64:ff9b::/96']);

/** All of IPv4 that is not public; of IPv6 what is not within 2000::/3, since nothing else is public there. */
const special = parseCidrs([
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared, behind a carrier's NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link-local; metadata of clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // 6to4 relays, given up
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, given up: leads to any IPv4 address
  '3fff::/20', // documentation
]);

/**
 * Whether the address can be reached by anybody: none of a private network, of this machine, or of another special purpose. NAT64's
 * own prefix (64:ff9b::/96) is judged by the IPv4 address inside, for it is how a network without IPv4 reaches public ones.
 */
export function isPublic(address: Address): boolean {
  if (isWithin(address, nat64)) return isPublic({ family: 4, value: address.value & 0xffff_ffffn });
  return (address.family === 4 || isWithin(address, globalUnicast)) && !isWithin(address, special);
}
