import { expect, test } from 'vitest';
import { egressAllow } from './egress-allow.ts';

test.each([
  ['files.internal', ['files.internal']],
  [' Files.Internal. , 10.1.2.3', ['files.internal', '10.1.2.3']],
  ['*.svc.cluster.local', ['*.svc.cluster.local']],
  ['bücher.internal', ['xn--bcher-kva.internal']],
  ['10.1.0.0/16,fd00::/8', ['10.1.0.0/16', 'fd00::/8']],
  ['::1', ['::1']],
  ['localhost', ['localhost']],
  ['', []],
])('takes %j', (text, entries) => {
  expect(egressAllow.parse(text)).toEqual(entries);
});

test.each([
  'http://files.internal',
  'files.internal:8080',
  '10.0.0.0/33',
  '10.1/16',
  '10.1.2.3/',
  '010.0.0.1',
  '127.1',
  '2130706433',
  '0x7f.1',
  'fe80::1%eth0',
  'fd00::/129',
  '*',
  '*.',
  'a b',
  'files..internal',
  '-x.internal',
])('refuses %j, and says why', (text) => {
  expect(egressAllow.safeParse(`files.internal,${text}`).error?.issues).toMatchObject([
    { message: expect.stringContaining(`"${text}" is no host name, address or CIDR range`) },
  ]);
});
