import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { isCidr } from './cidr.ts';
import { isHostName } from './host-name.ts';

/** An entry in the form that it is compared in; undefined when it is none. */
const normalise = (entry: string): string | undefined => {
  if (entry.includes('/')) return isCidr(entry) ? entry : undefined;
  if (isIP(entry)) return entry.includes('%') ? undefined : entry;
  const [, wildcard = '', name = ''] = /^(\*\.)?(.*?)\.?$/.exec(entry) ?? [];
  const ascii = domainToASCII(name);
  return isHostName(ascii) ? wildcard + ascii : undefined;
};

/**
 * Exceptions from the egress guard: host names in ASCII and lower case, `*.` before one for all names
 * below it, addresses, and ranges in CIDR notation.
 */
export const egressAllow = z.string().transform((text, context) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((entry) => {
      const normal = normalise(entry);
      if (normal !== undefined) return normal;
      context.addIssue({
        code: 'custom',
        message: `"${entry}" is no host name, address or CIDR range, such as files.internal, *.svc.cluster.local, 10.1.2.3 or 10.1.0.0/16 (no scheme, no port)`,
      });
      return z.NEVER;
    }),
);
