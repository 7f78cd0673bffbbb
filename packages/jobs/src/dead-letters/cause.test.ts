import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commonMessage, decodeCause, encodeCause, groupIdOf } from './cause.ts';

test.each([
  ['connect ECONNREFUSED 10.1.2.3:5432', 'connect ECONNREFUSED #'],
  ['connect ECONNREFUSED 127.0.0.1:80', 'connect ECONNREFUSED #'],
  ['no user 8e03978e-40d5-43dd-bc93-6894a57f9324', 'no user #'],
  ['no job demo.0.01k3v9m8x7e6t5r4w3q2p1n0zz', 'no job demo.#.#'],
  ['GET https://example.com/a?b=1 answered 503', 'GET <url> answered #'],
  ['ada.lovelace@example.com was refused', '<address> was refused'],
  ['there is no "cat.png"\n  at  all', 'there is no "…" at all'],
  ['commit deadbeef01 is bad', 'commit # is bad'],
  ['a decade of facade', 'a decade of facade'],
  ['', ''],
])('%j is counted as %j', (message, common) => {
  expect(commonMessage(message)).toBe(common);
});

test('any message becomes one short line of whole characters', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff)), fc.nat(100), (units, times) => {
      const common = commonMessage(String.fromCharCode(...units).repeat(times));
      expect(common.length).toBeLessThanOrEqual(200);
      expect(common).not.toMatch(/[\n\r]/);
      expect(common.isWellFormed()).toBe(true);
    }),
  );
});

test('a hostile message takes no time', () => {
  for (const part of ['a', '1', '"', 'a@', 'http://', ' ', 'f-', '.1:']) {
    const startedAt = performance.now();
    commonMessage(part.repeat(1_000_000));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  }
});

test('a cause comes back as it went in, and its id tells it from others', () => {
  const cause = { queue: 'demo', type: 'demo.fail', code: 'error', message: 'no' };
  for (const one of [cause, { ...cause, message: null }, { ...cause, message: '' }]) {
    expect(decodeCause(encodeCause(one))).toEqual(one);
  }
  const ids = [cause, { ...cause, message: null }, { ...cause, message: '' }].map(groupIdOf);
  expect(new Set(ids).size).toBe(3);
  expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
});
