import { isIP } from 'node:net';
import { createAllowList, isPublicAddress } from './addresses.ts';

/** Names that mean this machine, whatever a resolver says. */
const isLocalName = (name: string): boolean => /^(.+\.)?localhost\.?$/i.test(name);

/**
 * Whether jobs may reach the host of a URL, as far as the URL itself tells: an address, or a name that
 * means this machine. Other names are judged when they are resolved.
 * @param allow exceptions, see EGRESS_ALLOW.
 */
export const createReachability = (allow: readonly string[]): ((url: string) => boolean) => {
  const allowed = createAllowList(allow);
  return (url) => {
    const name = new URL(url).hostname.replace(/^\[|\]$/g, '');
    if (isIP(name)) return isPublicAddress(name) || allowed.address(name);
    return !isLocalName(name) || allowed.host(name);
  };
};
