import { describe, expect, test } from 'vitest';
import { createAllowList, isPublicAddress } from './addresses.ts';

test.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:1.1.1.1'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ['loopback', ['127.0.0.1', '127.8.8.8', '::1']],
  ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fdff::1']],
  ['link-local', ['169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'febf::1']],
  ['of this network', ['0.0.0.0', '0.1.2.3', '::']],
  ['behind a carrier’s NAT', ['100.64.0.1', '100.127.255.255']],
  ['multicast or broadcast', ['224.0.0.1', '239.1.1.1', '255.255.255.255', 'ff02::1', 'ff0e::1']],
  [
    'reserved',
    ['192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '240.0.0.1'],
  ],
  [
    'metadata of a cloud',
    ['169.254.169.254', '168.63.129.16', '100.100.100.200', '192.0.0.192', 'fd00:ec2::254'],
  ],
  [
    'IPv4 in IPv6 clothes',
    ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:169.254.169.254', '::7f00:1', '::102:304'],
  ],
  ['NAT64', ['64:ff9b::7f00:1', '64:ff9b::1.1.1.1', '64:ff9b:1::a9fe:a9fe']],
  ['6to4 and Teredo', ['2002:7f00:1::', '2002:a9fe:a9fe::1', '2001:0:4136:e378::1']],
  ['given to nobody', ['1::', '4000::1', '5f00::1', '2001:db8::1', '3fff::1', 'fec0::1']],
  ['no address', ['nonsense', '', '127.1', '1.2.3.4.5', '::1::', '1.1.1.1:80']],
])('what is %s is not', (_what, addresses) => {
  for (const address of addresses) {
    expect({ address, public: isPublicAddress(address) }).toEqual({ address, public: false });
  }
});

describe('an allow list', () => {
  const list = createAllowList(['files.internal', '*.svc.local', '10.1.0.0/16', 'fd00::/8', '::1']);

  test.each([
    ['files.internal', true],
    ['FILES.internal.', true],
    ['a.files.internal', false],
    ['files.internal.evil.com', false],
    ['web.svc.local', true],
    ['a.b.svc.local', true],
    ['svc.local', false],
    ['evilsvc.local', false],
    ['10.1.2.3', false],
  ])('has the host %s: %s', (host, has) => {
    expect(list.host(host)).toBe(has);
  });

  test.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['10.2.0.1', false],
    ['fd00:ec2::254', true],
    ['::1', true],
    ['::2', false],
    ['64:ff9b::a01:203', false],
  ])('has the address %s: %s', (address, has) => {
    expect(list.address(address)).toBe(has);
  });
});
