import ipaddr from 'ipaddr.js';

type Cidr = ReturnType<typeof ipaddr.parseCIDR>;

/** The only part of IPv6 that public addresses are given out of (RFC 4291). */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/** A public address that answers on every virtual machine of Azure with what belongs to it alone. */
const azureMetadata = '168.63.129.16';

/**
 * Whether an address belongs to the public internet: not private, loopback, link-local, metadata … An
 * IPv4 address in IPv6 clothes (`::ffff:`) is judged as the IPv4 address that it reaches; those of
 * translators (NAT64, 6to4, Teredo) are never public.
 */
export const isPublicAddress = (text: string): boolean => {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast' || address.toString() === azureMetadata) return false;
  return address.kind() === 'ipv4' || address.match(globalUnicast);
};

/** Which hosts and addresses are allowed although they are not public. */
export interface AllowList {
  host(name: string): boolean;
  address(text: string): boolean;
}

const toRange = (entry: string): Cidr | undefined => {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry);
  // `isValid` alone would take "127.1" and "0x7f000001", which are names to others.
  if (!ipaddr.IPv4.isValidFourPartDecimal(entry) && !ipaddr.IPv6.isValid(entry)) return undefined;
  const address = ipaddr.process(entry);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
};

/** A name without the dot at its end that makes it absolute, in lower case. */
const normalName = (name: string) => name.toLowerCase().replace(/\.$/, '');

/** @param entries as EGRESS_ALLOW has them, checked by its schema. */
export const createAllowList = (entries: readonly string[]): AllowList => {
  const ranges = entries.map(toRange).filter((range) => range !== undefined);
  const names = new Set(entries.filter((entry) => !toRange(entry)).map(normalName));
  const suffixes = [...names].filter((name) => name.startsWith('*.')).map((name) => name.slice(1));
  return {
    host: (name) => {
      const normal = normalName(name);
      return names.has(normal) || suffixes.some((suffix) => normal.endsWith(suffix));
    },
    address: (text) => {
      const address = ipaddr.process(text);
      return ranges.some(
        ([range, bits]) => range.kind() === address.kind() && address.match(range, bits),
      );
    },
  };
};
