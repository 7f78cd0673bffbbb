import { isIP } from 'node:net';
import { z } from 'zod';
import { isCidr } from './cidr.ts';

/** Names of ranges that the server knows: this machine, and the private networks of IPv4 and IPv6. */
const rangeNames = ['loopback', 'uniquelocal'];

const isRange = (entry: string): boolean =>
  rangeNames.includes(entry) || isCidr(entry) || (isIP(entry) !== 0 && !entry.includes('%'));

/** Schema of `TRUSTED_PROXIES`: addresses, ranges in CIDR notation, or names of ranges. */
export const trustedProxies = z.string().transform((text, context) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((entry) => {
      if (isRange(entry)) return entry;
      context.addIssue({
        code: 'custom',
        message: `"${entry}" is no address or CIDR range, such as 10.1.2.3 or 10.1.0.0/16, and none of ${rangeNames.join(', ')}`,
      });
      return z.NEVER;
    }),
);
