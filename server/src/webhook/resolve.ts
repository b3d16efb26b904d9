/** From the name of a host to its addresses. */
import { lookup, Resolver } from 'node:dns/promises';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Rejects when the name cannot be resolved. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

/** Once, and a second time after 2.5 s. */
const patience = { timeout: 2_500, tries: 2 };

/**
 * Asks the name servers of this machine, or `servers`, directly. The system's own look-up would do it on libuv's threads, two at a
 * time: two names whose servers do not answer would keep everybody waiting.
 */
export const byDns =
  (servers: readonly string[] | null = null): Resolve =>
  async (host) => {
    // A new one reads the machine's configuration as it is now.
    const resolver = new Resolver(patience);
    if (servers !== null) resolver.setServers(servers);
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
    // Servers that know no AAAA often answer it with a failure.
    if (ipv4.status === 'rejected' && ipv6.status === 'rejected') throw ipv4.reason;
    return [
      ...(ipv4.status === 'fulfilled' ? ipv4.value.map((address) => ({ address, family: 4 as const })) : []),
      ...(ipv6.status === 'fulfilled' ? ipv6.value.map((address) => ({ address, family: 6 as const })) : []),
    ];
  };

/** As the programs of this machine do it: /etc/hosts and the like count, as the names of an intranet need it. */
export const bySystem: Resolve = async (host) => {
  const found = await lookup(host, { all: true });
  return found.map(({ address, family }) => ({ address, family: family === 4 ? 4 : 6 }));
};
