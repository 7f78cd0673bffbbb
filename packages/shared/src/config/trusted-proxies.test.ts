import { expect, test } from 'vitest';
import { trustedProxies } from './trusted-proxies.ts';

test('takes addresses, ranges and the names of ranges', () => {
  expect(trustedProxies.parse(' loopback, uniquelocal,10.1.2.3 ,10.0.0.0/8,fd00::/8')).toEqual([
    'loopback',
    'uniquelocal',
    '10.1.2.3',
    '10.0.0.0/8',
    'fd00::/8',
  ]);
  expect(trustedProxies.parse('')).toEqual([]);
});

test.each(['all', 'true', '1', '10.0.0.0/33', 'proxy.internal', 'fe80::1%eth0'])(
  'refuses %j',
  (text) => {
    expect(trustedProxies.safeParse(text).error?.issues).toMatchObject([
      { message: expect.stringContaining(`"${text}" is no address or CIDR range`) },
    ]);
  },
);
