import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { PermanentError } from '@drover/jobs/definition/errors';
import ipaddr from 'ipaddr.js';
import { Agent, buildConnector } from 'undici';

/** Where a job may not go; never worth a retry. */
const egressRefused = (host: string): PermanentError =>
  new PermanentError(
    `jobs may not reach ${host}: it is a private or reserved address (EGRESS_ALLOW lists exceptions)`,
    { code: 'source-refused' },
  );

type Cidr = ReturnType<typeof ipaddr.parseCIDR>;

/** Decides which hosts and addresses are allowed although they are not public. */
const createAllowList = (entries: readonly string[]) => {
  const hosts = new Set<string>();
  const ranges: Cidr[] = [];
  for (const entry of entries) {
    if (ipaddr.isValidCIDR(entry)) ranges.push(ipaddr.parseCIDR(entry));
    else if (ipaddr.isValid(entry)) {
      const address = ipaddr.process(entry);
      ranges.push([address, address.kind() === 'ipv4' ? 32 : 128]);
    } else hosts.add(entry.toLowerCase());
  }
  return {
    host: (name: string) => hosts.has(name.toLowerCase()),
    address: (text: string) => {
      // An IPv4 address in IPv6 clothes is judged as the IPv4 address that it reaches.
      const address = ipaddr.process(text);
      return ranges.some(
        ([range, bits]) => range.kind() === address.kind() && address.match(range, bits),
      );
    },
  };
};

/** The only part of IPv6 that public addresses are given out of (RFC 4291). */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/** A public address that answers on every virtual machine of Azure with what belongs to it alone. */
const azureMetadata = '168.63.129.16';

/** Whether an address belongs to the public internet: not private, loopback, link-local, metadata … */
export const isPublicAddress = (text: string): boolean => {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast' || address.toString() === azureMetadata) return false;
  return address.kind() === 'ipv4' || address.match(globalUnicast);
};

/**
 * A dispatcher for `fetch` that connects to public addresses only. The address is judged when the
 * connection is made, after resolution, so neither a redirect nor a name that resolves to something
 * else the second time (DNS rebinding) gets around it.
 */
export const createEgressAgent = (allow: readonly string[]): Agent => {
  const allowed = createAllowList(allow);
  const permitted = (address: string) => isPublicAddress(address) || allowed.address(address);

  const guardedLookup: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (err, found) => {
      if (err) return callback(err, []);
      const usable = allowed.host(hostname) ? found : found.filter((it) => permitted(it.address));
      const [first] = usable;
      if (!first) return callback(egressRefused(hostname), []);
      return options.all ? callback(null, usable) : callback(null, first.address, first.family);
    });
  };

  const connect = buildConnector({
    lookup: guardedLookup,
    timeout: 5_000,
  } as buildConnector.BuildOptions);
  const guardedConnect: buildConnector.connector = (options, callback) => {
    // Literal addresses are never looked up.
    const literal = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) && !permitted(literal)) return callback(egressRefused(literal), null);
    return connect(options, callback);
  };
  return new Agent({ connect: guardedConnect, headersTimeout: 15_000, bodyTimeout: 15_000 });
};

/** The refusal inside undici's "fetch failed", if that is why it failed. */
export const refusalIn = (err: unknown): PermanentError | undefined => {
  for (let at = err; at instanceof Error; at = at.cause) {
    if (at instanceof PermanentError) return at;
  }
  return undefined;
};
