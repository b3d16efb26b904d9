/** Which callback URLs are ever sent to, as far as the text alone can tell. */
import { badParameter } from '../errors.ts';
import { type Address, isPublic, isWithin, parseAddress, parseCidrs, type Range } from './addresses.ts';

export const maxUrlLength = 2_048;

const accepted =
  `accepted: an https URL of a public host, at most ${maxUrlLength} characters, without user, password and fragment; ` +
  'what a server started with --allow-private-callbacks CIDR names is accepted too';

/** A callback URL that may be looked up. */
export interface Target {
  readonly secure: boolean;
  /** As in the URL; an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** With the query. */
  readonly path: string;
  /** The host, when it is an address. */
  readonly address: Address | null;
}

/** Scheme, host and the rest as one reads them: nothing that a parser would quietly correct. */
const plainUrl = /^https?:\/\/[^/?#@\\\s\p{Cc}]+([/?][^#\\\s\p{Cc}]*)?$/iu;
/** After the parser: lower case, in punycode. */
const hostName = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/;
/** Names that never lead to a public host, RFC 6761 and its successors; and names of one label. */
const localName = /^[^.]+$|(^|\.)(localhost|local|internal|home\.arpa)$/;

/** Why an address is not sent to, by the scheme and what the server's owner allows; null when it is. */
export function addressRefusal(secure: boolean, address: Address | null, allowed: readonly Range[]): string | null {
  if (address === null) return 'the host has no usable address';
  if (isWithin(address, allowed)) return null;
  if (!isPublic(address)) return 'the address of the host is not public';
  return secure ? null : 'http is not accepted for this host';
}

/** The parts of the URL, or in words why it could never be sent to. */
export function readTarget(text: string, allowed: readonly Range[]): Target | string {
  if (text.length > maxUrlLength) return `the URL is longer than ${maxUrlLength} characters`;
  if (!plainUrl.test(text)) return 'the URL is no plain http or https URL or has a user or a fragment';
  const url = URL.parse(text);
  if (url === null) return 'the URL cannot be read';
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  if (port === 0) return 'port 0 is no port';
  const target = { secure, host, port, path: url.pathname + url.search, address: parseAddress(host) };
  if (target.address !== null) return addressRefusal(secure, target.address, allowed) ?? target;
  const name = host.replace(/\.$/, '');
  if (!hostName.test(name)) return 'the host has no valid name';
  if (allowed.length > 0) return target;
  if (localName.test(name)) return 'the name of the host is not public';
  return secure ? target : 'http is not accepted for this host';
}

/**
 * Throws `bad_parameter` for `callback_url` when it could never be sent to. What the name of its host leads to is only known, and
 * judged, at each sending. `allowPrivate`: CIDRs, as `--allow-private-callbacks` gives them.
 */
export function checkCallbackUrl(url: string, allowPrivate: readonly string[]): void {
  const target = readTarget(url, parseCidrs(allowPrivate));
  if (typeof target === 'string') throw badParameter('callback_url', url, `${target}; ${accepted}`);
}
