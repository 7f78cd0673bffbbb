import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { PermanentError } from '@drover/jobs/definition/errors';
import { createAllowList, isPublicAddress } from '@drover/shared/egress/addresses';
import { Agent, buildConnector } from 'undici';

/** Where a job may not go; never worth a retry. */
const egressRefused = (host: string): PermanentError =>
  new PermanentError(
    `jobs may not reach ${host}: it is a private or reserved address (EGRESS_ALLOW lists exceptions)`,
    { code: 'egress-refused' },
  );

const connectTimeoutMs = 5_000;

/**
 * How long an answer may be awaited, and how long its body may be silent, in milliseconds: a last
 * resort, for callers bring a signal that aborts sooner.
 */
const headersTimeoutMs = 600_000;
const bodyTimeoutMs = 60_000;

/** Finds all addresses of a name. */
export type Lookup = (
  name: string,
  options: LookupAllOptions,
  callback: (err: NodeJS.ErrnoException | null, found: LookupAddress[]) => void,
) => void;

/**
 * A dispatcher for `fetch` that connects to public addresses only. A name is resolved once, and those
 * of its addresses that are permitted are the ones that are connected to, so neither a redirect nor a
 * name that resolves to something else the second time (DNS rebinding) gets around it.
 * @param allow exceptions, see EGRESS_ALLOW. A name in it may resolve to anything.
 * @param lookup resolves names; default that of the system.
 */
export const createEgressAgent = (
  allow: readonly string[],
  lookup: Lookup = systemLookup,
): Agent => {
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
    timeout: connectTimeoutMs,
  } as buildConnector.BuildOptions);
  const guardedConnect: buildConnector.connector = (options, callback) => {
    // Literal addresses are never looked up.
    const literal = options.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) && !permitted(literal)) return callback(egressRefused(literal), null);
    return connect(options, callback);
  };
  return new Agent({
    connect: guardedConnect,
    headersTimeout: headersTimeoutMs,
    bodyTimeout: bodyTimeoutMs,
  });
};

/** The refusal inside undici's "fetch failed", if that is why it failed. */
export const refusalIn = (err: unknown): PermanentError | undefined => {
  for (let at = err; at instanceof Error; at = at.cause) {
    if (at instanceof PermanentError) return at;
  }
  return undefined;
};
